import { triangle } from '../core/structure/piece.js';

/** Blocks may hold so many times the positions that are needed. */
const waste = 1.3;
/** Sets may have so many times the positions that blocks hold, each with its place among the entries. */
const mostPairs = 64;

/**
 * Symmetric dense blocks that cover the squares of given sets of columns without much waste. Where sets overlap like the
 * windows of a band, blocks would hold much more than is needed, and there are none.
 */
export class Cover {
  /** Columns of each block, ascending. */
  readonly blocks: Int32Array[] = [];
  readonly #blockOf = new Map<Int32Array, number>();
  readonly #placesOf = new Map<Int32Array, Int32Array>();

  /** `sets`: distinct columns each; equal ones must be one array. */
  constructor(sets: Iterable<Int32Array>) {
    for (const group of connected(new Set(sets))) this.#coverGroup(group);
  }

  /** The block that covers one of the sets, −1 where none does. */
  blockOf(set: Int32Array): number {
    return this.#blockOf.get(set)!;
  }

  /** The places of the set's columns among those of its block. */
  placesOf(set: Int32Array): Int32Array {
    let places = this.#placesOf.get(set);
    if (places === undefined) {
      const index = new Map<number, number>();
      for (const [place, column] of this.blocks[this.blockOf(set)]!.entries()) index.set(column, place);
      places = set.map((column) => index.get(column)!);
      this.#placesOf.set(set, places);
    }
    return places;
  }

  #coverGroup(sets: readonly Int32Array[]): void {
    const groups = new Groups();
    for (const set of [...sets].sort((a, b) => b.length - a.length)) groups.add(set);
    const values = groups.list.reduce((total, { columns }) => total + triangle(columns.length), 0);
    const pairs = sets.reduce((total, set) => total + triangle(set.length), 0);
    const worthwhile = pairs > mostPairs * values || positionsReach(sets, values / waste);
    for (const { columns, sets: members } of groups.list) {
      const block = worthwhile ? this.blocks.push(Int32Array.from(columns).sort()) - 1 : -1;
      for (const set of members) this.#blockOf.set(set, block);
    }
  }
}

/** Columns that become one block, and the sets inside. */
interface Group {
  readonly columns: number[];
  readonly sets: Int32Array[];
  /** Positions that the sets need, about. */
  area: number;
}

/** Puts sets together as long as their common block is not much larger than what they need. */
class Groups {
  readonly list: Group[] = [];
  readonly #byColumn = new Map<number, Group[]>();

  add(set: Int32Array): void {
    const common = new Map<Group, number>();
    for (const j of set)
      for (const group of this.#byColumn.get(j) ?? []) common.set(group, (common.get(group) ?? 0) + 1);
    let best: Group | undefined;
    for (const [group, count] of common) if (best === undefined || count > common.get(best)!) best = group;
    const shared = best === undefined ? 0 : common.get(best)!;
    const more = triangle(set.length) - triangle(shared);
    if (best === undefined || !fits(best.columns.length + set.length - shared, best.area + more)) {
      best = { columns: [], sets: [], area: 0 };
      this.list.push(best);
      best.area = triangle(set.length);
    } else best.area += more;
    best.sets.push(set);
    for (const j of set) {
      const own = this.#byColumn.get(j) ?? [];
      if (own.includes(best)) continue;
      own.push(best);
      this.#byColumn.set(j, own);
      best.columns.push(j);
    }
  }
}

const fits = (columns: number, area: number): boolean => triangle(columns) <= waste * area;

/** Whether the squares of the sets have at least `least` distinct positions in their lower triangles. */
function positionsReach(sets: readonly Int32Array[], least: number): boolean {
  const byColumn = new Map<number, Int32Array[]>();
  for (const set of sets)
    for (const j of set) {
      const own = byColumn.get(j);
      if (own === undefined) byColumn.set(j, [set]);
      else own.push(set);
    }
  let positions = 0;
  for (const [i, own] of byColumn) {
    const seen = new Set<number>();
    for (const set of own) for (const j of set) if (j <= i) seen.add(j);
    positions += seen.size;
    if (positions >= least) return true;
  }
  return false;
}

/** Sets in groups that have no column in common. */
function connected(sets: ReadonlySet<Int32Array>): Iterable<Int32Array[]> {
  const list = [...sets];
  const parent = Int32Array.from(list.keys());
  const find = (s: number): number => {
    let root = s;
    while (parent[root] !== root) root = parent[root]!;
    while (parent[s] !== root) [parent[s], s] = [root, parent[s]!];
    return root;
  };
  const first = new Map<number, number>();
  list.forEach((set, s) => {
    for (const j of set) {
      const other = first.get(j);
      if (other === undefined) first.set(j, s);
      else parent[find(s)] = find(other);
    }
  });
  const groups = new Map<number, Int32Array[]>();
  list.forEach((set, s) => {
    const root = find(s);
    const own = groups.get(root);
    if (own === undefined) groups.set(root, [set]);
    else own.push(set);
  });
  return groups.values();
}
