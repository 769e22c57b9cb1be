import type { Elementwise } from '../network/graph.js';
import type { Builder } from './builder.js';
import type { Ref } from './program.js';

/** Builds `φ`, `φ′` or `φ″` at `u`; `w = φ(u)` is at hand for the derivatives. */
type Value<F> = (b: Builder, u: Ref, fn: F) => Ref;
type Derivative<F> = (b: Builder, u: Ref, w: Ref, fn: F) => Ref;

export interface ElementwiseRule<F> {
  readonly value: Value<F>;
  readonly first: Derivative<F>;
  /** `'kink'` where `φ′` jumps and `φ″` is zero elsewhere. */
  readonly second: Derivative<F> | 'kink';
}

type Named<N> = Extract<Elementwise, { readonly name: N }>;

/** `1 − a²` without cancellation beyond the rounding of `a`. */
const oneMinusSquare = (b: Builder, a: Ref): Ref => b.multiply(b.less(1, a), b.plus(a, 1));
/** `s(1 − s)`. */
const bell = (b: Builder, s: Ref): Ref => b.multiply(s, b.less(1, s));
const clamp = (b: Builder, u: Ref, low: number, high: number): Ref =>
  b.binary('minimum', b.binary('maximum', u, b.scalar(low)), b.scalar(high));
/** 1 where `low < u < high`, 0 elsewhere. */
const inside = (b: Builder, u: Ref, low: number, high: number): Ref =>
  b.multiply(b.unary('step', b.plus(u, -low)), b.unary('step', b.less(high, u)));
const positivePart = (b: Builder, u: Ref): Ref => b.binary('maximum', u, b.scalar(0));
const negativePart = (b: Builder, u: Ref): Ref => b.binary('minimum', u, b.scalar(0));
const notPositive = (b: Builder, u: Ref): Ref => b.less(1, b.unary('step', u));

/** `c eᵘ` for `u ≤ 0`, 0 for `u > 0`: the derivatives of `c(eᵘ − 1)` on the negative side. */
const decay = (b: Builder, u: Ref, c: number): Ref =>
  b.multiply(notPositive(b, u), b.times(c, b.unary('exp', negativePart(b, u))));
const exponentialUnit = (scale: number, alpha: number) => ({
  value: (b: Builder, u: Ref): Ref =>
    b.add(
      b.times(scale, positivePart(b, u)),
      b.times(scale * alpha, b.plus(b.unary('exp', negativePart(b, u)), -1)),
    ),
  first: (b: Builder, u: Ref): Ref => b.add(b.times(scale, b.unary('step', u)), decay(b, u, scale * alpha)),
  second: (b: Builder, u: Ref): Ref => decay(b, u, scale * alpha),
});
/** Klambauer et al., "Self-normalizing neural networks" (2017). */
const selu = exponentialUnit(1.0507009873554805, 1.6732632423543772);

/** Density and distribution of the standard normal law. */
const density = (b: Builder, u: Ref): Ref =>
  b.times(1 / Math.sqrt(2 * Math.PI), b.unary('exp', b.times(-0.5, b.multiply(u, u))));
const distribution = (b: Builder, u: Ref): Ref =>
  b.times(0.5, b.plus(b.unary('erf', b.times(Math.SQRT1_2, u)), 1));

/** `t = tanh(softplus(u))`, `t′ = s(1 − t²)`, `t″ = t′(1 − s − 2 s t)`, `s = sigmoid(u)`. */
function mishParts(b: Builder, u: Ref) {
  const s = b.unary('sigmoid', u);
  const t = b.unary('tanh', b.unary('softplus', u));
  const first = b.multiply(s, oneMinusSquare(b, t));
  const second = b.multiply(first, b.subtract(b.less(1, s), b.times(2, b.multiply(s, t))));
  return { t, first, second };
}

/**
 * `g = c(u + a u³)`, `t = tanh(g)`, and `g′`, `g″`, `1 − t²`. The argument is held in ±30, where `t` has long been ±1,
 * so that nothing overflows.
 */
function geluTanhParts(b: Builder, u: Ref) {
  const c = Math.sqrt(2 / Math.PI);
  const a = 0.044715;
  const v = clamp(b, u, -30, 30);
  const square = b.multiply(v, v);
  const g = b.times(c, b.multiply(v, b.plus(b.times(a, square), 1)));
  const t = b.unary('tanh', g);
  return {
    v,
    t,
    first: b.times(c, b.plus(b.times(3 * a, square), 1)),
    second: b.times(6 * a * c, v),
    slope: oneMinusSquare(b, t),
  };
}

