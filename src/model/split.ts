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

/** True for what a split takes apart: sums, differences, constant multiples and linear forms. */
export function isSum(e: Expression): boolean {
  if (e instanceof Linear) return true;
  if (!(e instanceof Call)) return false;
  switch (e.op) {
    case 'add':
    case 'subtract':
    case 'negate':
      return true;
    case 'multiply':
      return e.args.length === 2 && e.args[0] instanceof Constant;
    case 'divide':
      return e.args[1] instanceof Constant;
    default:
      return false;
  }
}

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
  #constant = 0;
  #columns: number[] = [];
  readonly #nodes: Expression[] = [];
  readonly #weights: number[] = [];

  constructor(variables: number) {
    this.#coefficient = new Float64Array(variables);
    this.#touched = new Uint8Array(variables);
  }

  /** Splits `weight · root`; `whole` keeps shared sums below the root as single terms unless they are short. */
  split(root: Expression, weight: number, whole: boolean): Split {
    const terms: Weighted[] = [];
    const nodes = this.#nodes;
    let waiting: Waiting | undefined;
    this.#constant = 0;
    this.#columns = [];
    this.#push(root, weight);
    for (;;) {
      if (nodes.length === 0) {
        const next = waiting?.takeLargest();
        if (next === undefined) break;
        if (next.weight === 0) continue;
        if (isSum(next.term) && (!whole || isShort(next.term))) this.#expand(next.term, next.weight);
        else terms.push(next);
        continue;
      }
      const e = nodes.pop()!;
      const w = this.#weights.pop()!;
      if (w === 0) continue;
      if (e instanceof Variable) this.#linear(e.index, w);
      else if (e instanceof Constant) this.#constant += w * e.value;
      else if (e.uses > 1 && e !== root) {
        waiting ??= new Waiting();
        waiting.add(e, w);
      } else if (isSum(e)) this.#expand(e, w);
      else terms.push({ weight: w, term: e });
    }
    const columns = this.#columns;
    const coefficients = new Array<number>(columns.length);
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k]!;
      coefficients[k] = this.#coefficient[column]!;
      this.#coefficient[column] = 0;
      this.#touched[column] = 0;
    }
    return { constant: this.#constant, columns, coefficients, terms };
  }

  #push(e: Expression, weight: number): void {
    this.#nodes.push(e);
    this.#weights.push(weight);
  }

  #linear(column: number, value: number): void {
    if (this.#touched[column] === 0) {
      this.#touched[column] = 1;
      this.#columns.push(column);
    }
    this.#coefficient[column]! += value;
  }

  #expand(e: Expression, weight: number): void {
    if (e instanceof Linear) {
      this.#constant += weight * e.constant;
      for (let k = 0; k < e.columns.length; k++) this.#linear(e.columns[k]!, weight * e.coefficients[k]!);
      return;
    }
    const { op, args } = e as Call;
    if (op === 'add') for (let k = args.length - 1; k >= 0; k--) this.#push(args[k]!, weight);
    else if (op === 'subtract') {
      this.#push(args[1]!, -weight);
      this.#push(args[0]!, weight);
    } else if (op === 'negate') this.#push(args[0]!, -weight);
    else if (op === 'divide') this.#push(args[0]!, weight / (args[1] as Constant).value);
    else this.#push(args[1]!, weight * (args[0] as Constant).value);
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
