/**
 * Undirected graph of a symmetric matrix: neighbours of `i` are `index[start[i] … start[i + 1])`, no loops; and all members
 * of a clique are neighbours of each other.
 */
export interface Graph {
  readonly order: number;
  readonly start: Int32Array;
  readonly index: Int32Array;
  readonly cliques: readonly Int32Array[];
  /** Neighbours of each row; more than there are where cliques overlap. */
  readonly degree: Int32Array;
}

/**
 * Rows that come together: whatever is a neighbour of their `representative`, the one that is eliminated first, is one of
 * all `members`.
 */
export interface Hub {
  readonly representative: number;
  readonly members: Int32Array;
}

export interface FillGraph extends Graph {
  readonly hubs: readonly Hub[];
}

/** The graph of the triplets, repeated positions merged. */
export function graphOf(order: number, row: Int32Array, column: Int32Array): Graph {
  const start = new Int32Array(order + 1);
  for (let k = 0; k < row.length; k++) {
    if (row[k] === column[k]) continue;
    start[row[k]! + 1]!++;
    start[column[k]! + 1]!++;
  }
  for (let i = 0; i < order; i++) start[i + 1]! += start[i]!;
  const index = new Int32Array(start[order]!);
  const next = start.slice(0, order);
  for (let k = 0; k < row.length; k++) {
    const i = row[k]!;
    const j = column[k]!;
    if (i === j) continue;
    index[next[i]!++] = j;
    index[next[j]!++] = i;
  }
  const seen = new Int32Array(order).fill(-1);
  let to = 0;
  let from = 0;
  for (let i = 0; i < order; i++) {
    const end = start[i + 1]!;
    start[i] = to;
    for (; from < end; from++) {
      const j = index[from]!;
      if (seen[j] === i) continue;
      seen[j] = i;
      index[to++] = j;
    }
  }
  start[order] = to;
  const degree = Int32Array.from({ length: order }, (_, i) => start[i + 1]! - start[i]!);
  return { order, start, index: index.subarray(0, to), cliques: [], degree };
}

/** Lower triangle of the permuted matrix by columns, rows ascending, repeated positions merged. */
export interface PermutedEntries {
  /** Column → first entry, length order + 1. */
  readonly start: Int32Array;
  /** Permuted row of each entry. */
  readonly row: Int32Array;
  /** Column → the first of its trailing entries whose rows are consecutive. */
  readonly tail: Int32Array;
  /** A triplet that stands at each entry. */
  readonly source: Int32Array;
  /** Further triplets, and the entries they are added to. */
  readonly repeated: Int32Array;
  readonly target: Int32Array;
}

/** Stable counting sort: the items of `from` ordered by `key[item]`, keys in [0, keys). */
function sortBy(from: Int32Array | undefined, key: Int32Array, keys: number): Int32Array {
  const count = key.length;
  const next = new Int32Array(keys + 1);
  for (let k = 0; k < count; k++) next[key[k]! + 1]!++;
  for (let i = 0; i < keys; i++) next[i + 1]! += next[i]!;
  const to = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const item = from === undefined ? k : from[k]!;
    to[next[key[item]!]!++] = item;
  }
  return to;
}

/** Sorts the triplets into the permuted lower triangle; `position[i]` is the permuted place of row `i`. */
export function permuteEntries(position: Int32Array, row: Int32Array, column: Int32Array): PermutedEntries {
  const order = position.length;
  const count = row.length;
  const low = new Int32Array(count);
  const high = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const i = position[row[k]!]!;
    const j = position[column[k]!]!;
    low[k] = Math.min(i, j);
    high[k] = Math.max(i, j);
  }
  const sorted = sortBy(sortBy(undefined, high, order), low, order);
  const start = new Int32Array(order + 1);
  const rows = new Int32Array(count);
  const source = new Int32Array(count);
  const repeated: number[] = [];
  const target: number[] = [];
  const tail = new Int32Array(order);
  let entries = 0;
  let c = -1;
  for (let s = 0; s < count; s++) {
    const k = sorted[s]!;
    const i = high[k]!;
    while (c < low[k]!) {
      start[++c] = entries;
      tail[c] = entries;
    }
    if (entries > start[c]! && rows[entries - 1] === i) {
      repeated.push(k);
      target.push(entries - 1);
      continue;
    }
    if (entries > start[c]! && rows[entries - 1]! + 1 !== i) tail[c] = entries;
    rows[entries] = i;
    source[entries++] = k;
  }
  while (c < order) {
    start[++c] = entries;
    if (c < order) tail[c] = entries;
  }
  return {
    start,
    row: rows.slice(0, entries),
    tail,
    source: source.slice(0, entries),
    repeated: Int32Array.from(repeated),
    target: Int32Array.from(target),
  };
}
