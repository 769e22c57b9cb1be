import { blasKernels } from './blas.js';
import { type DenseKernels, wasmKernels } from './dense-kernels.js';

/** Orders of fronts from which `auto` looks for a system BLAS. */
const LARGE_FRONT = 192;

/** The kernels an option asks for; `largest` is the order of the largest front. */
export function denseKernels(choice: 'auto' | 'wasm' | 'blas', largest: number): DenseKernels {
  if (choice === 'wasm' || (choice === 'auto' && largest < LARGE_FRONT)) return wasmKernels;
  return blasKernels(choice === 'blas') ?? wasmKernels;
}
