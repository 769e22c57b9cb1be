import { InputError } from '../errors.js';
import { nonzerosOf } from './count.js';
import { eachValue, type Visit } from './each.js';
import { type Piece, type PieceShape, type Pieces, valuesOf } from './piece.js';
import { positionOf } from './position.js';
import * as products from './products.js';
import * as sizes from './sizes.js';
import { type Triplets, tripletsOf } from './triplets.js';

/**
 * What is fixed about a matrix: its pieces over one value array. Values at one position add up, whether it occurs in one
 * piece or in several. A *symmetric* structure states the lower triangle: entries have `row ≥ column`, blocks on rows ×
 * columns lie below the diagonal, and blocks without rows are symmetric themselves; products are with the whole matrix.
 *
 * A block costs its values and one index per row and column.
 */
export class Structure implements Pieces {
  readonly pieces: readonly Piece[];
  /** Length of the value array. */
  readonly length: number;
  #nonzeros: number | undefined;
  #triplets: Triplets | undefined;

  constructor(
    readonly rows: number,
    readonly columns: number,
    readonly symmetric: boolean,
    pieces: readonly PieceShape[],
  ) {
    let first = 0;
    this.pieces = pieces.map((piece) => {
      const count = valuesOf(piece);
      first += count;
      return { ...piece, first: first - count, count };
    });
    this.length = first;
    if (symmetric && rows !== columns)
      throw new InputError(`a symmetric matrix cannot have ${rows} rows and ${columns} columns`);
  }

  /** A general matrix with a value at each (`row[k]`, `column[k]`). */
  static entries(rows: number, columns: number, row: Int32Array, column: Int32Array): Structure {
    return new Structure(rows, columns, false, [{ kind: 'entries', row, column }]);
  }

  /** A symmetric matrix with a value at each (`row[k]`, `column[k]`) of its lower triangle. */
  static lower(order: number, row: Int32Array, column: Int32Array): Structure {
    return new Structure(order, order, true, [{ kind: 'entries', row, column }]);
  }

  /**
   * Positions that may be nonzero, each counted once; of a symmetric matrix those of the lower triangle. A block counts
   * in full, however it is stored.
   */
  get nonzeros(): number {
    this.#nonzeros ??= nonzerosOf(this);
    return this.#nonzeros;
  }

  /** The matrix as coordinate triplets, for solvers that want them. */
  triplets(): Triplets {
    this.#triplets ??= tripletsOf(this);
    return this.#triplets;
  }

  /** Row of value `k`, and its column: −1 where the value belongs to a whole block of columns (`through`). */
  position(k: number): { readonly row: number; readonly column: number } {
    return positionOf(this, k);
  }

  /**
   * Visits every position with the value there, piece by piece in the order of {@link triplets}; of blocks the positions
   * row by row, of symmetric ones their lower triangle. A position that occurs several times is visited as often.
   */
  each(values: Float64Array, visit: Visit): void {
    eachValue(this, values, visit);
  }

  /** `out ← out + factor · A x`. */
  addProduct(values: Float64Array, x: Float64Array, factor: number, out: Float64Array): void {
    if (this.symmetric) for (const piece of this.pieces) products.addSymmetric(piece, values, x, factor, out);
    else for (const piece of this.pieces) products.addProduct(piece, values, x, factor, out);
  }

  /** `out ← out + factor · Aᵀ y`. A row with `y = 0` adds nothing, even where its values are NaN. */
  addTransposed(values: Float64Array, y: Float64Array, factor: number, out: Float64Array): void {
    if (this.symmetric) this.addProduct(values, y, factor, out);
    else for (const piece of this.pieces) products.addTransposed(piece, values, y, factor, out);
  }

  /**
   * `out ← out + |A| |x|`: the sizes of what adds up in `A x`, against which it is rounding. Of blocks known through a factor
   * B a bound, `|Z| |B| |x|`.
   */
  addSizes(values: Float64Array, x: Float64Array, out: Float64Array): void {
    const add = this.symmetric ? sizes.addSymmetricSizes : sizes.addSizes;
    for (const piece of this.pieces) add(piece, values, x, out);
  }

  /** `out ← out + |A|ᵀ |y|`, likewise. */
  addSizesTransposed(values: Float64Array, y: Float64Array, out: Float64Array): void {
    const add = this.symmetric ? sizes.addSymmetricSizes : sizes.addSizesTransposed;
    for (const piece of this.pieces) add(piece, values, y, out);
  }

  /** `out ← out + diag(A)`. */
  addDiagonal(values: Float64Array, out: Float64Array): void {
    for (const piece of this.pieces) products.addDiagonal(piece, values, out);
  }
}
