import type { Graph } from './pattern.js';

/**
 * Approximate minimum degree ordering on the quotient graph: `result[k]` is the row eliminated k-th.
 *
 * A node is a *variable* (not yet eliminated, standing for `weight` indistinguishable rows), an *element* (a pivot,
 * standing for the clique of variables it left behind) or dead. A variable's list holds first its elements, then its
 * variables. Sources: Amestoy, Davis & Duff, SIAM J. Matrix Anal. Appl. 17 (1996): approximate external degree,
 * element absorption (aggressive too), mass elimination, indistinguishable variables by hashing. Rows with more than
 * `10·√n` neighbours are left out and ordered last.
 */
export function approximateMinimumDegree(graph: Graph, denseFactor = 10): Int32Array {
  const n = graph.order;
  const lists = new Int32Array(graph.index.length + (graph.index.length >> 2) + n + 1);
  lists.set(graph.index);
  let free = graph.index.length;

  const begin = graph.start.slice(0, n);
  const length = new Int32Array(n);
  const elements = new Int32Array(n);
  /** Rows a variable stands for: negative while it belongs to the current pivot's clique, 0 when it is gone. */
  const weight = new Int32Array(n).fill(1);
  const degree = new Int32Array(n);
  /** Mark of an element: 0 dead, else `stamp` + weight of its clique outside the current one. */
  const mark = new Int32Array(n).fill(1);
  /** Where a dead node went: the variable or element that absorbed it. */
  const absorbedBy = new Int32Array(n).fill(-1);
  const isPivot = new Uint8Array(n);
  const head = new Int32Array(n + 1).fill(-1);
  const next = new Int32Array(n).fill(-1);
  const previous = new Int32Array(n).fill(-1);
  const bucket = new Int32Array(n).fill(-1);
  const hashOf = new Int32Array(n);
  const pivots = new Int32Array(n);
  let pivotCount = 0;
  let eliminated = 0;
  let least = 0;
  let stamp = 2;
  let largestClique = 0;

  const insert = (i: number, d: number): void => {
    const first = head[d]!;
    next[i] = first;
    previous[i] = -1;
    if (first !== -1) previous[first] = i;
    head[d] = i;
  };
  const remove = (i: number): void => {
    const before = previous[i]!;
    const after = next[i]!;
    if (after !== -1) previous[after] = before;
    if (before !== -1) next[before] = after;
    else head[degree[i]!] = after;
  };
  /** Moves all live lists to the front of the workspace. A list's first entry waits in `begin` meanwhile. */
  const compact = (): void => {
    for (let i = 0; i < n; i++) {
      if (length[i] === 0 || absorbedBy[i] !== -1) continue;
      const at = begin[i]!;
      begin[i] = lists[at]!;
      lists[at] = ~i;
    }
    let to = 0;
    for (let from = 0; from < free; ) {
      const i = ~lists[from++]!;
      if (i < 0) continue;
      lists[to] = begin[i]!;
      begin[i] = to++;
      for (let k = length[i]! - 1; k > 0; k--) lists[to++] = lists[from++]!;
    }
    free = to;
  };

  const dense = Math.max(16, Math.min(n - 2, Math.floor(denseFactor * Math.sqrt(n))));
  const denseRows: number[] = [];
  for (let i = 0; i < n; i++) {
    const d = graph.start[i + 1]! - graph.start[i]!;
    length[i] = d;
    degree[i] = d;
    if (d === 0) {
      isPivot[i] = 1;
      mark[i] = 0;
      pivots[pivotCount++] = i;
      eliminated++;
    } else if (d > dense) {
      denseRows.push(i);
      weight[i] = 0;
      length[i] = 0;
      eliminated++;
    } else insert(i, d);
  }

  while (eliminated < n) {
    while (head[least] === -1) least++;
    const me = head[least]!;
    remove(me);
    const ownElements = elements[me]!;
    let pivotWeight = weight[me]!;
    eliminated += pivotWeight;
    isPivot[me] = 1;
    pivots[pivotCount++] = me;

    // The new clique: the union of the pivot's variables and of its elements' cliques.
    weight[me] = -pivotWeight;
    let cliqueWeight = 0;
    let cliqueStart: number;
    let cliqueEnd: number;
    if (ownElements === 0) {
      cliqueStart = begin[me]!;
      cliqueEnd = cliqueStart;
      const end = cliqueStart + length[me]!;
      for (let p = cliqueStart; p < end; p++) {
        const i = lists[p]!;
        const w = weight[i]!;
        if (w <= 0) continue;
        cliqueWeight += w;
        weight[i] = -w;
        lists[cliqueEnd++] = i;
        remove(i);
      }
    } else {
      // Room for the largest possible clique first, so that no list moves while it is read.
      let need = length[me]! - ownElements;
      for (let p = begin[me]!; p < begin[me]! + ownElements; p++) need += length[lists[p]!]!;
      if (free + Math.min(need, n) > lists.length) compact();
      cliqueStart = free;
      const at = begin[me]!;
      for (let k = 0; k <= ownElements; k++) {
        const e = k < ownElements ? lists[at + k]! : me;
        const from = k < ownElements ? begin[e]! : at + ownElements;
        const to = k < ownElements ? from + length[e]! : at + length[me]!;
        for (let p = from; p < to; p++) {
          const i = lists[p]!;
          const w = weight[i]!;
          if (w <= 0) continue;
          cliqueWeight += w;
          weight[i] = -w;
          lists[free++] = i;
          remove(i);
        }
        if (e !== me) {
          absorbedBy[e] = me;
          mark[e] = 0;
        }
      }
      cliqueEnd = free;
    }
    begin[me] = cliqueStart;
    length[me] = cliqueEnd - cliqueStart;
    degree[me] = cliqueWeight;

    if (stamp > 1_000_000_000) {
      for (let i = 0; i < n; i++) if (mark[i] !== 0) mark[i] = 1;
      stamp = 2;
    }
    // Weight of every neighbouring element's clique outside the new one.
    for (let p = cliqueStart; p < cliqueEnd; p++) {
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

    // Degrees of the clique's variables; elements inside the new clique are absorbed.
    for (let p = cliqueStart; p < cliqueEnd; p++) {
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
        } else {
          absorbedBy[e] = me;
          mark[e] = 0;
        }
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
        // Nothing outside the clique: eliminated together with the pivot.
        const w = -weight[i]!;
        absorbedBy[i] = me;
        cliqueWeight -= w;
        pivotWeight += w;
        eliminated += w;
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
      hash = (hash + me) % n;
      hashOf[i] = hash;
      next[i] = bucket[hash]!;
      bucket[hash] = i;
    }
    degree[me] = cliqueWeight;
    largestClique = Math.max(largestClique, cliqueWeight);
    stamp += largestClique + 1;

    // Indistinguishable variables share a bucket: same length, same lists.
    for (let p = cliqueStart; p < cliqueEnd; p++) {
      const seed = lists[p]!;
      if (weight[seed]! >= 0) continue;
      const hash = hashOf[seed]!;
      let i = bucket[hash]!;
      bucket[hash] = -1;
      while (i !== -1 && next[i] !== -1) {
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
            absorbedBy[j] = i;
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
        stamp++;
        i = next[i]!;
      }
    }

    // Variables return to the degree lists; the clique keeps only what is still alive.
    let end = cliqueStart;
    const left = n - eliminated;
    for (let p = cliqueStart; p < cliqueEnd; p++) {
      const i = lists[p]!;
      const w = -weight[i]!;
      if (w <= 0) continue;
      weight[i] = w;
      const d = Math.max(0, Math.min(degree[i]! + cliqueWeight - w, left - w));
      degree[i] = d;
      insert(i, d);
      if (d < least) least = d;
      lists[end++] = i;
    }
    weight[me] = pivotWeight;
    length[me] = end - cliqueStart;
    if (length[me] === 0) mark[me] = 0;
    if (ownElements !== 0) free = end;
  }

  return placeAbsorbed(n, pivots.subarray(0, pivotCount), isPivot, absorbedBy, denseRows, graph);
}

/** Pivots in order, each followed by the rows it absorbed; dense rows last, sparser first. */
function placeAbsorbed(
  n: number,
  pivots: Int32Array,
  isPivot: Uint8Array,
  absorbedBy: Int32Array,
  denseRows: number[],
  graph: Graph,
): Int32Array {
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
  for (const pivot of pivots) {
    order[to++] = pivot;
    for (let i = firstOf[pivot]!; i !== -1; i = after[i]!) order[to++] = i;
  }
  const size = (i: number): number => graph.start[i + 1]! - graph.start[i]!;
  denseRows.sort((a, b) => size(a) - size(b) || a - b);
  for (const i of denseRows) order[to++] = i;
  return order;
}
