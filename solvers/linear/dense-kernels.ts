import type { KernelMemory } from '../../src/core/kernels.js';

/**
 * `C −= L·Wᵀ` on the lower triangle of a trapezoid: C with `rows` × `columns` at byte address `c`, L with `rows` ×
 * `depth` at `l` (leading dimension `ld` for both), W with `columns` × `depth` at `w` (leading dimension `ldw`). All
 * column-major, leading dimensions in numbers. What stands above the diagonal of C may be overwritten.
 */
export type HostUpdate = (
  rows: number,
  columns: number,
  depth: number,
  c: number,
  l: number,
  ld: number,
  w: number,
  ldw: number,
) => void;

/** Who does the large dense updates of a front. */
export interface DenseKernels {
  readonly name: string;
  /** Updates of fewer multiplications than this stay in the compiled kernels. */
  readonly from: number;
  /** Does one update on the solver's memory. */
  update(memory: KernelMemory, ...shape: Parameters<HostUpdate>): void;
  /** `C −= A·B` by rows on that memory. */
  multiply(memory: KernelMemory, product: DenseProduct): void;
}

/** Matrices by rows at byte addresses, leading dimensions in numbers: C `rows × columns`, A `rows × inner`, B `inner × columns`. */
export interface DenseProduct {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  readonly c: number;
  readonly ldc: number;
  readonly a: number;
  readonly lda: number;
  readonly b: number;
  readonly ldb: number;
}

/** The compiled kernels alone. */
export const wasmKernels: DenseKernels = {
  name: 'wasm',
  from: Infinity,
  update: () => {
    throw new Error('the compiled kernels do their own updates');
  },
  multiply: () => {
    throw new Error('the compiled kernels do their own products');
  },
};
