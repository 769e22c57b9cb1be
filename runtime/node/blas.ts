import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import type { DenseKernels } from '../../solvers/linear/dense-kernels.js';
import { libraryPaths } from '../../src/core/libraries.js';

/** Usual names of BLAS libraries with 32-bit integers, the faster ones first; all but BLIS and the last have LAPACK. */
const libraries: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'libmkl_rt.so.2',
    'libmkl_rt.so',
    'libopenblas.so.0',
    'libopenblas.so',
    'libblis.so.4',
    'libblas.so.3',
  ],
  darwin: ['/System/Library/Frameworks/Accelerate.framework/Accelerate', 'libopenblas.dylib'],
  win32: ['mkl_rt.2.dll', 'libopenblas.dll'],
};

/** From this many multiplications on, a library beats the WebAssembly kernels together with the call. */
const FROM = 200_000;
/** Columns taken together: their diagonal block is computed whole. */
const COLUMNS = 96;

const ROW_MAJOR = 101;
const COLUMN_MAJOR = 102;
const AS_IS = 111;
const TRANSPOSED = 112;

/** cblas_dgemm(order, transA, transB, m, n, k, α, A, lda, B, ldb, β, C, ldc); addresses as 64-bit integers. */
type Dgemm = (...parameters: (number | bigint)[]) => void;

/** The parts of koffi used here. */
interface ForeignFunctions {
  load(path: string): { func(signature: string): Dgemm };
  address(view: ArrayBufferView): bigint;
}

const DGEMM =
  'void cblas_dgemm(int, int, int, int, int, int, double, void *, int, void *, int, double, void *, int)';
/** Calls that set a library's threads: one for the fronts, which are too small to gain from more. */
const THREADS = [
  'void openblas_set_num_threads(int)',
  'void MKL_Set_Num_Threads(int)',
  'void bli_thread_set_num_threads(long)',
];

/** koffi where it is installed; a reason otherwise. */
function foreignFunctions(): ForeignFunctions | string {
  try {
    return createRequire(import.meta.url)('koffi') as ForeignFunctions;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return 'koffi is not installed';
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
}

/** Functions of Fortran: everything by address. */
type Fortran = (...parameters: (string | ArrayBufferView)[]) => void;

/** The system's BLAS, and LAPACK where the library has it. */
export interface SystemLibrary {
  readonly name: string;
  readonly koffi: ForeignFunctions;
  readonly dgemm: Dgemm;
  readonly lapack?: { readonly syrk: Fortran; readonly potrf: Fortran; readonly potrs: Fortran };
  /** Whether it is made for this processor, as far as its functions tell: not a BLAS for reference. */
  readonly tuned: boolean;
  /** Lets it use all cores, or one. */
  threads(all: boolean): void;
}

const fortran = (name: string, count: number): string =>
  `void ${name}_(${[...(name === 'dsyrk' ? ['const char *'] : []), 'const char *', ...new Array<string>(count).fill('void *')].join(', ')})`;

let found: SystemLibrary | string | undefined;

/** The first library that is here, on one thread; or in words why there is none. */
export function systemLibrary(): SystemLibrary | string {
  found ??= findLibrary();
  return found;
}

function findLibrary(): SystemLibrary | string {
  const koffi = foreignFunctions();
  if (typeof koffi === 'string') return koffi;
  const names = libraries[process.platform] ?? [];
  for (const name of libraryPaths(names)) {
    try {
      const library = koffi.load(name);
      const dgemm = library.func(DGEMM);
      const [syrk, potrf, potrs] = [fortran('dsyrk', 8), fortran('dpotrf', 4), fortran('dpotrs', 7)].map(
        (signature) => optional(library, signature) as Fortran | undefined,
      );
      const limits = THREADS.flatMap((signature) => optional(library, signature) ?? []);
      const threads = (all: boolean): void => {
        for (const limit of limits) limit(all ? availableParallelism() : 1);
      };
      threads(false);
      return {
        name,
        koffi,
        dgemm,
        threads,
        tuned: limits.length > 0 || process.platform === 'darwin',
        ...(syrk && potrf && potrs && { lapack: { syrk, potrf, potrs } }),
      };
    } catch {
      // Not installed, or no BLAS with C names: the next one.
    }
  }
  return `found none of ${names.join(', ')}`;
}

/** The system's BLAS through its C interface, or in words why there is none. */
export function openBlas(): DenseKernels | string {
  const library = systemLibrary();
  return typeof library === 'string' ? library : kernelsOf(library.koffi, library.name, library.dgemm);
}

function optional(library: { func(signature: string): Dgemm }, signature: string): Dgemm | undefined {
  try {
    return library.func(signature);
  } catch {
    return undefined; // Another library's function.
  }
}

function kernelsOf(koffi: ForeignFunctions, library: string, dgemm: Dgemm): DenseKernels {
  let buffer: ArrayBuffer | undefined;
  let base = 0n;
  const baseOf = (memory: WebAssembly.Memory): bigint => {
    if (memory.buffer !== buffer) {
      buffer = memory.buffer;
      base = koffi.address(new Uint8Array(buffer));
    }
    return base;
  };
  return {
    name: `blas (${library})`,
    from: FROM,
    update(memory, rows, columns, depth, c, l, ld, w, ldw) {
      const base = baseOf(memory);
      // Addresses arrive as signed 32-bit numbers.
      const [c0, l0, w0] = [c >>> 0, l >>> 0, w >>> 0];
      for (let j = 0; j < columns; j += COLUMNS) {
        const n = Math.min(COLUMNS, columns - j);
        const a = base + BigInt(l0 + 8 * j);
        const b = base + BigInt(w0 + 8 * j);
        const to = base + BigInt(c0 + 8 * j * (ld + 1));
        dgemm(COLUMN_MAJOR, AS_IS, TRANSPOSED, rows - j, n, depth, -1, a, ld, b, ldw, 1, to, ld);
      }
    },
    multiply(memory, { rows, inner, columns, c, ldc, a, lda, b, ldb }) {
      const base = baseOf(memory);
      const [to, left, right] = [base + BigInt(c), base + BigInt(a), base + BigInt(b)];
      dgemm(ROW_MAJOR, AS_IS, AS_IS, rows, columns, inner, -1, left, lda, right, ldb, 1, to, ldc);
    },
  };
}
