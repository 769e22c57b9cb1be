import type { OutOfMemoryError } from '../../src/core/errors.js';
import {
  beyond,
  type KernelMemory,
  type KernelModule,
  kernelsOver,
  mostOf,
  openKernelMemory,
} from '../../src/core/kernels.js';
import type { DenseKernels, HostUpdate } from './dense-kernels.js';
import binary from './kernels.wasm.js';

const module: KernelModule = { name: 'solvers/linear', binary };

/** What `assembly/index.ts` exports. Addresses and sizes are unsigned 32-bit byte counts. */
export interface Kernels {
  setup(table: number, factorBytes: number): void;
  gather(): number;
  equilibrate(sweeps: number): void;
  /** 0: done; 1: out of memory; 2: more than `negativeLimit` negative pivots. */
  factor(threshold: number, negativeLimit: number): number;
  /** Returns the componentwise backward error. */
  solve(steps: number, enough: number): number;
  /** Makes room for groups of four right-hand sides and returns where they go, 0 where memory is out; may move the buffer. */
  prepareMany(groups: number): number;
  /** Solves for these; returns the largest backward error. */
  solveMany(steps: number, enough: number): number;
  /** After {@link factor} ran out of memory: how many bytes it needed. */
  refusedBytes(): number;
  useHostFrom(operations: number): void;
  /** `C −= A·B` by rows; leading dimensions in numbers. */
  multiply(
    rows: number,
    inner: number,
    columns: number,
    c: number,
    ldc: number,
    a: number,
    lda: number,
    b: number,
    ldb: number,
    workspace: number,
  ): void;
  /** `y −= A·x`, and `x −= Aᵀ·y`, A by rows. */
  subtractTimes(rows: number, columns: number, a: number, x: number, y: number): void;
  subtractTransposedTimes(rows: number, columns: number, a: number, y: number, x: number): void;
  /** See `assembly/multiply.ts`. */
  subtractRuns(
    count: number,
    start: number,
    row: number,
    column: number,
    values: number,
    x: number,
    y: number,
    columns: number,
    rows: number,
    sizeOfColumns: number,
    sizeOfRows: number,
  ): void;
  /** `C −= L·D·Lᵀ` on the lower triangle, see `assembly/update.ts`; the leading dimension in bytes. */
  update(
    to: number,
    from: number,
    ld: number,
    nf: number,
    c0: number,
    c1: number,
    p0: number,
    p1: number,
    d: number,
    workspace: number,
  ): void;
}

/** A memory of at least `bytes` bytes. */
export const openMemory = (bytes: number): KernelMemory => openKernelMemory(bytes, 'the linear solver');

/** The error of a factorization that needs `bytes` bytes of `memory` in vain. */
export function outOfMemory(memory: KernelMemory, bytes: number): OutOfMemoryError {
  const most = mostOf(memory) / 2 ** 30;
  return beyond(
    bytes,
    'the linear solver',
    `more than can be had (it can use ${most.toFixed(0)} GiB at most)`,
  );
}

/** The kernels on a memory of their own, with dense updates beyond `dense.from` operations done by `dense`. */
export function openKernels(memory: KernelMemory, dense: DenseKernels): Kernels {
  const update: HostUpdate = (...shape) => dense.update(memory, ...shape);
  const kernels = kernelsOver(module, memory, { host: { update } }) as unknown as Kernels;
  kernels.useHostFrom(dense.from);
  return kernels;
}
