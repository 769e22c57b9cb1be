import type { Graph } from './pattern.js';

/**
 * Approximate minimum degree ordering on the quotient graph: `result[k]` is the row eliminated k-th.
 * Sources: Amestoy, Davis & Duff, SIAM J. Matrix Anal. Appl. 17 (1996): approximate external degree, element absorption
 * (aggressive too), mass elimination, indistinguishable variables by hashing. Rows with more than `10·√n` neighbours are
 * left out and ordered last.
 */
export function approximateMinimumDegree(graph: Graph, denseFactor = 10): Int32Array {
  return new QuotientGraph(graph, denseDegree(graph.order, denseFactor)).order();
}

/** Rows with more neighbours than this are ordered last. */
export const denseDegree = (order: number, denseFactor = 10): number =>
  Math.max(16, Math.min(order - 2, Math.floor(denseFactor * Math.sqrt(order))));

/** A list of nodes: `lists[begin … end)`. */
interface Span {
  begin: number;
  end: number;
}

/**
 * A node is a *variable* (not yet eliminated, standing for `weight` indistinguishable rows), an *element* (a pivot or a
 * clique of the graph, standing for the clique of its variables) or dead. A variable's list holds first its elements,
 * then its variables. Nodes from `n` on are the cliques that the graph states.
 */
class QuotientGraph {
  private readonly n: number;
  private readonly lists: Int32Array;
  private free: number;
  private readonly begin: Int32Array;
  private readonly length: Int32Array;
  /** Elements at the head of a variable's list. */
  private readonly elements: Int32Array;
  /** Rows a variable stands for: negative while it belongs to the current pivot's clique, 0 when it is gone. */
  private readonly weight: Int32Array;
  /** Of a variable its approximate external degree; of an element the weight of its clique. */
  private readonly degree: Int32Array;
  /** Mark of an element: 0 dead, else `stamp` + weight of its clique outside the current one. */
  private readonly mark: Int32Array;
  private stamp = 2;
  private largestClique = 0;
  /** Where a dead node went: the variable or element that absorbed it. */
  private readonly absorbedBy: Int32Array;
  private readonly isPivot: Uint8Array;
  private readonly pivots: Int32Array;
  private pivotCount = 0;
  private eliminated = 0;
  private readonly denseRows: number[] = [];
  /** Variables by degree: doubly linked lists. */
  private readonly head: Int32Array;
  private readonly next: Int32Array;
  private readonly previous: Int32Array;
  private least = 0;
  /** Variables of the current clique by hash of their lists, linked through `next`. */
  private readonly bucket: Int32Array;
  private readonly hash: Int32Array;

  constructor(
    private readonly graph: Graph,
    dense: number,
  ) {
    const { order: n, start, cliques } = graph;
    const nodes = n + cliques.length;
    const members = cliques.reduce((sum, clique) => sum + clique.length, 0);
    const used = start[n]! + 2 * members;
    this.n = n;
    this.lists = new Int32Array(used + (used >> 2) + nodes + 1);
    this.begin = new Int32Array(nodes);
    this.length = new Int32Array(nodes);
    this.elements = new Int32Array(n);
    this.weight = new Int32Array(n).fill(1);
    this.degree = new Int32Array(nodes);
    this.mark = new Int32Array(nodes).fill(1);
    this.absorbedBy = new Int32Array(nodes).fill(-1);
    this.isPivot = new Uint8Array(nodes);
    this.pivots = new Int32Array(n);
    this.head = new Int32Array(n + 1).fill(-1);
    this.next = new Int32Array(n).fill(-1);
    this.previous = new Int32Array(n).fill(-1);
    this.bucket = new Int32Array(n).fill(-1);
    this.hash = new Int32Array(n);
    this.free = this.layOutLists();
    this.sortOut(dense);
    this.openCliques();
  }

  order(): Int32Array {
    while (this.eliminated < this.n) this.eliminateNext();
    return this.placeAbsorbed();
  }

