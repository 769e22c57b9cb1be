import { beyond, type KernelMemory } from '../../src/core/kernels.js';
import { ensure, type Kernels, openKernels } from './kernels.js';

/** Numbers that are made in one call, so that they stay near until they are copied. */
const ROOM = 2 ** 15;
/** Problems that one call adds up, at most. */
const SUMMED = 256;

let opened: { readonly memory: KernelMemory; readonly kernels: Kernels } | undefined;

/**
 * out ← f (a_e z_eᵀ + y_e u_eᵀ) of `count` problems, rows × n numbers each, one after the other; or, with `sum`, all added up, rows × n. Vectors
 * of a problem follow those of the one before: a and y of `rows` numbers, z and u of n.
 */
export function writeOuterProducts(
  out: Float64Array,
  rows: number,
  n: number,
  count: number,
  vectors: {
    readonly a: Float64Array;
    readonly z: Float64Array;
    readonly y: Float64Array;
    readonly u: Float64Array;
  },
  f: number,
  sum: boolean,
): void {
  const one = rows * n;
  if (one * count === 0) return;
  opened ??= openKernels();
  const { memory, kernels } = opened;
  const most = Math.min(count, sum ? SUMMED : Math.max(1, Math.floor(ROOM / one)));
  const parts = [
    ['a', rows],
    ['z', n],
    ['y', rows],
    ['u', n],
  ] as const;
  const numbers = (sum ? one : most * one) + most * 2 * (rows + n);
  if (!ensure(memory, 1024 + 8 * numbers))
    throw beyond(8 * numbers, 'gradients of quadratic programs', 'more than can be had');
  for (let from = 0; from < count; from += most) {
    const some = Math.min(most, count - from);
    let at = 1024;
    const places = parts.map(([name, length]) => {
      const place = at;
      new Float64Array(memory.buffer, at, some * length).set(
        vectors[name].subarray(from * length, (from + some) * length),
      );
      at += 8 * some * length;
      return place;
    }) as [number, number, number, number];
    const made = 1024 + 8 * most * 2 * (rows + n);
    kernels.outerProducts(made, rows, n, ...places, f, some, Number(sum), Number(from > 0));
    if (!sum) out.set(new Float64Array(memory.buffer, made, some * one), from * one);
    else if (from + some === count) out.set(new Float64Array(memory.buffer, made, one));
  }
}
