import type { ElementGroup, Problem } from '../problem/problem.js';
import { Call, type Expression, Variable } from './expression.js';
import { Grouper } from './group.js';
import { isSum, Splitter, type Weighted } from './split.js';
import { flattenProduct, graphSize, type Reduced, TermBuilder } from './term.js';

/** Terms of a row may cost this many nodes before their total is compared with that of the unsplit row. */
const freeSize = 2000;
/** So many times may splitting a row repeat its shared nodes. */
const repeats = 4;
/** A row with more nodes than this is split in any case. */
const largestWhole = 20_000;
/** A sum of more terms than this is multiplied out where a variable times it is a whole term. */
const longestFactor = 8;

/** Takes expressions apart into linear triplets, groups of equal-shaped terms, and constants. */
export class Extractor {
  readonly #triplets = { row: [] as number[], column: [] as number[], value: [] as number[] };
  readonly #splitter: Splitter;
  readonly #builder: TermBuilder;
  readonly #grouper = new Grouper();
  readonly #rowSum: Float64Array;
  readonly #rowTouched: Uint8Array;
  readonly #rowColumns: number[] = [];

  constructor(variables: number) {
    this.#splitter = new Splitter(variables);
    this.#builder = new TermBuilder(this.#splitter);
    this.#rowSum = new Float64Array(variables);
    this.#rowTouched = new Uint8Array(variables);
  }

  /** Adds `weight · expression` to `row` (−1: the objective) and returns its plain constant. */
  add(row: number, expression: Expression, weight: number): number {
    const split = this.#splitter.split(expression, weight, false);
    let constant = split.constant;
    for (let k = 0; k < split.columns.length; k++) this.#linear(split.columns[k]!, split.coefficients[k]!);
    const terms: Weighted[] = [];
    for (const term of split.terms) this.#multiplyOut(term, terms);
    if (this.#sharesTooMuch(expression, terms)) {
      this.#forgetLinear();
      constant = this.#place(row, weight, this.#builder.reduce(expression));
    } else
      for (const item of terms) constant += this.#place(row, item.weight, this.#builder.reduce(item.term));
    this.#flushLinear(row);
    return constant;
  }

  linear(): Problem['linear'] {
    const { row, column, value } = this.#triplets;
    return { row: Int32Array.from(row), column: Int32Array.from(column), value: Float64Array.from(value) };
  }

  groups(): ElementGroup[] {
    return this.#grouper.groups();
  }

  /** True where the terms have so much in common that the row is cheaper as one term. */
  #sharesTooMuch(whole: Expression, terms: readonly Weighted[]): boolean {
    if (terms.length < 2) return false;
    let parts = 0;
    for (const { term } of terms) {
      parts += graphSize(term, largestWhole) ?? largestWhole;
      if (parts > freeSize) break;
    }
    if (parts <= freeSize) return false;
    const size = graphSize(whole, largestWhole);
    if (size === undefined) return false;
    const allowed = freeSize + repeats * size;
    parts = 0;
    for (const { term } of terms) {
      parts += graphSize(term, largestWhole) ?? largestWhole;
      if (parts > allowed) return true;
    }
    return false;
  }

  #place(row: number, weight: number, { factor, term, column }: Reduced): number {
    if (term !== undefined) this.#grouper.add(row, weight * factor, term);
    else if (column !== undefined) this.#linear(column, weight * factor);
    else return weight * factor;
    return 0;
  }

  /** `x · (long sum)` becomes products of few factors, which group; everything else is passed on. */
  #multiplyOut(item: Weighted, out: Weighted[]): void {
    const { term, weight } = item;
    if (term instanceof Call && term.op === 'multiply' && term.args.length <= 3) {
      const { factor, needs } = flattenProduct(term);
      const x = needs.find((need) => need instanceof Variable);
      const other = needs.find((need) => need !== x);
      if (needs.length === 2 && x instanceof Variable && other !== undefined && isSum(other)) {
        const split = this.#splitter.split(other, weight * factor, true);
        if (split.columns.length + split.terms.length > longestFactor) {
          split.columns.forEach((column, k) => {
            const y = new Variable(x.owner, column, '');
            out.push({ weight: split.coefficients[k]!, term: new Call('multiply', [x, y]) });
          });
          for (const inner of split.terms)
            out.push({ weight: inner.weight, term: new Call('multiply', [x, inner.term]) });
          if (split.constant !== 0) this.#linear(x.index, split.constant);
          return;
        }
      }
    }
    out.push(item);
  }

  #linear(column: number, value: number): void {
    if (this.#rowTouched[column] === 0) {
      this.#rowTouched[column] = 1;
      this.#rowColumns.push(column);
    }
    this.#rowSum[column]! += value;
  }

  #flushLinear(row: number): void {
    const { row: rows, column: columns, value } = this.#triplets;
    for (const column of this.#rowColumns) {
      rows.push(row);
      columns.push(column);
      value.push(this.#rowSum[column]!);
    }
    this.#forgetLinear();
  }

  #forgetLinear(): void {
    for (const column of this.#rowColumns) {
      this.#rowSum[column] = 0;
      this.#rowTouched[column] = 0;
    }
    this.#rowColumns.length = 0;
  }
}
