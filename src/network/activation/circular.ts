import type { Activation } from './activation.js';
import { type Algebra, less, plus, square, times } from './algebra.js';

/** `φ′ = cos u`, `φ″ = −w`. */
export const sin: Activation = {
  kind: 'smooth',
  value: (a, u) => a.sin(u),
  first: (a, u) => a.cos(u),
  second: (a, _, w) => times(a, -1, w),
};

/** `φ′ = −sin u`, `φ″ = −w`. */
export const cos: Activation = {
  kind: 'smooth',
  value: (a, u) => a.cos(u),
  first: (a, u) => times(a, -1, a.sin(u)),
  second: (a, _, w) => times(a, -1, w),
};

/** `φ′ = 1 + w²`, `φ″ = 2w(1 + w²)`. */
export const tan: Activation = {
  kind: 'smooth',
  value: (a, u) => a.divide(a.sin(u), a.cos(u)),
  first: (a, _, w) => plus(a, square(a, w), 1),
  second: (a, _, w) => a.multiply(times(a, 2, w), plus(a, square(a, w), 1)),
};

/** `r = 1/√(1 − u²)`: `φ = atan(u r)`, `φ′ = r`, `φ″ = u r³`. */
const steepness = <T>(a: Algebra<T>, u: T): T => a.power(less(a, 1, square(a, u)), -0.5);
export const asin: Activation = {
  kind: 'smooth',
  value: (a, u) => a.atan(a.multiply(u, steepness(a, u))),
  first: (a, u) => steepness(a, u),
  second: (a, u) => a.multiply(u, a.power(less(a, 1, square(a, u)), -1.5)),
};

/** `φ = π/2 − asin u`. */
export const acos: Activation = {
  kind: 'smooth',
  value: (a, u) => less(a, Math.PI / 2, asin.value(a, u)),
  first: (a, u) => times(a, -1, steepness(a, u)),
  second: (a, u) => a.multiply(times(a, -1, u), a.power(less(a, 1, square(a, u)), -1.5)),
};

/** `r = 1/(1 + u²)`: `φ′ = r`, `φ″ = −2u r²`. */
export const atan: Activation = {
  kind: 'smooth',
  value: (a, u) => a.atan(u),
  first: (a, u) => a.power(plus(a, square(a, u), 1), -1),
  second: (a, u) => a.multiply(times(a, -2, u), a.power(plus(a, square(a, u), 1), -2)),
};
