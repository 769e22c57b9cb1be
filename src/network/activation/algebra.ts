/**
 * What activations are written in. Numbers, expressions of a model and tensors of a derivative program each are such an
 * algebra, so that one formula serves them all. `softplus(u) = log(1 + eᵘ)` and `sigmoid(u) = 1/(1 + e⁻ᵘ)`, stable for
 * large `|u|`.
 */
export interface Algebra<T> {
  constant(value: number): T;
  add(a: T, b: T): T;
  subtract(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  maximum(a: T, b: T): T;
  minimum(a: T, b: T): T;
  abs(u: T): T;
  exp(u: T): T;
  /** `eᵘ − 1`. */
  expm1(u: T): T;
  erf(u: T): T;
  log(u: T): T;
  sqrt(u: T): T;
  sin(u: T): T;
  cos(u: T): T;
  atan(u: T): T;
  /** `uᶜ`; defined for negative `u` where `c` is whole. */
  power(u: T, exponent: number): T;
  tanh(u: T): T;
  sigmoid(u: T): T;
  softplus(u: T): T;
  /** `above` where `u > 0`, `below` elsewhere; both must be finite everywhere, and constant or a function of `u`. */
  choose(u: T, above: T, below: T): T;
}

/** `a + term`. */
export const plus = <T>(a: Algebra<T>, u: T, term: number): T => a.add(u, a.constant(term));
/** `total − u`. */
export const less = <T>(a: Algebra<T>, total: number, u: T): T => a.subtract(a.constant(total), u);
/** `factor · u`. */
export const times = <T>(a: Algebra<T>, factor: number, u: T): T =>
  factor === 1 ? u : a.multiply(a.constant(factor), u);
export const square = <T>(a: Algebra<T>, u: T): T => a.multiply(u, u);
/** `max(u, 0)` and `min(u, 0)`. */
export const positive = <T>(a: Algebra<T>, u: T): T => a.maximum(u, a.constant(0));
export const negative = <T>(a: Algebra<T>, u: T): T => a.minimum(u, a.constant(0));
/** `u` held between two numbers. */
export const clamp = <T>(a: Algebra<T>, u: T, low: number, high: number): T =>
  a.minimum(a.maximum(u, a.constant(low)), a.constant(high));
/** `above` where `u > 0`, `below` elsewhere. */
export const step = <T>(a: Algebra<T>, u: T, above = 1, below = 0): T =>
  a.choose(u, a.constant(above), a.constant(below));
