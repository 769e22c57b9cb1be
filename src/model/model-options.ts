import type { Bounds, Column, Parameter, Variable } from './expression.js';

/** Options of a model. */
export interface ModelOptions {
  /**
   * What cannot be meant is refused at the call (default), or stated as it is for the solver to judge, as readers of files
   * do: bounds that cross, rows and objectives without a derivative.
   */
  readonly mistakes?: 'refuse' | 'state';
}

/** Bounds and start; for an array a number for all entries or one each. A bound may be a parameter. */
export interface VariableOptions<Numbers = number | ArrayLike<number>> {
  readonly lower?: Numbers | (Numbers extends number ? Parameter : Bounds);
  readonly upper?: Numbers | (Numbers extends number ? Parameter : Bounds);
  /** Default: 0, moved to the nearest bound. */
  readonly start?: Numbers;
}

/** One use of a gray box: rows `outputs − NN(inputs) = 0`. */
export interface GrayBoxOptions {
  /** What stands for the box, opaque to the model; the same object again is the same box. */
  readonly box: unknown;
  readonly inputs: Iterable<Column>;
  readonly outputs: Iterable<Variable>;
  /** Rows are called `name[0]`, `name[1]`, …; default `graybox`. */
  readonly name?: string;
}
