import { sizeOf } from '../build.js';
import type { Tensor } from '../graph.js';
import { permutedFrom, room, storeOf } from '../stored.js';
import { moved, type Source, transpose } from './move.js';
import { type Place, range, type Shape } from './place.js';
import { coordinates, layoutOf, placesOf, type Window } from './window.js';

export interface Convolution {
  /** `[…window, channels in a group, channels out]`. */
  readonly kernel: Tensor;
  readonly bias?: Tensor | undefined;
  /** One for each axis of space. */
  readonly windows: readonly Window[];
  readonly groups: number;
  readonly channelsLast: boolean;
}

/** Up to this many groups each is a product of its own. */
const fewGroups = 16;

/**
 * A convolution of `u`, `[batch, channels, …space]` or `[batch, …space, channels]`: patches are gathered, and the kernel
 * is one product with all of them.
 */
export function convolution(place: Place, u: number, c: Convolution): number {
  const shape = place.build.shape(u);
  const { space } = layoutOf(shape.length, c.channelsLast);
  const places = space.map((axis, d) => placesOf(place, shape[axis]!, c.windows[d]!));
  const at = space.map((axis, d) => coordinates(shape[axis]!, places[d]!, c.windows[d]!));
  return convolved(place, u, c, places, at);
}

/**
 * A transposed convolution: what a convolution with these windows makes of `out` places a side is taken back. The kernel
 * is `[…window, channels in a group, channels out]` as {@link convolution} would have it.
 */
export function transposedConvolution(
  place: Place,
  u: number,
  c: Convolution,
  out: readonly number[],
): number {
  const shape = place.build.shape(u);
  const { space } = layoutOf(shape.length, c.channelsLast);
  const at = space.map((axis, d) => {
    const { length, stride, dilation, before } = c.windows[d]!;
    place.build.allow(place.layer, [out[d]!, length]);
    const table = new Int32Array(out[d]! * length).fill(-1);
    for (let o = 0; o < out[d]!; o++)
      for (let k = 0; k < length; k++) {
        const from = (o + before - k * dilation) / stride;
        if (Number.isInteger(from) && from >= 0 && from < shape[axis]!) table[o * length + k] = from;
      }
    return table;
  });
  return convolved(place, u, c, out, at);
}

