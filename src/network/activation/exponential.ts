import type { Activation } from './activation.js';
import { type Algebra, negative, times } from './algebra.js';
import { bell } from './saturating.js';

/** `φ = φ′ = φ″`. */
export const exp: Activation = {
  kind: 'smooth',
  value: (a, u) => a.exp(u),
  first: (_, __, w) => w,
  second: (_, __, w) => w,
};

/** `φ = log(1 + eᵘ)`, `φ′ = s`, `φ″ = s(1 − s)`, `s = sigmoid(u)`. */
export const softplus: Activation = {
  kind: 'smooth',
  value: (a, u) => a.softplus(u),
  first: (a, u) => a.sigmoid(u),
  second: (a, u) => bell(a, a.sigmoid(u)),
};

/** `c eᵘ` for `u ≤ 0`, `above` for `u > 0`: the derivatives of `c(eᵘ − 1)` and of what stands beside it. */
const decay = <T>(a: Algebra<T>, u: T, c: number, above: number): T =>
  a.choose(u, a.constant(above), times(a, c, a.exp(negative(a, u))));

/** `φ = κ u` for `u > 0`, `κα(eᵘ − 1)` else (Clevert et al. 2016). */
export const exponentialUnit = (scale: number, alpha: number): Activation => ({
  kind: 'smooth',
  value: (a, u) => a.choose(u, times(a, scale, u), times(a, scale * alpha, a.expm1(negative(a, u)))),
  first: (a, u) => decay(a, u, scale * alpha, scale),
  second: (a, u) => decay(a, u, scale * alpha, 0),
});

/** Klambauer et al., "Self-normalizing neural networks" (2017). */
export const selu = exponentialUnit(1.0507009873554805, 1.6732632423543772);
