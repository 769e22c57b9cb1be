import type { Tensor } from '../../graph.js';
import { add, line, multiply } from '../../lower/arithmetic.js';
import { select, slice } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import {
  gru,
  lstm,
  type Recurrence,
  simpleRecurrence,
  stacked,
  type Unrolled,
} from '../../lower/recurrence.js';
import { activate } from './activations.js';
import { argumentOf, batched, type Call, type OwnWeights, one, type Rule, unbatched } from './call.js';
import { Config, isObject, snake } from './config.js';

/** An activation that a key names. */
export const named =
  (call: Call, key: string, standard: string) =>
  (u: number): number => {
    const given = call.config.get(key) ?? standard;
    const config = new Config({ activation: given }, call.config.where);
    return activate({ ...call, config }, u);
  };

/** What only says how a layer is computed or trained. */
export function skip({ config }: Call): void {
  for (const key of [
    'dropout',
    'recurrent_dropout',
    'unroll',
    'implementation',
    'time_major',
    'use_cudnn',
    'unit_forget_bias',
    'zero_output_for_mask',
  ])
    config.get(key);
  config.only('stateful', false, 'states that outlive a call cannot be read; save it with stateful=False');
}

type Cell = (call: Call, u: number, r: Recurrence) => Unrolled;

interface Kind {
  readonly gates: number;
  readonly states: number;
  readonly cell: string;
  readonly run: Cell;
}

const kinds: Readonly<Record<string, Kind>> = {
  SimpleRNN: {
    gates: 1,
    states: 1,
    cell: 'simple_rnn_cell',
    run: (call, u, r) => simpleRecurrence(call, u, r, named(call, 'activation', 'tanh')),
  },
  LSTM: {
    gates: 4,
    states: 2,
    cell: 'lstm_cell',
    run: (call, u, r) =>
      lstm(call, u, r, {
        order: { input: 0, forget: 1, cell: 2, output: 3 },
        gate: named(call, 'recurrent_activation', 'sigmoid'),
        cell: named(call, 'activation', 'tanh'),
        hidden: named(call, 'activation', 'tanh'),
      }),
  },
  GRU: {
    gates: 3,
    states: 1,
    cell: 'gru_cell',
    run: (call, u, r) =>
      gru(call, u, r, {
        order: { update: 0, reset: 1, candidate: 2 },
        gate: named(call, 'recurrent_activation', 'sigmoid'),
        candidate: named(call, 'activation', 'tanh'),
        resetAfter: call.config.flag('reset_after', true),
      }),
  },
};

/** One direction; its states in the order of time as one value, and the last ones. */
function run(
  call: Call,
  kind: Kind,
  cell: OwnWeights,
  u: number,
  initial: readonly number[],
  backwards = call.config.flag('go_backwards', false),
) {
  const { build, config, layer } = call;
  const units = config.number('units');
  const features = build.shape(u)[2]!;
  const width = kind.gates * units;
  const kernel = cell.weight('kernel', [features, width]);
  const recurrent = cell.weight('recurrent_kernel', [units, width]);
  let shift: { bias?: Tensor; recurrentBias?: Tensor } = {};
  if (config.flag('use_bias', true)) {
    const two = kind.gates === 3 && config.flag('reset_after', true);
    const all = cell.weight('bias', two ? [2, width] : [width]);
    const part = (k: number): Tensor => ({
      shape: [width],
      data: all.data.subarray(k * width, (k + 1) * width),
    });
    shift = two ? { bias: part(0), recurrentBias: part(1) } : { bias: all };
  }
  skip(call);
  return kind.run(call, u, {
    kernel,
    recurrent,
    ...shift,
    units,
    backwards,
    initial: initial.map((state) => build.reshape(layer, state, [1, units])),
  });
}

/** What a recurrent layer gives: a sequence (in the order in which it was computed) or its end, and its states. */
function results(
  call: Call,
  { steps, last, main: end = last[0]! }: Unrolled & { readonly main?: number },
  backwards: boolean,
): number[] {
  const { build, config, layer } = call;
  const order = backwards ? [...steps].reverse() : steps;
  const sequence = config.flag('return_sequences', false);
  const main = unbatched(call, sequence ? stacked(call, order) : end);
  if (!config.flag('return_state', false)) return [main];
  return [main, ...last.map((state) => build.reshape(layer, state, build.shape(state).slice(1)))];
}

