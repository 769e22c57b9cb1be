import { optionsOf, spreadOf, wholeOf } from '../src/core/given.js';
import type { Precision } from '../src/engine/contract.js';
import type { Network } from '../src/network/graph.js';
import { accuracyOf } from '../src/oracle/local.js';
import { type Oracle, type OracleOptions, openOracle, oracleOptions } from './oracle.js';
import { taylorSlope } from './slope.js';

/** What is compared, and where it is computed. */
export interface CheckOptions extends OracleOptions {
  /** Random points. Default 3. */
  readonly points?: number;
  /** Random directions per point. Default 3. */
  readonly directions?: number;
  /** Points are drawn uniformly between these: one number for all inputs or one per input. Default −1 and 1. */
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
  readonly seed?: number;
}

/** One property: the worst figure found and the limit it must keep. */
export interface Finding {
  readonly name: string;
  readonly worst: number;
  readonly limit: number;
  readonly passed: boolean;
}

/** What was compared, and whether all of it is right. */
export interface CheckReport {
  readonly passed: boolean;
  readonly network: string;
  readonly engine: string;
  readonly device: string;
  readonly precision: string;
  readonly points: number;
  readonly findings: readonly Finding[];
}

/**
 * Compares a network's derivatives with its values at random points `x`, along random unit directions `d`:
 * - `Jacobian`: `J d` against central differences of `y`; `Hessian`: `H d` against central differences of `Jᵀλ`;
 *   largest difference relative to the largest entry, differences extrapolated where a network bends within their step;
 * - `symmetry`: `uᵀ∂(Jᵀλ)d = dᵀ∂(Jᵀλ)u`, both by differences, relative;
 * - `first-order remainder`: `λᵀ(y(x + hd) − y − h J d)` vanishes like `h²` (slope ≥ 1.8), `second-order remainder`,
 *   less `½h² dᵀHd`, like `h³` (slope ≥ 2.6); a slope is left out where the remainder is rounding noise.
 */
export async function checkNetwork(network: Network, options: CheckOptions = {}): Promise<CheckReport> {
  const {
    points: _,
    directions: __,
    lower: ___,
    upper: ____,
    seed: _____,
    ...choice
  } = optionsOf(options, 'checkNetwork', [
    ...oracleOptions,
    ...(['points', 'directions', 'lower', 'upper', 'seed'] as const),
  ]);
  const oracle = await openOracle(network, choice);
  try {
    const { engine, device, precision } = oracle;
    const { points = defaultPoints } = options;
    const findings = await checkOracle(oracle, options);
    const passed = findings.every((finding) => finding.passed);
    return { passed, network: network.name, engine, device, precision, points, findings };
  } finally {
    oracle.dispose();
  }
}

const defaultPoints = 3;

/** The findings of {@link checkNetwork} for an oracle at hand. */
export async function checkOracle(
  oracle: Pick<Oracle, 'inputs' | 'outputs' | 'precision' | 'value' | 'jacobian' | 'hessian'>,
  options: CheckOptions = {},
): Promise<Finding[]> {
  const { points = defaultPoints, directions = 3, seed = 1, lower: low = -1, upper: high = 1 } = options;
  wholeOf(points, 'points', 1);
  wholeOf(directions, 'directions', 1);
  wholeOf(seed, 'seed', 0);
  const lower = spreadOf(low, oracle.inputs, 'lower')!;
  const upper = spreadOf(high, oracle.inputs, 'upper')!;
  const worst = new Worst(oracle.precision);
  const random = generator(seed);
  for (let k = 0; k < points; k++) {
    const x = Float64Array.from({ length: oracle.inputs }, (_, i) => {
      const [low, high] = [lower[i]!, upper[i]!];
      return low + (high - low) * random();
    });
    const λ = Float64Array.from({ length: oracle.outputs }, () => 2 * random() - 1);
    for (let r = 0; r < directions; r++) {
      await checkAlong(oracle, x, λ, unit(oracle.inputs, random), unit(oracle.inputs, random), worst);
    }
  }
  return worst.findings();
}

