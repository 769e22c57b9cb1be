import { columnCounts, eliminationTree, postorder } from './etree.js';
import type { Graph } from './pattern.js';

/**
 * Assembly tree, numbered in postorder. Node `s` owns the pivots `column[s] … column[s + 1])` of the permuted matrix
 * and has the rows `row[rowStart[s] … rowStart[s + 1])` below them, ascending; `place` is where each of these rows
 * stands in the parent's front (its pivots, then its rows).
 */
export interface AssemblyTree {
  readonly nodes: number;
  readonly column: Int32Array;
  readonly parent: Int32Array;
  readonly childStart: Int32Array;
  readonly child: Int32Array;
  readonly rowStart: Int32Array;
  readonly row: Int32Array;
  readonly place: Int32Array;
  /**
   * Siblings that have the same rows may form a group, which adds up one contribution block: 1 + its first node, negative
   * for its last node; 0 outside groups.
   */
  readonly group: Int32Array;
  /** Order of pivots: `permutation[k]` is the original row of the k-th pivot, `position` its inverse. */
  readonly permutation: Int32Array;
  readonly position: Int32Array;
}

/**
 * Nanoseconds, measured, that decide whether a child joins its parent: a front costs `front` and assembling its
 * contribution block `assembly` per entry; joined, each explicit zero costs `zero` and `update` per row it meets.
 */
const cost = { front: 400, assembly: 0.5, zero: 3, update: 0.2 } as const;
/** Siblings with at least this many common rows form groups, where there are at least so many of them. */
const grouping = { rows: 24, siblings: 3 } as const;

/** The inverse of a permutation. */
export function invert(permutation: Int32Array): Int32Array {
  const inverse = new Int32Array(permutation.length);
  for (let k = 0; k < permutation.length; k++) inverse[permutation[k]!] = k;
  return inverse;
}

/** Builds the assembly tree for a fill-reducing order. */
export function assemblyTree(graph: Graph, order: Int32Array): AssemblyTree {
  const n = graph.order;
  let permutation = order;
  let position = invert(order);
  // Number the pivots in postorder of the elimination tree: same fill, contiguous subtrees.
  const loose = eliminationTree(graph, permutation, position);
  const visit = postorder(loose);
  const rank = invert(visit);
  const parent = new Int32Array(n);
  permutation = visit.map((k) => order[k]!);
  position = invert(permutation);
  for (let k = 0; k < n; k++) {
    const p = loose[visit[k]!]!;
    parent[k] = p === -1 ? -1 : rank[p]!;
  }
  const counts = columnCounts(graph, permutation, position, parent);
  const tree = layOutNodes(graph, permutation, merge(parent, counts));
  const joined = joinSiblings(tree);
  return withGroups(joined === undefined ? tree : layOutNodes(graph, tree.permutation, joined));
}

/** Which node each pivot belongs to, and the parent of each node. */
interface Nodes {
  readonly parent: Int32Array;
  readonly ofColumn: Int32Array;
}

/** Lays nodes out contiguously, in postorder of their own tree; `ofColumn` is by place in `order`. */
function layOutNodes(graph: Graph, order: Int32Array, { parent, ofColumn }: Nodes): AssemblyTree {
  const n = graph.order;
  const nodeOrder = postorder(parent);
  const nodeRank = invert(nodeOrder);
  const nodes = nodeOrder.length;
  const column = new Int32Array(nodes + 1);
  for (let k = 0; k < n; k++) column[nodeRank[ofColumn[k]!]! + 1]!++;
  for (let s = 0; s < nodes; s++) column[s + 1]! += column[s]!;
  const next = column.slice(0, nodes);
  const permutation = new Int32Array(n);
  const nodeOf = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const s = nodeRank[ofColumn[k]!]!;
    nodeOf[next[s]!] = s;
    permutation[next[s]!++] = order[k]!;
  }
  const nodeParent = new Int32Array(nodes);
  for (let s = 0; s < nodes; s++) {
    const p = parent[nodeOrder[s]!]!;
    nodeParent[s] = p === -1 ? -1 : nodeRank[p]!;
  }
  const position = invert(permutation);
  const { childStart, child } = childrenOf(nodeParent);
  const { rowStart, row } = rowsOf(graph, permutation, position, nodeOf, nodeParent);
  const place = placesOf(column, rowStart, row, childStart, child, n);
  return {
    nodes,
    column,
    parent: nodeParent,
    childStart,
    child,
    rowStart,
    row,
    place,
    group: new Int32Array(nodes),
    permutation,
    position,
  };
}

/**
 * Joins nodes of one parent that have the same rows, where that costs less than it saves: a front, and the assembly of a
 * contribution block unless they will form a group. Columns that meet only in a dense block below them. Undefined where
 * there are none.
 */
