import { Float64List, Int32List } from '../../core/lists.js';
import type { Ticker } from '../../core/ticker.js';
import { operatorCode } from '../../problem/operators.js';
import { constantKind, linearForm, nodeKind, reference, variableKind } from '../tape.js';
import type { Cuts } from './cuts.js';
import type { Graph } from './graph.js';

const { add, subtract, negate, multiply, divide } = operatorCode;

/** What a sum comes down to is given here, part by part. */
export interface Parts {
  linear(column: number, value: number): void;
  /** True where it takes `weight · v` over, an unshared node. */
  take(v: number, weight: number): boolean;
  /** Shared sums below the root stay single terms unless they are short. */
  readonly whole: boolean;
}

/** `constant + Σ coefficient · x[column] + Σ weight · term`, no column twice: ranges of the splitter's lists. */
export interface Split {
  readonly constant: number;
  readonly columns: number;
  readonly columnsEnd: number;
  readonly terms: number;
  readonly termsEnd: number;
}

/**
 * Takes sums apart without recursion, in time linear in the nodes of the graph: a node reached on several ways is
 * visited once, with the sum of its weights, after everything above it. Auxiliary sums are columns.
 */
export class Splitter {
  readonly columns = new Int32List();
  readonly coefficients = new Float64List();
  /** References. */
  readonly terms = new Int32List();
  readonly weights = new Float64List();

  readonly #sums: Accumulator;
  readonly #stack = new Int32List();
  readonly #stackWeights = new Float64List();
  readonly #shared: SharedNodes;
  #depth = 0;

  constructor(
    readonly graph: Graph,
    readonly cuts: Cuts,
    readonly ticker: Ticker,
  ) {
    this.#sums = new Accumulator(cuts.columns);
    this.#shared = new SharedNodes(graph.size);
  }

  /** Forgets what the lists hold from these lengths on. */
  cut(columns: number, terms: number): void {
    this.columns.length = columns;
    this.coefficients.length = columns;
    this.terms.length = terms;
    this.weights.length = terms;
  }

  /** Splits a sum below a nonlinear function, times `weight`. */
  split(root: number, weight: number): Split {
    const columns = this.columns.length;
    const terms = this.terms.length;
    const constant = this.walk(root, weight, this.#sums);
    this.#sums.empty(this.columns, this.coefficients);
    return { constant, columns, columnsEnd: this.columns.length, terms, termsEnd: this.terms.length };
  }

  /** Gives the linear parts of `weight · root` to `parts`, appends its terms to the lists and returns its constant. */
  walk(root: number, weight: number, parts: Parts): number {
    const { graph, cuts, ticker } = this;
    const { values } = graph.tape;
    const { uses } = graph;
    const stack = this.#stack;
    const floor = stack.length;
    let constant = 0;
    this.#depth++;
    this.#push(root, weight);
    for (;;) {
      ticker.tick();
      if (stack.length === floor) {
        // What is taken over has no shared nodes: these wait for the walk that takes it apart.
        const v = this.#depth > 1 ? -1 : this.#shared.takeLast();
        if (v < 0) break;
        const w = this.#shared.weight;
        if (w === 0) continue;
        if (graph.isSum(v) && (!parts.whole || graph.isShort(v))) constant += this.#expand(v, w, parts);
        else this.#term(reference(nodeKind, v), w);
        continue;
      }
      const top = stack.data[--stack.length]!;
      const w = this.#stackWeights.data[--this.#stackWeights.length]!;
      if (w === 0) continue;
      const index = top >> 2;
      const kind = top & 3;
      if (kind === variableKind) parts.linear(index, w);
      else if (kind === constantKind) constant += w * values[index]!;
      else if (top !== root && cuts.column[index]! >= 0) parts.linear(cuts.column[index]!, w);
      else if (top !== root && uses[index]! > 1) this.#shared.add(index, w);
      else if (parts.take(index, w)) continue;
      else if (graph.isSum(index)) constant += this.#expand(index, w, parts);
      else this.#term(top, w);
    }
    this.#depth--;
    return constant;
  }

  /** Appends the factors of nested products that nothing else uses to `out`; returns their constants multiplied. */
  flattenProduct(root: number, out: Int32List): number {
    const { graph, cuts } = this;
    const { operators, start, args, values } = graph.tape;
    const stack = this.#stack;
    const floor = stack.length;
    let factor = 1;
    stack.push(reference(nodeKind, root));
    while (stack.length > floor) {
      const ref = stack.data[--stack.length]!;
      const v = ref >> 2;
      const kind = ref & 3;
      if (kind === constantKind) factor *= values[v]!;
      else if (kind === variableKind || (v !== root && (graph.uses[v]! > 1 || cuts.column[v]! >= 0)))
        out.push(ref);
      else if (operators[v] === multiply)
        for (let k = start[v + 1]! - 1; k >= start[v]!; k--) stack.push(args[k]!);
      else if (operators[v] === negate) {
        factor = -factor;
        stack.push(args[start[v]!]!);
      } else out.push(ref);
    }
    return factor;
  }

  #push(ref: number, weight: number): void {
    this.#stack.push(ref);
    this.#stackWeights.push(weight);
  }

