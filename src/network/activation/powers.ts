import type { Activation } from './activation.js';
import { square, times } from './algebra.js';

/** `φ = uᶜ`, `φ′ = c uᶜ⁻¹`, `φ″ = c(c − 1) uᶜ⁻²`. */
export const power = (c: number): Activation => ({
  kind: 'smooth',
  value: (a, u) => a.power(u, c),
  first: (a, u) => (c === 0 ? times(a, 0, u) : times(a, c, a.power(u, c - 1))),
  second: (a, u) => (c === 0 || c === 1 ? times(a, 0, u) : times(a, c * (c - 1), a.power(u, c - 2))),
});

/** `φ = w = 1/u`, `φ′ = −w²`, `φ″ = 2w³`. */
export const reciprocal: Activation = {
  kind: 'smooth',
  value: (a, u) => a.divide(a.constant(1), u),
  first: (a, _, w) => times(a, -1, square(a, w)),
  second: (a, _, w) => times(a, 2, a.multiply(w, square(a, w))),
};

/** `φ = w = √u`, `φ′ = 1/(2w)`, `φ″ = −1/(4uw)`. */
export const sqrt: Activation = {
  kind: 'smooth',
  value: (a, u) => a.sqrt(u),
  first: (a, _, w) => a.divide(a.constant(0.5), w),
  second: (a, u, w) => a.divide(a.constant(-0.25), a.multiply(u, w)),
};

/** `φ = log u`, `φ′ = 1/u`, `φ″ = −1/u²`. */
export const log: Activation = {
  kind: 'smooth',
  value: (a, u) => a.log(u),
  first: (a, u) => a.divide(a.constant(1), u),
  second: (a, u) => a.divide(a.constant(-1), square(a, u)),
};

/** `φ′ = (2/√π) e^(−u²)`, `φ″ = −2u φ′`. */
export const erf: Activation = {
  kind: 'smooth',
  value: (a, u) => a.erf(u),
  first: (a, u) => times(a, 2 / Math.sqrt(Math.PI), a.exp(times(a, -1, square(a, u)))),
  second: (a, u) => a.multiply(times(a, -4 / Math.sqrt(Math.PI), u), a.exp(times(a, -1, square(a, u)))),
};
