import { columnCounts, eliminationTree, postorder } from './etree.js';
import type { FillGraph, Hub } from './pattern.js';

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
export function assemblyTree(graph: FillGraph, order: Int32Array): AssemblyTree {
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
  countHubs(graph, position, parent, counts);
  const laidOut = layOutNodes(permutation, merge(parent, counts));
  const nodes = { ...laidOut, ...rowsOf(graph, laidOut) };
  const joined = joinSiblings(nodes, graph.hubs) ?? nodes;
  return finished(withHubs(joined, graph.hubs));
}

/** Adds to the counts of columns what a hub's other members add to them. */
function countHubs(
  { start, index, hubs }: FillGraph,
  position: Int32Array,
  parent: Int32Array,
  counts: Int32Array,
): void {
  for (const { representative, members } of hubs) {
    const own = position[representative]!;
    const seen = new Uint8Array(own);
    for (let p = start[representative]!; p < start[representative + 1]!; p++)
      for (let k = position[index[p]!]!; k < own && !seen[k]; k = parent[k]!) {
        seen[k] = 1;
        counts[k]! += members.length - 1;
      }
  }
}

/** Which node each pivot belongs to, and the parent of each node. */
interface Nodes {
  readonly parent: Int32Array;
  readonly ofColumn: Int32Array;
}

/** Nodes laid out contiguously, in postorder of their own tree. */
type LaidOut = Pick<AssemblyTree, 'nodes' | 'column' | 'parent' | 'permutation' | 'position'> & {
  /** Node of each pivot. */
  readonly nodeOf: Int32Array;
  /** Place of a node before → its place here. */
  readonly rank: Int32Array;
};

type WithRows = LaidOut & Pick<AssemblyTree, 'rowStart' | 'row'>;

/** Lays nodes out; `ofColumn` is by place in `order`. */
function layOutNodes(order: Int32Array, { parent, ofColumn }: Nodes): LaidOut {
  const n = order.length;
  const nodeOrder = postorder(parent);
  const rank = invert(nodeOrder);
  const nodes = nodeOrder.length;
  const column = new Int32Array(nodes + 1);
  for (let k = 0; k < n; k++) column[rank[ofColumn[k]!]! + 1]!++;
  for (let s = 0; s < nodes; s++) column[s + 1]! += column[s]!;
  const next = column.slice(0, nodes);
  const permutation = new Int32Array(n);
  const nodeOf = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    const s = rank[ofColumn[k]!]!;
    nodeOf[next[s]!] = s;
    permutation[next[s]!++] = order[k]!;
  }
  const nodeParent = new Int32Array(nodes);
  for (let s = 0; s < nodes; s++) {
    const p = parent[nodeOrder[s]!]!;
    nodeParent[s] = p === -1 ? -1 : rank[p]!;
  }
  return { nodes, column, parent: nodeParent, permutation, position: invert(permutation), nodeOf, rank };
}

/** The tree with what the numerical phases read besides. */
function finished({ nodeOf, rank, ...tree }: WithRows): AssemblyTree {
  const { nodes, column, parent, rowStart, row, permutation } = tree;
  const { childStart, child } = childrenOf(parent);
  const place = placesOf(column, rowStart, row, childStart, child, permutation.length);
  const group = new Int32Array(nodes);
  const height = heightsOf(tree, []);
  for (const siblings of siblingsWithEqualRows(tree, height)) {
    const [first] = siblings as [number];
    if (!formGroup(siblings.length, height[first]!)) continue;
    for (const s of siblings) group[s] = first + 1;
    group[siblings.at(-1)!] = -(first + 1);
  }
  return { ...tree, childStart, child, place, group };
}

/**
 * Joins nodes of one parent that have the same rows, where that costs less than it saves: a front, and the assembly of a
 * contribution block unless they will form a group. Columns that meet only in a dense block below them. Undefined where
 * there are none.
 */