  /** Writes the list of every node; returns where free space begins. */
  private layOutLists(): number {
    const { n, lists, begin, length, elements } = this;
    const { start, index, cliques } = this.graph;
    for (const clique of cliques) for (const i of clique) elements[i]!++;
    let to = 0;
    for (let i = 0; i < n; i++) {
      begin[i] = to;
      to += elements[i]!;
      length[i] = elements[i]! + start[i + 1]! - start[i]!;
      for (let p = start[i]!; p < start[i + 1]!; p++) lists[to++] = index[p]!;
    }
    const filled = new Int32Array(cliques.length > 0 ? n : 0);
    cliques.forEach((clique, c) => {
      const e = n + c;
      begin[e] = to;
      length[e] = clique.length;
      for (const i of clique) {
        lists[begin[i]! + filled[i]!++] = e;
        lists[to++] = i;
      }
    });
    return to;
  }

  /** Rows without neighbours are pivots at once, rows with more than `dense` go last, others are sorted by degree. */
  private sortOut(dense: number): void {
    const { n, degree } = this;
    for (let i = 0; i < n; i++) {
      const d = Math.min(n - 1, this.graph.degree[i]!);
      degree[i] = d;
      if (d === 0) {
        this.isPivot[i] = 1;
        this.mark[i] = 0;
        this.pivots[this.pivotCount++] = i;
        this.eliminated++;
      } else if (d > dense) {
        this.denseRows.push(i);
        this.weight[i] = 0;
        this.length[i] = 0;
        this.eliminated++;
      } else this.insert(i, d);
    }
  }

  /** Elements of the cliques, as far as their variables are not dense. */
  private openCliques(): void {
    for (let e = this.n; e < this.length.length; e++) {
      let size = 0;
      for (let p = this.begin[e]!; p < this.begin[e]! + this.length[e]!; p++)
        size += this.weight[this.lists[p]!]!;
      this.degree[e] = size;
      this.largestClique = Math.max(this.largestClique, size);
      if (size > 1) continue;
      this.mark[e] = 0;
      this.length[e] = 0;
    }
  }

  private insert(i: number, d: number): void {
    const first = this.head[d]!;
    this.next[i] = first;
    this.previous[i] = -1;
    if (first !== -1) this.previous[first] = i;
    this.head[d] = i;
  }

  private remove(i: number): void {
    const before = this.previous[i]!;
    const after = this.next[i]!;
    if (after !== -1) this.previous[after] = before;
    if (before !== -1) this.next[before] = after;
    else this.head[this.degree[i]!] = after;
  }

  private eliminateNext(): void {
    while (this.head[this.least] === -1) this.least++;
    const me = this.head[this.least]!;
    this.remove(me);
    const ownElements = this.elements[me]!;
    const weight = this.weight[me]!;
    this.eliminated += weight;
    this.isPivot[me] = 1;
    this.pivots[this.pivotCount++] = me;
    this.weight[me] = -weight;

    const clique = ownElements === 0 ? this.cliqueInPlace(me) : this.cliqueOfElements(me, ownElements);
    this.begin[me] = clique.begin;
    this.length[me] = clique.end - clique.begin;
    this.weighElements(clique);
    const absorbed = this.updateDegrees(me, clique);
    this.joinIndistinguishable(clique);
    this.release(me, clique);
    this.weight[me] = weight + absorbed;
    if (this.length[me] === 0) this.mark[me] = 0;
    if (ownElements !== 0) this.free = clique.begin + this.length[me]!;
  }

  /** Takes variable `i` into the current clique; false where it is gone or already there. */
  private collect(i: number): boolean {
    const w = this.weight[i]!;
    if (w <= 0) return false;
    this.cliqueWeight += w;
    this.weight[i] = -w;
    this.remove(i);
    return true;
  }
  private cliqueWeight = 0;

  /** The clique of a pivot that knows only variables stands where its list stood. */
  private cliqueInPlace(me: number): Span {
    const { lists } = this;
    const begin = this.begin[me]!;
    let end = begin;
    this.cliqueWeight = 0;
    for (let p = begin; p < begin + this.length[me]!; p++) {
      const i = lists[p]!;
      if (this.collect(i)) lists[end++] = i;
    }
    this.degree[me] = this.cliqueWeight;
    return { begin, end };
  }