/** `at[d]`: the coordinates along axis `d` of space, `places × window`. */
function convolved(
  place: Place,
  u: number,
  { kernel, bias, windows, groups, channelsLast }: Convolution,
  places: readonly number[],
  at: readonly Int32Array[],
): number {
  const { build, layer } = place;
  const shape = build.shape(u);
  const { channels, space } = layoutOf(shape.length, channelsLast);
  const window = windows.map(({ length }) => length);
  const taken = sizeOf(window) * kernel.shape.at(-2)!;
  const outs = kernel.shape.at(-1)!;
  const expected = kernel.shape.at(-2)! * groups;
  if (shape[channels] !== expected)
    throw build.error(layer, `has kernels for ${expected} channels, its input has ${shape[channels]}`);
  if (outs % groups !== 0) throw build.error(layer, `makes ${outs} channels in ${groups} groups`);
  const lead = [shape[0]!, ...places];
  const dims = space.length;
  /** Patches, each with the channels of `taking` (group by group). */
  const patches = (to: Shape, channelSource: Source, windowAxis: number): number => {
    const sources: Source[] = [];
    sources[0] = { of: [0], at: range(shape[0]!) };
    sources[channels] = channelSource;
    space.forEach((axis, d) => {
      sources[axis] = { of: [1 + d, windowAxis + d], at: at[d]! };
    });
    return moved(place, u, to, sources);
  };
  const own = kernel.shape.at(-2)!;
  let rows: number;
  if (groups <= fewGroups) {
    const parts = range(groups).map((g) => {
      const all = patches(
        [...lead, ...window, own],
        { of: [1 + 2 * dims], at: range(own).map((k) => g * own + k) },
        1 + dims,
      );
      const flat = build.reshape(layer, all, [sizeOf(lead), taken]);
      const [weight, shift] =
        groups === 1 ? [kernel.data, bias] : [columns(kernel, g, groups), part(bias, g, groups)];
      return build.affine(layer, flat, { shape: [taken, outs / groups], data: weight }, shift);
    });
    rows = parts.length === 1 ? parts[0]! : build.concat(layer, parts, 1);
  } else {
    // Many groups: each channel of the result scales its own patch and adds it up.
    const all = patches(
      [...lead, outs, ...window, own],
      {
        of: [1 + dims, 2 + 2 * dims],
        at: range(outs * own).map((k) => Math.floor(k / own / (outs / groups)) * own + (k % own)),
      },
      2 + dims,
    );
    const flat = build.reshape(layer, all, [sizeOf(lead), outs * taken]);
    const weights = new Float64Array(outs * taken);
    for (let o = 0; o < outs; o++)
      for (let k = 0; k < taken; k++) weights[o * taken + k] = kernel.data[k * outs + o]!;
    const to = [outs * taken];
    const scaled = build.scale(
      layer,
      flat,
      { shape: to, data: weights },
      { shape: to, data: new Float64Array(outs * taken) },
    );
    const ones = { shape: [taken, 1], data: new Float64Array(taken).fill(1) };
    rows = build.reshape(
      layer,
      build.affine(layer, build.reshape(layer, scaled, [sizeOf(lead) * outs, taken]), ones),
      [sizeOf(lead), outs],
    );
    if (bias)
      rows = build.scale(
        layer,
        rows,
        { shape: [outs], data: new Float64Array(outs).fill(1) },
        { shape: [outs], data: bias.data },
      );
  }
  const result = build.reshape(layer, rows, [...lead, outs]);
  if (channelsLast) return result;
  return transpose(place, result, [0, 1 + dims, ...range(dims).map((d) => 1 + d)]);
}

/** The columns of group `g`. */
function columns({ data, shape }: Tensor, g: number, groups: number): Float64Array {
  const outs = shape.at(-1)!;
  const width = outs / groups;
  return Float64Array.from(
    { length: data.length / groups },
    (_, k) => data[Math.floor(k / width) * outs + g * width + (k % width)]!,
  );
}

function part(bias: Tensor | undefined, g: number, groups: number): Tensor | undefined {
  if (bias === undefined) return undefined;
  const width = bias.data.length / groups;
  return { shape: [width], data: bias.data.slice(g * width, (g + 1) * width) };
}

/** The numbers of `tensor` with its axes permuted: axis `permutation[k]` becomes axis `k`. */
export function permuted(tensor: Tensor, permutation: readonly number[]): Tensor {
  if (permutation.every((axis, k) => axis === k)) return tensor;
  const store = storeOf(tensor);
  if (store) return permutedFrom(tensor, store, permutation);
  const { shape, data } = tensor;
  const to = permutation.map((axis) => shape[axis]!);
  if (shape.length === 2) return { shape: to, data: turned(data, shape[0]!, shape[1]!) };
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const steps = permutation.map((axis) => strides[axis]!);
  const out = room(data instanceof Float64Array, data.length);
  const index = to.map(() => 0);
  let from = 0;
  for (let k = 0; k < out.length; k++) {
    out[k] = data[from]!;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      from += steps[axis]!;
      if (index[axis]! < to[axis]!) break;
      from -= steps[axis]! * to[axis]!;
      index[axis] = 0;
    }
  }
  return { shape: to, data: out };
}

/** A matrix transposed, in bands, so that reads and writes both stay near each other. */
function turned(
  data: Float32Array | Float64Array,
  rows: number,
  columns: number,
): Float32Array | Float64Array {
  const out = room(data instanceof Float64Array, data.length);
  for (let band = 0; band < columns; band += 32)
    for (let i = 0; i < rows; i++)
      for (let j = band; j < Math.min(band + 32, columns); j++) out[j * rows + i] = data[i * columns + j]!;
  return out;
}
