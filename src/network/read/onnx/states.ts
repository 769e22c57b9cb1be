import type { Tensor } from '../../graph.js';
import { affinely, apply, line, multiply, subtract } from '../../lower/arithmetic.js';
import { joined, split } from '../../lower/attention.js';
import { convolution, permuted } from '../../lower/convolution.js';
import { expand, slice, swap, transpose } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { matmul } from '../../lower/product.js';
import { type Call, computed, type Operator } from './call.js';

/** Heads repeated for the queries that share them, `[batch, heads, …]`. */
export function repeated(call: Call, u: number, heads: number): number {
  const [batch, own, ...rest] = call.build.shape(u) as [number, number, ...number[]];
  if (own === heads) return u;
  const apart = call.build.reshape(call.layer, u, [batch, own, 1, ...rest]);
  const wide = expand(call, apart, [batch, own, heads / own, ...rest]);
  return call.build.reshape(call.layer, wide, [batch, heads, ...rest]);
}

/**
 * Attention without softmax as a recurrence of a matrix S for each head, unrolled: `S ← e^g S + k ⊗ v`, or with the delta rule
 * `S ← e^g S + β k ⊗ (v − e^g Sᵀk)`; the result is `scale · Sᵀq`.
 */
function linearAttention(call: Call): [number, number] {
  const { build, layer } = call;
  const [heads, own] = [call.int('q_num_heads'), call.int('kv_num_heads')];
  const rule = call.text('update_rule', 'gated_delta');
  if (!['linear', 'gated', 'delta', 'gated_delta'].includes(rule))
    throw call.error(`update_rule ${rule} cannot be read; nearest is gated_delta`);
  call.ignore('chunk_size');
  const [q, k, v] = [
    split(call, call.node(0), heads),
    split(call, call.node(1), own),
    split(call, call.node(2), own),
  ];
  const [batch, , time, depth] = build.shape(q) as [number, number, number, number];
  // One number or one for each key's entry; the same for all heads, or for each.
  const gate = (at: number): number => {
    const u = call.node(at);
    const width = build.shape(u).at(-1)!;
    return split(call, u, width % own === 0 ? own : 1);
  };
  const decay = rule.startsWith('gated') ? apply(call, gate(4), { name: 'exp' }) : undefined;
  const rate = rule.endsWith('delta') ? gate(5) : undefined;
  const scale = call.float('scale', 0) || 1 / Math.sqrt(depth);
  /** Step `t` of `[batch, heads, time, n]` as columns `[batch, heads, n, 1]`. */
  const column = (u: number, t: number): number => swap(call, slice(call, u, 2, t, 1), -1, -2);
  let state = call.has(3) ? call.node(3) : undefined;
  const steps = range(time).map((t) => {
    const key = column(k, t);
    if (decay !== undefined && state !== undefined) state = multiply(call, state, column(decay, t));
    let value = slice(call, v, 2, t, 1);
    if (rate !== undefined) {
      if (state !== undefined)
        value = subtract(call, value, matmul(call, { node: slice(call, k, 2, t, 1) }, { node: state }));
      value = multiply(call, value, slice(call, rate, 2, t, 1));
    }
    const written = matmul(call, { node: key }, { node: value });
    state = state === undefined ? written : build.add(layer, [state, written]);
    const query = slice(call, q, 2, t, 1);
    return line(call, matmul(call, { node: query }, { node: repeated(call, state, heads) }), scale);
  });
  const all = steps.length === 1 ? steps[0]! : build.concat(layer, steps, 2);
  if (build.shape(all)[0] !== batch) throw call.error('has a state of another batch');
  return [joined(call, all), state!];
}

