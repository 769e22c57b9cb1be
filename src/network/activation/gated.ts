import type { Activation } from './activation.js';
import { type Algebra, clamp, less, plus, square, times } from './algebra.js';
import { bell, oneMinusSquare } from './saturating.js';

/** `φ = u s`, `φ′ = s + u s(1 − s)`, `φ″ = s(1 − s)(2 + u(1 − 2s))`, `s = sigmoid(u)`. */
export const swish: Activation = {
  kind: 'smooth',
  value: (a, u) => a.multiply(u, a.sigmoid(u)),
  first: (a, u) => {
    const s = a.sigmoid(u);
    return a.add(s, a.multiply(u, bell(a, s)));
  },
  second: (a, u) => {
    const s = a.sigmoid(u);
    return a.multiply(bell(a, s), plus(a, a.multiply(u, less(a, 1, times(a, 2, s))), 2));
  },
};

/** `t = tanh(softplus(u))`, `t′ = s(1 − t²)`, `t″ = t′(1 − s − 2 s t)`, `s = sigmoid(u)`. */
function mishParts<T>(a: Algebra<T>, u: T) {
  const s = a.sigmoid(u);
  const t = a.tanh(a.softplus(u));
  const first = a.multiply(s, oneMinusSquare(a, t));
  const second = a.multiply(first, a.subtract(less(a, 1, s), times(a, 2, a.multiply(s, t))));
  return { t, first, second };
}

/** `φ = u t`, `φ′ = t + u t′`, `φ″ = 2t′ + u t″`, `t = tanh(softplus(u))`. */
export const mish: Activation = {
  kind: 'smooth',
  value: (a, u) => a.multiply(u, a.tanh(a.softplus(u))),
  first: (a, u) => {
    const { t, first } = mishParts(a, u);
    return a.add(t, a.multiply(u, first));
  },
  second: (a, u) => {
    const { first, second } = mishParts(a, u);
    return a.add(times(a, 2, first), a.multiply(u, second));
  },
};

/** Density and distribution of the standard normal law. */
const density = <T>(a: Algebra<T>, u: T): T =>
  times(a, 1 / Math.sqrt(2 * Math.PI), a.exp(times(a, -0.5, square(a, u))));
const distribution = <T>(a: Algebra<T>, u: T): T =>
  times(a, 0.5, plus(a, a.erf(times(a, Math.SQRT1_2, u)), 1));

/** `φ = u Φ(u)`, `φ′ = Φ + u ϕ`, `φ″ = ϕ(2 − u²)`, `ϕ` and `Φ` the normal density and distribution. */
export const gelu: Activation = {
  kind: 'smooth',
  value: (a, u) => a.multiply(u, distribution(a, u)),
  first: (a, u) => a.add(distribution(a, u), a.multiply(u, density(a, u))),
  second: (a, u) => {
    const v = clamp(a, u, -50, 50);
    return a.multiply(density(a, v), less(a, 2, square(a, v)));
  },
};

const c = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;
/** `tanh(g)`, `g = c(u + a u³)`. */
const geluGate = <T>(a: Algebra<T>, u: T): T =>
  a.tanh(times(a, c, a.multiply(u, plus(a, times(a, cubic, square(a, u)), 1))));

/** `t = tanh(g)`, `g′`, `g″` and `1 − t²` at `u` held in ±30, where `t` has long been ±1, so that nothing overflows. */
function geluTanhParts<T>(a: Algebra<T>, u: T) {
  const v = clamp(a, u, -30, 30);
  const t = geluGate(a, v);
  return {
    v,
    t,
    first: times(a, c, plus(a, times(a, 3 * cubic, square(a, v)), 1)),
    second: times(a, 6 * cubic * c, v),
    slope: oneMinusSquare(a, t),
  };
}

/** `φ = ½u(1 + t)`, `φ′ = ½(1 + t) + ½u(1 − t²)g′`, `φ″ = (1 − t²)(g′ + ½u(g″ − 2t g′²))`, `t = tanh(g)`. */
export const geluTanh: Activation = {
  kind: 'smooth',
  value: (a, u) => a.multiply(times(a, 0.5, u), plus(a, geluGate(a, u), 1)),
  first: (a, u) => {
    const { v, t, first, slope } = geluTanhParts(a, u);
    return times(a, 0.5, a.add(plus(a, t, 1), a.multiply(v, a.multiply(slope, first))));
  },
  second: (a, u) => {
    const { v, t, first, second, slope } = geluTanhParts(a, u);
    const bend = a.subtract(second, times(a, 2, a.multiply(t, square(a, first))));
    return a.multiply(slope, a.add(first, a.multiply(times(a, 0.5, v), bend)));
  },
};
