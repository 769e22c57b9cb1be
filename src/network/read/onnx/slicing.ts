import { sizeOf } from '../../build.js';
import { range } from '../../lower/place.js';
import type { Call, Operator } from './call.js';
import { move, selected } from './move.js';
import { floats, isComputed, type Value } from './value.js';

function slice(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const list = (k: number, name: string): number[] | undefined =>
    call.has(k) ? call.integers(k, name) : call.ints(name);
  const [starts, ends] = [list(1, 'starts'), list(2, 'ends')];
  if (!starts || !ends) throw call.error('starts or ends are missing');
  const axes = (list(3, 'axes') ?? range(starts.length)).map((axis) => call.axis(axis, from.length));
  const steps = call.has(4) ? call.integers(4, 'steps') : starts.map(() => 1);
  const at = from.map((length) => range(length));
  axes.forEach((axis, k) => {
    const length = from[axis]!;
    const step = steps[k]!;
    const held = (end: number): number => {
      const counted = end < 0 ? end + length : end;
      return step > 0 ? Math.min(Math.max(counted, 0), length) : Math.min(Math.max(counted, -1), length - 1);
    };
    if (!(step !== 0)) throw call.error('a step is 0');
    const [start, end] = [held(starts[k]!), held(ends[k]!)];
    const count = Math.max(0, Math.ceil((end - start) / step));
    at[axis] = range(count).map((i) => start + i * step);
  });
  return move(
    call,
    value,
    at.map(({ length }) => length),
    at.map((own, axis) => ({ of: [axis], at: own })),
  );
}

function split(call: Call): Value[] {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const axis = call.axis(call.int('axis', 0), from.length);
  const length = from[axis]!;
  const given = call.has(1) ? call.integers(1, 'split') : call.ints('split');
  const count = call.int('num_outputs', call.outputs.length);
  call.build.allow(call.layer, [count]);
  const width = Math.ceil(length / count);
  const sizes = given ?? range(count).map((k) => Math.min(width, length - k * width));
  if (sizes.reduce((a, b) => a + b, 0) !== length || sizes.some((size) => size < 0))
    throw call.error(`splits ${length} into [${sizes}]`);
  let start = 0;
  return sizes.map((size) => {
    start += size;
    // Nothing computes with a part without numbers.
    if (size === 0) return floats(from.with(axis, 0), new Float64Array(0));
    return selected(
      call,
      value,
      axis,
      range(size).map((k) => start - size + k),
    );
  });
}

function concat(call: Call): Value {
  const values = call.inputs.map((_, k) => call.value(k)).filter((value) => sizeOf(call.shapeOf(value)) > 0);
  const first = values[0] ?? call.value(0);
  const axis = call.axis(call.int('axis', 1), call.shapeOf(first).length);
  if (values.length < 2) return first;
  if (values.some(isComputed))
    return {
      node: call.build.concat(
        call.layer,
        values.map((value) => call.asNode(value)),
        axis,
      ),
    };
  const shapes = values.map((value) => call.shapeOf(value));
  const to = shapes[0]!.with(
    axis,
    shapes.reduce((sum, shape) => sum + shape[axis]!, 0),
  );
  const outer = sizeOf(to.slice(0, axis));
  const constants = values.map((value, k) => ({
    ...call.constant(0, ''),
    ...value,
    width: sizeOf(shapes[k]!.slice(axis)),
  }));
  const out = constants.every(({ data }) => data instanceof Float32Array)
    ? new Float32Array(sizeOf(to))
    : new Float64Array(sizeOf(to));
  let at = 0;
  for (let o = 0; o < outer; o++)
    for (const { data, width } of constants) {
      out.set(data.subarray(o * width, (o + 1) * width), at);
      at += width;
    }
  return { shape: to, data: out, kind: constants[0]!.kind };
}

/** Axes cut or padded with zeros at both ends alike. */
function centered(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const axes = call.ints('axes')?.map((axis) => call.axis(axis, from.length)) ?? range(from.length);
  const to = [...from];
  call.integers(1, 'shape').forEach((length, k) => {
    to[axes[k]!] = length;
  });
  call.build.allow(call.layer, to);
  return move(
    call,
    value,
    to,
    from.map((length, axis) => {
      const start = Math.trunc((length - to[axis]!) / 2);
      return {
        of: [axis],
        at: range(to[axis]!).map((k) => (k + start >= 0 && k + start < length ? k + start : -1)),
      };
    }),
  );
}

/** Keeps one triangle of the last two axes. */
function trilu(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const offset = call.optional(1, 'k')?.data[0] ?? 0;
  const upper = call.int('upper', 1) === 1;
  const [rows, columns] = from.slice(-2) as [number, number];
  const index = Int32Array.from({ length: sizeOf(from) }, (_, k) => {
    const [i, j] = [Math.floor(k / columns) % rows, k % columns];
    return (upper ? j >= i + offset : j <= i + offset) ? k : -1;
  });
  return call.move(value, index, from);
}

function reverseSequence(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const [batch, time] = [call.int('batch_axis', 1), call.int('time_axis', 0)];
  const lengths = call.integers(1, 'sequence lengths');
  const table = Int32Array.from({ length: from[batch]! * from[time]! }, (_, k) => {
    const [b, t] = [Math.floor(k / from[time]!), k % from[time]!];
    return t < lengths[b]! ? lengths[b]! - 1 - t : t;
  });
  return move(
    call,
    value,
    from,
    from.map((length, axis) =>
      axis === time ? { of: [batch, time], at: table } : { of: [axis], at: range(length) },
    ),
  );
}

function compress(call: Call): Value {
  const given = call.given('axis');
  const all = call.value(0);
  const value = given ? all : call.reshape(all, [sizeOf(call.shapeOf(all))]);
  const axis = given ? call.axis(call.int('axis'), call.shapeOf(value).length) : 0;
  const at = call.integers(1, 'condition').flatMap((keep, k) => (keep ? [k] : []));
  return selected(call, value, axis, at);
}

/** Parts of values, and values put together. */
export const slicing: Readonly<Record<string, Operator>> = {
  Slice: slice,
  Split: split,
  Concat: concat,
  CenterCropPad: centered,
  /** `border`: left, top, right, bottom; an experimental operator that files of 2018 still hold. */
  Crop: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const [left, top, right, bottom] = (call.ints('border') ?? [0, 0, 0, 0]) as [
      number,
      number,
      number,
      number,
    ];
    const scale = call.ints('scale');
    const at = from.map((length) => range(length));
    const last = (axis: number, end: number, k: number): number => scale?.[k] ?? from[axis]! - end;
    at[2] = range(last(2, top + bottom, 0)).map((k) => k + top);
    at[3] = range(last(3, left + right, 1)).map((k) => k + left);
    return move(
      call,
      value,
      at.map(({ length }) => length),
      at.map((own, axis) => ({ of: [axis], at: own })),
    );
  },
  Trilu: trilu,
  ReverseSequence: reverseSequence,
  Compress: compress,
};
