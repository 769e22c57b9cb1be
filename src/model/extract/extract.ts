import type { Budget } from '../../core/budget.js';
import type { Limits } from '../../core/limits.js';
import { Int32List } from '../../core/lists.js';
import { Ticker } from '../../core/ticker.js';
import type { Problem } from '../../problem/problem.js';
import type { Statement } from '../statement.js';
import { nodeKind, reference, variableKind } from '../tape.js';
import { Cuts, longestFactor } from './cuts.js';
import { constantDraft, variableDraft } from './drafts.js';
import { Graph } from './graph.js';
import { Groups } from './groups.js';
import { Instances } from './instances.js';
import { Reducer } from './reduce.js';
import { Repeats } from './repeats.js';
import { Rows, type Sink } from './rows.js';
import { type Parts, Splitter } from './split.js';

/**
 * Takes a model apart: sums are split into linear triplets, terms grouped by shape, and constants, which move into the
 * bounds of their rows. Columns from `given` on will be constants. Throws `Stopped` when the limits are reached, `OverBudget` where it takes more than a budget has.
 */
export function extract(
  statement: Statement,
  limits?: Limits,
  budget?: Budget,
  given = statement.variables.lower.length,
): Problem {
  const { tape, expressions, objective, sense, name, variables, rows } = statement;
  const { grayBoxes, partition, scaling } = statement;
  const n = variables.lower.length;
  const m = expressions.length;
  const roots = new Int32Array(m + 1);
  roots.set(expressions);
  roots[m] = objective;
  const ticker = new Ticker(limits);
  const extractor = new Extractor(new Graph(tape, roots), n, given, ticker, (count) =>
    budget?.check('jacobian', count, name),
  );
  const objectiveConstant = objective < 0 ? 0 : extractor.add(-1, objective, sense);
  const constants = new Float64Array(m);
  for (let row = 0; row < m; row++)
    if (expressions[row]! >= 0) constants[row] = extractor.add(row, expressions[row]!, 1);
  const sums = extractor.sums(m);
  const instances = new Instances(n, m, sums.length, sense, ticker);
  for (const use of statement.groups) instances.add(use, extract(use.template, limits, budget, use.width));
  const constant = constants.map((value, row) => value + instances.rowConstants[row]!);
  return {
    name,
    sense,
    variables: {
      ...variables,
      lower: variables.lower.slice(),
      upper: variables.upper.slice(),
      start: variables.start.slice(),
    },
    rows: {
      lower: less(rows.lower, constant),
      upper: less(rows.upper, constant),
      names: rows.names,
      constant,
    },
    linear: instances.joined(extractor.linear()),
    objectiveConstant: objectiveConstant + instances.objectiveConstant,
    sums: { constant: joined(sums, instances.sumConstants.view()) },
    groups: [...extractor.groups(), ...instances.groups],
    grayBoxes,
    ...(partition && { partition }),
    ...(scaling && { scaling }),
  };
}

