import { sizeOf } from '../../build.js';
import { range } from '../../lower/place.js';
import { type Call, computed } from '../onnx/call.js';
import { selected } from '../onnx/move.js';
import { type Constant, isComputed, type Value } from '../onnx/value.js';
import type { GraphNode } from './attributes.js';

/** Tensors one after the other, which loops read and write. */
export interface TensorList {
  readonly list: readonly (Value | undefined)[];
}
/** What an edge of the graph carries. */
export type Held = Value | TensorList;

export const isList = (held: Held | undefined): held is TensorList => held !== undefined && 'list' in held;

type ListRule = (call: Call, held: readonly (Held | undefined)[], node: GraphNode) => readonly Held[];

function listAt(call: Call, held: readonly (Held | undefined)[], k: number): readonly (Value | undefined)[] {
  const own = held[k];
  if (!isList(own)) throw call.error(`input ${k} is no list of tensors`);
  return own.list;
}

/** A whole number that is known. */
function wholeAt(call: Call, k: number, what: string): number {
  const value = call.constant(k, what).data[0];
  if (!Number.isSafeInteger(value)) throw call.error(`its ${what} is ${value}`);
  return value!;
}

/** An empty list of `count` places. */
function reserved(call: Call, count: number): TensorList {
  call.build.allow(call.layer, [Math.max(0, count)]);
  return { list: new Array<undefined>(Math.max(0, count)).fill(undefined) };
}

/** The entries of the first axis. */
function parted(call: Call, k: number): TensorList {
  const value = call.value(k);
  const [count, ...shape] = call.shapeOf(value) as [number, ...number[]];
  return { list: range(count).map((at) => call.reshape(selected(call, value, 0, [at]), shape)) };
}

function taken(call: Call, list: readonly (Value | undefined)[], at: number): Value {
  const value = list[at];
  if (value === undefined) throw call.error(`entry ${at} of ${list.length} was never written`);
  return value;
}

function written(call: Call, list: readonly (Value | undefined)[], at: number, value: Value): TensorList {
  if (!(at >= 0)) throw call.error(`writes entry ${at}`);
  const all = [...list];
  while (all.length <= at) all.push(undefined);
  all[at] = value;
  return { list: all };
}

/** All entries along a new first axis. */
function stacked(call: Call, list: readonly (Value | undefined)[]): Value {
  const values = list.map((_, at) => taken(call, list, at));
  const [first] = values;
  if (first === undefined) throw call.error('stacks an empty list');
  const shape = [1, ...call.shapeOf(first)];
  const rows = values.map((value) => call.reshape(value, shape));
  if (rows.some(isComputed)) {
    const nodes = rows.map((row) => call.asNode(row));
    return computed(nodes.length === 1 ? nodes[0]! : call.build.concat(call.layer, nodes, 0));
  }
  const data = new Float64Array(rows.length * sizeOf(shape));
  for (const [k, row] of (rows as Constant[]).entries()) data.set(row.data, k * sizeOf(shape));
  return { shape: [rows.length, ...shape.slice(1)], data, kind: (first as Constant).kind };
}

const scalar = (value: number): Constant => ({ shape: [], data: Float64Array.of(value), kind: 'integer' });

/** Lists of both generations: handles of arrays carry what flows beside them. */
export const listRules: Readonly<Record<string, ListRule>> = {
  TensorListReserve: (call) => [reserved(call, wholeAt(call, 1, 'length'))],
  EmptyTensorList: () => [{ list: [] }],
  TensorListFromTensor: (call) => [parted(call, 0)],
  TensorListGetItem: (call, held) => [taken(call, listAt(call, held, 0), wholeAt(call, 1, 'index'))],
  TensorListSetItem: (call, held) => [
    written(call, listAt(call, held, 0), wholeAt(call, 1, 'index'), call.value(2)),
  ],
  TensorListPushBack: (call, held) => {
    const list = listAt(call, held, 0);
    return [written(call, list, list.length, call.value(1))];
  },
  TensorListStack: (call, held) => [stacked(call, listAt(call, held, 0))],
  TensorListLength: (call, held) => [scalar(listAt(call, held, 0).length)],
  TensorArrayV3: (call) => {
    const list = reserved(call, wholeAt(call, 0, 'length'));
    return [list, list];
  },
  TensorArrayScatterV3: (call) => [parted(call, 2)],
  TensorArrayReadV3: (call, held) => [taken(call, listAt(call, held, 2), wholeAt(call, 1, 'index'))],
  TensorArrayWriteV3: (call, held) => [
    written(call, listAt(call, held, 3), wholeAt(call, 1, 'index'), call.value(2)),
  ],
  TensorArrayGatherV3: (call, held) => {
    const list = listAt(call, held, 2);
    return [
      stacked(
        call,
        call.integers(1, 'places').map((at) => list[at]),
      ),
    ];
  },
  TensorArraySizeV3: (call, held) => [scalar(listAt(call, held, 1).length)],
};