/** The input, and the states it begins with. */
function begin(call: Call): { u: number; initial: readonly number[] } {
  const [u, ...more] = call.inputs;
  if (u === undefined) throw call.build.error(call.layer, 'has no input');
  const shape = call.build.shape(u);
  if (shape.length !== 2)
    throw call.build.error(call.layer, `works on [time, features], its input has ${shape.length} axes`);
  return { u: batched(call, u), initial: more.length > 0 ? more : argumentOf(call, 1, 'initial_state') };
}

const recurrent =
  (kind: Kind): Rule =>
  (call) => {
    const { u, initial } = begin(call);
    const found = run(call, kind, call.within(kind.cell, 'cell'), u, initial);
    return results(call, found, call.config.flag('go_backwards', false));
  };

/** Cells in a layer RNN, one or several of which each takes what the one before gives. */
function runCells(
  call: Call,
  u: number,
  initial: readonly number[],
): { found: Unrolled & { main: number }; backwards: boolean } {
  skip(call);
  const backwards = call.config.flag('go_backwards', false);
  const cell = inner(call, 'cell');
  // tfjs repeats what the cell is made of.
  for (const key of Object.keys(cell.config.json)) call.config.get(snake(key));
  const many = cell.kind === 'StackedRNNCells';
  const weights = call.within(cell.name, 'cell');
  const cells = many
    ? cell.config.list('cells').map((own, k) => {
        if (!isObject(own)) throw cell.config.error(`cell ${k} is no object`);
        return described(call, new Config(own, cell.config.where));
      })
    : [cell];
  const seen = new Map<string, number>();
  let [last, at]: [Unrolled, number] = [{ steps: [], last: [] }, 0];
  let v = u;
  const states: number[] = [];
  for (const [k, { kind: name, config, name: label }] of cells.entries()) {
    const plain = name.replace(/Cell$/, '');
    const kind = name !== plain && Object.hasOwn(kinds, plain) ? kinds[plain] : undefined;
    if (!kind) throw call.build.error(call.layer, `has cells ${name}; nearest is LSTMCell`);
    const before = seen.get(name) ?? 0;
    seen.set(name, before + 1);
    const place = `cells/${kind.cell}${before > 0 ? `_${before}` : ''}`;
    // tfjs numbers them instead of naming them.
    const numbered = call.within(`RNNCell_${k}`, place);
    const kept = many ? weights.within(label, place) : weights;
    const own = many && numbered.has('kernel') ? numbered : kept;
    const given = initial.slice(at, at + (initial.length > 0 ? kind.states : 0));
    at += given.length;
    last = run({ ...call, config }, kind, own, v, given, backwards);
    states.push(...last.last);
    v = stacked(call, last.steps);
  }
  return { found: { steps: last.steps, last: states, main: last.last[0]! }, backwards };
}

const ofCells: Rule = (call) => {
  const { u, initial } = begin(call);
  const { found, backwards } = runCells(call, u, initial);
  return results(call, found, backwards);
};

/** The layer that a wrapper's configuration holds. */
const inner = (call: Call, key: string): Inner => described(call, call.config.object(key));

interface Inner {
  readonly kind: string;
  readonly config: Config;
  readonly name: string;
}

function described(call: Call, entry: Config): Inner {
  for (const own of ['module', 'registered_name', 'build_config', 'name', 'inbound_nodes']) entry.get(own);
  const kind = entry.text('class_name');
  const config = entry.object('config');
  return {
    kind,
    config: new Config(config.json, `${call.config.where}: ${kind}`),
    name: config.text('name', kind),
  };
}

