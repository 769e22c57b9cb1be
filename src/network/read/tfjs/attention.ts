import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { add, affinely, apply, multiply } from '../../lower/arithmetic.js';
import { attention, attentionSteps, causal, joined, split } from '../../lower/attention.js';
import { expand, transpose } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { einsum, matmul } from '../../lower/product.js';
import { activate } from './activations.js';
import { argumentOf, batched, type Call, type Rule, unbatched } from './call.js';

/** A projection: a kernel `[in, heads, depth]` as one product of the last axis. */
function project(
  call: Call,
  u: number,
  name: string,
  heads: number,
  depth: number,
  place = `${name}_dense`,
): number {
  const { build, layer } = call;
  const width = build.shape(u).at(-1)!;
  const own = call.within(name, place);
  const kernel = own.weight('kernel', [width, heads, depth]);
  const bias = call.config.flag('use_bias', true) ? own.weight('bias', [heads, depth]) : undefined;
  const size = heads * depth;
  return build.affine(
    layer,
    u,
    { shape: [width, size], data: kernel.data },
    bias && { shape: [size], data: bias.data },
  );
}

function hiddenLater(call: Call, rows: number, columns: number): Tensor | undefined {
  const given = call.named('use_causal_mask');
  return given && 'constant' in given && given.constant === true ? causal(rows, columns) : undefined;
}

/** Query, key and value, by place or name. */
function argumentsOf(call: Call): { query: number; key: number; value: number } {
  const { build, layer } = call;
  const nodes =
    call.positional.length > 1
      ? call.positional.flatMap((own) => ('tensor' in own ? [own.tensor] : []))
      : [...call.inputs];
  const query = nodes[0] ?? argumentOf(call, 0, 'query')[0];
  const value = nodes[1] ?? argumentOf(call, 1, 'value')[0];
  if (query === undefined || value === undefined) throw build.error(layer, 'needs a query and a value');
  const key = nodes[2] ?? argumentOf(call, 2, 'key')[0] ?? value;
  return { query, key, value };
}

/** The heads' results through the gate, where there is one, and the last projection. */
function ended(
  call: Call,
  query: number,
  heads: readonly [q: number, depth: number],
  mixed: number,
  places: readonly [gate: string, end: string],
): number {
  const { build, config, layer } = call;
  const [count, depth] = heads;
  const own =
    config.get('output_shape') === undefined ? [build.shape(query).at(-1)!] : config.numbers('output_shape');
  const width = sizeOf(own);
  let passed = mixed;
  if (config.flag('use_gate', false)) {
    const gate = project(call, batched(call, query), 'gate', count, depth, places[0]);
    passed = multiply(call, mixed, apply(call, gate, { name: 'sigmoid' }));
  }
  const end = call.within('attention_output', places[1]);
  const kernel = end.weight('kernel', [count, depth, ...own]);
  const bias = config.flag('use_bias', true) ? end.weight('bias', own) : undefined;
  const weight = { shape: [count * depth, width], data: kernel.data };
  const v = build.affine(layer, passed, weight, bias && { shape: [width], data: bias.data });
  return build.reshape(layer, v, [...build.shape(v).slice(1, -1), ...own]);
}

