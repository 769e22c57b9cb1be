import { type Address, CudaError } from './cuda.js';
import { loadLibrary } from './foreign.js';

/** Cholesky on a card, queued on its stream; matrices are `n × n` in f64, the lower triangle by rows. */
export interface Cholesky {
  /** Numbers of work memory that `factor` takes. */
  workspace(n: number, a: Address): number;
  /** Overwrites `a` with the factor; at `info` an Int32: 0, or the place of the first pivot that is not positive, from 1. */
  factor(n: number, a: Address, work: Address, size: number, info: Address): void;
  /** Overwrites `b` with the solution. */
  solve(n: number, a: Address, b: Address, info: Address): void;
  /** Copies the diagonal of `a` to `to`. */
  diagonal(n: number, a: Address, to: Address): void;
  dispose(): void;
}

/** Their codes, for messages. */
const names: Readonly<Record<number, string>> = {
  1: 'not initialized',
  2: 'allocation failed',
  3: 'invalid value',
  4: 'architecture mismatch',
  6: 'execution failed',
  7: 'internal error',
};

/** By columns, as the libraries see it, the lower triangle by rows is the upper one. */
const UPPER = 1;

/** cuSOLVER on a stream of the context that is current. */
export function openCusolver(stream: Address): Cholesky {
  const { functions: all } = loadLibrary('cusolver', [
    'int cusolverDnCreate(void *)',
    'int cusolverDnDestroy(void *)',
    'int cusolverDnSetStream(void *, void *)',
    'int cusolverDnDpotrf_bufferSize(void *, int, int, uint64_t, int, void *)',
    'int cusolverDnDpotrf(void *, int, int, uint64_t, int, uint64_t, int, uint64_t)',
    'int cusolverDnDpotrs(void *, int, int, int, uint64_t, int, uint64_t, int, uint64_t)',
  ]);
  const { functions: blas } = loadLibrary('cublas', [
    'int cublasCreate_v2(void *)',
    'int cublasDestroy_v2(void *)',
    'int cublasSetStream_v2(void *, void *)',
    'int cublasDcopy_v2(void *, int, uint64_t, int, uint64_t, int)',
  ]);
  const ok = (call: string, code: number): void => {
    if (code !== 0) throw new CudaError(call, names[code] ?? `error ${code}`, code === 2);
  };
  const box = new BigUint64Array(1);
  ok('cusolverDnCreate', all.cusolverDnCreate(box));
  const solver = box[0]!;
  ok('cublasCreate', blas.cublasCreate_v2(box));
  const copier = box[0]!;
  ok('cusolverDnSetStream', all.cusolverDnSetStream(solver, stream));
  ok('cublasSetStream', blas.cublasSetStream_v2(copier, stream));
  const size = new Int32Array(1);
  return {
    workspace(n, a) {
      ok('cusolverDnDpotrf', all.cusolverDnDpotrf_bufferSize(solver, UPPER, n, a, n, size));
      return size[0]!;
    },
    factor: (n, a, work, count, info) =>
      ok('cusolverDnDpotrf', all.cusolverDnDpotrf(solver, UPPER, n, a, n, work, count, info)),
    solve: (n, a, b, info) =>
      ok('cusolverDnDpotrs', all.cusolverDnDpotrs(solver, UPPER, n, 1, a, n, b, n, info)),
    diagonal: (n, a, to) => ok('cublasDcopy', blas.cublasDcopy_v2(copier, n, a, n + 1, to, 1)),
    dispose() {
      all.cusolverDnDestroy(solver);
      blas.cublasDestroy_v2(copier);
    },
  };
}