/** Bounds less constants; where there is no bound it stays so, whatever the constant, even an undefined one. */
export function less(bounds: Float64Array, constant: Float64Array): Float64Array {
  const rest = bounds.slice();
  for (let row = 0; row < rest.length; row++) if (Number.isFinite(rest[row])) rest[row]! -= constant[row]!;
  return rest;
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

class Extractor {
  readonly #splitter: Splitter;
  readonly #reducer: Reducer;
  readonly #groups: Groups;
  readonly #cuts: Cuts;
  readonly #rows: Rows;
  readonly #repeats: Repeats;
  readonly #partsOfRow: Parts;
  readonly #factors = new Int32List();

  constructor(graph: Graph, variables: number, given: number, ticker: Ticker, most: (count: number) => void) {
    this.#cuts = new Cuts(graph, variables, given, ticker);
    this.#splitter = new Splitter(graph, this.#cuts, ticker);
    this.#reducer = new Reducer(this.#splitter);
    this.#groups = new Groups(this.#reducer.canonical.drafts);
    this.#rows = new Rows(this.#cuts.columns, most);
    this.#repeats = new Repeats(graph, this.#cuts, this.#rows, (v, sink) =>
      this.#takeApart(reference(nodeKind, v), 1, sink, {
        whole: false,
        linear: (column, value) => sink.linear(column, value),
        take: () => false,
      }),
    );
    this.#partsOfRow = {
      whole: false,
      linear: (column, value) => this.#rows.linear(column, value),
      take: (v, weight) => this.#repeats.take(v, weight),
    };
  }

  /** Adds `weight · expression` to `row` (−1: the objective) and returns its plain constant. */
  add(row: number, expression: number, weight: number): number {
    const column = (expression & 3) === nodeKind ? this.#cuts.column[expression >> 2]! : -1;
    if (column < 0) return this.#add(row, expression, weight);
    this.#rows.row = row;
    this.#rows.linear(column, weight);
    this.#rows.flush();
    return 0;
  }

  /** Adds the definitions of all auxiliary sums as rows from `first` on; returns their plain constants. */
  sums(first: number): Float64Array {
    return Float64Array.from(this.#cuts.nodes, (v, k) => this.#add(first + k, reference(nodeKind, v), 1));
  }

  linear(): Problem['linear'] {
    return this.#rows.triplets();
  }

  groups(): Problem['groups'] {
    return this.#groups.list();
  }

  #add(row: number, expression: number, weight: number): number {
    this.#rows.row = row;
    this.#repeats.constant = 0;
    const constant = this.#takeApart(expression, weight, this.#rows, this.#partsOfRow);
    this.#rows.flush();
    return constant + this.#repeats.constant;
  }

  /** Gives the parts of `weight · expression` to `sink` and returns its plain constant. */
  #takeApart(expression: number, weight: number, sink: Sink, parts: Parts): number {
    const splitter = this.#splitter;
    const columns = splitter.columns.length;
    const terms = splitter.terms.length;
    let constant = splitter.walk(expression, weight, parts);
    const end = splitter.terms.length;
    for (let k = terms; k < end; k++) {
      const term = splitter.terms.data[k]!;
      const own = splitter.weights.data[k]!;
      if (this.#multiplyOut(term, own, sink)) continue;
      this.#reducer.clear();
      constant += this.#place(own, this.#reducer.reduce(term, term === expression), sink);
    }
    splitter.cut(columns, terms);
    return constant;
  }

  /** Adds a draft; returns what is constant of it. */
  #place(weight: number, draft: number, sink: Sink): number {
    const { canonical } = this.#reducer;
    const { drafts } = canonical;
    const core = canonical.strip(draft);
    const factor = weight * canonical.factor;
    const operator = drafts.operator[core]!;
    if (operator === constantDraft) return factor * drafts.value[core]!;
    if (operator === variableDraft) sink.linear(drafts.first[core]!, factor);
    else {
      const group = this.#groups.of(core);
      sink.term(group, factor, this.#groups.variables, this.#groups.constants);
    }
    return 0;
  }

  /** `x · (long sum)` becomes products of few factors, which group. */
  #multiplyOut(term: number, weight: number, sink: Sink): boolean {
    if ((term & 3) !== nodeKind) return false;
    const sum = this.#cuts.sumToMultiplyOut(term >> 2);
    if (sum < 0) return false;
    const splitter = this.#splitter;
    const factors = this.#factors;
    factors.length = 0;
    const factor = splitter.flattenProduct(term >> 2, factors);
    const x = factors.data.subarray(0, factors.length).find((ref) => (ref & 3) === variableKind);
    if (factors.length !== 2 || x === undefined) return false;
    const split = splitter.split(reference(nodeKind, sum), weight * factor);
    if (split.columnsEnd - split.columns + split.termsEnd - split.terms <= longestFactor) return false;
    const times = (other: number, own: number): void => {
      this.#reducer.clear();
      const product = this.#reducer.product(
        this.#reducer.reduce(x, false),
        this.#reducer.reduce(other, false),
      );
      this.#place(own, product, sink);
    };
    for (let k = split.columns; k < split.columnsEnd; k++)
      times(reference(variableKind, splitter.columns.data[k]!), splitter.coefficients.data[k]!);
    for (let k = split.terms; k < split.termsEnd; k++)
      times(splitter.terms.data[k]!, splitter.weights.data[k]!);
    if (split.constant !== 0) sink.linear(x >> 2, split.constant);
    return true;
  }
}
