import {
  type KernelMemory,
  type KernelModule,
  kernelsOver,
  openKernelMemory,
  pageBytes,
} from '../../src/core/kernels.js';
import binary from './kernels.wasm.js';

const module: KernelModule = { name: 'solvers/batch', binary };

/** What `assembly/index.ts` exports. Addresses and sizes are unsigned 32-bit byte counts. */
export interface Kernels {
  layOut(n: number, m: number, p: number, condensed: number, base: number): number;
  factorBytes(): number;
  rowsBytes(): number;
  pairBytes(): number;
  solvePairs(
    table: number,
    count: number,
    sharedQ: number,
    sharedRows: number,
    fresh: number,
    warm: number,
    most: number,
  ): void;
  solveSystems(table: number, count: number): void;
  expectSymmetry(): void;
  isSymmetric(): number;
  checkSystems(table: number, count: number, n: number, m: number, p: number, symmetric: number): void;
  outerProducts(
    out: number,
    rows: number,
    n: number,
    a: number,
    z: number,
    y: number,
    u: number,
    f: number,
    count: number,
    sum: number,
    add: number,
  ): void;
}

const what = 'a batch of quadratic programs';

/** Kernels on a memory of their own. */
export function openKernels(): { readonly memory: KernelMemory; readonly kernels: Kernels } {
  const memory = openKernelMemory(pageBytes, what);
  return { memory, kernels: kernelsOver(module, memory) as unknown as Kernels };
}

/** Grows a memory to hold `bytes`; false where that cannot be had. */
export function ensure(memory: KernelMemory, bytes: number): boolean {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / pageBytes);
  if (missing <= 0) return true;
  try {
    return memory.grow(missing) >= 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
