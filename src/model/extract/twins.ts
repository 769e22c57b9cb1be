import { mix, mixNumber } from '../../core/hash.js';
import { Int32List } from '../../core/lists.js';
import type { Ticker } from '../../core/ticker.js';
import { constantKind, linearForm, nodeKind } from '../tape.js';
import type { Graph } from './graph.js';

/** Finds nodes that state the same expression: files repeat a subexpression in full wherever it is used. */
export class Twins {
  #hashes: Int32Array | undefined;
  readonly #byHash = new Map<number, number[]>();
  readonly #pairs = new Int32List();
  /** The node that a node is taken to equal in the comparison `#comparison`. */
  readonly #partner = new Map<number, number>();

  /** `column`: of nodes that are auxiliary sums, which are equal where their columns are. */
  constructor(
    readonly graph: Graph,
    readonly column: Int32Array,
    readonly ticker: Ticker,
  ) {}

  /** A node given before that equals `v`, else −1. */
  find(v: number): number {
    this.#hashes ??= this.#hashAll();
    const hash = this.#hashes[v]!;
    const known = this.#byHash.get(hash);
    if (known === undefined) {
      this.#byHash.set(hash, [v]);
      return -1;
    }
    const twin = known.find((u) => this.#equal(u, v));
    if (twin === undefined) known.push(v);
    return twin ?? -1;
  }

  #hashAll(): Int32Array {
    const { operators, start, args, values } = this.graph.tape;
    const hashes = new Int32Array(this.graph.size);
    for (let v = 0; v < hashes.length; v++) {
      this.ticker.tick();
      if (!this.graph.reached(v)) continue;
      const [first, end] = [start[v]!, start[v + 1]!];
      let hash = mix(mix(0, operators[v]!), end - first);
      if (operators[v] === linearForm) {
        for (let k = first + 1; k < end; k++) hash = mix(hash, args[k]!);
        for (let k = 0; k < end - first; k++) hash = mixNumber(hash, values[args[first]! + k]!);
      } else
        for (let k = first; k < end; k++) {
          const index = args[k]! >> 2;
          const kind = args[k]! & 3;
          if (kind === nodeKind) hash = mix(hash, hashes[index]!);
          else if (kind === constantKind) hash = mixNumber(hash, values[index]!);
          else hash = mix(hash, args[k]!);
        }
      hashes[v] = hash;
    }
    return hashes;
  }

  #equal(a: number, b: number): boolean {
    const pairs = this.#pairs;
    this.#partner.clear();
    pairs.length = 0;
    pairs.push(a);
    pairs.push(b);
    while (pairs.length > 0) {
      this.ticker.tick();
      const v = pairs.data[--pairs.length]!;
      const u = pairs.data[--pairs.length]!;
      if (u === v || this.#partner.get(u) === v) continue;
      this.#partner.set(u, v);
      if (!this.#alike(u, v)) return false;
    }
    return true;
  }

  /** Compares two nodes but for the nodes below them, which join the pairs to compare. */
  #alike(u: number, v: number): boolean {
    const { operators, start, args, values } = this.graph.tape;
    const [i, j] = [start[u]!, start[v]!];
    const count = start[u + 1]! - i;
    if (operators[u] !== operators[v] || count !== start[v + 1]! - j) return false;
    const form = operators[u] === linearForm;
    if (form) for (let k = 0; k < count; k++) if (values[args[i]! + k] !== values[args[j]! + k]) return false;
    for (let k = form ? 1 : 0; k < count; k++) {
      const [r, s] = [args[i + k]!, args[j + k]!];
      if (form) {
        if (r !== s) return false;
        continue;
      }
      if ((r & 3) !== (s & 3)) return false;
      if ((r & 3) === constantKind) {
        if (values[r >> 2] !== values[s >> 2]) return false;
      } else if ((r & 3) === nodeKind) {
        const [p, q] = [r >> 2, s >> 2];
        if (p === q) continue;
        if (this.column[p]! >= 0 || this.column[q]! >= 0) {
          if (this.column[p] !== this.column[q]) return false;
          continue;
        }
        this.#pairs.push(p);
        this.#pairs.push(q);
      } else if (r !== s) return false;
    }
    return true;
  }
}
