import { InputError } from '../../src/core/errors.js';
import { runsOf } from '../../src/core/structure/runs.js';
import { subtractBoth } from '../../src/core/structure/sizes.js';
import type { Structure } from '../../src/core/structure/structure.js';
import { wasmKernels } from './dense-kernels.js';
import { type Kernels, openKernels, openMemory } from './kernels.js';

/** Below this address lives what the compiler places. */
const RESERVED = 4096;

/**
 * A general matrix A whose values lie in WebAssembly memory, and the residuals of products with it and its transpose together
 * with the sizes of what adds up in them.
 */
export class Residual {
  /** The matrix' values, for the caller to write; valid until disposed of. */
  readonly values: Float64Array;
  readonly #matrix: Structure;
  readonly #runs: readonly { count: number; start: number; row: number; column: number; values: number }[];
  /** x, columns, their sizes; y, rows, their sizes. */
  readonly #ofColumns: readonly [Float64Array, Float64Array, Float64Array];
  readonly #ofRows: readonly [Float64Array, Float64Array, Float64Array];
  #memory: WebAssembly.Memory | undefined;
  readonly #kernels: Kernels;

  constructor(matrix: Structure) {
    this.#matrix = matrix;
    const pieces = matrix.pieces.filter((piece) => piece.kind === 'entries');
    const runs = pieces.map((piece) => ({ first: piece.first, ...runsOf(piece) }));
    const tables = runs.reduce((sum, { row }) => sum + 3 * row.length + 1, 0);
    const numbers = matrix.length + 3 * (matrix.rows + matrix.columns);
    this.#memory = openMemory(RESERVED + 16 * (3 * runs.length + 7) + 8 * numbers + 4 * tables);
    const { buffer } = this.#memory;
    let next = RESERVED;
    const place = (bytes: number): number => {
      const at = next;
      next = Math.ceil((at + bytes) / 16) * 16;
      return at;
    };
    const vector = (length: number): Float64Array => new Float64Array(buffer, place(8 * length), length);
    const table = (list: Int32Array): number => {
      const at = place(4 * list.length);
      new Int32Array(buffer, at, list.length).set(list);
      return at;
    };
    this.values = vector(matrix.length);
    this.#ofColumns = [vector(matrix.columns), vector(matrix.columns), vector(matrix.columns)];
    this.#ofRows = [vector(matrix.rows), vector(matrix.rows), vector(matrix.rows)];
    this.#runs = runs.map(({ first, start, row, column }) => ({
      count: row.length,
      start: table(start),
      row: table(row),
      column: table(column),
      values: this.values.byteOffset + 8 * first,
    }));
    this.#kernels = openKernels(this.#memory, wasmKernels);
  }

  get bytes(): number {
    return this.#memory?.buffer.byteLength ?? 0;
  }

  /** `rows ← rows − A x`, `columns ← columns − Aᵀ y`, and to their sizes what adds up in them. */
  subtract(
    x: Float64Array,
    y: Float64Array,
    [columns, sizeOfColumns]: readonly [Float64Array, Float64Array],
    [rows, sizeOfRows]: readonly [Float64Array, Float64Array],
  ): void {
    if (this.#memory === undefined) throw new InputError('residual: used after dispose()');
    const [xs, cs, sc] = this.#ofColumns;
    const [ys, rs, sr] = this.#ofRows;
    xs.set(x.subarray(0, xs.length));
    cs.set(columns.subarray(0, cs.length));
    sc.set(sizeOfColumns.subarray(0, sc.length));
    ys.set(y);
    rs.set(rows);
    sr.set(sizeOfRows);
    for (const piece of this.#matrix.pieces)
      if (piece.kind !== 'entries') subtractBoth(piece, this.values, xs, ys, cs, rs, sc, sr);
    for (const run of this.#runs)
      this.#kernels.subtractRuns(
        run.count,
        run.start,
        run.row,
        run.column,
        run.values,
        xs.byteOffset,
        ys.byteOffset,
        cs.byteOffset,
        rs.byteOffset,
        sc.byteOffset,
        sr.byteOffset,
      );
    columns.set(cs);
    sizeOfColumns.set(sc);
    rows.set(rs);
    sizeOfRows.set(sr);
  }

  dispose(): void {
    this.#memory = undefined;
  }
}
