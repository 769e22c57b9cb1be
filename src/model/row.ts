/** `lower ≤ expression ≤ upper`, or `expression = equals`. */
export interface RowOptions {
  readonly lower?: number;
  readonly upper?: number;
  readonly equals?: number;
  readonly name?: string;
}

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
}
