import { sizeOf } from '../../build.js';
import type { Call, Operator } from './call.js';
import { selected } from './move.js';
import type { Value } from './value.js';

function gather(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const axis = call.axis(call.int('axis', 0), from.length);
  const indices = call.constant(1, 'indices');
  const length = from[axis]!;
  const at = Array.from(indices.data, (k) => (k < 0 ? k + length : k));
  const out = at.find((k) => !(k >= 0 && k < length));
  if (out !== undefined) throw call.error(`takes entry ${out} of an axis of ${length}`);
  const flat = selected(call, value, axis, at);
  return call.reshape(flat, [...from.slice(0, axis), ...indices.shape, ...from.slice(axis + 1)]);
}

/** Index of every entry of the result of GatherElements and ScatterElements: one coordinate is replaced. */
export function replaced(call: Call, from: readonly number[], axis: number, k: number): Int32Array {
  const { shape, data } = call.constant(k, 'indices');
  const strides = from.map((_, d) => sizeOf(from.slice(d + 1)));
  return Int32Array.from(data, (own, position) => {
    let [rest, at] = [position, 0];
    for (let d = shape.length - 1; d >= 0; d--) {
      const index = rest % shape[d]!;
      rest = (rest - index) / shape[d]!;
      at += (d === axis ? (own < 0 ? own + from[d]! : own) : index) * strides[d]!;
    }
    return at;
  });
}

/** Where the entries of GatherND and ScatterND are, one slice after the other. */
export function slices(
  call: Call,
  from: readonly number[],
  k: number,
  batch: number,
): { index: Int32Array; lead: readonly number[]; rest: readonly number[] } {
  const { shape, data } = call.constant(k, 'indices');
  const depth = shape.at(-1)!;
  const rest = from.slice(batch + depth);
  const width = sizeOf(rest);
  const strides = from.map((_, d) => sizeOf(from.slice(d + 1)));
  const count = data.length / depth;
  const perBatch = count / sizeOf(from.slice(0, batch));
  const index = new Int32Array(count * width);
  for (let i = 0; i < count; i++) {
    let at = batch > 0 ? Math.floor(i / perBatch) * strides[batch - 1]! : 0;
    for (let d = 0; d < depth; d++) {
      const own = data[i * depth + d]!;
      at += (own < 0 ? own + from[batch + d]! : own) * strides[batch + d]!;
    }
    for (let l = 0; l < width; l++) index[i * width + l] = at + l;
  }
  return { index, lead: shape.slice(0, -1), rest };
}

/** Numbers at constant places. */
export const gathering: Readonly<Record<string, Operator>> = {
  Gather: gather,
  GatherElements: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const axis = call.axis(call.int('axis', 0), from.length);
    return call.move(value, replaced(call, from, axis, 1), call.shape(1));
  },
  GatherND: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const { index, lead, rest } = slices(call, from, 1, call.int('batch_dims', 0));
    return call.move(value, index, [...lead, ...rest]);
  },
};