  /** The union of the pivot's variables and of its elements' cliques, in free space; the elements are absorbed. */
  private cliqueOfElements(me: number, ownElements: number): Span {
    const { lists, length } = this;
    // Room for the largest possible clique first, so that no list moves while it is read.
    let need = length[me]! - ownElements;
    for (let p = this.begin[me]!; p < this.begin[me]! + ownElements; p++) need += length[lists[p]!]!;
    if (this.free + Math.min(need, this.n) > lists.length) this.compact();
    const begin = this.free;
    const at = this.begin[me]!;
    this.cliqueWeight = 0;
    for (let k = 0; k <= ownElements; k++) {
      const e = k < ownElements ? lists[at + k]! : me;
      const from = k < ownElements ? this.begin[e]! : at + ownElements;
      const to = k < ownElements ? from + length[e]! : at + length[me]!;
      for (let p = from; p < to; p++) {
        const i = lists[p]!;
        if (this.collect(i)) lists[this.free++] = i;
      }
      if (e !== me) this.absorb(e, me);
    }
    this.degree[me] = this.cliqueWeight;
    return { begin, end: this.free };
  }

  private absorb(e: number, into: number): void {
    this.absorbedBy[e] = into;
    this.mark[e] = 0;
  }

  /** Moves all live lists to the front of the workspace. A list's first entry waits in `begin` meanwhile. */
  private compact(): void {
    const { lists, begin, length, absorbedBy } = this;
    for (let i = 0; i < begin.length; i++) {
      if (length[i] === 0 || absorbedBy[i] !== -1) continue;
      const at = begin[i]!;
      begin[i] = lists[at]!;
      lists[at] = ~i;
    }
    let to = 0;
    for (let from = 0; from < this.free; ) {
      const i = ~lists[from++]!;
      if (i < 0) continue;
      lists[to] = begin[i]!;
      begin[i] = to++;
      for (let k = length[i]! - 1; k > 0; k--) lists[to++] = lists[from++]!;
    }
    this.free = to;
  }

  /** Marks every element that meets the clique with the weight of its own clique outside. */
  private weighElements(clique: Span): void {
    const { lists, begin, elements, mark, weight, degree } = this;
    if (this.stamp > 1_000_000_000) {
      for (let i = 0; i < mark.length; i++) if (mark[i] !== 0) mark[i] = 1;
      this.stamp = 2;
    }
    const { stamp } = this;
    for (let p = clique.begin; p < clique.end; p++) {
      const i = lists[p]!;
      const w = -weight[i]!;
      const from = begin[i]!;
      const to = from + elements[i]!;
      for (let q = from; q < to; q++) {
        const e = lists[q]!;
        const m = mark[e]!;
        if (m >= stamp) mark[e] = m - w;
        else if (m !== 0) mark[e] = degree[e]! + stamp - w;
      }
    }
  }

  /**
   * Degrees and lists of the clique's variables; elements inside the clique are absorbed, and so are variables with nothing
   * outside it. Returns the weight of the latter.
   */
  private updateDegrees(me: number, clique: Span): number {
    const { lists, begin, length, elements, weight, degree, mark, stamp } = this;
    let absorbed = 0;
    for (let p = clique.begin; p < clique.end; p++) {
      const i = lists[p]!;
      const from = begin[i]!;
      const middle = from + elements[i]!;
      const to = from + length[i]!;
      let at = from;
      let hash = 0;
      let d = 0;
      for (let q = from; q < middle; q++) {
        const e = lists[q]!;
        const m = mark[e]!;
        if (m === 0) continue;
        const outside = m - stamp;
        if (outside > 0) {
          d += outside;
          lists[at++] = e;
          hash += e;
        } else this.absorb(e, me);
      }
      const kept = at - from + 1;
      const variables = at;
      for (let q = middle; q < to; q++) {
        const j = lists[q]!;
        const w = weight[j]!;
        if (w <= 0) continue;
        d += w;
        lists[at++] = j;
        hash += j;
      }
      if (kept === 1 && at === variables) {
        const w = -weight[i]!;
        this.absorbedBy[i] = me;
        this.cliqueWeight -= w;
        absorbed += w;
        this.eliminated += w;
        weight[i] = 0;
        length[i] = 0;
        continue;
      }
      degree[i] = Math.min(degree[i]!, d);
      // The pivot's element goes first; the displaced first entries move to the ends of their parts.
      lists[at] = lists[variables]!;
      lists[variables] = lists[from]!;
      lists[from] = me;
      elements[i] = kept;
      length[i] = at - from + 1;
      hash = (hash + me) % this.n;
      this.hash[i] = hash;
      this.next[i] = this.bucket[hash]!;
      this.bucket[hash] = i;
    }
    degree[me] = this.cliqueWeight;
    this.largestClique = Math.max(this.largestClique, this.cliqueWeight);
    this.stamp += this.largestClique + 1;
    return absorbed;
  }

