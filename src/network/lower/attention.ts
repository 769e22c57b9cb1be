import { sizeOf } from '../build.js';
import type { Tensor } from '../graph.js';
import { affinely, line } from './arithmetic.js';
import { swap, transpose } from './move.js';
import type { Place } from './place.js';
import { matmul } from './product.js';

/** `softmax(q kᵀ · scale + mask) v`, for stacks `[…, time, depth]`; the mask is constant and broadcasts. */
export function attention(
  place: Place,
  q: number,
  k: number,
  v: number,
  scale: number,
  mask?: Tensor,
): number {
  const scores = line(place, matmul(place, { node: q }, { node: swap(place, k, -1, -2) }), scale);
  const masked = mask === undefined ? scores : affinely(place, scores, undefined, mask);
  const shares = place.build.softmax(place.layer, masked);
  return matmul(place, { node: shares }, { node: v });
}

/** `[batch, time, heads · depth]` → `[batch, heads, time, depth]`. */
export function split({ build, layer }: Place, u: number, heads: number): number {
  const [batch, time, width] = build.shape(u) as [number, number, number];
  const parted = build.reshape(layer, u, [batch, time, heads, width / heads]);
  return transpose({ build, layer }, parted, [0, 2, 1, 3]);
}

/** The way back. */
export function joined({ build, layer }: Place, u: number): number {
  const shape = build.shape(u) as [number, number, number, number];
  const turned = transpose({ build, layer }, u, [0, 2, 1, 3]);
  return build.reshape(layer, turned, [shape[0], shape[2], sizeOf([shape[1], shape[3]])]);
}

/** Added to what may not be seen: far below any score, and finite. */
export const hidden = -1e9;

/** Hides what comes later: row `t` sees columns up to `t + past`. */
export function causal(rows: number, columns: number, past = 0): Tensor {
  const data = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) for (let j = i + past + 1; j < columns; j++) data[i * columns + j] = hidden;
  return { shape: [rows, columns], data };
}
