import type { Tensor } from '../graph.js';
import { add, line, multiply } from './arithmetic.js';
import { slice } from './move.js';
import { type Place, range } from './place.js';

/** Applies an activation of a recurrent layer. */
export type Activate = (u: number) => number;

/** One direction of a recurrent layer over `u`, `[batch, time, features]`; weights `[in, gates · units]`. */
export interface Recurrence {
  readonly kernel: Tensor;
  readonly recurrent: Tensor;
  readonly bias?: Tensor | undefined;
  /** A bias of the recurrent product, where that has one of its own. */
  readonly recurrentBias?: Tensor | undefined;
  readonly units: number;
  readonly backwards: boolean;
  /** States before the first step, `[batch, units]`; zeros where absent. */
  readonly initial?: readonly (number | undefined)[];
}

/** Every step's state, in the order of time, and the last one computed. */
export interface Unrolled {
  readonly steps: readonly number[];
  readonly last: readonly number[];
}

/** A step: the parts that the input gives to the gates, and the states before it, to the states behind it. */
type Step = (input: number, states: readonly (number | undefined)[]) => readonly number[];

function unrolled(place: Place, u: number, r: Recurrence, step: Step): Unrolled {
  const { build, layer } = place;
  const [batch, time] = build.shape(u) as [number, number];
  const all = build.affine(layer, u, r.kernel, r.bias);
  const width = r.kernel.shape[1]!;
  let states: readonly (number | undefined)[] = r.initial ?? [];
  const steps: number[] = [];
  for (const t of r.backwards ? range(time).reverse() : range(time)) {
    const input = build.reshape(layer, slice(place, all, 1, t, 1), [batch, width]);
    states = step(input, states);
    steps[t] = states[0]!;
  }
  return { steps, last: states as number[] };
}

/** `h R + b`, undefined before the first step where there is no bias. */
function recur(
  { build, layer }: Place,
  h: number | undefined,
  weight: Tensor,
  bias?: Tensor,
): number | undefined {
  return h === undefined ? undefined : build.affine(layer, h, weight, bias);
}

const plus = (place: Place, u: number, v: number | undefined): number =>
  v === undefined ? u : place.build.add(place.layer, [u, v]);

/** `v` where `u` is there. */
const times = (place: Place, u: number, v: number | undefined): number | undefined =>
  v === undefined ? undefined : multiply(place, u, v);

/** Both biases as one, where they only add up. */
function oneBias(r: Recurrence): Recurrence {
  const { bias, recurrentBias, ...rest } = r;
  if (!bias || !recurrentBias) return { ...rest, bias: bias ?? recurrentBias };
  const data = Float64Array.from(bias.data, (own, k) => own + recurrentBias.data[k]!);
  return { ...rest, bias: { shape: bias.shape, data } };
}

/** `h ← φ(x W + h R + b)` (Elman). */
export const simpleRecurrence = (place: Place, u: number, r: Recurrence, φ: Activate): Unrolled =>
  unrolled(place, u, oneBias(r), (input, [h]) => [φ(plus(place, input, recur(place, h, r.recurrent)))]);

/** Gates of an LSTM in the order of the weights' columns. */
export interface Lstm {
  readonly order: {
    readonly input: number;
    readonly forget: number;
    readonly cell: number;
    readonly output: number;
  };
  readonly gate: Activate;
  readonly cell: Activate;
  readonly hidden: Activate;
  /** Weights by which the cell state looks into the gates, `[units]` each. */
  readonly peepholes?:
    | { readonly input: Tensor; readonly forget: Tensor; readonly output: Tensor }
    | undefined;
}

/** `c ← f ∘ c + i ∘ g`, `h ← o ∘ tanh(c)` (Hochreiter & Schmidhuber 1997, with forget gates). */
export function lstm(
  place: Place,
  u: number,
  r: Recurrence,
  { order, gate, cell, hidden, peepholes }: Lstm,
): Unrolled {
  const { build, layer } = place;
  const peep = (c: number | undefined, weight: Tensor | undefined): number | undefined => {
    if (c === undefined || weight === undefined) return undefined;
    return build.scale(layer, c, weight, { shape: weight.shape, data: new Float64Array(r.units) });
  };
  return unrolled(place, u, oneBias(r), (input, [h, c]) => {
    const all = plus(place, input, recur(place, h, r.recurrent));
    const part = (k: number): number => slice(place, all, 1, k * r.units, r.units);
    const i = gate(plus(place, part(order.input), peep(c, peepholes?.input)));
    const f = c === undefined ? undefined : gate(plus(place, part(order.forget), peep(c, peepholes?.forget)));
    const next = plus(
      place,
      multiply(place, i, cell(part(order.cell))),
      f === undefined ? undefined : times(place, f, c),
    );
    const o = gate(plus(place, part(order.output), peep(next, peepholes?.output)));
    return [multiply(place, o, hidden(next)), next];
  });
}

