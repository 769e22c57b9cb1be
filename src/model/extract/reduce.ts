import { Int32List } from '../../core/lists.js';
import { operatorCode } from '../../problem/operators.js';
import { constantKind, nodeKind, reference, variableKind } from '../tape.js';
import { Canonical } from './canonical.js';
import type { Split, Splitter } from './split.js';

const { multiply, divide, power } = operatorCode;

/** What a node still waits for: the references below it, after sums and products are flattened. */
interface Frame {
  node: number;
  /** Range of the list of needs; −1 before the node was looked at. */
  from: number;
  end: number;
  /** Of a product: its constant factor. */
  factor: number;
  split: Split | undefined;
}

/** Brings one expression of the tape into canonical form, without recursion. */
export class Reducer {
  readonly canonical: Canonical;
  /** Draft of each node: `#base + draft`, smaller numbers are left from earlier terms. */
  readonly #draftOf: Int32Array;
  #base = 1;
  readonly #needs = new Int32List(64);
  readonly #ids = new Int32List(64);
  readonly #frames: Frame[] = [];
  #depth = 0;

  constructor(readonly splitter: Splitter) {
    this.canonical = new Canonical(splitter);
    this.#draftOf = new Int32Array(splitter.graph.size);
  }

  /** Forgets the drafts of earlier terms. */
  clear(): void {
    this.#base += this.canonical.drafts.length;
    if (this.#base > 0x3fffffff) {
      this.#draftOf.fill(0);
      this.#base = 1;
    }
    this.canonical.drafts.clear();
  }

  /** The draft of a reference; `own`: that of the node itself, also where it is an auxiliary sum. */
  reduce(root: number, own: boolean): number {
    const known = this.#known(root);
    if (known >= 0 && !(own && (root & 3) === nodeKind)) return known;
    this.#enter(root >> 2);
    for (;;) {
      const frame = this.#frames[this.#depth - 1]!;
      const { node } = frame;
      this.splitter.ticker.tick();
      if (frame.from < 0) {
        if (this.#draftOf[node]! >= this.#base) {
          this.#depth--;
          continue;
        }
        this.#lookAt(frame);
        const depth = this.#depth;
        for (let k = frame.end - 1; k >= frame.from; k--)
          if (this.#known(this.#needs.data[k]!) < 0) this.#enter(this.#needs.data[k]! >> 2);
        if (this.#depth > depth) continue;
      }
      const id = this.#assemble(frame);
      this.#draftOf[node] = this.#base + id;
      this.#needs.length = frame.from;
      if (--this.#depth === 0) return id;
    }
  }

  /** The draft of `Π` of two drafts. */
  product(a: number, b: number): number {
    const ids = this.#ids;
    ids.length = 0;
    ids.push(a);
    ids.push(b);
    return this.canonical.product(1, ids, 0, 2);
  }

  #enter(node: number): void {
    const frame = this.#frames[this.#depth++];
    if (frame === undefined) this.#frames.push({ node, from: -1, end: -1, factor: 1, split: undefined });
    else {
      frame.node = node;
      frame.from = -1;
    }
  }

  /** The draft of a leaf, an auxiliary sum or a node met before in this term; negative for another node. */
  #known(ref: number): number {
    const index = ref >> 2;
    const { drafts } = this.canonical;
    const { graph, cuts } = this.splitter;
    if ((ref & 3) === variableKind) return drafts.variable(index);
    if ((ref & 3) === constantKind) return drafts.constant(graph.tape.values[index]!);
    const column = cuts.column[index]!;
    return column >= 0 ? drafts.variable(column) : this.#draftOf[index]! - this.#base;
  }

  #lookAt(frame: Frame): void {
    const { graph } = this.splitter;
    const { operators, start, args } = graph.tape;
    const { node } = frame;
    const needs = this.#needs;
    frame.from = needs.length;
    frame.split = undefined;
    if (graph.isSum(node)) {
      const split = this.splitter.split(reference(nodeKind, node), 1);
      frame.split = split;
      needs.append(this.splitter.terms.data, split.terms, split.termsEnd);
    } else if (operators[node] === multiply) frame.factor = this.splitter.flattenProduct(node, needs);
    else for (let k = start[node]!; k < start[node + 1]!; k++) needs.push(args[k]!);
    frame.end = needs.length;
  }

  #assemble(frame: Frame): number {
    const { canonical } = this;
    const ids = this.#ids;
    const needs = this.#needs.data;
    ids.length = 0;
    for (let k = frame.from; k < frame.end; k++) ids.push(this.#known(needs[k]!));
    if (frame.split !== undefined) return canonical.sum(frame.split, ids, 0);
    const operator = this.splitter.graph.tape.operators[frame.node]!;
    if (operator === multiply) return canonical.product(frame.factor, ids, 0, ids.length);
    if (operator === divide) return canonical.quotient(ids.data[0]!, ids.data[1]!);
    if (operator === power) return canonical.power(ids.data[0]!, ids.data[1]!);
    const { drafts } = canonical;
    const from = drafts.pending.length;
    drafts.pending.append(ids.data, 0, ids.length);
    return drafts.call(operator, from);
  }
}
