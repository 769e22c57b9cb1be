/** A constant matrix `B`, `rank × columns`, by rows. Its numbers may lie in shared memory. */
export interface Factor {
  readonly rank: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * Whether a factor is so narrow that it pays to keep it apart: what a block through it costs a solver falls from about
 * `n³/3` operations to `k²n + (2k)³/3`, and forming the block, about `k·n²`, is saved.
 */
export const isNarrow = ({ rank, columns }: Pick<Factor, 'rank' | 'columns'>): boolean =>
  rank <= 0.4 * columns;

/**
 * One part of a matrix, as it is stated; where its values stand follows from the order of the pieces (see {@link Piece}).
 *
 * - `entries`: one value at each (`row[k]`, `column[k]`).
 * - `dense`: with `rows`, the block on `rows × columns`, values by rows. With `rows: null` the symmetric block on
 *   `columns × columns`, values its lower triangle packed by rows: value `i(i+1)/2 + j`, `j ≤ i`, stands at
 *   (`columns[i]`, `columns[j]`) and, the matrix being symmetric, at (`columns[j]`, `columns[i]`).
 * - `through`: a block known by its product with a constant factor `B`, `k × columns`. With `rows` the values are `Z`,
 *   `rows × k` by rows, and the block is `Z·B`. With `rows: null` they are the packed lower triangle of a symmetric `M`,
 *   `k × k`, and the block is `BᵀMB`.
 *
 * `rows` and `columns` list positions without repetition, in any order.
 */
export type PieceShape =
  | { readonly kind: 'entries'; readonly row: Int32Array; readonly column: Int32Array }
  | { readonly kind: 'dense'; readonly rows: Int32Array | null; readonly columns: Int32Array }
  | {
      readonly kind: 'through';
      readonly rows: Int32Array | null;
      readonly columns: Int32Array;
      readonly factor: Factor;
    };

/** A piece with its place in the value array: values `first … first + count − 1`. */
export type Piece = PieceShape & { readonly first: number; readonly count: number };
export type PieceOf<Kind extends Piece['kind']> = Extract<Piece, { kind: Kind }>;

/** The pieces of a matrix with its size and the length of their value array. */
export interface Pieces {
  readonly rows: number;
  readonly columns: number;
  readonly pieces: readonly Piece[];
  readonly length: number;
}

/** Length of a packed lower triangle. */
export const triangle = (order: number): number => (order * (order + 1)) / 2;

/** Values of a piece. */
export function valuesOf(piece: PieceShape): number {
  if (piece.kind === 'entries') return piece.row.length;
  const width = piece.kind === 'dense' ? piece.columns.length : piece.factor.rank;
  return piece.rows === null ? triangle(width) : piece.rows.length * width;
}