async function checkAlong(
  oracle: Parameters<typeof checkOracle>[0],
  x: Float64Array,
  λ: Float64Array,
  d: Float64Array,
  u: Float64Array,
  worst: Worst,
): Promise<void> {
  const { y, J, H } = await oracle.hessian(x, λ);
  const scale = Math.max(1, norm(x));
  const h = scale * Math.cbrt(worst.accuracy);
  const ahead = (t: number, v: Float64Array): Float64Array => x.map((xi, i) => xi + t * v[i]!);

  const gradient = (jacobian: Float64Array): Float64Array => transposeTimes(jacobian, λ, x.length);
  const central = async (v: Float64Array, step: number): Promise<Slopes> => {
    const [plus, minus] = [await oracle.jacobian(ahead(step, v)), await oracle.jacobian(ahead(-step, v))];
    return {
      y: { of: difference(plus.y, minus.y, step), within: 0 },
      gradient: { of: difference(gradient(plus.J), gradient(minus.J), step), within: 0 },
    };
  };
  const [Jd, Hd] = [times(J, d), timesPacked(H, d)];
  const steepest = worst.steepest(norm(gradient(J)));
  const compared = (alongD: Slopes, alongU: Slopes): Finding[] => {
    const [Gd, Gu] = [alongD.gradient, alongU.gradient];
    // Where a network is affine or saturated, H vanishes and differences are rounding noise of Jᵀλ.
    const curvature = Math.max(norm(Hd), norm(Gd.of), steepest * 1e-3);
    // Outputs that are large beside their slopes (59 Hz, of which a few mHz move) differ by their rounding.
    const steepness = Math.max(norm(J), norm(y) / (100 * scale));
    const both = {
      of: Float64Array.of(dot(d, Gu.of)),
      within: Math.sqrt(d.length) * (Gd.within + Gu.within),
    };
    return [
      worst.compare('Jacobian', Jd, alongD.y, steepness),
      worst.compare('Hessian', Hd, Gd, curvature, worst.ofHessian),
      worst.compare('symmetry', [dot(u, Gd.of)], both, Math.max(curvature, norm(Gu.of))),
    ];
  };
  let comparisons = compared(await central(d, h), await central(u, h));
  // Where weights are large the differences are what is off: a network bends within h, or is flat but for rounding.
  if (comparisons.some(({ passed }) => !passed)) {
    const rounding = { y: worst.accuracy * norm(y), gradient: worst.accuracy * steepest };
    comparisons = compared(
      await extrapolated((step) => central(d, step), h, rounding),
      await extrapolated((step) => central(u, step), h, rounding),
    );
  }
  for (const comparison of comparisons) worst.note(comparison);

  const [λy, slope, bend] = [dot(λ, y), dot(λ, Jd), dot(d, Hd) / 2];
  const noise = worst.accuracy * Math.max(norm(y), Math.abs(λy), Number.MIN_VALUE);
  const remainder = (order: 1 | 2) => async (t: number) => {
    const moved = dot(λ, await oracle.value(ahead(t, d)));
    return Math.abs(moved - λy - t * slope - (order === 2 ? t * t * bend : 0));
  };
  const bent = (t: number): number => Math.max(noise, t * t * Math.abs(bend) * worst.ofHessian);
  worst.slope('first-order remainder', await taylorSlope(remainder(1), scale, () => noise), 1.8);
  worst.slope('second-order remainder', await taylorSlope(remainder(2), scale, bent), 2.6);
}

/** A derivative along a direction by differences, and by how much they are seen to be off. */
interface Slope {
  readonly of: Float64Array;
  readonly within: number;
}

/** Derivatives of y and of Jᵀλ along a direction. */
interface Slopes {
  readonly y: Slope;
  readonly gradient: Slope;
}

/**
 * Central differences of steps from 16 h to h/64 by Richardson's extrapolation, which leaves an error of h⁴: of those the one
 * that differs least from its neighbours, by which it may be off, at least by `rounding` of what is differenced (after
 * Ridders, Adv. Eng. Softw. 4, 1982).
 */
