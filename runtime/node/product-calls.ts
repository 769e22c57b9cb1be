import { createRequire } from 'node:module';

/** Numbers that say one product in memory that threads share. */
export const WORDS = 10;
/** Where they stand; addresses are those of the process. */
export const Word = { flags: 0, m: 1, n: 2, k: 3, a: 4, lda: 5, b: 6, ldb: 7, c: 8, ldc: 9 } as const;
export const Flag = { transposeA: 1, transposeB: 2, add: 4, f32: 8, aHere: 16, bHere: 32 } as const;

/** The words that threads which share products look at, after their states. */
export const Control = { next: 0, tasks: 1, ended: 2, states: 3 } as const;
export const State = { idle: 0, rung: 1, busy: 2 } as const;

/** What threads share: products, where each task ends, and the control words. */
export interface Board {
  readonly products: Float64Array;
  readonly ends: Int32Array;
  readonly control: Int32Array;
}

const [ROWS, AS_IS, TRANSPOSED] = [101, 111, 112];

type Call = (...parameters: number[]) => void;
type Load = (path: string | null) => { func(signature: string): Call };

/** Does tasks until none is left. */
export type Work = (board: Board) => void;

/** Computes products by the library at a path, in the thread that asks. */
export function productWork(path: string): Work {
  const { load } = createRequire(import.meta.url)('koffi') as { load: Load };
  const library = load(path);
  // Addresses are below 2⁵³ and travel as numbers.
  const [P, I] = ['int64_t', 'int'];
  const of = (letter: string, real: string) => ({
    gemm: library.func(
      `void cblas_${letter}gemm(${[I, I, I, I, I, I, real, P, I, P, I, real, P, I].join(', ')})`,
    ),
    gemv: library.func(`void cblas_${letter}gemv(${[I, I, I, I, real, P, I, P, I, real, P, I].join(', ')})`),
  });
  const [f64, f32] = [of('d', 'double'), of('s', 'float')];
  const flush = flushing(load);

  const product = (p: Float64Array, at: number): void => {
    const flags = p[at]!;
    const { gemm, gemv } = flags & Flag.f32 ? f32 : f64;
    const [opA, opB] = [flags & Flag.transposeA, flags & Flag.transposeB].map((t) =>
      t ? TRANSPOSED : AS_IS,
    );
    const β = flags & Flag.add ? 1 : 0;
    const [m, n, k] = [p[at + Word.m]!, p[at + Word.n]!, p[at + Word.k]!];
    const [a, lda, b, ldb] = [p[at + Word.a]!, p[at + Word.lda]!, p[at + Word.b]!, p[at + Word.ldb]!];
    const [c, ldc] = [p[at + Word.c]!, p[at + Word.ldc]!];
    // A matrix times a vector, at the memory's pace.
    if (m === 1 && opA === AS_IS)
      if (opB === AS_IS) gemv(ROWS, TRANSPOSED, k, n, 1, b, ldb, a, 1, β, c, 1);
      else gemv(ROWS, AS_IS, n, k, 1, b, ldb, a, 1, β, c, 1);
    else gemm(ROWS, opA!, opB!, m, n, k, 1, a, lda, b, ldb, β, c, ldc);
  };
  return ({ products, ends, control }) => {
    const lower = (products[0]! & Flag.f32) !== 0;
    if (lower) flush(true);
    for (;;) {
      const task = Atomics.add(control, Control.next, 1);
      if (task >= control[Control.tasks]!) break;
      for (let k = task === 0 ? 0 : ends[task - 1]!; k < ends[task]!; k++) product(products, k * WORDS);
    }
    if (lower) flush(false);
  };
}

/** Bytes of glibc's `fenv_t` that are enough anywhere, and where x86-64 has MXCSR in it. */
const [ENVIRONMENT, MXCSR] = [256, 28];
/** Denormal results, and denormal operands, are zero. */
const FLUSH = 0x8040;

/**
 * Lets this thread take numbers below 1e-38 for zero, or no longer: they are common in a Hessian's factors and make f32
 * products fifty times slower. Nothing is changed where this is not known to be possible.
 */
function flushing(load: Load): (on: boolean) => void {
  if (process.arch !== 'x64' || process.platform !== 'linux') return () => {};
  try {
    const library = load('libm.so.6') as unknown as { func(signature: string): (at: Uint8Array) => number };
    const [read, write] = ['int fegetenv(void *)', 'int fesetenv(void *)'].map((own) => library.func(own));
    const bytes = new Uint8Array(ENVIRONMENT);
    const words = new DataView(bytes.buffer);
    return (on) => {
      read!(bytes);
      const word = words.getUint32(MXCSR, true);
      words.setUint32(MXCSR, on ? word | FLUSH : word & ~FLUSH, true);
      write!(bytes);
    };
  } catch {
    return () => {}; // Another C library.
  }
}
