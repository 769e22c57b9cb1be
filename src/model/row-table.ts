import { InputError } from '../core/errors.js';
import { Float64List, Int32List } from '../core/lists.js';
import { checkBounds } from './bounds.js';
import { Names } from './names.js';
import { type Row, RowHandle } from './row.js';
import type { Statement } from './statement.js';
import type { Take } from './tape-writer.js';

/** The rows: bounds, names, and the references of their expressions. */
export class RowTable {
  readonly #lower = new Float64List();
  readonly #upper = new Float64List();
  readonly #names = new Names();
  readonly #expressions = new Int32List();

  constructor(readonly strict: boolean) {}

  get length(): number {
    return this.#lower.length;
  }

  has({ index, name }: Row): boolean {
    return Number.isInteger(index) && index >= 0 && index < this.length && this.#names.at(index) === name;
  }

  /** A row `lower ≤ expression ≤ upper`; expression −1 for those of gray boxes and groups. */
  add(wanted: string, lower: number, upper: number, expression: number): Row {
    const name = this.#names.next(wanted);
    this.#lower.push(lower);
    this.#upper.push(upper);
    this.#expressions.push(expression);
    return new RowHandle(this.length - 1, name);
  }

  /** Leaves rows `first` … `end − 1` without expressions and bounds. */
  release(first: number, end: number): void {
    this.#lower.data.fill(Number.NEGATIVE_INFINITY, first, end);
    this.#upper.data.fill(Number.POSITIVE_INFINITY, first, end);
    this.#expressions.data.fill(-1, first, end);
  }

  /** Bounds from what a caller gave: one side, both, or `equals`. */
  bounds(
    name: string,
    low: number | undefined,
    high: number | undefined,
    equals: number | undefined,
  ): { readonly lower: number; readonly upper: number } {
    if (equals !== undefined && (low !== undefined || high !== undefined))
      throw new InputError(`row '${name}': give either equals or lower and upper`);
    if (equals === undefined && low === undefined && high === undefined)
      throw new InputError(`row '${name}' has no bound: give lower, upper or equals`);
    const [lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY] =
      equals === undefined ? [low, high] : [equals, equals];
    checkBounds(`row '${name}'`, lower, upper, this.strict);
    return { lower, upper };
  }

  state(take: Take): Pick<Statement, 'rows' | 'expressions'> {
    return {
      rows: { lower: take(this.#lower), upper: take(this.#upper), names: this.#names.list() },
      expressions: take(this.#expressions),
    };
  }
}