const multiHead: Rule = (call) => {
  const { build, config } = call;
  const { query, key, value } = argumentsOf(call);
  const heads = config.number('num_heads');
  const depth = config.number('key_dim');
  const own = config.get('value_dim') === undefined ? depth : config.number('value_dim');
  for (const name of ['dropout', 'query_shape', 'key_shape', 'value_shape', 'flash_attention', 'seed'])
    config.get(name);
  const rank = build.shape(query).length + 1;
  const given =
    config.get('attention_axes') === undefined ? range(rank).slice(1, -1) : config.numbers('attention_axes');
  const axes = given.map((axis) => (axis < 0 ? axis + rank : axis));
  if (
    !axes.every((axis) => axis > 0 && axis < rank - 1) ||
    [key, value].some((u) => build.shape(u).length + 1 !== rank)
  )
    throw config.error(`attention_axes is [${given}] of ${rank} axes; nearest is [1]`);
  /** Axes that are no attended ones as one batch, the attended ones as time. */
  const order = [...range(rank - 1).filter((axis) => !axes.includes(axis)), ...axes, rank - 1];
  const flat = (u: number): number => {
    const turned = transpose(call, u, order);
    const shape = build.shape(turned);
    const time = sizeOf(shape.slice(-1 - axes.length, -1));
    return build.reshape(call.layer, turned, [sizeOf(shape) / time / shape.at(-1)!, time, shape.at(-1)!]);
  };
  const [q, k, v] = [query, key, value].map((u) => batched(call, u)) as [number, number, number];
  const [Q, K, V] = [
    split(call, flat(project(call, q, 'query', heads, depth)), heads),
    split(call, flat(project(call, k, 'key', heads, depth)), heads),
    split(call, flat(project(call, v, 'value', heads, own)), heads),
  ];
  const mask = hiddenLater(call, build.shape(Q)[2]!, build.shape(K)[2]!);
  const { shares, result } = attentionSteps(call, Q, K, V, { scale: 1 / Math.sqrt(depth), mask });
  const from = order.map((axis) => build.shape(q)[axis]!).with(-1, heads * own);
  const inverse = range(rank).map((axis) => order.indexOf(axis));
  const mixed = transpose(call, build.reshape(call.layer, joined(call, result), from), inverse);
  const end = ended(call, query, [heads, own], mixed, ['_gate_dense', 'output_dense']);
  return withShares(call, end, axes.length === rank - 2 ? unbatched(call, shares) : undefined);
};

/** The result, and what each query takes of each key where the call asks for that. */
function withShares(call: Call, result: number, shares: number | undefined): number | readonly number[] {
  const asked = call.named('return_attention_scores');
  if (!(asked && 'constant' in asked && asked.constant === true)) return result;
  if (shares === undefined)
    throw call.build.error(call.layer, 'returns its scores over some axes; nearest is over all of them');
  return [result, shares];
}

/** Attention whose keys and values serve several heads of queries each (Ainslie et al. 2023). */
const groupedQuery: Rule = (call) => {
  const { build, config } = call;
  const { query, key, value } = argumentsOf(call);
  const depth = config.number('head_dim');
  const [heads, shared] = [config.number('num_query_heads'), config.number('num_key_value_heads')];
  if (!(Number.isInteger(heads / shared) && shared > 0))
    throw config.error(`has ${heads} heads of queries for ${shared} of keys`);
  for (const name of ['dropout', 'flash_attention', 'seed']) config.get(name);
  config.only('sliding_window', null, 'windows cannot be read');
  const [q, k, v] = [query, key, value].map((u) => batched(call, u)) as [number, number, number];
  /** A head of keys or values once for each head of queries that it serves. */
  const served = (u: number, name: string): number => {
    const own = split(call, project(call, u, name, shared, depth, `_${name}_dense`), shared);
    const [, , time] = build.shape(own) as [number, number, number];
    const apart = build.reshape(call.layer, own, [1, shared, 1, time, depth]);
    const wide = expand(call, apart, [1, shared, heads / shared, time, depth]);
    return build.reshape(call.layer, wide, [1, heads, time, depth]);
  };
  const Q = split(call, project(call, q, 'query', heads, depth, '_query_dense'), heads);
  const [K, V] = [served(k, 'key'), served(v, 'value')];
  const mask = hiddenLater(call, build.shape(Q)[2]!, build.shape(K)[2]!);
  const mixed = joined(call, attention(call, Q, K, V, 1 / Math.sqrt(depth), mask));
  return ended(call, query, [heads, depth], mixed, ['_gate_dense', '_output_dense']);
};

/** `Σ s ∘ tanh(q + k)` of each query with each key (Bahdanau et al. 2015), as a mask adds to it, and the values by its softmax. */
function additive(
  call: Call,
  query: number,
  key: number,
  value: number,
  inner: Tensor | undefined,
  outer: Float64Array,
): number {
  const { build, layer } = call;
  const [[m, d], [n]] = [build.shape(query), build.shape(key)] as [[number, number], [number]];
  const [q, k] = [build.reshape(layer, query, [m, 1, d]), build.reshape(layer, key, [1, n, d])];
  const sum = add(call, q, k);
  const bent = apply(call, inner ? affinely(call, sum, inner) : sum, { name: 'tanh' });
  const scores = build.reshape(layer, build.affine(layer, bent, { shape: [d, 1], data: outer }), [m, n]);
  const mask = hiddenLater(call, m, n);
  const shares = build.softmax(layer, mask ? affinely(call, scores, undefined, mask) : scores);
  return matmul(call, { node: shares }, { node: value });
}

