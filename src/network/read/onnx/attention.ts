import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { affinely, spread } from '../../lower/arithmetic.js';
import { type AttentionOptions, attentionSteps, hidden, joined, split } from '../../lower/attention.js';
import { broadcastShape, slice } from '../../lower/move.js';
import { type Call, computed, type Operator } from './call.js';
import { repeated } from './states.js';

const never = Number.NEGATIVE_INFINITY;

/** A constant mask: flags hide where they are false, numbers are added; −∞ hides. Columns that it lacks are hidden too. */
function maskOf(call: Call, k: number, columns: number): Tensor | undefined {
  const mask = call.optional(k, 'mask');
  if (!mask) return undefined;
  const width = mask.shape.at(-1) ?? 1;
  const own = (value: number): number => (mask.kind === 'flag' ? (value ? 0 : never) : value);
  if (width === 1 || width >= columns) return { shape: mask.shape, data: Float64Array.from(mask.data, own) };
  const shape = mask.shape.with(-1, columns);
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, at) => {
    const column = at % columns;
    return column < width ? own(mask.data[Math.floor(at / columns) * width + column]!) : never;
  });
  return { shape, data };
}

/** All masks together. */
function together(call: Call, masks: readonly (Tensor | undefined)[]): Tensor | undefined {
  return masks.reduce((first, second) => {
    if (!first || !second) return first ?? second;
    const shape = broadcastShape(call, [first.shape, second.shape]);
    const [a, b] = [spread(call, first, shape), spread(call, second, shape)];
    return { shape, data: Float64Array.from(a, (own, k) => own + b[k]!) };
  }, undefined);
}

/** The mask in finite numbers; a query from which all is hidden sees nothing. */
function finite(mask: Tensor | undefined): Pick<AttentionOptions, 'mask' | 'seeing'> {
  if (!mask) return {};
  const width = mask.shape.at(-1) ?? 1;
  const blind: number[] = [];
  for (let row = 0; row < mask.data.length; row += width)
    if (mask.data.subarray(row, row + width).every((own) => own === never)) blind.push(row / width);
  const seeing = { shape: mask.shape.with(-1, 1), data: new Float64Array(mask.data.length / width).fill(1) };
  for (const row of blind) seeing.data[row] = 0;
  const data = Float64Array.from(mask.data, (own, k) =>
    own === never && seeing.data[Math.floor(k / width)] === 0 ? 0 : Math.max(own, hidden),
  );
  return { mask: { shape: mask.shape, data }, ...(blind.length > 0 && { seeing }) };
}

/** Hides columns outside of a window around each row's own, which is `offset` further; bounds below 0 leave a side open. */
function windowed(
  rows: number,
  columns: number,
  offsets: readonly number[],
  left: number,
  right: number,
): Tensor {
  const shape = offsets.length === 1 ? [rows, columns] : [offsets.length, 1, rows, columns];
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, k) => {
    const [j, i] = [k % columns, Math.floor(k / columns) % rows];
    const ahead = j - i - offsets[Math.floor(k / (rows * columns))]!;
    return (left >= 0 && -ahead > left) || (right >= 0 && ahead > right) ? never : 0;
  });
  return { shape, data };
}

/** Operators that are an attention as a whole. */
export const attentions: Readonly<Record<string, Operator>> = {
  /** ai.onnx, opset 23. */
  Attention: (call) => {
    if (call.domain === 'com.microsoft') return computed(packed(call));
    const flat = call.shape(0).length === 3;
    const heads = flat ? call.int('q_num_heads') : call.shape(0)[1]!;
    const own = flat ? call.int('kv_num_heads') : call.shape(1)[1]!;
    call.ignore('softmax_precision', 'q_num_heads', 'kv_num_heads');
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
    const [rows, columns] = [shape.at(-2)!, call.build.shape(k).at(-2)!];
    const lengths = call.optional(6, 'lengths of keys');
    const offsets = lengths && past === 0 ? Array.from(lengths.data, (length) => length - rows) : [past];
    const [left, right] = [call.int('left_window_size', -1), call.int('right_window_size', -1)];
    const mask = together(call, [
      maskOf(call, 3, columns),
      call.int('is_causal', 0) === 1 ? windowed(rows, columns, offsets, -1, 0) : undefined,
      left >= 0 || right >= 0 ? windowed(rows, columns, offsets, left, right) : undefined,
      lengths && {
        shape: [lengths.data.length, 1, 1, columns],
        data: Float64Array.from({ length: lengths.data.length * columns }, (_, at) =>
          at % columns < lengths.data[Math.floor(at / columns)]! ? 0 : never,
        ),
      },
    ]);
    const { scores, capped, masked, shares, result } = attentionSteps(call, q, k, v, {
      scale: call.given('scale') ? call.float('scale') : 1 / Math.sqrt(shape.at(-1)!),
      cap: call.float('softcap', 0),
      ...finite(mask),
    });
    const mode = call.int('qk_matmul_output_mode', 0);
    const told = [call.float('softcap', 0) > 0 ? capped : scores, capped, masked, shares][mode];
    if (told === undefined) throw call.error(`qk_matmul_output_mode is ${mode}, expected 0 to 3`);
    return [flat ? joined(call, result) : result, ...whole, told].map(computed);
  },
  MultiHeadAttention: (call) => {
    for (const k of [6, 7])
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
    return [computed(attended(call, parts, 5, 4))];
  },
  GroupQueryAttention: (call) => [computed(grouped(call)), undefined, undefined],
};

