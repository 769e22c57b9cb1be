import { sizeOf } from '../build.js';
import type { Tensor } from '../graph.js';
import { affinely, apply, line } from './arithmetic.js';
import { swap, transpose } from './move.js';
import type { Place } from './place.js';
import { matmul } from './product.js';

/** What an attention computes on its way: the products of queries and keys, capped, masked, and as shares. */
export interface AttentionSteps {
  readonly scores: number;
  readonly capped: number;
  readonly masked: number;
  readonly shares: number;
  readonly result: number;
}

export interface AttentionOptions {
  readonly scale: number;
  /** Added to the scores: a constant that broadcasts, finite. */
  readonly mask?: Tensor | undefined;
  /** Factors of the shares, a constant that broadcasts: 0 for a query from which all is hidden. */
  readonly seeing?: Tensor | undefined;
  /** Scores become `cap · tanh(score / cap)` before they are masked; 0 for none. */
  readonly cap?: number;
}

/** `softmax(q kᵀ · scale + mask) v`, for stacks `[…, time, depth]`. */
export function attentionSteps(
  place: Place,
  q: number,
  k: number,
  v: number,
  { scale, mask, seeing, cap = 0 }: AttentionOptions,
): AttentionSteps {
  const scores = line(place, matmul(place, { node: q }, { node: swap(place, k, -1, -2) }), scale);
  const capped =
    cap > 0 ? line(place, apply(place, line(place, scores, 1 / cap), { name: 'tanh' }), cap) : scores;
  const masked = mask === undefined ? capped : affinely(place, capped, undefined, mask);
  const all = place.build.softmax(place.layer, masked);
  const shares = seeing === undefined ? all : affinely(place, all, seeing);
  return { scores, capped, masked, shares, result: matmul(place, { node: shares }, { node: v }) };
}

/** The result of {@link attentionSteps} alone. */
export const attention = (
  place: Place,
  q: number,
  k: number,
  v: number,
  scale: number,
  mask?: Tensor,
): number => attentionSteps(place, q, k, v, { scale, mask }).result;

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
