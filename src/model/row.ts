import type { AnyRank } from './array.js';
import type { Operand } from './expression.js';
import { type Indices, placeOf } from './extents.js';

/** Bounds of one row, numbers or formulas of parameters: one side, both, or `equals`. */
export type RowBounds<Bound = Operand> =
  | { readonly lower: Bound; readonly upper?: Bound; readonly equals?: undefined }
  | { readonly lower?: Bound; readonly upper: Bound; readonly equals?: undefined }
  | { readonly equals: Bound; readonly lower?: undefined; readonly upper?: undefined };

export interface RowName {
  /** One that is taken gets a suffix `#2`; default `row[k]`. */
  readonly name?: string;
}

/** `lower ≤ expression ≤ upper`, or `expression = equals`. */
export type RowOptions = RowBounds & RowName;

/** Bounds of many rows; a number for all or an array with one each. */
export interface RowsOptions {
  readonly lower?: number | ArrayLike<number>;
  readonly upper?: number | ArrayLike<number>;
  readonly equals?: number | ArrayLike<number>;
}

/** A constraint's place among the rows: `result.multipliers.constraints[row.index]` is its multiplier. */
export interface Row {
  readonly index: number;
  readonly name: string;
  /** A second row that states the other end of it, where both ends depend on variables or parameters. */
  readonly other?: number;
}

/** The rows of a relation between arrays, in its shape. */
export class RowArray<R extends number = AnyRank> implements Iterable<Row> {
  constructor(
    readonly name: string,
    readonly shape: readonly number[] & { readonly length: R },
    /** Row-major. */
    readonly elements: readonly Row[],
  ) {}

  get size(): number {
    return this.elements.length;
  }

  /** The row at these indices, one per axis. */
  at(...indices: Indices<R>): Row {
    return this.elements[placeOf(this.shape, indices as readonly number[], `${this.name}.at`)]!;
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.elements[Symbol.iterator]();
  }
}
