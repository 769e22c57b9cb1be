import type { Activation } from './activation.js';
import { type Algebra, less, plus, square, times } from './algebra.js';

/** `½(eᵘ ± e⁻ᵘ)`. */
const half = <T>(a: Algebra<T>, u: T, sign: 1 | -1): T =>
  times(a, 0.5, a.add(a.exp(u), times(a, sign, a.exp(times(a, -1, u)))));

/** `φ′ = cosh u`, `φ″ = w`. */
export const sinh: Activation = {
  kind: 'smooth',
  value: (a, u) => half(a, u, -1),
  first: (a, u) => half(a, u, 1),
  second: (_, __, w) => w,
};

/** `φ′ = sinh u`, `φ″ = w`. */
export const cosh: Activation = {
  kind: 'smooth',
  value: (a, u) => half(a, u, 1),
  first: (a, u) => half(a, u, -1),
  second: (_, __, w) => w,
};

/** `φ = sign(u) log(|u| + √(u² + 1))`, `φ′ = (u² + 1)^(−½)`, `φ″ = −u (u² + 1)^(−3/2)`. */
export const asinh: Activation = {
  kind: 'smooth',
  value: (a, u) => {
    const size = a.log(a.add(a.abs(u), a.sqrt(plus(a, square(a, u), 1))));
    return a.choose(u, size, times(a, -1, size));
  },
  first: (a, u) => a.power(plus(a, square(a, u), 1), -0.5),
  second: (a, u) => a.multiply(times(a, -1, u), a.power(plus(a, square(a, u), 1), -1.5)),
};

/** `φ = log(u + √(u² − 1))`, `φ′ = (u² − 1)^(−½)`, `φ″ = −u (u² − 1)^(−3/2)`. */
export const acosh: Activation = {
  kind: 'smooth',
  value: (a, u) => a.log(a.add(u, a.sqrt(plus(a, square(a, u), -1)))),
  first: (a, u) => a.power(plus(a, square(a, u), -1), -0.5),
  second: (a, u) => a.multiply(times(a, -1, u), a.power(plus(a, square(a, u), -1), -1.5)),
};

/** `φ = ½ log((1 + u)/(1 − u))`, `φ′ = 1/(1 − u²)`, `φ″ = 2u/(1 − u²)²`. */
export const atanh: Activation = {
  kind: 'smooth',
  value: (a, u) => times(a, 0.5, a.log(a.divide(plus(a, u, 1), less(a, 1, u)))),
  first: (a, u) => a.power(less(a, 1, square(a, u)), -1),
  second: (a, u) => a.multiply(times(a, 2, u), a.power(less(a, 1, square(a, u)), -2)),
};
