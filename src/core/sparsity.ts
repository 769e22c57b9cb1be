/**
 * The fixed nonzero structure of a matrix as coordinate triplets: entry `k` stands at (`row[k]`, `column[k]`),
 * counted from 0. No position occurs twice. A symmetric matrix stores its lower triangle, `row[k] ≥ column[k]`.
 */
export interface Sparsity {
  readonly rows: number;
  readonly columns: number;
  readonly row: Int32Array;
  readonly column: Int32Array;
}