const additiveAttention: Rule = (call) => {
  const { build, config } = call;
  const { query, key, value } = argumentsOf(call);
  const width = build.shape(query).at(-1)!;
  const outer = config.flag('use_scale', true)
    ? Float64Array.from(call.weight('scale', [width]).data)
    : new Float64Array(width).fill(1);
  for (const name of ['dropout', 'seed']) config.get(name);
  return additive(call, query, key, value, undefined, outer);
};

/** Dot-product attention of `[query, value, key]`. */
const dotAttention: Rule = (call) => {
  const { build, config, layer } = call;
  const [query, value, key = value] = call.inputs;
  if (query === undefined || value === undefined) throw build.error(layer, 'needs a query and a value');
  const mode = config.get('score_mode') ?? 'dot';
  if (mode !== 'dot' && mode !== 'concat')
    throw config.error(`"score_mode" is ${JSON.stringify(mode)}, expected dot or concat`);
  for (const name of ['dropout', 'seed']) config.get(name);
  const scale = config.flag('use_scale', false) ? call.weight('scale', []) : undefined;
  const shape = build.shape(query);
  if (mode === 'concat') {
    const factor = call.weight('concat_score_weight', []).data[0]!;
    return additive(call, query, key!, value, scale, new Float64Array(shape.at(-1)!).fill(factor));
  }
  const scores = scale?.data[0] ?? 1;
  const [q, k, v] = [query, key!, value].map((u) => batched(call, u)) as [number, number, number];
  const mask = hiddenLater(call, shape[0]!, build.shape(key!)[0]!);
  const steps = attentionSteps(call, q, k, v, { scale: scores, mask });
  return withShares(call, unbatched(call, steps.result), unbatched(call, steps.shares));
};

const einsumDense: Rule = (call) => {
  const { build, config, layer } = call;
  const equation = config.text('equation');
  const shape = build.shape(call.inputs[0]!);
  const [left, right] = equation.replaceAll(' ', '').split('->') as [string, string];
  const [input, kernel] = left.split(',') as [string, string];
  const outs = config.list('output_shape');
  const names = right.replace('...', '');
  const lengths = new Map<string, number>();
  const own = input.replace('...', '');
  [...own].reverse().forEach((label, k) => {
    lengths.set(label, [1, ...shape].at(-1 - k)!);
  });
  const tail = [...names].slice(-outs.length);
  tail.forEach((label, k) => {
    if (typeof outs[k] === 'number') lengths.set(label, outs[k] as number);
  });
  const weight = call.weight(
    'kernel',
    [...kernel].map((label) => lengths.get(label)!),
  );
  const v = einsum(call, equation, [{ node: batched(call, call.inputs[0]!) }, { tensor: weight }]);
  config.get('bias_initializer');
  config.only('lora_rank', null, 'low-rank updates cannot be read; merge them and save again');
  for (const key of ['gptq_unpacked_column_size', 'lora_alpha']) config.get(key);
  config.only('quantization_config', null, 'quantized layers cannot be read; save it unquantized');
  const axes = config.get('bias_axes') === undefined ? '' : config.text('bias_axes');
  const full = build.shape(v);
  const labels = [...(right.startsWith('...') ? `${'?'.repeat(full.length - names.length)}${names}` : names)];
  let shifted = v;
  if (axes !== '') {
    const at = labels.flatMap((label, k) => (axes.includes(label) ? [k] : []));
    const bias = call.weight(
      'bias',
      at.map((k) => full[k]!),
    );
    const wide = labels.slice(at[0]!).map((label, k) => (axes.includes(label) ? full[at[0]! + k]! : 1));
    shifted = affinely(call, v, undefined, { shape: wide, data: bias.data });
  }
  const [batch, ...rest] = build.shape(shifted);
  if (batch !== 1) throw build.error(layer, `sums "${equation}" over the batch`);
  return activate(call, build.reshape(layer, shifted, rest));
};

export const attentionRules: Readonly<Record<string, Rule>> = {
  MultiHeadAttention: multiHead,
  GroupedQueryAttention: groupedQuery,
  GroupQueryAttention: groupedQuery,
  AdditiveAttention: additiveAttention,
  Attention: dotAttention,
  EinsumDense: einsumDense,
};
