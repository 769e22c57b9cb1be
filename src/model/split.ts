import { Call, Constant, type Expression, Linear, Variable } from './expression.js';

/** `constant + Σ coefficients[k]·x[columns[k]] + Σ weight·term`, no column twice. */
export interface Split {
  readonly constant: number;
  readonly columns: readonly number[];
  readonly coefficients: readonly number[];
  readonly terms: readonly Weighted[];
}

export interface Weighted {
  readonly weight: number;
  readonly term: Expression;
}

/** The only argument that is not constant and its factor, where a call is a constant multiple; else undefined. */
function multiple(call: Call): { factor: (weight: number) => number; of: Expression } | undefined {
  const [a, b] = call.args;
  switch (call.op) {
    case 'negate':
      return { factor: (weight) => -weight, of: a! };
    case 'multiply':
      if (call.args.length === 2 && a instanceof Constant)
        return { factor: (weight) => weight * a.value, of: b! };
      return undefined;
    case 'divide':
      return b instanceof Constant ? { factor: (weight) => weight / b.value, of: a! } : undefined;
    default:
      return undefined;
  }
}

/** True for what a split takes apart: sums, differences, constant multiples and linear forms. */
export const isSum = (e: Expression): boolean =>
  e instanceof Linear ||
  (e instanceof Call && (e.op === 'add' || e.op === 'subtract' || multiple(e) !== undefined));

const isLeaf = (e: Expression): boolean => e instanceof Variable || e instanceof Constant;

/** A shared sum is repeated rather than kept whole only where that is cheap. */
const isShort = (e: Expression): boolean => e instanceof Call && e.args.length <= 8 && e.args.every(isLeaf);

/**
 * Takes sums apart without recursion, in time linear in the nodes of the graph: a node reached on several ways is
 * visited once, with the sum of its weights, after everything above it (parents have the greater id).
 */
export class Splitter {
  readonly #coefficient: Float64Array;
  readonly #touched: Uint8Array;

  constructor(variables: number) {
    this.#coefficient = new Float64Array(variables);
    this.#touched = new Uint8Array(variables);
  }

  /** Splits `weight · root`; `whole` keeps shared sums below the root as single terms unless they are short. */
  split(root: Expression, weight: number, whole: boolean): Split {
    let constant = 0;
    const columns: number[] = [];
    const terms: { weight: number; term: Expression }[] = [];
    const waiting = new Waiting();
    const nodes: Expression[] = [root];
    const weights: number[] = [weight];

    const linear = (column: number, value: number): void => {
      if (this.#touched[column] === 0) {
        this.#touched[column] = 1;
        columns.push(column);
      }
      this.#coefficient[column]! += value;
    };
    const expand = (e: Expression, w: number): void => {
      if (e instanceof Linear) {
        constant += w * e.constant;
        for (let k = 0; k < e.columns.length; k++) linear(e.columns[k]!, w * e.coefficients[k]!);
        return;
      }
      const call = e as Call;
      if (call.op === 'add') {
        for (let k = call.args.length - 1; k >= 0; k--) push(call.args[k]!, w);
      } else if (call.op === 'subtract') {
        push(call.args[1]!, -w);
        push(call.args[0]!, w);
      } else {
        const { factor, of } = multiple(call)!;
        push(of, factor(w));
      }
    };
    const push = (e: Expression, w: number): void => {
      nodes.push(e);
      weights.push(w);
    };

    for (;;) {
      if (nodes.length === 0) {
        const next = waiting.takeLargest();
        if (next === undefined) break;
        if (next.weight === 0) continue;
        if (isSum(next.term) && (!whole || isShort(next.term))) expand(next.term, next.weight);
        else terms.push(next);
        continue;
      }
      const e = nodes.pop()!;
      const w = weights.pop()!;
      if (w === 0) continue;
      if (e instanceof Variable) linear(e.index, w);
      else if (e instanceof Constant) constant += w * e.value;
      else if (e.uses > 1 && e !== root) waiting.add(e, w);
      else if (isSum(e)) expand(e, w);
      else terms.push({ weight: w, term: e });
    }

    const coefficients = columns.map((column) => this.#coefficient[column]!);
    for (const column of columns) {
      this.#coefficient[column] = 0;
      this.#touched[column] = 0;
    }
    return { constant, columns, coefficients, terms };
  }
}

/** Shared nodes with their summed weights, handed out by falling id: a binary heap. */
class Waiting {
  readonly #heap: { term: Expression; weight: number }[] = [];
  readonly #entry = new Map<Expression, { term: Expression; weight: number }>();

  add(term: Expression, weight: number): void {
    const known = this.#entry.get(term);
    if (known !== undefined) {
      known.weight += weight;
      return;
    }
    const entry = { term, weight };
    this.#entry.set(term, entry);
    const heap = this.#heap;
    let k = heap.length;
    heap.push(entry);
    while (k > 0) {
      const parent = (k - 1) >> 1;
      if (heap[parent]!.term.id >= term.id) break;
      heap[k] = heap[parent]!;
      heap[parent] = entry;
      k = parent;
    }
  }

  takeLargest(): { term: Expression; weight: number } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined) return undefined;
    this.#entry.delete(first.term);
    if (heap.length === 0) return first;
    let k = 0;
    for (;;) {
      let child = 2 * k + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.term.id > heap[child]!.term.id) child++;
      if (heap[child]!.term.id <= last.term.id) break;
      heap[k] = heap[child]!;
      k = child;
    }
    heap[k] = last;
    return first;
  }
}
