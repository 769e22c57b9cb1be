import type { Float, Floats } from '../trained.js';

/** A factor: bytes from the beginning of the arena, or of an array beside it. */
export interface Factor {
  readonly at: number;
  readonly outside?: Floats;
}

/** `C[m × n] = op(A) op(B)`, or added to `C`; all by rows, `ld…` numbers from one to the next; `c` is in the arena. */
export interface Product {
  readonly float: Float;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Factor;
  readonly lda: number;
  readonly transposeA: boolean;
  readonly b: Factor;
  readonly ldb: number;
  readonly transposeB: boolean;
  readonly c: number;
  readonly ldc: number;
  readonly add: boolean;
}

/** Products one after the other. */
export type ProductTask = readonly Product[];

/** Who computes products in place of the kernels. */
export interface Products {
  /** Multiplications from which on it is asked. */
  readonly from: number;
  /** Numbers from which on a trained array that is only a factor stays where it is. */
  readonly outside: number;
  readonly threads: number;
  /** Makes ready what computes all tasks, several at the same time; `memory` is the arena's, which may move. */
  prepare(tasks: readonly ProductTask[], memory: () => ArrayBufferLike): () => void;
}

/** Operations below which a part is not worth another thread. */
export const WORTH = 1e6;
/** Parts for each thread: one that has fallen behind is helped out. */
const EACH = 2;
/** Rows and columns of a part are whole multiples of that. */
const GRAIN = 8;

const bytesOf = { f64: 8, f32: 4 } as const;
const moved = ({ at, outside }: Factor, bytes: number): Factor => ({
  at: at + bytes,
  ...(outside && { outside }),
});

/** The part of a product that makes rows `i` to `i + m` and columns `j` to `j + n`. */
export function partOf(product: Product, i: number, m: number, j: number, n: number): Product {
  const { float, a, b, c, lda, ldb, ldc, transposeA, transposeB } = product;
  const bytes = bytesOf[float];
  return {
    ...product,
    m,
    n,
    a: moved(a, bytes * i * (transposeA ? 1 : lda)),
    b: moved(b, bytes * j * (transposeB ? ldb : 1)),
    c: c + bytes * (i * ldc + j),
  };
}

/** A product in parts for so many threads, the longer side of each halved again and again. */
export function parted(product: Product, threads: number): Product[] {
  const { m, n, k } = product;
  const most = Math.min(threads === 1 ? 1 : EACH * threads, (2 * m * n * k) / WORTH);
  let parts = [product];
  for (;;) {
    const finer = 2 * parts.length <= most ? parts.flatMap(halves) : parts;
    if (finer.length === parts.length) return parts;
    parts = finer;
  }
}

function halves(product: Product): Product[] {
  const { m, n } = product;
  const long = Math.max(m, n);
  const half = GRAIN * Math.ceil(long / 2 / GRAIN);
  if (half >= long) return [product];
  return m >= n
    ? [partOf(product, 0, half, 0, n), partOf(product, half, m - half, 0, n)]
    : [partOf(product, 0, m, 0, half), partOf(product, 0, m, half, n - half)];
}

/** The lower triangle of a sum of square products, as bands of rows up to the diagonal; the largest come first. */
export function bands(terms: ProductTask, threads: number): ProductTask[] {
  const n = terms[0]!.n;
  const rows = Math.max(4 * GRAIN, GRAIN * Math.ceil(n / (4 * EACH * Math.min(threads, 8)) / GRAIN));
  const tasks: ProductTask[] = [];
  for (let i = 0; i < n; i += rows) {
    const height = Math.min(rows, n - i);
    tasks.unshift(terms.map((term) => partOf(term, i, height, 0, i + height)));
  }
  return tasks;
}
