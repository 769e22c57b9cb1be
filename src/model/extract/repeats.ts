import type { Float64List, Int32List } from '../../core/lists.js';
import type { Cuts } from './cuts.js';
import type { Graph } from './graph.js';
import type { Group } from './groups.js';
import { type Pattern, Patterns, type PatternTerm } from './patterns.js';
import type { Rows, Sink } from './rows.js';

/** Takes an expression apart into `sink`; returns what is constant of it. */
export type TakeApart = (v: number, sink: Sink) => number;

/** Takes small expressions apart once and puts the like of them down at once. */
export class Repeats {
  /** What is constant of all that was taken. */
  constant = 0;
  readonly #patterns: Patterns;

  constructor(
    graph: Graph,
    readonly cuts: Cuts,
    readonly rows: Rows,
    readonly takeApart: TakeApart,
  ) {
    this.#patterns = new Patterns(graph, cuts);
  }

  /** True where it took `weight · v`. */
  take(v: number, weight: number): boolean {
    const patterns = this.#patterns;
    if (!this.cuts.isSmall(v) || !patterns.look(v)) return false;
    this.#apply(patterns.pattern ?? this.#learn(v), weight);
    return true;
  }

  #learn(v: number): Pattern {
    const patterns = this.#patterns;
    const columns = new Map<number, number>();
    const terms: PatternTerm[] = [];
    const constant = this.takeApart(v, {
      linear(column, value) {
        const number = patterns.numberOf(column);
        columns.set(number, (columns.get(number) ?? 0) + value);
      },
      term(group: Group, weight: number, variables: Int32List, constants: Float64List) {
        const numbers = variables.toArray().map((column) => patterns.numberOf(column));
        terms.push({ group, weight, variables: numbers, constants: constants.toArray() });
      },
    });
    const pattern = {
      constant,
      columns: Int32Array.from(columns.keys()),
      coefficients: Float64Array.from(columns.values()),
      terms,
    };
    patterns.learn(pattern);
    return pattern;
  }

  #apply({ constant, columns, coefficients, terms }: Pattern, weight: number): void {
    const { rows } = this;
    const { row } = rows;
    const own = this.#patterns.variables.data;
    this.constant += weight * constant;
    for (let k = 0; k < columns.length; k++) rows.linear(own[columns[k]!]!, weight * coefficients[k]!);
    for (let i = 0; i < terms.length; i++) {
      const { group, weight: factor, variables, constants } = terms[i]!;
      group.rows.push(row);
      group.weights.push(weight * factor);
      for (let k = 0; k < variables.length; k++) group.variables.push(own[variables[k]!]!);
      for (let k = 0; k < constants.length; k++) group.constants.push(constants[k]!);
    }
  }
}
