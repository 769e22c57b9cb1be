import { permuted as turned } from '../../lower/convolution.js';
import { indexOf, type Source } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import type { Call } from './call.js';
import { isComputed, type Value } from './value.js';

/** `value` read axis by axis. */
export function move(call: Call, value: Value, to: readonly number[], sources: readonly Source[]): Value {
  call.build.allow(call.layer, to);
  return call.move(value, indexOf(call.shapeOf(value), to, sources), to);
}

/** Entry `k` of an axis is entry `at[k]`, 0 where that is negative. */
export function selected(call: Call, value: Value, axis: number, at: ArrayLike<number>): Value {
  const from = call.shapeOf(value);
  return move(
    call,
    value,
    from.with(axis, at.length),
    from.map((length, k) => ({ of: [k], at: k === axis ? at : range(length) })),
  );
}

/** Axis `permutation[k]` becomes axis `k`. */
export function permuted(call: Call, value: Value, permutation: readonly number[]): Value {
  const from = call.shapeOf(value);
  if (range(from.length).some((axis) => !permutation.includes(axis)) || permutation.length !== from.length)
    throw call.error(`permutes ${from.length} axes by [${permutation}]`);
  if (permutation.every((axis, k) => axis === k)) return value;
  if (!isComputed(value)) return { ...turned(value, permutation), kind: value.kind };
  return move(
    call,
    value,
    permutation.map((axis) => from[axis]!),
    from.map((length, axis) => ({ of: [permutation.indexOf(axis)], at: range(length) })),
  );
}