async function extrapolated(
  central: (step: number) => Promise<Slopes>,
  h: number,
  rounding: Record<keyof Slopes, number>,
): Promise<Slopes> {
  const plain: Slopes[] = [];
  for (let k = -4; k <= 6; k++) plain.push(await central(h / 2 ** k));
  const settled = (key: keyof Slopes): Slope => {
    const better = plain
      .slice(1)
      .map((fine, k) => fine[key].of.map((value, i) => value + (value - plain[k]![key].of[i]!) / 3));
    const inner = better.slice(1, -1).map((of, k) => ({
      of,
      within: Math.max(gapOf(of, better[k]!), gapOf(of, better[k + 2]!), rounding[key] / (h * 2 ** (2 - k))),
    }));
    return inner.reduce((best, one) => (one.within < best.within ? one : best));
  };
  return { y: settled('y'), gradient: settled('gradient') };
}

/** Collects the worst figure of each property. */
class Worst {
  readonly #found = new Map<string, Finding>();
  #steepest = 0;
  /** Relative accuracy of values and Jacobians, and of Hessians. */
  readonly accuracy: number;
  readonly ofHessian: number;

  constructor(precision: Precision) {
    this.accuracy = accuracyOf(precision);
    this.ofHessian = precision === 'mixed' ? accuracyOf('f32') : accuracyOf(precision);
  }

  /** Largest difference of a vector from differences, beyond a hundred times what these are seen to be off, relative to `scale`. */
  compare(
    name: string,
    given: ArrayLike<number>,
    { of, within }: Slope,
    scale: number,
    accuracy = this.accuracy,
  ): Finding {
    const gap = gapOf(given, of);
    const beyond = gap - Math.min(gap, 100 * within);
    const limit = 300 * accuracy ** (2 / 3);
    const worst = beyond === 0 ? 0 : beyond / scale;
    return { name, worst, limit, passed: worst <= limit };
  }

  /** The largest Jᵀλ of the points so far. */
  steepest(here: number): number {
    this.#steepest = Math.max(this.#steepest, here);
    return this.#steepest;
  }

  note(comparison: Finding): void {
    const before = this.#found.get(comparison.name);
    if (!before || !(comparison.worst <= before.worst)) this.#found.set(comparison.name, comparison);
  }

  /** Smallest slope. */
  slope(name: string, slope: number | null, limit: number): void {
    if (slope === null) return;
    const before = this.#found.get(name);
    if (!before || !(slope >= before.worst))
      this.#found.set(name, { name, worst: slope, limit, passed: slope >= limit });
  }

  findings(): Finding[] {
    return [...this.#found.values()];
  }
}

/** Uniform numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function unit(length: number, random: () => number): Float64Array {
  const v = Float64Array.from({ length }, () => 2 * random() - 1);
  const size = Math.sqrt(dot(v, v));
  return v.map((entry) => entry / size);
}

const norm = (v: Float64Array): number => v.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** The largest gap between two vectors; NaN where there is one. */
function gapOf(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!);
    if (Number.isNaN(gap)) return NaN;
    largest = Math.max(largest, gap);
  }
  return largest;
}

const difference = (plus: Float64Array, minus: Float64Array, h: number): Float64Array =>
  plus.map((entry, i) => (entry - minus[i]!) / (2 * h));

/** `J d`, `J` row-major with `d.length` columns. */
function times(J: Float64Array, d: Float64Array): Float64Array {
  const n = d.length;
  return Float64Array.from({ length: J.length / n }, (_, i) => dot(J.subarray(i * n, (i + 1) * n), d));
}

/** `Jᵀ λ`. */
function transposeTimes(J: Float64Array, λ: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < λ.length; i++) for (let j = 0; j < n; j++) out[j]! += λ[i]! * J[i * n + j]!;
  return out;
}

/** `H d`, `H` packed by rows of its lower triangle. */
function timesPacked(H: Float64Array, d: Float64Array): Float64Array {
  const out = new Float64Array(d.length);
  for (let i = 0, k = 0; i < d.length; i++)
    for (let j = 0; j <= i; j++, k++) {
      out[i]! += H[k]! * d[j]!;
      if (j < i) out[j]! += H[k]! * d[i]!;
    }
  return out;
}
