import { InputError } from '../../src/core/errors.js';
import { type DenseKernels, wasmKernels } from './dense-kernels.js';

/** Orders of fronts from which `auto` looks for a system BLAS. */
const LARGE_FRONT = 192;

let open = (): DenseKernels | string => 'system libraries need Node';
let found: DenseKernels | string | undefined;

/** Says how the system's BLAS is opened: `opener` answers with its kernels, or in words why there are none. */
export function provideSystemKernels(opener: () => DenseKernels | string): void {
  open = opener;
  found = undefined;
}

/** The system's BLAS, opened once; a reason where there is none. */
export function systemKernels(): DenseKernels | string {
  found ??= open();
  return found;
}

/** The kernels an option asks for; `largest` is the order of the largest front. */
export function denseKernels(choice: 'auto' | 'wasm' | 'blas', largest: number): DenseKernels {
  if (choice === 'wasm' || (choice === 'auto' && largest < LARGE_FRONT)) return wasmKernels;
  const kernels = systemKernels();
  if (typeof kernels !== 'string') return kernels;
  if (choice === 'auto') return wasmKernels;
  throw new InputError(
    `linear solver option 'denseKernels': no BLAS (${kernels}); install koffi (npm install koffi) and a BLAS (Debian: apt-get install libopenblas0-pthread), or choose 'wasm'`,
  );
}
