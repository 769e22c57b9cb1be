import { countOf } from '../core/budget.js';
import { sharedFloat32, sharedFloat64 } from '../core/memory.js';
import type { Tensor } from './graph.js';

type Floats = Float32Array | Float64Array;

/** Where the numbers of a tensor stay until they are asked for. */
export interface Store {
  /** Whether they are kept as doubles. */
  readonly double: boolean;
  /** Fills `into` with the numbers from `at` on. */
  read(into: Floats, at: number): void;
}

interface Held extends Store {
  /** The tensor with its axes permuted, by the permutation. */
  readonly permuted: Map<string, Tensor>;
  plain?: Tensor;
}

const stores = new WeakMap<object, Held>();

/** Numbers that are in memory at a time. */
export const piece = 1 << 16;

/** Shared memory for `size` numbers. */
export const room = (double: boolean, size: number): Floats =>
  double ? sharedFloat64(size) : sharedFloat32(size);

/** A tensor that is read when its `data` are first asked for; `more` are its other fields. */
export function stored<T extends object>(
  shape: readonly number[],
  store: Store,
  more: T,
): T & { readonly shape: readonly number[]; readonly data: Floats } {
  const own = {
    ...more,
    shape,
    get data(): Floats {
      const data = room(store.double, countOf(shape));
      store.read(data, 0);
      Object.defineProperty(own, 'data', { value: data, enumerable: true });
      return data;
    },
  };
  stores.set(own, { ...store, permuted: new Map() });
  return own;
}

/** Where the numbers of a tensor lie, while they are not in memory. */
export function storeOf(tensor: Tensor): Held | undefined {
  const store = stores.get(tensor);
  return store && Object.getOwnPropertyDescriptor(tensor, 'data')?.get ? store : undefined;
}

/** Fills `into` with the numbers of a tensor from `at` on. */
export function copyInto(into: Floats, tensor: Tensor, at: number): void {
  const store = storeOf(tensor);
  if (store) store.read(into, at);
  else into.set(tensor.data.subarray(at, at + into.length));
}

/** The same numbers under another shape. */
export function reshaped<T extends Tensor>(tensor: T, shape: readonly number[]): T {
  const store = storeOf(tensor);
  if (!store) return { ...tensor, shape };
  const { data: _, shape: __, ...more } = Object.getOwnPropertyDescriptors(tensor);
  return stored(shape, store, Object.defineProperties({}, more)) as unknown as T;
}

/** A tensor with its shape and its numbers alone, the same one whenever it is asked for. */
export function plain(tensor: Tensor): Tensor {
  const store = stores.get(tensor);
  if (!store) return tensor;
  store.plain ??= { shape: tensor.shape, data: tensor.data };
  return store.plain;
}

/** The numbers with axes permuted, axis `permutation[k]` as axis `k`: read in pieces, each number written where it belongs. */
export function permutedFrom({ shape }: Tensor, store: Held, permutation: readonly number[]): Tensor {
  const key = permutation.join();
  let made = store.permuted.get(key);
  if (!made) {
    made = { shape: permutation.map((axis) => shape[axis]!), data: scattered(shape, store, permutation) };
    store.permuted.set(key, made);
  }
  return made;
}

function scattered(shape: readonly number[], store: Store, permutation: readonly number[]): Floats {
  const size = countOf(shape);
  const out = room(store.double, size);
  const to = permutation.map((axis) => shape[axis]!);
  /** How far apart neighbours along each axis of the source are in the result. */
  const steps = shape.map((_, axis) => countOf(to.slice(permutation.indexOf(axis) + 1)));
  const width = shape.at(-1) ?? 1;
  const step = steps.at(-1) ?? 1;
  // Some rows at a time, their numbers column by column, so that writes stay near each other.
  const rows = Math.max(1, Math.min(Math.floor((4 * piece) / Math.max(1, width)), size / Math.max(1, width)));
  const held = store.double ? new Float64Array(rows * width) : new Float32Array(rows * width);
  const starts = new Int32Array(rows);
  const index = shape.slice(0, -1).map(() => 0);
  let base = 0;
  for (let at = 0; at < size; at += rows * width) {
    const count = Math.min(rows, (size - at) / width);
    store.read(held.subarray(0, count * width), at);
    for (let r = 0; r < count; r++) {
      starts[r] = base;
      for (let axis = index.length - 1; axis >= 0; axis--) {
        index[axis]! += 1;
        base += steps[axis]!;
        if (index[axis]! < shape[axis]!) break;
        base -= steps[axis]! * shape[axis]!;
        index[axis] = 0;
      }
    }
    for (let r = 0; r < count; r += 32) {
      const end = Math.min(r + 32, count);
      for (let j = 0; j < width; j++) {
        const shift = j * step;
        for (let i = r, from = r * width + j; i < end; i++, from += width)
          out[starts[i]! + shift] = held[from]!;
      }
    }
  }
  return out;
}
