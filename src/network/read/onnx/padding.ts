import { sizeOf } from '../../build.js';
import { indexOf } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import type { Call, Operator } from './call.js';
import { move } from './move.js';
import { isComputed, type Value } from './value.js';

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

/** Values with more around or between their numbers. */
export const padding: Readonly<Record<string, Operator>> = {
  Pad: pad,
  MaxUnpool: unpooled,
};