function joinSiblings(tree: AssemblyTree): Nodes | undefined {
  const { nodes, column, parent, rowStart } = tree;
  const into = new Int32Array(nodes);
  for (let s = 0; s < nodes; s++) into[s] = s;
  let joins = 0;
  for (const siblings of siblingsWithEqualRows(tree)) {
    const block = rowStart[siblings[0]! + 1]! - rowStart[siblings[0]!]!;
    const saved = cost.front + (formGroup(siblings.length, block) ? 0 : cost.assembly * block * block);
    let host = -1;
    let pivots = 0;
    for (const s of siblings) {
      const own = column[s + 1]! - column[s]!;
      const zeros = own * pivots;
      if (host < 0 || zeros * (cost.zero + cost.update * (own + pivots + 2 * block)) > saved) {
        host = s;
        pivots = own;
        continue;
      }
      into[s] = host;
      pivots += own;
      joins++;
    }
  }
  if (joins === 0) return undefined;
  const label = new Int32Array(nodes).fill(-1);
  let kept = 0;
  for (let s = 0; s < nodes; s++) if (into[s] === s) label[s] = kept++;
  const joinedParent = new Int32Array(kept).fill(-1);
  const ofColumn = new Int32Array(column[nodes]!);
  for (let s = 0; s < nodes; s++) {
    if (into[s] === s && parent[s] !== -1) joinedParent[label[s]!] = label[into[parent[s]!]!]!;
    ofColumn.fill(label[into[s]!]!, column[s]!, column[s + 1]!);
  }
  return { parent: joinedParent, ofColumn };
}

const formGroup = (siblings: number, block: number): boolean =>
  siblings >= grouping.siblings && block >= grouping.rows;

/** The tree with siblings of equal rows in groups. */
function withGroups(tree: AssemblyTree): AssemblyTree {
  const { group, rowStart } = tree;
  for (const siblings of siblingsWithEqualRows(tree)) {
    const [first] = siblings as [number];
    if (!formGroup(siblings.length, rowStart[first + 1]! - rowStart[first]!)) continue;
    for (const s of siblings) group[s] = first + 1;
    group[siblings.at(-1)!] = -(first + 1);
  }
  return tree;
}

/** Nodes of one parent with the same rows, each list ascending; only rows whose assembly is worth a thought. */
function siblingsWithEqualRows({ nodes, parent, rowStart, row }: AssemblyTree): number[][] {
  const lists = new Map<string, number[]>();
  const found: number[][] = [];
  for (let s = 0; s < nodes; s++) {
    const block = rowStart[s + 1]! - rowStart[s]!;
    if (parent[s] === -1 || cost.assembly * block * block < cost.front) continue;
    let digest = 0;
    for (let k = rowStart[s]!; k < rowStart[s + 1]!; k++) digest = (Math.imul(digest, 31) + row[k]!) | 0;
    const key = `${parent[s]} ${block} ${digest}`;
    const list = lists.get(key);
    if (list !== undefined && sameRows(rowStart, row, list[0]!, s)) list.push(s);
    else {
      const fresh = [s];
      lists.set(key, fresh);
      found.push(fresh);
    }
  }
  return found.filter(({ length }) => length > 1);
}

function sameRows(rowStart: Int32Array, row: Int32Array, s: number, t: number): boolean {
  const length = rowStart[s + 1]! - rowStart[s]!;
  if (length !== rowStart[t + 1]! - rowStart[t]!) return false;
  for (let k = 0; k < length; k++) if (row[rowStart[s]! + k] !== row[rowStart[t]! + k]) return false;
  return true;
}

