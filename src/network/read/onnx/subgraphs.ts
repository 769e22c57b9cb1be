import type { Message } from '../../../core/onnx/schema.js';
import { range } from '../../lower/place.js';
import type { Call } from './call.js';
import { selected } from './move.js';
import { type Constant, integers, isComputed, type Value } from './value.js';

type Graph = Message<'GraphProto'>;
type Values = readonly (Value | undefined)[];

/** Reads a graph inside a node with these values beside those around it, and gives its outputs. */
export type Inner = (graph: Graph, given: ReadonlyMap<string, Value>) => Values;

const namesOf = (list: readonly Message<'ValueInfoProto'>[]): string[] => list.map(({ name }) => name ?? '');

/** Values under the names of a graph's inputs. */
const named = ({ input }: Graph, values: Values): Map<string, Value> => {
  const names = namesOf(input);
  return new Map(
    values.flatMap((value, k) => (value === undefined ? [] : [[names[k] ?? '', value] as const])),
  );
};

/** An If whose condition is known is its branch. */
function branch(call: Call, inner: Inner): Values {
  const condition = call.inputs[0];
  if (condition === undefined || isComputed(condition))
    throw call.error('its condition depends on the inputs; only constant ones can be read');
  const [yes, no] = [call.graph('then_branch'), call.graph('else_branch')];
  return inner(condition.data[0] ? yes : no, new Map());
}

/** Values of one shape one after the other along a new axis, or along the one of length 1 that they have there. */
function stacked(call: Call, values: readonly Value[], axis: number): Value {
  const parts = values.map((value) => call.reshape(value, call.shapeOf(value).toSpliced(axis, 0, 1)));
  if (parts.length === 1) return parts[0]!;
  if (parts.some(isComputed))
    return {
      node: call.build.concat(
        call.layer,
        parts.map((part) => call.asNode(part)),
        axis,
      ),
    };
  const constants = parts as readonly Constant[];
  const [first] = constants as [Constant];
  const inner = first.data.length / first.shape.slice(0, axis).reduce((size, length) => size * length, 1);
  const data = new Float64Array(first.data.length * constants.length);
  constants.forEach((own, k) => {
    for (let at = 0; at < own.data.length; at += inner)
      data.set(own.data.subarray(at, at + inner), at * constants.length + k * inner);
  });
  return { kind: first.kind, shape: first.shape.with(axis, constants.length), data };
}

/** Scan outputs of all steps. */
const scans = (call: Call, steps: readonly Values[], axisOf: (k: number, rank: number) => number): Values =>
  (steps[0] ?? []).map((_, k) => {
    const own = steps.map((step) => step[k]);
    if (own.some((value) => value === undefined)) return undefined;
    const values = own as Value[];
    return stacked(call, values, axisOf(k, call.shapeOf(values[0]!).length + 1));
  });

/** A Scan goes over an axis whose length is known: its body once for each entry. */
function scan(call: Call, inner: Inner): Values {
  const body = call.graph('body');
  const scanned = call.int('num_scan_inputs');
  const held = call.inputs.length - scanned;
  const lists = call.inputs.slice(held).map((_, k) => {
    const value = call.value(held + k);
    const shape = call.shapeOf(value);
    const axis = call.axis(call.ints('scan_input_axes')?.[k] ?? 0, shape.length);
    return { value, shape, axis, back: call.ints('scan_input_directions')?.[k] === 1 };
  });
  const length = lists[0]?.shape[lists[0].axis] ?? 0;
  if (length < 1 || lists.some(({ shape, axis }) => shape[axis] !== length))
    throw call.error(`goes over axes of ${lists.map(({ shape, axis }) => shape[axis])}`);
  let states: Values = call.inputs.slice(0, held);
  const steps: Values[] = [];
  for (const t of range(length)) {
    const entries = lists.map(({ value, shape, axis, back }) =>
      call.reshape(selected(call, value, axis, [back ? length - 1 - t : t]), shape.toSpliced(axis, 1)),
    );
    const results = inner(body, named(body, [...states, ...entries]));
    states = results.slice(0, held);
    steps.push(results.slice(held));
  }
  const turned = steps.map((_, t) =>
    steps[t]!.map((_, k) => {
      const back = call.ints('scan_output_directions')?.[k] === 1;
      return steps[back ? length - 1 - t : t]![k];
    }),
  );
  const axes = call.ints('scan_output_axes');
  return [...states, ...scans(call, turned, (k, rank) => call.axis(axes?.[k] ?? 0, rank))];
}

/** Steps of a loop that are written out at most. */
const mostSteps = 4096;

/** A Loop whose number of steps is known: its body once for each of them. */
function loop(call: Call, inner: Inner): Values {
  const body = call.graph('body');
  const fixed = (k: number): number | undefined => {
    const value = call.inputs[k];
    if (value === undefined) return undefined;
    if (isComputed(value))
      throw call.error('how often it runs depends on the inputs; unroll it to a fixed number of steps');
    return value.data[0]!;
  };
  const limit = fixed(0) ?? Number.POSITIVE_INFINITY;
  const held = call.inputs.length - 2;
  let go = fixed(1) !== 0;
  let states: Values = call.inputs.slice(2);
  const steps: Values[] = [];
  for (let t = 0; go && t < limit; t++) {
    if (t === mostSteps) throw call.error(`runs more than ${mostSteps} steps; write a shorter one`);
    const on: Constant = { shape: [], data: Float64Array.of(1), kind: 'flag' };
    const [next, ...results] = inner(body, named(body, [integers([t], []), on, ...states]));
    if (next === undefined || isComputed(next))
      throw call.error('goes on as long as its inputs say; unroll it to a fixed number of steps');
    go = next.data[0] !== 0;
    states = results.slice(0, held);
    steps.push(results.slice(held));
  }
  return [...states, ...scans(call, steps, () => 0)];
}

/** Operators that hold graphs. */
export const subgraphOperators: Readonly<Record<string, (call: Call, inner: Inner) => Values>> = {
  __proto__: null as never,
  If: branch,
  Scan: scan,
  Loop: loop,
};
