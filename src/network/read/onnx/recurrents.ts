import type { Tensor } from '../../graph.js';
import { clip } from '../../lower/arithmetic.js';
import { permuted } from '../../lower/convolution.js';
import { slice, swap } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { gru, lstm, type Recurrence, simpleRecurrence, type Unrolled } from '../../lower/recurrence.js';
import { namedActivation } from './activations.js';
import { type Call, computed, type Operator, type Result } from './call.js';

/** Part `k` of a constant along its first axis. */
function direction({ shape, data }: Tensor, k: number): Tensor {
  const size = data.length / shape[0]!;
  return { shape: shape.slice(1), data: data.subarray(k * size, (k + 1) * size) };
}

/** One half of a bias: of the input's product or of the state's. */
const half = ({ data }: Tensor, k: number): Tensor => ({
  shape: [data.length / 2],
  data: data.subarray((k * data.length) / 2, ((k + 1) * data.length) / 2),
});

/** `[directions, gates · units, …]` of each weight and `[directions, batch, units]` of each state, or the file's mistake. */
function checkShapes(call: Call, gates: number, units: number, states: number, timeFirst: boolean): void {
  const directions = call.shape(1)[0]!;
  const X = call.shape(0);
  const batch = X[timeFirst ? 1 : 0]!;
  const state = timeFirst ? [directions, batch, units] : [batch, directions, units];
  const expected: readonly (readonly [string, number, readonly number[]])[] = [
    ['weight', 1, [directions, gates * units, X.at(-1)!]],
    ['recurrent weight', 2, [directions, gates * units, units]],
    ['bias', 3, [directions, 2 * gates * units]],
    ...range(states).map((k) => ['initial state', 5 + k, state] as const),
  ];
  for (const [what, k, shape] of expected)
    if (call.has(k) && call.shape(k).join() !== shape.join())
      throw call.error(
        `its ${what} has shape [${call.shape(k)}], expected [${shape}] for ${units} units; export it again`,
      );
}

type Run = (
  u: number,
  recurrence: Recurrence,
  activations: readonly ((u: number) => number)[],
  peephole: Tensor | undefined,
) => Unrolled;

/**
 * RNN, GRU and LSTM: `X` is `[time, batch, in]` (`[batch, time, in]` for `layout` 1), weights `[directions, gates · units, …]`.
 * Outputs are all states, the last one, and the last cell state.
 */
function recurrent(call: Call, standard: readonly string[], gates: number, states: number, run: Run): Result {
  const X = call.node(0);
  const timeFirst = call.int('layout', 0) === 0;
  const u = timeFirst ? swap(call, X, 0, 1) : X;
  const [batch, time] = call.build.shape(u) as [number, number];
  const [W, R] = [call.trainedAt(1, 'weight'), call.trainedAt(2, 'recurrent weight')];
  const B = call.optionalTensor(3, 'bias');
  const lengths = call.optional(4, 'sequence lengths');
  if (lengths && [...lengths.data].some((length) => length !== time))
    throw call.error(
      `has sequence lengths [${[...lengths.data]}]; only the whole length ${time} can be read`,
    );
  const initial = range(states).map((k) => (call.has(5 + k) ? call.value(5 + k) : undefined));
  const peepholes = call.optionalTensor(7, 'peepholes');
  const units = call.int('hidden_size', R.shape.at(-1)!);
  checkShapes(call, gates, units, states, timeFirst);
  const directions = W.shape[0]!;
  const turned = call.text('direction', 'forward');
  const names = call.texts(
    'activations',
    range(directions).flatMap(() => standard),
  );
  const [α, β] = [call.floats('activation_alpha'), call.floats('activation_beta')];
  const bound = call.given('clip') ? call.float('clip') : undefined;
  call.ignore('output_sequence');
  const found = range(directions).map((k) => {
    const fns = range(standard.length).map((i) => {
      const at = k * standard.length + i;
      const φ = namedActivation(call, names[at]!, α?.[at], β?.[at]);
      return bound === undefined ? φ : (v: number) => φ(clip(call, v, -bound, bound));
    });
    const recurrence: Recurrence = {
      kernel: permuted(direction(W, k), [1, 0]),
      recurrent: permuted(direction(R, k), [1, 0]),
      ...(B && { bias: half(direction(B, k), 0), recurrentBias: half(direction(B, k), 1) }),
      units,
      backwards: turned === 'reverse' || k === 1,
      initial: initial.map((value) => {
        if (value === undefined || (!('node' in value) && value.data.every((own) => own === 0)))
          return undefined;
        const node = call.asNode(value);
        const axis = timeFirst ? 0 : 1;
        return call.build.reshape(call.layer, slice(call, node, axis, k, 1), [batch, units]);
      }),
    };
    return run(u, recurrence, fns, peepholes && direction(peepholes, k));
  });
  const { build, layer } = call;
  const joined = (parts: readonly number[], axis: number): number =>
    parts.length === 1 ? parts[0]! : build.concat(layer, parts, axis);
  const all = (): number => {
    const to = timeFirst ? [1, 1, batch, units] : [batch, 1, 1, units];
    const each = range(time).map((t) =>
      joined(
        found.map(({ steps }) => build.reshape(layer, steps[t]!, to)),
        timeFirst ? 1 : 2,
      ),
    );
    return joined(each, timeFirst ? 0 : 1);
  };
  const last = (k: number): number => {
    const to = timeFirst ? [1, batch, units] : [batch, 1, units];
    return joined(
      found.map((own) => build.reshape(layer, own.last[k]!, to)),
      timeFirst ? 0 : 1,
    );
  };
  return call.outputs.map((wanted, k) => (wanted ? computed(k === 0 ? all() : last(k - 1)) : undefined));
}

export const recurrents: Readonly<Record<string, Operator>> = {
  RNN: (call) => recurrent(call, ['Tanh'], 1, 1, (u, r, [φ]) => simpleRecurrence(call, u, r, φ!)),
  GRU: (call) => {
    const resetAfter = call.int('linear_before_reset', 0) !== 0;
    return recurrent(call, ['Sigmoid', 'Tanh'], 3, 1, (u, r, [gate, candidate]) =>
      gru(call, u, r, {
        order: { update: 0, reset: 1, candidate: 2 },
        gate: gate!,
        candidate: candidate!,
        resetAfter,
      }),
    );
  },
  LSTM: (call) => {
    call.only('input_forget', 0, 'coupled gates cannot be read');
    return recurrent(call, ['Sigmoid', 'Tanh', 'Tanh'], 4, 2, (u, r, [gate, cell, hidden], P) => {
      const part = (k: number): Tensor => ({
        shape: [r.units],
        data: P!.data.subarray(k * r.units, (k + 1) * r.units),
      });
      return lstm(call, u, r, {
        order: { input: 0, output: 1, forget: 2, cell: 3 },
        gate: gate!,
        cell: cell!,
        hidden: hidden!,
        peepholes: P && { input: part(0), output: part(1), forget: part(2) },
      });
    });
  },
};
