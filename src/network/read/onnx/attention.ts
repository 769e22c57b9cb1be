import type { Tensor } from '../../graph.js';
import { affinely, spread } from '../../lower/arithmetic.js';
import { attention, causal, hidden, joined, split } from '../../lower/attention.js';
import { broadcastShape, expand, slice } from '../../lower/move.js';
import { type Call, computed, type Operator } from './call.js';

/** A constant mask: flags hide where they are false, numbers are added; −∞ becomes what hides as well. */
function maskOf(call: Call, k: number): Tensor | undefined {
  const mask = call.optional(k, 'mask');
  if (!mask) return undefined;
  const flags = mask.kind === 'flag';
  const width = mask.shape.at(-1) ?? 1;
  const hides = (own: number): boolean => (flags ? own === 0 : own === Number.NEGATIVE_INFINITY);
  for (let row = 0; row < mask.data.length; row += width)
    if (mask.data.subarray(row, row + width).every(hides))
      throw call.error('its mask hides all from a query; leave that query out');
  return {
    shape: mask.shape,
    data: Float64Array.from(mask.data, (own) => (flags ? (own ? 0 : hidden) : Math.max(own, hidden))),
  };
}

/** Both masks together. */
function both(call: Call, first: Tensor | undefined, second: Tensor | undefined): Tensor | undefined {
  if (!first || !second) return first ?? second;
  const shape = broadcastShape(call, [first.shape, second.shape]);
  const [a, b] = [spread(call, first, shape), spread(call, second, shape)];
  return { shape, data: Float64Array.from(a, (own, k) => Math.max(own + b[k]!, hidden)) };
}

/** Heads of keys and values repeated for the queries that share them. */
function repeated(call: Call, u: number, heads: number): number {
  const shape = call.build.shape(u) as [number, number, number, number];
  const own = shape[1];
  if (own === heads) return u;
  const apart = call.build.reshape(call.layer, u, [shape[0], own, 1, shape[2], shape[3]]);
  const wide = expand(call, apart, [shape[0], own, heads / own, shape[2], shape[3]]);
  return call.build.reshape(call.layer, wide, [shape[0], heads, shape[2], shape[3]]);
}

/** Operators that are an attention as a whole. */
export const attentions: Readonly<Record<string, Operator>> = {
  /** ai.onnx, opset 23. */
  Attention: (call) => {
    if (call.domain === 'com.microsoft') return computed(packed(call));
    if (call.has(6)) throw call.error('lengths of keys cannot be read; nearest is a mask');
    const flat = call.shape(0).length === 3;
    const heads = flat ? call.int('q_num_heads') : call.shape(0)[1]!;
    const own = flat ? call.int('kv_num_heads') : call.shape(1)[1]!;
    call.ignore('qk_matmul_output_mode', 'softmax_precision', 'q_num_heads', 'kv_num_heads');
    if (call.float('softcap', 0) !== 0) throw call.error('softcap cannot be read');
    const parts = [heads, own, own].map((count, k) => {
      const u = call.node(k);
      return flat ? split(call, u, count) : u;
    }) as [number, number, number];
    // What came before stands in front of keys and values alike.
    const whole = [1, 2].map((k) =>
      call.has(3 + k) ? call.build.concat(call.layer, [call.node(3 + k), parts[k]!], 2) : parts[k]!,
    ) as [number, number];
    const past = call.build.shape(whole[0])[2]! - call.build.shape(parts[1])[2]!;
    const [q, k, v] = [parts[0], repeated(call, whole[0], heads), repeated(call, whole[1], heads)];
    const shape = call.build.shape(q);
    const mask = maskOf(call, 3);
    const scale = call.given('scale') ? call.float('scale') : 1 / Math.sqrt(shape.at(-1)!);
    const later =
      call.int('is_causal', 0) === 1 ? causal(shape.at(-2)!, call.build.shape(k).at(-2)!, past) : undefined;
    const result = attention(call, q, k, v, scale, both(call, mask, later));
    return [
      computed(flat ? joined(call, result) : result),
      computed(whole[0]),
      computed(whole[1]),
      undefined,
    ];
  },
  MultiHeadAttention: (call) => {
    for (const k of [4, 6, 7])
      if (call.has(k)) throw call.error(`input ${k} cannot be read; nearest are query, key, value and bias`);
    const heads = call.int('num_heads');
    call.ignore('mask_filter_value');
    const bias = call.optionalTensor(3, 'bias');
    const parts = [0, 1, 2].map((k) => {
      const u = call.node(k);
      const width = call.build.shape(u).at(-1)!;
      const own = bias && { shape: [width], data: bias.data.slice(k * width, (k + 1) * width) };
      return split(call, own ? affinely(call, u, undefined, own) : u, heads);
    }) as [number, number, number];
    return [computed(attended(call, parts, maskOf(call, 5)))];
  },
};

function attended(
  call: Call,
  [q, k, v]: readonly [number, number, number],
  mask: Tensor | undefined,
): number {
  const shape = call.build.shape(q);
  const scale = call.float('scale', 0) || 1 / Math.sqrt(shape.at(-1)!);
  const later =
    call.int('unidirectional', 0) === 1 ? causal(shape.at(-2)!, call.build.shape(k).at(-2)!) : undefined;
  return joined(call, attention(call, q, k, v, scale, both(call, mask, later)));
}

/** com.microsoft: one product makes queries, keys and values. */
function packed(call: Call): number {
  for (const k of [3, 4])
    if (call.has(k)) throw call.error(`input ${k} cannot be read; nearest are input, weights and bias`);
  const heads = call.int('num_heads');
  call.ignore('mask_filter_value', 'do_rotary', 'past_present_share_buffer');
  const u = call.build.affine(
    call.layer,
    call.node(0),
    call.trainedAt(1, 'weights'),
    call.optionalTensor(2, 'bias'),
  );
  const width = call.build.shape(u).at(-1)! / 3;
  const sizes = call.ints('qkv_hidden_sizes') ?? [width, width, width];
  let start = 0;
  const parts = sizes.map((size) => {
    start += size;
    return split(call, slice(call, u, 2, start - size, size), heads);
  }) as [number, number, number];
  return attended(call, parts, maskOf(call, 5));
}
