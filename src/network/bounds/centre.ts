import type { Tensor } from '../graph.js';
import type { Intervals } from './interval.js';
import type { Rows } from './rows.js';

/** Middles `m` of numbers and how far they may be from there. */
export interface Around {
  readonly middle: Float64Array;
  readonly radius: Float64Array;
  /** What their distances from the middles sum up to at most. */
  readonly all: number;
}

/** An affine map around a middle of what it takes: `W v + b = c + W(v − m)`. */
export interface Centre {
  readonly around: Around;
  /** `c = W m + b`. */
  readonly value: Float64Array;
  /** What was added up for each. */
  readonly size: Float64Array;
  /** Bounds of `Σᵢ |Wᵢⱼ| |vᵢ − mᵢ|`. */
  readonly spread: Float64Array;
  /** Terms of each sum of a product with coefficients. */
  readonly outputs: number;
  /** A bound of `Σ |vᵢ − mᵢ|`, and of `|W|` where these are not 0. */
  readonly reach: number;
  readonly largest: number;
}

/** Of a map of `weight`, `[in, out]`, that is applied to each row of what it takes. */
export function centreOf(kernels: Rows, weight: Tensor, bias: Tensor | undefined, around: Around): Centre {
  const [inputs, outputs] = weight.shape as [number, number];
  const { middle, radius, all } = around;
  const positions = middle.length / inputs;
  const made = (): Float64Array => new Float64Array(positions * outputs);
  const [value, size, spread] = [made(), made(), made()];
  let [reach, largest] = [0, 0];
  kernels.reserve(weight.data.length, Math.max(inputs, outputs), outputs);
  for (let r = 0; r < positions; r++) {
    const table = new Float64Array(3 * inputs);
    const moving = new Float64Array(4 * inputs);
    for (let i = 0; i < inputs; i++) {
      const [m, own] = [middle[r * inputs + i]!, radius[r * inputs + i]!];
      table[i] = m;
      table[inputs + i] = Math.abs(m);
      table[2 * inputs + i] = own;
      reach += own;
      if (!(own > 0)) continue;
      moving[2 * inputs + i] = 1;
      moving[3 * inputs + i] = -1;
    }
    const sums = kernels.dots(kernels.columns(weight), outputs, table).slice();
    const steepest = kernels.gains(kernels.columns(weight), outputs, moving);
    for (let j = 0, k = r * outputs; j < outputs; j++, k++) {
      const b = bias?.data[j] ?? 0;
      value[k] = sums[4 * j]! + b;
      size[k] = sums[4 * j + 1]! + Math.abs(b);
      const most = steepest[3 * j + 2]!;
      spread[k] =
        all === Number.POSITIVE_INFINITY ? sums[4 * j + 2]! : Math.min(sums[4 * j + 2]!, all * most);
      largest = Math.max(largest, most);
    }
  }
  return { around, value, size, spread, outputs, reach: Math.min(all, reach), largest };
}

/**
 * What `a·W(v − m)` may lose for the coefficients of one function where `aW` is computed in f32 from factors rounded to f32, in
 * any order: relative to the size of its terms (Higham, "Accuracy and stability of numerical algorithms", §3.1), and where
 * they pass below the normal numbers of f32. `size` is `Σ|a|`, `spread` `Σ|aⱼ| spreadⱼ`.
 */
export const lostIn32 = ({ outputs, reach, largest }: Centre, size: number, spread: number): number =>
  1.01 * (outputs + 4) * (2 ** -24 * spread + 2 ** -147 * reach * (1 + size + largest));

/** Middle and radius of intervals; undefined where one is infinite. */
export function aroundOf({ lower, upper }: Intervals): Around | undefined {
  const middle = lower.map((low, i) => low + (upper[i]! - low) / 2);
  const radius = lower.map((low, i) => Math.max(middle[i]! - low, upper[i]! - middle[i]!));
  if (!radius.every(Number.isFinite) || !middle.every(Number.isFinite)) return undefined;
  return { middle, radius, all: Number.POSITIVE_INFINITY };
}