export interface Gru {
  readonly order: { readonly update: number; readonly reset: number; readonly candidate: number };
  readonly gate: Activate;
  readonly candidate: Activate;
  /** Whether the reset gate acts behind the recurrent product (Keras `reset_after`, ONNX `linear_before_reset`) or before it. */
  readonly resetAfter: boolean;
}

/** `h ← z ∘ h + (1 − z) ∘ ĥ` (Cho et al. 2014), `ĥ = φ(x W + r ∘ (h R + b))` or `φ(x W + (r ∘ h) R + b)`. */
export function gru(
  place: Place,
  u: number,
  r: Recurrence,
  { order, gate, candidate, resetAfter }: Gru,
): Unrolled {
  const columns = (tensor: Tensor, k: number): Tensor => {
    const [rows, width] =
      tensor.shape.length === 2 ? (tensor.shape as [number, number]) : [1, tensor.shape[0]!];
    const data = Float64Array.from(
      { length: rows * r.units },
      (_, i) => tensor.data[Math.floor(i / r.units) * width + k * r.units + (i % r.units)]!,
    );
    return { shape: tensor.shape.length === 2 ? [rows, r.units] : [r.units], data };
  };
  const parts = resetAfter
    ? undefined
    : range(3).map((k) => ({
        weight: columns(r.recurrent, k),
        bias: r.recurrentBias && columns(r.recurrentBias, k),
      }));
  const zero = r.recurrentBias;
  return unrolled(place, u, r, (input, [h]) => {
    const { build, layer } = place;
    const ofInput = (k: number): number => slice(place, input, 1, k * r.units, r.units);
    const shifted = (v: number, k: number): number =>
      zero === undefined ? v : add(place, v, biasNode(place, v, columns(zero, k)));
    const all = resetAfter ? recur(place, h, r.recurrent, r.recurrentBias) : undefined;
    const ofState = (k: number): number | undefined => {
      if (parts) return recur(place, h, parts[k]!.weight, parts[k]!.bias);
      return all === undefined ? undefined : slice(place, all, 1, k * r.units, r.units);
    };
    const gated = (k: number): number => {
      const state = ofState(k);
      return gate(state === undefined ? shifted(ofInput(k), k) : plus(place, ofInput(k), state));
    };
    const z = gated(order.update);
    const reset = gated(order.reset);
    let inner: number;
    if (h === undefined) {
      const bias = zero && columns(zero, order.candidate);
      const own = bias === undefined ? undefined : biasNode(place, reset, bias);
      inner = plus(place, ofInput(order.candidate), resetAfter ? times(place, reset, own) : own);
    } else if (resetAfter)
      inner = plus(place, ofInput(order.candidate), multiply(place, reset, ofState(order.candidate)!));
    else {
      const { weight, bias } = parts![order.candidate]!;
      inner = plus(
        place,
        ofInput(order.candidate),
        build.affine(layer, multiply(place, reset, h), weight, bias),
      );
    }
    const proposed = candidate(inner);
    const rest = multiply(place, line(place, z, -1, 1), proposed);
    return [plus(place, rest, times(place, z, h))];
  });
}

/** A bias as a value of the shape of `v`. */
function biasNode({ build, layer }: Place, v: number, bias: Tensor): number {
  const zero = { shape: bias.shape, data: new Float64Array(bias.data.length) };
  return build.scale(layer, v, zero, bias);
}

/** All steps as one value, `[batch, time, units]`. */
export function stacked({ build, layer }: Place, steps: readonly number[]): number {
  const rows = steps.map((h) => {
    const [batch, units] = build.shape(h) as [number, number];
    return build.reshape(layer, h, [batch, 1, units]);
  });
  return rows.length === 1 ? rows[0]! : build.concat(layer, rows, 1);
}
