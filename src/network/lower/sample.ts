import { sizeOf } from '../build.js';
import type { Place, Shape } from './place.js';

/**
 * `v[i] = Σₜ weight[i, t] · u[index[i, t]]` of the flattened `u`, as many terms for each number of the result; index −1 is 0,
 * weights are 1 where none are given.
 */
export function weighted(
  { build, layer }: Place,
  u: number,
  index: Int32Array,
  shape: Shape,
  weight?: Float64Array,
): number {
  const size = sizeOf(shape);
  const terms = index.length / size;
  const all = build.gather(layer, u, index, [index.length]);
  const zero = new Float64Array(weight ? index.length : 0);
  const own = weight
    ? build.scale(layer, all, { shape: [index.length], data: weight }, { shape: [index.length], data: zero })
    : all;
  if (terms === 1) return build.reshape(layer, own, shape);
  const ones = { shape: [terms, 1], data: new Float64Array(terms).fill(1) };
  return build.reshape(layer, build.affine(layer, build.reshape(layer, own, [size, terms]), ones), shape);
}

/** Numbers that fall on `size` places: the index of {@link weighted} that adds up those of each place, `at[k]` that of number `k`. */
export function gathered(at: ArrayLike<number>, size: number, from = 0): Int32Array {
  const counts = new Int32Array(size);
  for (let k = 0; k < at.length; k++) if (at[k]! >= 0) counts[at[k]!]!++;
  const terms = Math.max(
    1,
    counts.reduce((most, own) => Math.max(most, own), 0),
  );
  const index = new Int32Array(size * terms).fill(-1);
  const filled = new Int32Array(size);
  for (let k = 0; k < at.length; k++) {
    const place = at[k]!;
    if (place >= 0) index[place * terms + filled[place]!++] = from + k;
  }
  return index;
}

/** Which entries of an axis, −1 for none, a place between them takes, and how much of each. */
export interface Tap {
  readonly at: number;
  readonly weight: number;
}

/** All combinations of one tap of each axis of lengths `shape`: flattened index and weight. */
export function combined(taps: readonly (readonly Tap[])[], shape: Shape): Tap[] {
  let all: Tap[] = [{ at: 0, weight: 1 }];
  taps.forEach((own, axis) => {
    all = all.flatMap(({ at, weight }) =>
      own.map((tap) => ({
        at: at < 0 || tap.at < 0 ? -1 : at * shape[axis]! + tap.at,
        weight: weight * tap.weight,
      })),
    );
  });
  return all;
}
