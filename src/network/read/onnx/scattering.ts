import { sizeOf } from '../../build.js';
import { add, maximum, minimum, multiply } from '../../lower/arithmetic.js';
import { range } from '../../lower/place.js';
import { gathered } from '../../lower/sample.js';
import type { Call, Operator } from './call.js';
import { replaced, slices } from './gathering.js';
import { isComputed, type Value } from './value.js';

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

/** Numbers written to constant places. */
export const scattering: Readonly<Record<string, Operator>> = {
  ScatterElements: (call) => {
    const from = call.shape(0);
    return scattered(call, replaced(call, from, call.axis(call.int('axis', 0), from.length), 1));
  },
  Scatter: (call) => scattering['ScatterElements']!(call),
  ScatterND: (call) => scattered(call, slices(call, call.shape(0), 1, 0).index),
  TensorScatter: cached,
};