/** Supernodes of a postordered tree, merged with their parents where that costs few explicit zeros. */
function merge(parent: Int32Array, counts: Int32Array): Nodes {
  const n = parent.length;
  const ofColumn = new Int32Array(n);
  let nodes = 0;
  for (let k = 0; k < n; k++) {
    const continues = k > 0 && parent[k - 1] === k && counts[k - 1]! === counts[k]! + 1;
    ofColumn[k] = continues ? nodes - 1 : nodes++;
  }
  const pivots = new Int32Array(nodes);
  const height = new Int32Array(nodes);
  const up = new Int32Array(nodes).fill(-1);
  for (let k = n - 1; k >= 0; k--) {
    const s = ofColumn[k]!;
    pivots[s]!++;
    height[s] = counts[k]!;
    if (parent[k] !== -1 && ofColumn[parent[k]!] !== s) up[s] = ofColumn[parent[k]!]!;
  }
  // height: rows of the front. Children come before parents; a child is offered to its parent once it is final.
  const into = new Int32Array(nodes);
  for (let s = 0; s < nodes; s++) into[s] = s;
  const find = (s: number): number => {
    let root = s;
    while (into[root] !== root) root = into[root]!;
    while (into[s] !== root) {
      const following = into[s]!;
      into[s] = root;
      s = following;
    }
    return root;
  };
  for (let s = 0; s < nodes; s++) {
    if (up[s] === -1) continue;
    const p = up[s]!;
    const own = pivots[s]!;
    const block = height[s]! - own;
    const order = own + height[p]!;
    const zeros = own * (height[p]! - block);
    const saved = cost.front + cost.assembly * block * block;
    if (zeros * (cost.zero + cost.update * (order + block)) > saved) continue;
    into[s] = p;
    pivots[p]! += own;
    height[p] = order;
  }
  const label = new Int32Array(nodes).fill(-1);
  let kept = 0;
  for (let s = 0; s < nodes; s++) if (into[s] === s) label[s] = kept++;
  const mergedParent = new Int32Array(kept).fill(-1);
  for (let s = 0; s < nodes; s++) {
    if (into[s] === s && up[s] !== -1) mergedParent[label[s]!] = label[find(up[s]!)]!;
  }
  for (let k = 0; k < n; k++) ofColumn[k] = label[find(ofColumn[k]!)]!;
  return { parent: mergedParent, ofColumn };
}

function childrenOf(parent: Int32Array): { childStart: Int32Array; child: Int32Array } {
  const nodes = parent.length;
  const childStart = new Int32Array(nodes + 1);
  for (let s = 0; s < nodes; s++) if (parent[s] !== -1) childStart[parent[s]! + 1]!++;
  for (let s = 0; s < nodes; s++) childStart[s + 1]! += childStart[s]!;
  const child = new Int32Array(childStart[nodes]!);
  const next = childStart.slice(0, nodes);
  for (let s = 0; s < nodes; s++) if (parent[s] !== -1) child[next[parent[s]!]!++] = s;
  return { childStart, child };
}

/** Rows below the pivots of each node: row i reaches every node on the tree paths from its entries up to its own. */
function rowsOf(
  graph: Graph,
  permutation: Int32Array,
  position: Int32Array,
  nodeOf: Int32Array,
  parent: Int32Array,
): { rowStart: Int32Array; row: Int32Array } {
  const nodes = parent.length;
  const rowStart = new Int32Array(nodes + 1);
  const seen = new Int32Array(nodes).fill(-1);
  const walk = (visit: (s: number, i: number) => void): void => {
    for (let i = 0; i < graph.order; i++) {
      const own = nodeOf[i]!;
      const original = permutation[i]!;
      seen[own] = i;
      for (let p = graph.start[original]!; p < graph.start[original + 1]!; p++) {
        const j = position[graph.index[p]!]!;
        if (j >= i) continue;
        for (let s = nodeOf[j]!; seen[s] !== i; s = parent[s]!) {
          seen[s] = i;
          visit(s, i);
        }
      }
    }
  };
  walk((s) => {
    rowStart[s + 1]!++;
  });
  for (let s = 0; s < nodes; s++) rowStart[s + 1]! += rowStart[s]!;
  const row = new Int32Array(rowStart[nodes]!);
  const next = rowStart.slice(0, nodes);
  seen.fill(-1);
  walk((s, i) => {
    row[next[s]!++] = i;
  });
  return { rowStart, row };
}

function placesOf(
  column: Int32Array,
  rowStart: Int32Array,
  row: Int32Array,
  childStart: Int32Array,
  child: Int32Array,
  order: number,
): Int32Array {
  const place = new Int32Array(row.length);
  const inFront = new Int32Array(order);
  for (let p = 0; p + 1 < column.length; p++) {
    if (childStart[p] === childStart[p + 1]) continue;
    placeRows(p, column, rowStart, row, inFront);
    for (let c = childStart[p]!; c < childStart[p + 1]!; c++) {
      const s = child[c]!;
      for (let k = rowStart[s]!; k < rowStart[s + 1]!; k++) place[k] = inFront[row[k]!]!;
    }
  }
  return place;
}

/** Writes into `inFront[i]` the place of every row of node `s` in its front. */
export function placeRows(
  s: number,
  column: Int32Array,
  rowStart: Int32Array,
  row: Int32Array,
  inFront: Int32Array,
): void {
  const first = column[s]!;
  const pivots = column[s + 1]! - first;
  for (let k = 0; k < pivots; k++) inFront[first + k] = k;
  const start = rowStart[s]!;
  for (let k = start; k < rowStart[s + 1]!; k++) inFront[row[k]!] = pivots + k - start;
}