function joinSiblings(tree: WithRows, hubs: readonly Hub[]): WithRows | undefined {
  const { nodes, column, parent } = tree;
  const height = heightsOf(tree, hubs);
  const into = new Int32Array(nodes);
  for (let s = 0; s < nodes; s++) into[s] = s;
  let joins = 0;
  for (const siblings of siblingsWithEqualRows(tree, height)) {
    const block = height[siblings[0]!]!;
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
  const joined = layOutNodes(tree.permutation, { parent: joinedParent, ofColumn });
  return { ...joined, ...movedRows(tree, into, label, joined) };
}

/** The rows of the nodes that remain, in the numbers of their new layout. */
function movedRows(
  { nodes, rowStart, row, permutation }: WithRows,
  into: Int32Array,
  label: Int32Array,
  joined: LaidOut,
): Pick<AssemblyTree, 'rowStart' | 'row'> {
  const source = new Int32Array(joined.nodes);
  for (let s = 0; s < nodes; s++) if (into[s] === s) source[joined.rank[label[s]!]!] = s;
  const start = new Int32Array(joined.nodes + 1);
  for (let t = 0; t < joined.nodes; t++)
    start[t + 1] = start[t]! + rowStart[source[t]! + 1]! - rowStart[source[t]!]!;
  const moved = new Int32Array(start[joined.nodes]!);
  for (let t = 0; t < joined.nodes; t++) {
    const own = moved.subarray(start[t]!, start[t + 1]!);
    const from = rowStart[source[t]!]!;
    for (let k = 0; k < own.length; k++) own[k] = joined.position[permutation[row[from + k]!]!]!;
    own.sort();
  }
  return { rowStart: start, row: moved };
}

const formGroup = (siblings: number, block: number): boolean =>
  siblings >= grouping.siblings && block >= grouping.rows;

/** Rows of each node, those that come with a hub's representative included. */
function heightsOf(
  { nodes, rowStart, row, position }: Pick<AssemblyTree, 'nodes' | 'rowStart' | 'row' | 'position'>,
  hubs: readonly Hub[],
): Int32Array {
  const height = new Int32Array(nodes);
  for (let s = 0; s < nodes; s++) height[s] = rowStart[s + 1]! - rowStart[s]!;
  if (hubs.length === 0) return height;
  const more = new Int32Array(position.length);
  for (const { representative, members } of hubs) more[position[representative]!]! += members.length - 1;
  for (let s = 0; s < nodes; s++)
    for (let k = rowStart[s]!; k < rowStart[s + 1]!; k++) height[s]! += more[row[k]!]!;
  return height;
}

/** The tree with all members of a hub where its representative is. */
function withHubs(tree: WithRows, hubs: readonly Hub[]): WithRows {
  if (hubs.length === 0) return tree;
  const { nodes, rowStart, row, position } = tree;
  const members = new Map<number, number[]>();
  for (const hub of hubs) {
    const own = position[hub.representative]!;
    members.set(own, [...(members.get(own) ?? []), ...Array.from(hub.members, (i) => position[i]!)]);
  }
  const start = new Int32Array(nodes + 1);
  const lists = Array.from({ length: nodes }, (_, s) => {
    const own = row.subarray(rowStart[s]!, rowStart[s + 1]!);
    const more = Array.from(own).flatMap((i) => members.get(i) ?? []);
    const list = more.length === 0 ? own : Int32Array.from(new Set([...own, ...more])).sort();
    start[s + 1] = start[s]! + list.length;
    return list;
  });
  const rows = new Int32Array(start[nodes]!);
  lists.forEach((list, s) => {
    rows.set(list, start[s]!);
  });
  return { ...tree, rowStart: start, row: rows };
}

/** Nodes of one parent with the same rows, each list ascending; only heights whose assembly is worth a thought. */
function siblingsWithEqualRows(
  { nodes, parent, rowStart, row }: Pick<AssemblyTree, 'nodes' | 'parent' | 'rowStart' | 'row'>,
  height: Int32Array,
): number[][] {
  const lists = new Map<string, number[]>();
  const found: number[][] = [];
  for (let s = 0; s < nodes; s++) {
    const block = height[s]!;
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
  const grouped = groupedBelow(up, pivots, height);
  for (let s = 0; s < nodes; s++) {
    if (up[s] === -1) continue;
    const p = up[s]!;
    const own = pivots[s]!;
    const block = height[s]! - own;
    const order = own + height[p]!;
    const zeros = own * (height[p]! - block);
    const saved = cost.front + (grouped[s] ? 0 : cost.assembly * block * block);
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

/**
 * 1 for nodes that will presumably form a group, which assembles no blocks: enough of one parent with as many rows below their
 * pivots.
 */
function groupedBelow(up: Int32Array, pivots: Int32Array, height: Int32Array): Uint8Array {
  const nodes = up.length;
  const grouped = new Uint8Array(nodes);
  const alike = new Map<string, number>();
  const key = (s: number): string => `${up[s]} ${height[s]! - pivots[s]!}`;
  for (let s = 0; s < nodes; s++)
    if (up[s] !== -1 && height[s]! - pivots[s]! >= grouping.rows)
      alike.set(key(s), (alike.get(key(s)) ?? 0) + 1);
  for (let s = 0; s < nodes; s++)
    if (up[s] !== -1 && formGroup(alike.get(key(s)) ?? 0, height[s]! - pivots[s]!)) grouped[s] = 1;
  return grouped;
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

/**
 * Rows below the pivots of each node: row i reaches every node on the tree paths from its entries up to its own. Of hubs
 * the representatives alone.
 */
function rowsOf(
  graph: FillGraph,
  { nodes, permutation, position, nodeOf, parent }: LaidOut,
): Pick<AssemblyTree, 'rowStart' | 'row'> {
  const seen = new Int32Array(nodes).fill(-1);
  const found = new Pairs(2 * graph.order);
  for (let i = 0; i < graph.order; i++) {
    const own = nodeOf[i]!;
    const original = permutation[i]!;
    seen[own] = i;
    for (let p = graph.start[original]!; p < graph.start[original + 1]!; p++) {
      const j = position[graph.index[p]!]!;
      if (j >= i) continue;
      for (let s = nodeOf[j]!; seen[s] !== i; s = parent[s]!) {
        seen[s] = i;
        found.add(s, i);
      }
    }
  }
  return found.byFirst(nodes);
}

/** A growing list of pairs of whole numbers. */
class Pairs {
  #numbers: Int32Array;
  #length = 0;

  constructor(capacity: number) {
    this.#numbers = new Int32Array(2 * capacity);
  }

  add(first: number, second: number): void {
    if (this.#length === this.#numbers.length) {
      const more = new Int32Array(2 * this.#numbers.length + 16);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers[this.#length++] = first;
    this.#numbers[this.#length++] = second;
  }

  /** The second numbers of all pairs with the same first one, in their order. */
  byFirst(count: number): Pick<AssemblyTree, 'rowStart' | 'row'> {
    const rowStart = new Int32Array(count + 1);
    for (let k = 0; k < this.#length; k += 2) rowStart[this.#numbers[k]! + 1]!++;
    for (let s = 0; s < count; s++) rowStart[s + 1]! += rowStart[s]!;
    const next = rowStart.slice(0, count);
    const row = new Int32Array(this.#length / 2);
    for (let k = 0; k < this.#length; k += 2) row[next[this.#numbers[k]!]!++] = this.#numbers[k + 1]!;
    return { rowStart, row };
  }
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
