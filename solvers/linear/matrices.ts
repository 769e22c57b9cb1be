import { InputError } from '../../src/core/errors.js';
import type { KernelMemory } from '../../src/core/kernels.js';
import { denseKernels } from './choose-kernels.js';
import type { DenseKernels } from './dense-kernels.js';
import { type Kernels, openKernels, openMemory } from './kernels.js';

/** Below this address lives what the compiler places. */
const RESERVED = 4096;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

/** A dense matrix by rows in the memory of {@link Matrices}. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** The numbers, by rows. */
  readonly data: Float64Array;
  /** Where they begin, in bytes. */
  readonly address: number;
}

/** Some consecutive rows of a matrix. */
export interface Rows {
  readonly matrix: Matrix;
  readonly first: number;
  readonly count: number;
}

/** Dense matrices of known sizes in one memory, and products of theirs: by the kernels there, or a BLAS. */
export class Matrices {
  /** Who multiplies large ones. */
  readonly denseKernels: string;
  readonly #largest: number;
  readonly #kernels: Kernels;
  readonly #dense: DenseKernels;
  readonly #workspace: number;
  /** Room for two vectors as long as the largest side. */
  readonly #vectors: readonly [Float64Array, Float64Array];
  #memory: KernelMemory | undefined;
  #next: number;

  /**
   * Room for matrices of `numbers` numbers in all, `count` of them, with up to `largest` rows or columns each. `choice` is
   * the linear solvers' option of that name.
   */
  constructor(numbers: number, count: number, largest: number, choice: 'auto' | 'wasm' | 'blas') {
    this.#dense = denseKernels(choice, largest);
    this.denseKernels = this.#dense.name;
    this.#largest = largest;
    // Of products `(rows + columns) × 128` numbers, of updates twice `rows × 128`, both packed.
    const workspace = aligned((2 * largest + 16) * 128 * 16);
    const vector = aligned(8 * largest);
    const bytes = RESERVED + workspace + 2 * vector + 8 * numbers + 16 * (count + 2);
    this.#memory = openMemory(bytes);
    this.#kernels = openKernels(this.#memory, this.#dense);
    this.#workspace = RESERVED;
    const at = RESERVED + workspace;
    const { buffer } = this.#memory;
    this.#vectors = [new Float64Array(buffer, at, largest), new Float64Array(buffer, at + vector, largest)];
    this.#next = at + 2 * vector;
  }

  get bytes(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** A matrix of zeros. */
  allocate(rows: number, columns: number): Matrix {
    const address = this.#next;
    const data = new Float64Array(this.#open().buffer, address, rows * columns);
    this.#next = aligned(address + 8 * data.length);
    return { rows, columns, data, address };
  }

  /** `C ← C − A·B`. */
  subtractProduct(C: Rows, A: Matrix, B: Rows): void {
    const memory = this.#open();
    const [rows, inner, columns] = [A.rows, A.columns, B.matrix.columns];
    if (C.count !== rows || B.count !== inner || C.matrix.columns !== columns)
      throw new InputError(
        `matrices: ${rows} × ${inner} times ${B.count} × ${columns} is not ${C.count} × ${C.matrix.columns}`,
      );
    if (Math.max(rows, inner, columns) > this.#largest)
      throw new InputError(`matrices: a product with a side above ${this.#largest}`);
    const product = {
      rows,
      inner,
      columns,
      c: C.matrix.address + 8 * C.first * columns,
      ldc: columns,
      a: A.address,
      lda: inner,
      b: B.matrix.address + 8 * B.first * columns,
      ldb: columns,
    };
    if (rows * inner * columns >= this.#dense.from) {
      this.#dense.multiply(memory, product);
      return;
    }
    const { c, ldc, a, lda, b, ldb } = product;
    this.#kernels.multiply(rows, inner, columns, c, ldc, a, lda, b, ldb, this.#workspace);
  }

  /**
   * `C ← C − Tᵀ D T` for the first `count` rows of T, on the entries (i, j) of C with `j ≥ i`; what stands at `j < i` may be
   * overwritten. D is diagonal and stands in pairs: the diagonal, then 0.
   */
  subtractGram(C: Matrix, T: Matrix, count: number, D: Matrix): void {
    this.#open();
    const { columns } = T;
    if (C.rows !== columns || C.columns !== columns || count > T.rows || D.data.length < 2 * count + 2)
      throw new InputError(`matrices: Tᵀ D T of ${count} × ${columns} is not ${C.rows} × ${C.columns}`);
    if (columns > this.#largest)
      throw new InputError(`matrices: a product with a side above ${this.#largest}`);
    const { address: to } = C;
    this.#kernels.update(
      to,
      T.address,
      8 * columns,
      columns,
      0,
      columns,
      0,
      count,
      D.address,
      this.#workspace,
    );
  }

  /** `y ← y − A x`. */
  subtractTimes(A: Matrix, x: Float64Array, y: Float64Array): void {
    this.#open();
    const [from, to] = this.#vectors;
    from.set(x);
    to.set(y);
    this.#kernels.subtractTimes(A.rows, A.columns, A.address, from.byteOffset, to.byteOffset);
    y.set(to.subarray(0, y.length));
  }

  /** `x ← x − Aᵀ y`. */
  subtractTransposedTimes(A: Matrix, y: Float64Array, x: Float64Array): void {
    this.#open();
    const [from, to] = this.#vectors;
    from.set(y);
    to.set(x);
    this.#kernels.subtractTransposedTimes(A.rows, A.columns, A.address, from.byteOffset, to.byteOffset);
    x.set(to.subarray(0, x.length));
  }

  #open(): KernelMemory {
    if (this.#memory === undefined) throw new InputError('matrices: used after dispose()');
    return this.#memory;
  }

  dispose(): void {
    this.#memory = undefined;
  }
}