const bidirectional: Rule = (call) => {
  const { build, layer } = call;
  const mode = call.config.get('merge_mode');
  const { u, initial } = begin(call);
  const forward = inner(call, 'layer');
  const given = call.config.get('backward_layer');
  const backward = isObject(given)
    ? inner(call, 'backward_layer')
    : {
        ...forward,
        config: new Config(
          { ...forward.config.json, go_backwards: !forward.config.flag('go_backwards', false) },
          forward.config.where,
        ),
      };
  const half = initial.length / 2;
  /** One direction by itself, its weights under its name with or without its direction. */
  const direction = (own: Inner, side: 'forward' | 'backward', states: readonly number[]): number[] => {
    const { config, kind: name } = own;
    const plain = own.name.replace(/^(forward_|backward_)/, '');
    const inside = (label: string): Call => ({ ...call, config, ...call.within(label, `${side}_layer`) });
    if (name === 'RNN') {
      const { found, backwards } = runCells(inside(`${side}_${plain}`), u, states);
      return results({ ...call, config }, found, backwards);
    }
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) throw build.error(layer, `wraps ${name}; nearest is LSTM`);
    const named = [`${side}_${plain}`, own.name].map((label) => inside(label).within(kind.cell, 'cell'));
    const cell = named.find((weights) => weights.has('kernel')) ?? named[0]!;
    const found = run({ ...call, config }, kind, cell, u, states);
    return results({ ...call, config }, found, config.flag('go_backwards', false));
  };
  const [a, b] = [
    direction(forward, 'forward', initial.slice(0, half)),
    direction(backward, 'backward', initial.slice(half)),
  ];
  let turned = b[0]!;
  if (backward.config.flag('return_sequences', false)) {
    const [time] = build.shape(turned) as [number];
    turned = select(call, turned, 0, range(time).reverse());
  }
  const states = [...a.slice(1), ...b.slice(1)];
  const merged = mode === undefined ? (call.config.json['merge_mode'] === null ? null : 'concat') : mode;
  if (merged === null) return [a[0]!, turned, ...states];
  return [merge(call, String(merged), a[0]!, turned), ...states];
};

function merge(call: Call, mode: string, a: number, b: number): number {
  const { build, layer } = call;
  if (mode === 'concat') return build.concat(layer, [a, b], build.shape(a).length - 1);
  if (mode === 'sum') return add(call, a, b);
  if (mode === 'ave') return line(call, add(call, a, b), 0.5);
  if (mode === 'mul') return multiply(call, a, b);
  throw call.config.error(`merge_mode is "${mode}", expected concat, sum, ave or mul`);
}

/** A layer applied to every step: all steps at once where the layer works on the last axis, else one by one. */
export const timeDistributed =
  (rules: () => Readonly<Record<string, Rule>>): Rule =>
  (call) => {
    const { build, layer } = call;
    const wrapped = inner(call, 'layer');
    const model = call.model?.(call.config.object('layer'), wrapped.name, 'layer');
    const rule = Object.hasOwn(rules(), wrapped.kind) ? rules()[wrapped.kind] : undefined;
    if (!rule && !model) throw build.error(layer, `wraps ${wrapped.kind}, which cannot be read`);
    const u = one(call);
    const [time, ...shape] = build.shape(u) as [number, ...number[]];
    const steps = range(time).map((t) => {
      const step = build.reshape(layer, slice(call, u, 0, t, 1), shape);
      const result = model
        ? model(step)
        : rule!({
            ...call,
            ...call.within(wrapped.name, 'layer'),
            config: wrapped.config,
            inputs: [step],
            positional: [{ tensor: step }],
          });
      const node = typeof result === 'number' ? result : result[0]!;
      return build.reshape(layer, node, [1, ...build.shape(node)]);
    });
    return steps.length === 1 ? steps[0]! : build.concat(layer, steps, 0);
  };

/** A layer whose kernel training divides by its largest singular value: what is stored is the quotient. */
export const spectralNormalization =
  (rules: () => Readonly<Record<string, Rule>>): Rule =>
  (call) => {
    const wrapped = inner(call, 'layer');
    const rule = Object.hasOwn(rules(), wrapped.kind) ? rules()[wrapped.kind] : undefined;
    if (!rule) throw call.build.error(call.layer, `wraps ${wrapped.kind}, which cannot be read`);
    for (const weight of ['vector_u', 'kernel']) call.ignore(weight);
    call.config.get('power_iterations');
    return rule({ ...call, ...call.within(wrapped.name, 'layer'), config: wrapped.config });
  };

export const recurrentRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(Object.entries(kinds).map(([name, kind]) => [name, recurrent(kind)])),
  Bidirectional: bidirectional,
  RNN: ofCells,
};
