import type { Graph } from './pattern.js';

/**
 * Elimination tree of the permuted matrix: `parent[k]` of the k-th pivot, −1 for roots. Source: Liu, "The role of
 * elimination trees in sparse factorization", SIAM J. Matrix Anal. Appl. 11 (1990), with path compression.
 */
export function eliminationTree(graph: Graph, permutation: Int32Array, position: Int32Array): Int32Array {
  const { order, start, index } = graph;
  const parent = new Int32Array(order).fill(-1);
  const ancestor = new Int32Array(order).fill(-1);
  for (let k = 0; k < order; k++) {
    const i = permutation[k]!;
    for (let p = start[i]!; p < start[i + 1]!; p++) {
      let j = position[index[p]!]!;
      while (j < k) {
        const up = ancestor[j]!;
        if (up === k) break;
        ancestor[j] = k;
        if (up === -1) {
          parent[j] = k;
          break;
        }
        j = up;
      }
    }
  }
  return parent;
}

/** Children before parents, subtrees contiguous: `postorder(parent)[k]` is the node visited k-th. */
export function postorder(parent: Int32Array): Int32Array {
  const n = parent.length;
  const firstChild = new Int32Array(n).fill(-1);
  const sibling = new Int32Array(n).fill(-1);
  for (let i = n - 1; i >= 0; i--) {
    const p = parent[i]!;
    if (p === -1) continue;
    sibling[i] = firstChild[p]!;
    firstChild[p] = i;
  }
  const order = new Int32Array(n);
  const stack = new Int32Array(n);
  let visited = 0;
  for (let root = 0; root < n; root++) {
    if (parent[root] !== -1) continue;
    let depth = 0;
    stack[depth++] = root;
    while (depth > 0) {
      const i = stack[depth - 1]!;
      const child = firstChild[i]!;
      if (child === -1) {
        order[visited++] = i;
        depth--;
      } else {
        firstChild[i] = sibling[child]!;
        stack[depth++] = child;
      }
    }
  }
  return order;
}

/**
 * Nonzeros of each column of L, diagonal included, for a tree numbered in postorder. Source: Gilbert, Ng & Peyton,
 * SIAM J. Matrix Anal. Appl. 15 (1994): a column's count is the number of row subtrees it belongs to; each row
 * subtree is given by its leaves and the common ancestors of consecutive leaves.
 */
export function columnCounts(
  graph: Graph,
  permutation: Int32Array,
  position: Int32Array,
  parent: Int32Array,
): Int32Array {
  const { order, start, index } = graph;
  const firstDescendant = new Int32Array(order).fill(-1);
  const count = new Int32Array(order);
  for (let k = 0; k < order; k++) {
    if (firstDescendant[k] === -1) count[k] = 1;
    for (let j = k; j !== -1 && firstDescendant[j] === -1; j = parent[j]!) firstDescendant[j] = k;
  }
  const latestFirst = new Int32Array(order).fill(-1);
  const previousLeaf = new Int32Array(order).fill(-1);
  const ancestor = new Int32Array(order);
  for (let k = 0; k < order; k++) ancestor[k] = k;
  for (let k = 0; k < order; k++) {
    if (parent[k] !== -1) count[parent[k]!]!--;
    const j = permutation[k]!;
    for (let p = start[j]!; p < start[j + 1]!; p++) {
      const i = position[index[p]!]!;
      if (i <= k || firstDescendant[k]! <= latestFirst[i]!) continue;
      latestFirst[i] = firstDescendant[k]!;
      count[k]!++;
      const leaf = previousLeaf[i]!;
      previousLeaf[i] = k;
      if (leaf === -1) continue;
      let root = leaf;
      while (root !== ancestor[root]) root = ancestor[root]!;
      for (let s = leaf; s !== root; ) {
        const up = ancestor[s]!;
        ancestor[s] = root;
        s = up;
      }
      count[root]!--;
    }
    if (parent[k] !== -1) ancestor[k] = parent[k]!;
  }
  for (let k = 0; k < order; k++) if (parent[k] !== -1) count[parent[k]!]! += count[k]!;
  return count;
}
