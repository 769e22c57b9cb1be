import { Float64List, Int32List } from '../../core/lists.js';
import type { Problem } from '../../problem/problem.js';
import type { Group } from './groups.js';
import { Accumulator } from './split.js';

/** Where the parts of an expression go. */
export interface Sink {
  /** `value · x[column]`. */
  linear(column: number, value: number): void;
  /** A term of the group with these variables and constants in its slots. */
  term(group: Group, weight: number, variables: Int32List, constants: Float64List): void;
}

/** Collects the parts of one row after the other: linear ones as triplets, terms in their groups. */
export class Rows implements Sink {
  /** Where parts go now; −1 for the objective. */
  row = -1;
  readonly #rows = new Int32List();
  readonly #columns = new Int32List();
  readonly #values = new Float64List();
  readonly #own: Accumulator;
  #arguments = 0;

  /** `most` is told how many coefficients and arguments of terms there are. */
  constructor(
    columns: number,
    private readonly most: (count: number) => void,
  ) {
    this.#own = new Accumulator(columns);
  }

  linear(column: number, value: number): void {
    this.#own.linear(column, value);
  }

  term(group: Group, weight: number, variables: Int32List, constants: Float64List): void {
    group.rows.push(this.row);
    group.weights.push(weight);
    group.variables.append(variables.data, 0, variables.length);
    group.constants.append(constants.data, 0, constants.length);
    this.#arguments += variables.length;
  }

  /** Ends the row: its linear part is complete. */
  flush(): void {
    this.#own.empty(this.#columns, this.#values);
    this.most(this.#columns.length + this.#arguments);
    while (this.#rows.length < this.#columns.length) this.#rows.push(this.row);
  }

  triplets(): Problem['linear'] {
    return { row: this.#rows.toArray(), column: this.#columns.toArray(), value: this.#values.toArray() };
  }
}
