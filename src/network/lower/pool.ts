import { sizeOf } from '../build.js';
import { moved, type Source, transpose } from './move.js';
import { type Place, range } from './place.js';
import { coordinates, layoutOf, placesOf, type Window } from './window.js';

export interface Pooling {
  readonly windows: readonly Window[];
  readonly channelsLast: boolean;
  /** Whether a window that begins inside and ends beyond counts. */
  readonly ceil: boolean;
}

/** Windows of `u` along the last axis, `[batch, …places, channels, window]`, and whether each entry is there. */
function windowsOf(place: Place, u: number, { windows, channelsLast, ceil }: Pooling) {
  const { build } = place;
  const shape = build.shape(u);
  const { channels, space } = layoutOf(shape.length, channelsLast);
  const places = space.map((axis, d) => placesOf(place, shape[axis]!, windows[d]!, ceil));
  const dims = space.length;
  const to = [shape[0]!, ...places, shape[channels]!, ...windows.map(({ length }) => length)];
  build.allow(place.layer, to);
  const at = space.map((axis, d) => coordinates(shape[axis]!, places[d]!, windows[d]!));
  const sources: Source[] = [];
  sources[0] = { of: [0], at: range(shape[0]!) };
  sources[channels] = { of: [1 + dims], at: range(shape[channels]!) };
  return { shape, channels, space, places, at, to, sources, dims };
}

/** Back to the layout of the input. */
function finish(place: Place, v: number, dims: number, channelsLast: boolean): number {
  if (channelsLast) return v;
  return transpose(place, v, [0, 1 + dims, ...range(dims).map((d) => 1 + d)]);
}

/** The largest number of each window; padding is never it. */
export function maxPool(place: Place, u: number, pooling: Pooling): number {
  const { build, layer } = place;
  const { space, at, to, sources, dims } = windowsOf(place, u, pooling);
  space.forEach((axis, d) => {
    const { length } = pooling.windows[d]!;
    const table = at[d]!.slice();
    for (let p = 0; p * length < table.length; p++) {
      const inside = table.subarray(p * length, (p + 1) * length).find((c) => c >= 0);
      if (inside === undefined) throw build.error(layer, 'has a window that lies in the padding alone');
      // An entry of the padding repeats one that is there.
      for (let k = p * length; k < (p + 1) * length; k++) if (table[k]! < 0) table[k] = inside;
    }
    sources[axis] = { of: [1 + d, 2 + dims + d], at: table };
  });
  const lead = to.slice(0, 2 + dims);
  const all = moved(place, u, to, sources);
  const rows = build.reshape(layer, all, [sizeOf(lead), sizeOf(to) / sizeOf(lead)]);
  return finish(place, build.reshape(layer, build.maximum(layer, rows), lead), dims, pooling.channelsLast);
}

/** `Σ` of each window times `factor`, padding as 0. */
function sumPool(place: Place, u: number, pooling: Pooling, factor: number) {
  const { build, layer } = place;
  const found = windowsOf(place, u, pooling);
  const { space, at, to, sources, dims } = found;
  space.forEach((axis, d) => {
    sources[axis] = { of: [1 + d, 2 + dims + d], at: at[d]! };
  });
  const lead = to.slice(0, 2 + dims);
  const count = sizeOf(to) / sizeOf(lead);
  const rows = build.reshape(layer, moved(place, u, to, sources), [sizeOf(lead), count]);
  const ones = { shape: [count, 1], data: new Float64Array(count).fill(factor) };
  return { ...found, lead, node: build.reshape(layer, build.affine(layer, rows, ones), lead) };
}

/** Sums of windows. */
export function windowSums(place: Place, u: number, pooling: Pooling): number {
  const { node, dims } = sumPool(place, u, pooling, 1);
  return finish(place, node, dims, pooling.channelsLast);
}

/**
 * Means of windows. With `countPadding` padding counts as zeros (but not what a last window reaches beyond it); else only
 * what is there counts.
 */
export function averagePool(place: Place, u: number, pooling: Pooling, countPadding: boolean): number {
  const { build, layer } = place;
  const size = sizeOf(pooling.windows.map(({ length }) => length));
  const { node, lead, space, shape, places, at, dims } = sumPool(place, u, pooling, 1 / size);
  // How many entries of each place's window count, axis by axis.
  const counts = space.map((axis, d) => {
    const w = pooling.windows[d]!;
    return range(places[d]!).map((p) => {
      if (!countPadding)
        return at[d]!.subarray(p * w.length, (p + 1) * w.length).filter((c) => c >= 0).length;
      const end = shape[axis]! + w.before + w.after;
      return range(w.length).filter((k) => p * w.stride + k * w.dilation < end).length;
    });
  });
  const whole = counts.every((own, d) => own.every((count) => count === pooling.windows[d]!.length));
  if (whole) return finish(place, node, dims, pooling.channelsLast);
  const factors = new Float64Array(sizeOf(lead));
  const channels = lead.at(-1)!;
  for (let k = 0; k < factors.length; k++) {
    let rest = Math.floor(k / channels) % sizeOf(places);
    let count = 1;
    for (let d = dims - 1; d >= 0; d--) {
      count *= counts[d]![rest % places[d]!]!;
      rest = Math.floor(rest / places[d]!);
    }
    factors[k] = size / count;
  }
  const to = [factors.length];
  const scaled = build.scale(
    layer,
    build.reshape(layer, node, to),
    { shape: to, data: factors },
    { shape: to, data: new Float64Array(factors.length) },
  );
  return finish(place, build.reshape(layer, scaled, lead), dims, pooling.channelsLast);
}