/** com.microsoft: causal, keys and values shared by several heads of queries; without a past. */
function grouped(call: Call): number {
  const [heads, own] = [call.int('num_heads'), call.int('kv_num_heads')];
  call.only('do_rotary', 0, 'turn queries and keys before');
  call.only('local_window_size', -1, 'windows cannot be read');
  call.only('smooth_softmax', 0, 'nearest is 0');
  if ([3, 4, 10, 11].some((k) => call.has(k) && sizeOf(call.shape(k)) > 0))
    throw call.error('has a past or a bias; nearest are query, key and value alone');
  const q = call.node(0);
  const shape = call.build.shape(q);
  const depth = call.has(1) ? shape[2]! / heads : shape[2]! / (heads + 2 * own);
  const parts = call.has(1)
    ? [q, call.node(1), call.node(2)]
    : [heads, own, own].map((count, k) =>
        slice(call, q, 2, depth * [0, heads, heads + own][k]!, depth * count),
      );
  const [Q, K, V] = parts.map((u, k) => repeated(call, split(call, u, k === 0 ? heads : own), heads)) as [
    number,
    number,
    number,
  ];
  const columns = call.build.shape(K)[2]!;
  const lengths = call.optional(5, 'lengths');
  if (lengths?.data.some((last) => last !== columns - 1))
    throw call.error(`hides keys; nearest are lengths of ${columns}`);
  const scale = call.float('scale', 0) || 1 / Math.sqrt(depth);
  const mask = windowed(shape[1]!, columns, [0], -1, 0);
  const cap = call.float('softcap', 0);
  return joined(call, attentionSteps(call, Q, K, V, { scale, cap, ...finite(mask) }).result);
}

/** Keys that are padding: flags or numbers for each, `[batch, keys]`, or how many are none. */
function paddingOf(call: Call, at: number, columns: number): Tensor | undefined {
  const given = call.optional(at, 'mask');
  if (!given) return undefined;
  const filler = call.float('mask_filter_value', -10000);
  const { shape, data } = given;
  if (shape.length > 2 || (shape.length === 2 && shape[1] !== columns))
    throw call.error(`has a mask of [${shape}]; [batch, ${columns}] can be read`);
  const batch = shape[0]!;
  const seen = (k: number): boolean =>
    shape.length === 2 ? data[k] !== 0 : k % columns < data[Math.floor(k / columns)]!;
  return {
    shape: [batch, 1, 1, columns],
    data: Float64Array.from({ length: batch * columns }, (_, k) => (seen(k) ? 0 : filler)),
  };
}

function attended(
  call: Call,
  [q, k, v]: readonly [number, number, number],
  maskAt: number,
  paddingAt: number,
): number {
  const shape = call.build.shape(q);
  const [rows, columns] = [shape.at(-2)!, call.build.shape(k).at(-2)!];
  const later = call.int('unidirectional', 0) === 1 ? windowed(rows, columns, [0], -1, 0) : undefined;
  const padding = paddingOf(call, paddingAt, columns);
  const mask = together(call, [maskOf(call, maskAt, columns), later, padding]);
  const scale = call.float('scale', 0) || 1 / Math.sqrt(shape.at(-1)!);
  return joined(call, attentionSteps(call, q, k, v, { scale, ...finite(mask) }).result);
}

/** com.microsoft: one product makes queries, keys and values. */
function packed(call: Call): number {
  if (call.has(4)) throw call.error('input 4 cannot be read; nearest are input, weights, bias and mask');
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
  return attended(call, parts, 5, 3);
}