/** A convolution of each channel with itself that looks back only, over what came before and the input. */
function causalConvolution(call: Call): (number | undefined)[] {
  const { build, layer } = call;
  const u = call.node(0);
  const W = call.trainedAt(1, 'weight');
  const [batch, channels, time] = build.shape(u) as [number, number, number];
  const reach = W.shape[2]! - 1;
  const before = (): number =>
    build.gather(layer, u, new Int32Array(batch * channels * reach).fill(-1), [batch, channels, reach]);
  const whole = reach === 0 ? u : build.concat(layer, [call.has(3) ? call.node(3) : before(), u], 2);
  const v = convolution(call, whole, {
    kernel: permuted(W, [2, 1, 0]),
    bias: call.optionalTensor(2, 'bias'),
    windows: [{ length: reach + 1, stride: 1, dilation: 1, before: 0, after: 0 }],
    groups: channels,
    channelsLast: false,
  });
  const name = call.text('activation', 'none');
  if (!['none', 'silu', 'swish'].includes(name))
    throw call.error(`activation ${name} cannot be read; nearest is silu`);
  return [
    name === 'none' ? v : apply(call, v, { name: 'swish' }),
    reach === 0 ? undefined : slice(call, whole, 2, time, reach),
  ];
}

/** Each pair of entries turned by an angle that depends on its place (Su et al. 2021). */
function rotary(call: Call): number {
  const { build, layer } = call;
  const own = call.domain === 'com.microsoft';
  const [caches, at] = own ? [2, 1] : [1, 3];
  const u = call.node(0);
  const shape = build.shape(u);
  const heads = call.int('num_heads', 0) || 1;
  const turned = shape.length === 4;
  const v = turned
    ? transpose(call, u, [0, 2, 1, 3])
    : build.reshape(layer, u, [shape[0]!, shape[1]!, heads, shape[2]! / heads]);
  const [batch, time, , depth] = build.shape(v) as [number, number, number, number];
  const width = call.int('rotary_embedding_dim', 0) || depth;
  const half = width / 2;
  const apart = call.int('interleaved', 0) === 0;
  call.ignore('is_packed_batching');
  const cache = (k: number): ((b: number, t: number, l: number) => number) => {
    const { shape: from, data } = call.constant(k, 'cache');
    const places = call.optional(at, 'places');
    const rows = from.at(-1) === half ? from.at(-2)! : 0;
    if (rows === 0) throw call.error(`has a cache of [${from}] for pairs of ${width} entries`);
    const place = (b: number, t: number): number => {
      if (!places) return from.length === 3 && from[0]! > 1 ? b * rows + t : t;
      return places.data.length === 1 ? places.data[0]! + t : places.data[b * time + t]!;
    };
    return (b, t, l) => data[place(b, t) * half + l]!;
  };
  const [cos, sin] = [cache(caches), cache(caches + 1)];
  const pair = (k: number): number => (apart ? k % half : k >> 1);
  const second = (k: number): boolean => (apart ? k >= half : k % 2 === 1);
  const table = (of: (b: number, t: number, k: number) => number): Tensor => ({
    shape: [batch, time, 1, depth],
    data: Float64Array.from({ length: batch * time * depth }, (_, k) =>
      of(Math.floor(k / (time * depth)), Math.floor(k / depth) % time, k % depth),
    ),
  });
  const C = table((b, t, k) => (k < width ? cos(b, t, pair(k)) : 1));
  const S = table((b, t, k) => (k < width ? (second(k) ? 1 : -1) * sin(b, t, pair(k)) : 0));
  const step = apart ? half : 1;
  const other = Int32Array.from({ length: build.shape(v).reduce((a, b) => a * b, 1) }, (_, k) => {
    const entry = k % depth;
    return entry < width ? k + (second(entry) ? -step : step) : k;
  });
  const result = build.add(layer, [
    affinely(call, v, C),
    affinely(call, build.gather(layer, v, other, build.shape(v)), S),
  ]);
  return turned ? transpose(call, result, [0, 2, 1, 3]) : build.reshape(layer, result, shape);
}

/** Operators that carry a state, or places, along a sequence. */
export const states: Readonly<Record<string, Operator>> = {
  LinearAttention: (call) => linearAttention(call).map(computed),
  CausalConvWithState: (call) =>
    causalConvolution(call).map((node) => (node === undefined ? undefined : computed(node))),
  RotaryEmbedding: (call) => computed(rotary(call)),
};