  #term(ref: number, weight: number): void {
    this.terms.push(ref);
    this.weights.push(weight);
  }

  /** Puts the parts of a sum on the stack; returns the constant of a linear form. */
  #expand(v: number, weight: number, parts: Parts): number {
    const { operators, start, args, values } = this.graph.tape;
    const first = start[v]!;
    const end = start[v + 1]!;
    const op = operators[v]!;
    if (op === linearForm) {
      let at = args[first]!;
      for (let k = first + 1; k < end; k++) parts.linear(args[k]!, weight * values[at++]!);
      return weight * values[at]!;
    }
    if (op === add) for (let k = end - 1; k >= first; k--) this.#push(args[k]!, weight);
    else if (op === subtract) {
      this.#push(args[first + 1]!, -weight);
      this.#push(args[first]!, weight);
    } else if (op === negate) this.#push(args[first]!, -weight);
    else if (op === divide) this.#push(args[first]!, weight / values[args[first + 1]! >> 2]!);
    else this.#push(args[first + 1]!, weight * values[args[first]! >> 2]!);
    return 0;
  }
}

/** Adds up what is linear, by columns. */
export class Accumulator implements Parts {
  readonly whole = true;
  readonly #coefficients: Float64Array;
  readonly #touched: Uint8Array;
  readonly #columns = new Int32List();

  constructor(columns: number) {
    this.#coefficients = new Float64Array(columns);
    this.#touched = new Uint8Array(columns);
  }

  take(): boolean {
    return false;
  }

  linear(column: number, value: number): void {
    if (this.#touched[column] === 0) {
      this.#touched[column] = 1;
      this.#columns.push(column);
    }
    this.#coefficients[column]! += value;
  }

  /** Appends the sums to the lists, in the order of their first parts, and starts from 0. */
  empty(columns: Int32List, coefficients: Float64List): void {
    const own = this.#columns;
    for (let k = 0; k < own.length; k++) {
      const column = own.data[k]!;
      columns.push(column);
      coefficients.push(this.#coefficients[column]!);
      this.#coefficients[column] = 0;
      this.#touched[column] = 0;
    }
    own.length = 0;
  }
}

/** Shared nodes with their summed weights, handed out from the last on the tape: a binary heap. */
class SharedNodes {
  readonly #heap = new Int32List();
  #weights: Float64Array | undefined;
  #inside: Uint8Array | undefined;
  /** That of the node taken last. */
  weight = 0;

  constructor(readonly size: number) {}

  add(v: number, weight: number): void {
    this.#weights ??= new Float64Array(this.size);
    this.#inside ??= new Uint8Array(this.size);
    this.#weights[v]! += weight;
    if (this.#inside[v] === 1) return;
    this.#inside[v] = 1;
    const heap = this.#heap;
    heap.push(v);
    let k = heap.length - 1;
    while (k > 0) {
      const parent = (k - 1) >> 1;
      if (heap.data[parent]! >= v) break;
      heap.data[k] = heap.data[parent]!;
      k = parent;
    }
    heap.data[k] = v;
  }

  /** The last node, −1 where there is none. */
  takeLast(): number {
    const { data, length } = this.#heap;
    if (length === 0) return -1;
    const first = data[0]!;
    const last = data[length - 1]!;
    const rest = --this.#heap.length;
    let k = 0;
    for (let child = 1; child < rest; child = 2 * k + 1) {
      if (child + 1 < rest && data[child + 1]! > data[child]!) child++;
      if (data[child]! <= last) break;
      data[k] = data[child]!;
      k = child;
    }
    data[k] = last;
    this.weight = this.#weights![first]!;
    this.#weights![first] = 0;
    this.#inside![first] = 0;
    return first;
  }
}
