import { finite } from './expressions.js';
import type { Lexer } from './lexer.js';

/** Linear parts of many rows in one pair of growing arrays. */
export class LinearRows {
  readonly start: Int32Array;
  readonly count: Int32Array;
  column: Int32Array;
  value: Float64Array;
  used = 0;

  constructor(rows: number, capacity: number) {
    this.start = new Int32Array(rows);
    this.count = new Int32Array(rows).fill(-1);
    this.column = new Int32Array(capacity);
    this.value = new Float64Array(capacity);
  }

  has(row: number): boolean {
    return this.count[row]! >= 0;
  }

  /** Reads `count` pairs (column, coefficient) into `row`; `mark` finds columns that occur twice. */
  read(lexer: Lexer, row: number, count: number, variables: number, mark: Int32Array, stamp: number): void {
    this.start[row] = this.used;
    this.count[row] = count;
    this.reserve(this.used + count);
    for (let k = 0; k < count; k++) {
      const column = lexer.integer('the index of a variable');
      if (column < 0 || column >= variables)
        lexer.fail(`variable ${column} outside the ${variables} variables`);
      if (mark[column] === stamp) lexer.fail(`variable ${column} occurs twice in one row`);
      mark[column] = stamp;
      this.column[this.used] = column;
      this.value[this.used++] = finite(lexer, lexer.real('a coefficient'));
      lexer.endRecord();
    }
  }

  private reserve(size: number): void {
    if (size <= this.column.length) return;
    const capacity = Math.max(size, 2 * this.column.length);
    const column = new Int32Array(capacity);
    column.set(this.column);
    this.column = column;
    const value = new Float64Array(capacity);
    value.set(this.value);
    this.value = value;
  }
}