  /** Variables with the same lists become one; such share a bucket. */
  private joinIndistinguishable(clique: Span): void {
    const { lists, weight, bucket, next } = this;
    for (let p = clique.begin; p < clique.end; p++) {
      const seed = lists[p]!;
      if (weight[seed]! >= 0) continue;
      const hash = this.hash[seed]!;
      let i = bucket[hash]!;
      bucket[hash] = -1;
      while (i !== -1 && next[i] !== -1) {
        this.joinTo(i);
        this.stamp++;
        i = next[i]!;
      }
    }
  }

  /** Joins to variable `i` those after it in its bucket that have its lists. */
  private joinTo(i: number): void {
    const { lists, begin, length, elements, weight, mark, next, stamp } = this;
    const size = length[i]!;
    const own = elements[i]!;
    const from = begin[i]!;
    for (let q = from + 1; q < from + size; q++) mark[lists[q]!] = stamp;
    let last = i;
    let j = next[i]!;
    while (j !== -1) {
      let same = length[j] === size && elements[j] === own;
      const other = begin[j]!;
      for (let q = other + 1; same && q < other + size; q++) same = mark[lists[q]!] === stamp;
      if (same) {
        this.absorbedBy[j] = i;
        weight[i]! += weight[j]!;
        weight[j] = 0;
        length[j] = 0;
        j = next[j]!;
        next[last] = j;
      } else {
        last = j;
        j = next[j]!;
      }
    }
  }

  /** Variables return to the degree lists; the clique keeps only what is still alive. */
  private release(me: number, clique: Span): void {
    const { lists, weight, degree } = this;
    let end = clique.begin;
    const left = this.n - this.eliminated;
    for (let p = clique.begin; p < clique.end; p++) {
      const i = lists[p]!;
      const w = -weight[i]!;
      if (w <= 0) continue;
      weight[i] = w;
      const d = Math.max(0, Math.min(degree[i]! + this.cliqueWeight - w, left - w));
      degree[i] = d;
      this.insert(i, d);
      if (d < this.least) this.least = d;
      lists[end++] = i;
    }
    this.length[me] = end - clique.begin;
  }

  /** Pivots in order, each followed by the rows it absorbed; dense rows last, sparser first. */
  private placeAbsorbed(): Int32Array {
    const { n, isPivot, absorbedBy } = this;
    const firstOf = new Int32Array(n).fill(-1);
    const after = new Int32Array(n).fill(-1);
    const path: number[] = [];
    for (let i = n - 1; i >= 0; i--) {
      if (isPivot[i] || absorbedBy[i] === -1) continue;
      let j = i;
      while (!isPivot[j]) {
        path.push(j);
        j = absorbedBy[j]!;
      }
      for (const k of path) absorbedBy[k] = j;
      path.length = 0;
      after[i] = firstOf[j]!;
      firstOf[j] = i;
    }
    const order = new Int32Array(n);
    let to = 0;
    for (const pivot of this.pivots.subarray(0, this.pivotCount)) {
      order[to++] = pivot;
      for (let i = firstOf[pivot]!; i !== -1; i = after[i]!) order[to++] = i;
    }
    const { degree } = this.graph;
    this.denseRows.sort((a, b) => degree[a]! - degree[b]! || a - b);
    for (const i of this.denseRows) order[to++] = i;
    return order;
  }
}
