import { plainly, slopeOf } from '../activation/numbers.js';
import { activationOf } from '../activation/table.js';
import type { Elementwise } from '../graph.js';

/** Where a function is convex and where concave: pieces change at `cuts`, in order. */
export interface Bends {
  readonly cuts: readonly number[];
  readonly first: 'convex' | 'concave';
}

/** A function of a number with what its bounds need. */
export interface Curve {
  readonly value: (u: number) => number;
  readonly slope: (u: number) => number;
  /** Its kinks where it is made of straight pieces and nothing else. */
  readonly kinks?: readonly number[];
  /** Its pieces over an interval; undefined where it is not defined, or jumps, somewhere in it. */
  readonly bends: (low: number, high: number) => Bends | undefined;
  /** Its range over an interval in which it jumps. */
  readonly jump?: (low: number, high: number) => readonly [low: number, high: number];
  /** What holds for any argument. */
  readonly overall: readonly [low: number, high: number];
}

type Named<N> = Extract<Elementwise, { readonly name: N }>;
type Over<F> = (fn: F, low: number, high: number) => Bends | undefined;

const convex: Bends = { cuts: [], first: 'convex' };
const concave: Bends = { cuts: [], first: 'concave' };
/** Convex below `cut` and concave above, and the other way round. */
const rising = (cut = 0): Bends => ({ cuts: [cut], first: 'convex' });
const falling = (cut = 0): Bends => ({ cuts: [cut], first: 'concave' });
const always = (bends: Bends) => () => bends;
const within = (least: number, most: number, bends: Bends) => (_: unknown, low: number, high: number) =>
  low >= least && high <= most ? bends : undefined;
/** Concave, convex between two cuts, concave. */
const gate = (below: number, above: number): Bends => ({ cuts: [below, above], first: 'concave' });

/** A sine from `phase` on; undefined where it goes up and down too often. */
function wave(phase: number, low: number, high: number): Bends | undefined {
  const from = Math.floor((low - phase) / Math.PI);
  const to = Math.ceil((high - phase) / Math.PI);
  if (!(to - from <= mostWaves)) return undefined;
  const cuts = Array.from({ length: to - from + 1 }, (_, k) => phase + (from + k) * Math.PI);
  // Concave on [0, π]: before the cut `from` it is so where that number is odd.
  return { cuts, first: from % 2 === 0 ? 'convex' : 'concave' };
}
const mostWaves = 8;

/** Between poles at `pole + kπ`, with the inflection in the middle. */
function branch(low: number, high: number): Bends | undefined {
  const k = Math.round(low / Math.PI);
  const middle = k * Math.PI;
  return low > middle - Math.PI / 2 && high < middle + Math.PI / 2 ? falling(middle) : undefined;
}

function powerBends(c: number, low: number, high: number): Bends | undefined {
  if (c === 0 || c === 1) return convex;
  const side: Bends = c > 1 || c < 0 ? convex : concave;
  if (low > 0 || (low === 0 && c > 0)) return side;
  if (!Number.isInteger(c)) return undefined;
  if (c > 0) return c % 2 === 0 ? convex : falling();
  if (high < 0) return c % 2 === 0 ? convex : concave;
  return undefined;
}

/** `1/u` and other poles at 0. */
const aroundZero = (_: unknown, low: number, high: number): Bends | undefined =>
  low > 0 ? convex : high < 0 ? concave : undefined;

const everywhere = Number.POSITIVE_INFINITY;

/** Inflections from the zeros of each second derivative; a function that is left out does not compile. */
const table: { readonly [N in Elementwise['name']]: Over<Named<N>> } = {
  tanh: always(rising()),
  sigmoid: always(rising()),
  softplus: always(convex),
  softsign: always(rising()),
  exp: always(convex),
  swish: always(gate(-2.399357280515468, 2.399357280515468)),
  mish: always(gate(-2.2563763963607935, 1.4905711794854282)),
  gelu: always(gate(-Math.SQRT2, Math.SQRT2)),
  geluTanh: always(gate(-1.4185040087908285, 1.4185040087908285)),
  reciprocal: aroundZero,
  sqrt: within(0, everywhere, concave),
  log: within(Number.MIN_VALUE, everywhere, concave),
  erf: always(rising()),
  sin: (_, low, high) => wave(0, low, high),
  cos: (_, low, high) => wave(-Math.PI / 2, low, high),
  tan: (_, low, high) => branch(low, high),
  asin: within(-1, 1, falling()),
  acos: within(-1, 1, rising()),
  atan: always(rising()),
  sinh: always(falling()),
  cosh: always(convex),
  asinh: always(rising()),
  acosh: within(1, everywhere, concave),
  atanh: within(-1 + 2 ** -53, 1 - 2 ** -53, falling()),
  power: ({ exponent }, low, high) => powerBends(exponent, low, high),
  elu: ({ alpha }) => (alpha < 0 ? falling() : alpha <= 1 ? convex : rising()),
  selu: always(rising()),
  relu: always(convex),
  abs: always(convex),
  relu6: always(rising(3)),
  step: (_, low, high) => (low > 0 || high <= 0 ? convex : undefined),
  hardSigmoid: always(rising()),
  leakyRelu: ({ alpha }) => (alpha <= 1 ? convex : concave),
  thresholdedRelu: ({ theta }, low, high) => (low > theta || high <= theta ? convex : undefined),
};

const ranges: { readonly [N in Elementwise['name']]?: readonly [number, number] } = {
  tanh: [-1, 1],
  sigmoid: [0, 1],
  softsign: [-1, 1],
  erf: [-1, 1],
  atan: [-Math.PI / 2, Math.PI / 2],
  hardSigmoid: [0, 1],
  step: [0, 1],
  relu6: [0, 6],
  relu: [0, everywhere],
  abs: [0, everywhere],
  softplus: [0, everywhere],
  exp: [0, everywhere],
  sin: [-1, 1],
  cos: [-1, 1],
};

/** The function that `fn` names. */
export function curveOf(fn: Elementwise): Curve {
  const φ = activationOf(fn);
  const bends = table[fn.name] as Over<Elementwise>;
  return {
    value: plainly(φ),
    slope: slopeOf(φ),
    ...(φ.kind === 'kinked' && { kinks: φ.hinges.hinges.map(({ a, b }) => -b / a).sort((p, q) => p - q) }),
    bends: (low, high) => bends(fn, low, high),
    ...(fn.name === 'thresholdedRelu' && { jump: (low, high) => [Math.min(0, low), Math.max(0, high)] }),
    overall: ranges[fn.name] ?? [-everywhere, everywhere],
  };
}
