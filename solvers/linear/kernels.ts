import { OutOfMemoryError } from '../../src/core/errors.js';
import type { DenseKernels, HostUpdate } from './dense-kernels.js';
import kernels from './kernels.wasm.js';

/** Bytes of a WebAssembly page. */
export const PAGE = 65536;
/** Pages of a 4 GiB memory. */
const MAXIMUM_PAGES = 65536;

/** What `assembly/index.ts` exports. Addresses and sizes are unsigned 32-bit byte counts. */
export interface Kernels {
  setup(table: number, factorBytes: number): void;
  gather(): number;
  equilibrate(sweeps: number): void;
  /** 0: done; 1: out of memory; 2: more than `negativeLimit` negative pivots. */
  factor(threshold: number, negativeLimit: number): number;
  /** Returns the componentwise backward error. */
  solve(steps: number, enough: number): number;
  useHostFrom(operations: number): void;
}

let compiled: WebAssembly.Module | undefined;

function compile(): WebAssembly.Module {
  const text = atob(kernels);
  const binary = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new WebAssembly.Module(binary);
}

/** A memory of at least `bytes` bytes. */
export function openMemory(bytes: number): WebAssembly.Memory {
  const initial = Math.ceil(bytes / PAGE);
  if (initial > MAXIMUM_PAGES) throw outOfMemory(bytes);
  try {
    return new WebAssembly.Memory({ initial, maximum: MAXIMUM_PAGES });
  } catch (error) {
    if (error instanceof RangeError) throw outOfMemory(bytes);
    throw error;
  }
}

/** The error of a factorization that needs more than can be had. */
export function outOfMemory(bytes: number): OutOfMemoryError {
  return new OutOfMemoryError(
    `linear solver: ${(bytes / 2 ** 30).toFixed(2)} GiB or more needed; a solver can hold up to 4 GiB`,
  );
}

/** The compiled kernels on a memory of their own, with dense updates beyond `dense.from` operations done by `dense`. */
export function openKernels(memory: WebAssembly.Memory, dense: DenseKernels): Kernels {
  compiled ??= compile();
  const update: HostUpdate = (...shape) => dense.update(memory, ...shape);
  const instance = new WebAssembly.Instance(compiled, { env: { memory }, host: { update } });
  const kernels = instance.exports as unknown as Kernels;
  kernels.useHostFrom(dense.from);
  return kernels;
}
