import { sizeOf } from '../../build.js';
import { add, maximum, minimum, multiply } from '../../lower/arithmetic.js';
import { permuted as turned } from '../../lower/convolution.js';
import { broadcastShape, indexOf, type Source } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { gathered } from '../../lower/sample.js';
import type { Call, Operator } from './call.js';
import { floats, integers, isComputed, type Value } from './value.js';

/** `value` read axis by axis. */
function move(call: Call, value: Value, to: readonly number[], sources: readonly Source[]): Value {
  call.build.allow(call.layer, to);
  return call.move(value, indexOf(call.shapeOf(value), to, sources), to);
}

/** Entry `k` of an axis is entry `at[k]`, 0 where that is negative. */
function selected(call: Call, value: Value, axis: number, at: ArrayLike<number>): Value {
  const from = call.shapeOf(value);
  return move(
    call,
    value,
    from.with(axis, at.length),
    from.map((length, k) => ({ of: [k], at: k === axis ? at : range(length) })),
  );
}

function permuted(call: Call, value: Value, permutation: readonly number[]): Value {
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

function reshape(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const target = call.has(1) ? call.integers(1, 'shape') : (call.ints('shape') ?? []);
  const zero = call.int('allowzero', 0) === 1;
  const known = target.map((length, k) => (length === 0 && !zero ? (from[k] ?? 0) : length));
  const rest = sizeOf(from) / sizeOf(known.filter((length) => length !== -1));
  return call.reshape(
    value,
    known.map((length) => (length === -1 ? rest : length)),
  );
}

function unsqueeze(call: Call): Value {
  const value = call.value(0);
  const from = [...call.shapeOf(value)];
  const given = call.has(1) ? call.integers(1, 'axes') : (call.ints('axes') ?? []);
  const rank = from.length + given.length;
  const axes = given.map((axis) => call.axis(axis, rank)).sort((a, b) => a - b);
  for (const axis of axes) from.splice(axis, 0, 1);
  return call.reshape(value, from);
}

function squeeze(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const axes = call.axes(1, from.length);
  const gone = axes?.find((axis) => from[axis] !== 1);
  if (gone !== undefined) throw call.error(`axis ${gone} of [${from}] is not 1`);
  return call.reshape(
    value,
    from.filter((length, axis) => (axes === undefined ? length !== 1 : !axes.includes(axis))),
  );
}

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

/** Coordinates of a padded axis. */
function padded(length: number, before: number, after: number, mode: string): number[] {
  return range(Math.max(0, length + before + after)).map((k) => {
    const at = k - before;
    if (at >= 0 && at < length) return at;
    if (mode === 'constant') return -1;
    if (mode === 'edge') return Math.min(Math.max(at, 0), length - 1);
    if (mode === 'wrap') return ((at % length) + length) % length;
    const period = Math.max(1, 2 * (length - 1));
    const folded = ((at % period) + period) % period;
    return folded < length ? folded : period - folded;
  });
}

function pad(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const pads = call.has(1) ? call.integers(1, 'pads') : (call.ints('pads') ?? call.ints('paddings') ?? []);
  const axes = (call.optional(3, 'axes') ? call.integers(3, 'axes') : range(from.length)).map((axis) =>
    call.axis(axis, from.length),
  );
  const mode = call.text('mode', 'constant');
  if (!['constant', 'edge', 'reflect', 'wrap'].includes(mode))
    throw call.error(`mode ${mode} cannot be read`);
  const fill = call.optional(2, 'value')?.data[0] ?? (call.given('value') ? call.float('value') : 0);
  if (pads.length !== 2 * axes.length) throw call.error(`has ${pads.length} pads for ${axes.length} axes`);
  const edges = from.map((_, axis) => {
    const k = axes.indexOf(axis);
    return k < 0 ? [0, 0] : [pads[k]!, pads[k + axes.length]!];
  }) as [number, number][];
  const to = from.map((length, axis) => Math.max(0, length + edges[axis]![0] + edges[axis]![1]));
  call.build.allow(call.layer, to);
  const at = from.map((length, axis) => padded(length, ...edges[axis]!, mode));
  const index = indexOf(
    from,
    to,
    at.map((own, axis) => ({ of: [axis], at: own })),
  );
  const moved = call.move(value, index, to);
  if (fill === 0 || !index.includes(-1)) return moved;
  if (!isComputed(moved)) return { ...moved, data: moved.data.map((own, k) => (index[k]! < 0 ? fill : own)) };
  const size = [index.length];
  const { build, layer } = call;
  const shift = Float64Array.from(index, (source) => (source < 0 ? fill : 0));
  const ones = { shape: size, data: new Float64Array(index.length).fill(1) };
  const flat = build.reshape(layer, moved.node, size);
  return { node: build.reshape(layer, build.scale(layer, flat, ones, { shape: size, data: shift }), to) };
}

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
function replaced(call: Call, from: readonly number[], axis: number, k: number): Int32Array {
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
function slices(
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

/** How what is written and what is there become one, and the functions of constants. */
const reductions: Readonly<
  Record<
    string,
    readonly [join: (call: Call, u: number, v: number) => number, of: (a: number, b: number) => number]
  >
> = {
  add: [add, (a, b) => a + b],
  mul: [multiply, (a, b) => a * b],
  max: [maximum, Math.max],
  min: [minimum, Math.min],
};

/** `data` with `updates` at `index`. */
function scattered(call: Call, index: Int32Array): Value {
  const reduction = call.text('reduction', 'none');
  const rule = Object.hasOwn(reductions, reduction) ? reductions[reduction] : undefined;
  if (reduction !== 'none' && !rule)
    throw call.error(`reduction ${reduction} cannot be read; nearest is add`);
  const [data, updates] = [call.value(0), call.value(2)];
  const from = call.shapeOf(data);
  const size = sizeOf(from);
  const whole = Int32Array.from({ length: size }, (_, k) => k);
  if (!rule)
    index.forEach((at, k) => {
      whole[at] = size + k;
    });
  if (!isComputed(data) && !isComputed(updates)) {
    const out = Float64Array.from(whole, (at) => (at < size ? data.data[at]! : updates.data[at - size]!));
    if (rule)
      index.forEach((at, k) => {
        out[at] = rule[1](out[at]!, updates.data[k]!);
      });
    return { ...data, data: out };
  }
  const { build, layer } = call;
  const flat = (value: Value): number =>
    build.reshape(layer, call.asNode(value), [sizeOf(call.shapeOf(value))]);
  const joined = build.concat(layer, [flat(data), flat(updates)], 0);
  if (!rule) return { node: build.gather(layer, joined, whole, from) };
  // Places that are written once, twice, … are joined with what falls there one after the other.
  const table = gathered(index, size, size);
  const terms = table.length / size;
  let v = build.gather(layer, joined, whole, [size]);
  for (let t = 0; t < terms; t++) {
    const written = range(size).filter((place) => table[place * terms + t]! >= 0);
    const now = rule[0](
      call,
      build.gather(layer, v, Int32Array.from(written), [written.length]),
      build.gather(
        layer,
        joined,
        Int32Array.from(written, (place) => table[place * terms + t]!),
        [written.length],
      ),
    );
    const next = Int32Array.from({ length: size }, (_, k) => k);
    written.forEach((place, k) => {
      next[place] = size + k;
    });
    v = build.gather(layer, build.concat(layer, [v, now], 0), next, [size]);
  }
  return { node: build.reshape(layer, v, from) };
}

/** Entries of a cache along one axis replaced, from a place that each element of the batch has of its own. */
function cached(call: Call): Value {
  const [data, updates] = [call.value(0), call.value(1)];
  const [from, written] = [call.shapeOf(data), call.shapeOf(updates)];
  const axis = call.axis(call.int('axis', -2), from.length);
  const starts = call.optional(2, 'write indices')?.data;
  const round = call.text('mode', 'linear') === 'circular';
  const inner = sizeOf(from.slice(axis + 1));
  const [length, own] = [from[axis]!, written[axis]!];
  const perBatch = sizeOf(from.slice(1, axis));
  const whole = Int32Array.from({ length: sizeOf(from) }, (_, k) => k);
  for (let k = 0; k < sizeOf(written); k++) {
    const lead = Math.floor(k / (inner * own));
    const place = (starts?.[Math.floor(lead / perBatch)] ?? 0) + (Math.floor(k / inner) % own);
    const at = round ? place % length : place;
    if (!(at >= 0 && at < length)) throw call.error(`writes to place ${at} of an axis of ${length}`);
    whole[(lead * length + at) * inner + (k % inner)] = sizeOf(from) + k;
  }
  const { build, layer } = call;
  const flat = (value: Value): number =>
    build.reshape(layer, call.asNode(value), [sizeOf(call.shapeOf(value))]);
  return {
    node: build.gather(layer, build.concat(layer, [flat(data), flat(updates)], 0), whole, from),
  };
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

/** Numbers at the constant places from which a max-pool took them, zeros elsewhere. */
function unpooled(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const places = call.constant(1, 'places').data;
  const kernel = call.ints('kernel_shape') ?? [];
  const [strides, pads] = [call.ints('strides') ?? kernel.map(() => 1), call.ints('pads') ?? []];
  const own = [
    ...from.slice(0, 2),
    ...kernel.map(
      (length, d) =>
        (from[d + 2]! - 1) * strides[d]! + length - (pads[d] ?? 0) - (pads[d + kernel.length] ?? 0),
    ),
  ];
  const to = call.has(2) ? call.integers(2, 'output shape') : own;
  call.build.allow(call.layer, to);
  const index = new Int32Array(sizeOf(own)).fill(-1);
  places.forEach((place, k) => {
    index[place] = k;
  });
  const there = call.move(value, index, own);
  return move(
    call,
    there,
    to,
    own.map((length, axis) => ({ of: [axis], at: range(to[axis]!).map((k) => (k < length ? k : -1)) })),
  );
}

function tile(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const repeats = call.integers(1, 'repeats');
  if (repeats.length !== from.length)
    throw call.error(`has ${repeats.length} repeats for ${from.length} axes`);
  const to = from.map((length, axis) => length * repeats[axis]!);
  call.build.allow(call.layer, to);
  return move(
    call,
    value,
    to,
    from.map((length, axis) => ({ of: [axis], at: range(length * repeats[axis]!).map((k) => k % length) })),
  );
}

function expand(call: Call): Value {
  const value = call.value(0);
  const from = call.shapeOf(value);
  const to = broadcastShape(call, [from, call.integers(1, 'shape')]);
  call.build.allow(call.layer, to);
  const before = to.length - from.length;
  return move(
    call,
    value,
    to,
    from.map((length, axis) => ({
      of: [before + axis],
      at: length === 1 ? new Int32Array(to[before + axis]!) : range(length),
    })),
  );
}

function depthToSpace(call: Call): Value {
  const value = call.value(0);
  const [n, c, h, w] = call.shapeOf(value) as [number, number, number, number];
  const b = call.int('blocksize');
  const columns = call.text('mode', 'DCR') === 'CRD';
  const parted = call.reshape(value, columns ? [n, c / (b * b), b, b, h, w] : [n, b, b, c / (b * b), h, w]);
  const turned = permuted(call, parted, columns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]);
  return call.reshape(turned, [n, c / (b * b), h * b, w * b]);
}

function spaceToDepth(call: Call): Value {
  const value = call.value(0);
  const [n, c, h, w] = call.shapeOf(value) as [number, number, number, number];
  const b = call.int('blocksize');
  const columns = call.text('mode', 'DCR') === 'CRD';
  const parted = call.reshape(value, [n, c, h / b, b, w / b, b]);
  const turned = permuted(call, parted, columns ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4]);
  return call.reshape(turned, [n, c * b * b, h / b, w / b]);
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

export const movement: Readonly<Record<string, Operator>> = {
  Reshape: reshape,
  Flatten: (call) => {
    const value = call.value(0);
    const from = call.shapeOf(value);
    const axis = call.int('axis', 1);
    const at = axis < 0 ? axis + from.length : axis;
    return call.reshape(value, [sizeOf(from.slice(0, at)), sizeOf(from.slice(at))]);
  },
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: (call) => {
    const value = call.value(0);
    return permuted(call, value, call.ints('perm') ?? range(call.shapeOf(value).length).reverse());
  },
  Slice: slice,
  Split: split,
  Concat: concat,
  Pad: pad,
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
  ScatterElements: (call) => {
    const from = call.shape(0);
    return scattered(call, replaced(call, from, call.axis(call.int('axis', 0), from.length), 1));
  },
  Scatter: (call) => movement['ScatterElements']!(call),
  ScatterND: (call) => scattered(call, slices(call, call.shape(0), 1, 0).index),
  TensorScatter: cached,
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
  MaxUnpool: unpooled,
  Tile: tile,
  Expand: expand,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Trilu: trilu,
  ReverseSequence: reverseSequence,
  Compress: compress,
  Identity: (call) => call.value(0),
  Dropout: (call) => {
    call.ignore('ratio', 'seed', 'is_test', 'consumed_inputs');
    if (call.optional(2, 'training_mode')?.data[0])
      throw call.error('is in training mode; export for inference');
    return [call.value(0), undefined];
  },
  Shape: (call) => {
    const shape = call.shape(0);
    const at = (k: number): number => Math.min(Math.max(k < 0 ? k + shape.length : k, 0), shape.length);
    return integers(shape.slice(at(call.int('start', 0)), at(call.int('end', shape.length))));
  },
  Size: (call) => integers([sizeOf(call.shape(0))], []),
  ConstantOfShape: (call) => {
    const shape = call.integers(0, 'shape');
    call.build.allow(call.layer, shape);
    const value = call.tensor('value') ?? floats([1], Float32Array.of(0));
    return { shape, data: new Float64Array(sizeOf(shape)).fill(value.data[0]!), kind: value.kind };
  },
  Constant: (call) => {
    const value = call.tensor('value') ?? call.vector('value_floats') ?? call.sparse('sparse_value');
    if (value) return value;
    const list = call.ints('value_ints');
    if (list) return integers(list);
    if (call.given('value_int')) return integers([call.int('value_int')], []);
    if (call.given('value_float')) return floats([], Float64Array.of(call.float('value_float')));
    // Nothing computes with texts; what only hands them on stays readable.
    if (call.given('value_string') || call.given('value_strings'))
      return { shape: [], data: new Float64Array(1), kind: 'text' };
    throw call.error('its value cannot be read; supported are numbers');
  },
  Range: (call) => {
    const [start, limit, delta] = [0, 1, 2].map((k) => call.constant(k, 'bound')) as [never, never, never];
    const [a, b, d] = [start, limit, delta].map(({ data }: { data: Float64Array }) => data[0]!) as [
      number,
      number,
      number,
    ];
    const { kind } = call.constant(0, 'start');
    if (!(d !== 0)) throw call.error('its delta is 0');
    const length = Math.max(0, Math.ceil((b - a) / d));
    call.build.allow(call.layer, [length]);
    const data = Float64Array.from({ length }, (_, k) => a + k * d);
    return { shape: [data.length], data, kind };
  },
  EyeLike: (call) => {
    const [rows, columns] = call.shape(0) as [number, number];
    const offset = call.int('k', 0);
    call.ignore('dtype');
    const data = Float64Array.from({ length: rows * columns }, (_, k) =>
      Number((k % columns) - Math.floor(k / columns) === offset),
    );
    return floats([rows, columns], data);
  },
  OneHot: (call) => {
    const indices = call.constant(0, 'indices');
    const depth = call.integers(1, 'depth')[0]!;
    const [off, on] = Array.from(call.constant(2, 'values').data) as [number, number];
    const axis = call.axis(call.int('axis', -1), indices.shape.length + 1);
    const shape = [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)];
    call.build.allow(call.layer, shape);
    const inner = sizeOf(indices.shape.slice(axis));
    const data = Float64Array.from({ length: sizeOf(shape) }, (_, k) => {
      const [o, d, i] = [Math.floor(k / (inner * depth)), Math.floor(k / inner) % depth, k % inner];
      const own = indices.data[o * inner + i]!;
      return (own < 0 ? own + depth : own) === d ? on : off;
    });
    return floats(shape, data);
  },
  NonZero: (call) => {
    const { shape, data } = call.constant(0, 'argument');
    const found = [...data.keys()].filter((k) => data[k] !== 0);
    const rows = shape.map((length, axis) =>
      found.map((k) => Math.floor(k / sizeOf(shape.slice(axis + 1))) % length),
    );
    return integers(rows.flat(), [shape.length, found.length]);
  },
};
