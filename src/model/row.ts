import { asPrimitive } from '../core/primitive.js';
import type { AnyRank } from './array.js';
import type { Operand } from './expression.js';
import { type Indices, placeOf, shapeText } from './extents.js';

/** Bounds of one row, numbers or formulas of parameters: one side, both, or `equals`. */
export type RowBounds<Bound = Operand> =
  | { readonly lower: Bound; readonly upper?: Bound; readonly equals?: undefined }
  | { readonly lower?: Bound; readonly upper: Bound; readonly equals?: undefined }
  | { readonly equals: Bound; readonly lower?: undefined; readonly upper?: undefined };

/** What a row is called. */
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
  /** A variable has one; what is one is no row. */
  readonly owner?: never;
  /** A second row that states the other end of it, where both ends depend on variables or parameters. */
  readonly other?: number;
}

/** A row as models hand it out. */
export class RowHandle implements Row {
  declare readonly other?: number;

  constructor(
    readonly index: number,
    readonly name: string,
    other?: number,
  ) {
    if (other !== undefined) this.other = other;
  }

  toString(): string {
    return `row '${this.name}'`;
  }

  [Symbol.toPrimitive](hint: string): string {
    return asPrimitive(hint, this.toString(), askSolution);
  }
}

const askSolution = 'solution.value(row) and solution.multiplier(row) are its numbers';

/** Whether something is a row of a problem whose rows have these names. */
export const isRowAmong = (row: unknown, names: readonly string[]): boolean =>
  typeof row === 'object' &&
  row !== null &&
  'index' in row &&
  'name' in row &&
  typeof row.name === 'string' &&
  names[row.index as number] === row.name;

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

  /** Entries along the first axis. */
  get length(): number {
    return this.shape[0] ?? 1;
  }

  /** The row at these indices, one per axis. */
  at(...indices: Indices<R>): Row {
    return this.elements[placeOf(this.shape, indices as readonly number[], `${this.name}.at`)]!;
  }

  [Symbol.iterator](): Iterator<Row> {
    return this.elements[Symbol.iterator]();
  }

  toString(): string {
    return `rows '${this.name}' of shape ${shapeText(this.shape)}`;
  }

  [Symbol.toPrimitive](hint: string): string {
    return asPrimitive(hint, this.toString(), askSolution);
  }
}