/** `φ`, `φ′` and `φ″` of every elementwise function. */
export const elementwiseRules: { readonly [N in Elementwise['name']]: ElementwiseRule<Named<N>> } = {
  // φ′ = 1 − w²,  φ″ = −2 w φ′
  tanh: {
    value: (b, u) => b.unary('tanh', u),
    first: (b, _, w) => oneMinusSquare(b, w),
    second: (b, _, w) => b.multiply(b.times(-2, w), oneMinusSquare(b, w)),
  },
  // φ′ = w(1 − w),  φ″ = φ′(1 − 2w)
  sigmoid: {
    value: (b, u) => b.unary('sigmoid', u),
    first: (b, _, w) => bell(b, w),
    second: (b, _, w) => b.multiply(bell(b, w), b.less(1, b.times(2, w))),
  },
  // φ = log(1 + eᵘ),  φ′ = s,  φ″ = s(1 − s),  s = sigmoid(u)
  softplus: {
    value: (b, u) => b.unary('softplus', u),
    first: (b, u) => b.unary('sigmoid', u),
    second: (b, u) => bell(b, b.unary('sigmoid', u)),
  },
  // r = 1/(1 + |u|):  φ = u r,  φ′ = r²,  φ″ = −2 sign(u) r³, taken as 0 at 0
  softsign: {
    value: (b, u) => b.binary('divide', u, b.plus(b.unary('abs', u), 1)),
    first: (b, u) => {
      const r = b.binary('divide', b.scalar(1), b.plus(b.unary('abs', u), 1));
      return b.multiply(r, r);
    },
    second: (b, u) => {
      const r = b.binary('divide', b.scalar(1), b.plus(b.unary('abs', u), 1));
      const sign = b.subtract(b.unary('step', u), b.unary('step', b.times(-1, u)));
      return b.multiply(b.times(-2, sign), b.multiply(r, b.multiply(r, r)));
    },
  },
  // φ = φ′ = φ″
  exp: { value: (b, u) => b.unary('exp', u), first: (_, __, w) => w, second: (_, __, w) => w },
  // φ = u s,  φ′ = s + u s(1 − s),  φ″ = s(1 − s)(2 + u(1 − 2s)),  s = sigmoid(u)
  swish: {
    value: (b, u) => b.multiply(u, b.unary('sigmoid', u)),
    first: (b, u) => {
      const s = b.unary('sigmoid', u);
      return b.add(s, b.multiply(u, bell(b, s)));
    },
    second: (b, u) => {
      const s = b.unary('sigmoid', u);
      return b.multiply(bell(b, s), b.plus(b.multiply(u, b.less(1, b.times(2, s))), 2));
    },
  },
  // φ = u t,  φ′ = t + u t′,  φ″ = 2t′ + u t″,  t = tanh(softplus(u))
  mish: {
    value: (b, u) => b.multiply(u, mishParts(b, u).t),
    first: (b, u) => {
      const { t, first } = mishParts(b, u);
      return b.add(t, b.multiply(u, first));
    },
    second: (b, u) => {
      const { first, second } = mishParts(b, u);
      return b.add(b.times(2, first), b.multiply(u, second));
    },
  },
  // φ = u Φ(u),  φ′ = Φ + u ϕ,  φ″ = ϕ(2 − u²),  ϕ and Φ the normal density and distribution
  gelu: {
    value: (b, u) => b.multiply(u, distribution(b, u)),
    first: (b, u) => b.add(distribution(b, u), b.multiply(u, density(b, u))),
    second: (b, u) => {
      const v = clamp(b, u, -50, 50);
      return b.multiply(density(b, v), b.less(2, b.multiply(v, v)));
    },
  },
  // φ = ½u(1 + t),  φ′ = ½(1 + t) + ½u(1 − t²)g′,  φ″ = (1 − t²)(g′ + ½u(g″ − 2t g′²)),  t = tanh(g)
  geluTanh: {
    value: (b, u) => b.multiply(b.times(0.5, u), b.plus(geluTanhParts(b, u).t, 1)),
    first: (b, u) => {
      const { v, t, first, slope } = geluTanhParts(b, u);
      return b.times(0.5, b.add(b.plus(t, 1), b.multiply(v, b.multiply(slope, first))));
    },
    second: (b, u) => {
      const { v, t, first, second, slope } = geluTanhParts(b, u);
      const bend = b.subtract(second, b.times(2, b.multiply(t, b.multiply(first, first))));
      return b.multiply(slope, b.add(first, b.multiply(b.times(0.5, v), bend)));
    },
  },
  // φ = u for u > 0, α(eᵘ − 1) else
  elu: {
    value: (b, u, { alpha }) => exponentialUnit(1, alpha).value(b, u),
    first: (b, u, _, { alpha }) => exponentialUnit(1, alpha).first(b, u),
    second: (b, u, _, { alpha }) => exponentialUnit(1, alpha).second(b, u),
  },
  // φ = κ u for u > 0, κα(eᵘ − 1) else, with fixed κ and α
  selu,
  // φ = max(u, 0)
  relu: { value: positivePart, first: (b, u) => b.unary('step', u), second: 'kink' },
  // φ = min(max(u, 0), 6)
  relu6: {
    value: (b, u) => clamp(b, u, 0, 6),
    first: (b, u) => inside(b, u, 0, 6),
    second: 'kink',
  },
  // φ = min(max(0.2u + 0.5, 0), 1)
  hardSigmoid: {
    value: (b, u) => clamp(b, b.plus(b.times(0.2, u), 0.5), 0, 1),
    first: (b, u) => b.times(0.2, inside(b, u, -2.5, 2.5)),
    second: 'kink',
  },
  // φ = |u|,  φ′ = sign(u), 0 at 0
  abs: {
    value: (b, u) => b.unary('abs', u),
    first: (b, u) => b.subtract(b.unary('step', u), b.unary('step', b.times(-1, u))),
    second: 'kink',
  },
  // φ = u for u > 0, αu else
  leakyRelu: {
    value: (b, u, { alpha }) => b.add(positivePart(b, u), b.times(alpha, negativePart(b, u))),
    first: (b, u, _, { alpha }) => b.add(b.unary('step', u), b.times(alpha, notPositive(b, u))),
    second: 'kink',
  },
  // φ = u for u > θ, 0 else
  thresholdedRelu: {
    value: (b, u, { theta }) => b.multiply(u, b.unary('step', b.plus(u, -theta))),
    first: (b, u, _, { theta }) => b.unary('step', b.plus(u, -theta)),
    second: 'kink',
  },
};

/** The rule of `fn`, its function-specific constants bound. */
export function elementwiseRule<F extends Elementwise>(fn: F): ElementwiseRule<F> {
  return elementwiseRules[fn.name] as unknown as ElementwiseRule<F>;
}
