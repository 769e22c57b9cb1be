import type { Place } from './place.js';
import { range } from './place.js';

/** How a window moves along one axis. */
export interface Window {
  readonly length: number;
  readonly stride: number;
  readonly dilation: number;
  /** Numbers added before and behind the axis. */
  readonly before: number;
  readonly after: number;
}

/** How many places a window has along `length` numbers; `ceil`: also one that begins inside and ends beyond. */
export function placesOf(place: Place, length: number, w: Window, ceil = false): number {
  const reach = (w.length - 1) * w.dilation + 1;
  const room = length + w.before + w.after - reach;
  let count = (ceil ? Math.ceil(room / w.stride) : Math.floor(room / w.stride)) + 1;
  // A window that would begin in the padding behind is left out.
  if (ceil && (count - 1) * w.stride >= length + w.before) count--;
  if (!(count >= 1))
    throw place.build.error(place.layer, `a window of ${reach} does not fit into an axis of ${length}`);
  place.build.allow(place.layer, [count, w.length]);
  return count;
}

/** The coordinate of every entry of every window along an axis, −1 in the padding: `places × length`. */
export function coordinates(length: number, places: number, w: Window): Int32Array {
  const at = new Int32Array(places * w.length);
  for (let p = 0; p < places; p++)
    for (let k = 0; k < w.length; k++) {
      const coordinate = p * w.stride + k * w.dilation - w.before;
      at[p * w.length + k] = coordinate >= 0 && coordinate < length ? coordinate : -1;
    }
  return at;
}

/** Padding before and behind so that a window has `⌈length/stride⌉` places; the odd one `last` or first. */
export function samePadding(
  length: number,
  window: number,
  stride: number,
  dilation: number,
  last = true,
): [before: number, after: number] {
  const places = Math.ceil(length / stride);
  const total = Math.max(0, (places - 1) * stride + (window - 1) * dilation + 1 - length);
  const small = Math.floor(total / 2);
  return last ? [small, total - small] : [total - small, small];
}

/** Where axes stand: the batch, channels, and space. */
export interface Layout {
  readonly channels: number;
  readonly space: readonly number[];
}
export const layoutOf = (rank: number, channelsLast: boolean): Layout =>
  channelsLast
    ? { channels: rank - 1, space: range(rank - 2).map((k) => k + 1) }
    : { channels: 1, space: range(rank - 2).map((k) => k + 2) };
