import type { Tensor } from '../../graph.js';
import { affinely } from '../../lower/arithmetic.js';
import { attention, causal, joined, split } from '../../lower/attention.js';
import { einsum } from '../../lower/product.js';
import { activate } from './activations.js';
import { argumentOf, batched, type Call, type Rule, unbatched } from './call.js';

/** A projection: a kernel `[in, heads, depth]` as one product of the last axis. */
function project(call: Call, u: number, name: string, heads: number, depth: number): number {
  const { build, layer } = call;
  const width = build.shape(u).at(-1)!;
  const own = call.within(name, `${name}_dense`);
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

const multiHead: Rule = (call) => {
  const { build, config, layer } = call;
  const nodes =
    call.positional.length > 1
      ? call.positional.flatMap((own) => ('tensor' in own ? [own.tensor] : []))
      : [...call.inputs];
  const query = nodes[0] ?? argumentOf(call, 0, 'query')[0];
  const value = nodes[1] ?? argumentOf(call, 1, 'value')[0];
  if (query === undefined || value === undefined) throw build.error(layer, 'needs a query and a value');
  const key = nodes[2] ?? argumentOf(call, 2, 'key')[0] ?? value;
  for (const name of ['attention_mask', 'query_mask', 'value_mask', 'key_mask'])
    if (argumentOf(call, 99, name).length > 0)
      throw build.error(layer, `${name} cannot be read; nearest is use_causal_mask`);
  const heads = config.number('num_heads');
  const depth = config.number('key_dim');
  const own = config.get('value_dim') === undefined ? depth : config.number('value_dim');
  for (const name of [
    'dropout',
    'query_shape',
    'key_shape',
    'value_shape',
    'flash_attention',
    'seed',
    'use_gate',
  ])
    config.get(name);
  const axes = config.get('attention_axes') === undefined ? [1] : config.numbers('attention_axes');
  if (axes.length !== 1 || axes[0] !== 1) throw config.error(`attention_axes is [${axes}]; nearest is [1]`);
  if (config.get('output_shape') !== undefined)
    throw config.error('output_shape cannot be read; leave it out');
  const [q, k, v] = [query, key, value].map((u) => batched(call, u)) as [number, number, number];
  const [Q, K, V] = [
    split(call, project(call, q, 'query', heads, depth), heads),
    split(call, project(call, k, 'key', heads, depth), heads),
    split(call, project(call, v, 'value', heads, own), heads),
  ];
  const [rows, columns] = [build.shape(Q)[2]!, build.shape(K)[2]!];
  const mixed = joined(
    call,
    attention(call, Q, K, V, 1 / Math.sqrt(depth), hiddenLater(call, rows, columns)),
  );
  const width = build.shape(query).at(-1)!;
  const end = call.within('attention_output', 'output_dense');
  const kernel = end.weight('kernel', [heads, own, width]);
  const bias = config.flag('use_bias', true) ? end.weight('bias', [width]) : undefined;
  return unbatched(
    call,
    build.affine(layer, mixed, { shape: [heads * own, width], data: kernel.data }, bias),
  );
};

/** Dot-product attention of `[query, value, key]`. */
const dotAttention: Rule = (call) => {
  const { build, config, layer } = call;
  const [query, value, key = value] = call.inputs;
  if (query === undefined || value === undefined) throw build.error(layer, 'needs a query and a value');
  config.only('score_mode', 'dot', 'only dot products can be read');
  config.get('dropout');
  let scores = 1;
  if (config.flag('use_scale', false)) scores = call.weight('scale', []).data[0]!;
  const shape = build.shape(query);
  return unbatched(
    call,
    attention(
      call,
      batched(call, query),
      batched(call, key!),
      batched(call, value),
      scores,
      hiddenLater(call, shape[0]!, build.shape(key!)[0]!),
    ),
  );
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
  Attention: dotAttention,
  EinsumDense: einsumDense,
};
