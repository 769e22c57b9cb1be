import type { Activation } from './activation.js';
import { type Algebra, less, plus, square, step, times } from './algebra.js';

/** `1 − a²` without cancellation beyond the rounding of `a`. */
export const oneMinusSquare = <T>(a: Algebra<T>, w: T): T => a.multiply(less(a, 1, w), plus(a, w, 1));
/** `s(1 − s)`. */
export const bell = <T>(a: Algebra<T>, s: T): T => a.multiply(s, less(a, 1, s));
/** `1/(1 + |u|)`. */
const hyperbola = <T>(a: Algebra<T>, u: T): T => a.divide(a.constant(1), plus(a, a.abs(u), 1));

/** `φ′ = 1 − w²`, `φ″ = −2 w φ′`. */
export const tanh: Activation = {
  kind: 'smooth',
  value: (a, u) => a.tanh(u),
  first: (a, _, w) => oneMinusSquare(a, w),
  second: (a, _, w) => a.multiply(times(a, -2, w), oneMinusSquare(a, w)),
};

/** `φ′ = w(1 − w)`, `φ″ = φ′(1 − 2w)`. */
export const sigmoid: Activation = {
  kind: 'smooth',
  value: (a, u) => a.sigmoid(u),
  first: (a, _, w) => bell(a, w),
  second: (a, _, w) => a.multiply(bell(a, w), less(a, 1, times(a, 2, w))),
};

/** `r = 1/(1 + |u|)`: `φ = u r`, `φ′ = r²`, `φ″ = −2 sign(u) r³`, taken as 0 at 0. */
export const softsign: Activation = {
  kind: 'smooth',
  value: (a, u) => a.divide(u, plus(a, a.abs(u), 1)),
  first: (a, u) => square(a, hyperbola(a, u)),
  second: (a, u) => {
    const r = hyperbola(a, u);
    const sign = a.subtract(step(a, u), step(a, times(a, -1, u)));
    return a.multiply(times(a, -2, sign), a.multiply(r, square(a, r)));
  },
};
