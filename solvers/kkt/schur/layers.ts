import type { Touched } from './touched.js';
import type { Triangle } from './triangle.js';

/**
 * Values of the Jacobian as a matrix of `count` rows of a layer by `sources`, full or by places. Sources are positions of
 * the triangle, or columns that couple.
 */
export interface Part {
  readonly count: number;
  /** Distinct, ascending. */
  readonly sources: Int32Array;
  readonly isFull: boolean;
  /**
   * Of a full one whose values stand by rows in the order of its sources: the first value of each row, and no places. Null for
   * others.
   */
  readonly first: Int32Array | null;
  /** Whether a place occurs twice. */
  readonly hasRepeats: boolean;
  /** By place: row of the layer, index into `sources`, value; repeated places add up. */
  readonly row: Int32Array;
  readonly source: Int32Array;
  readonly value: Int32Array;
}

/** Positions that depend on earlier layers alone. */
export interface Layer {
  /**
   * Positions `first … first + count` stand for themselves: the first of them for row `tangent` of all tangents. Those after
   * them, up to `end`, are multiples of one earlier position or one column that couples each.
   */
  readonly first: number;
  readonly count: number;
  readonly end: number;
  readonly tangent: number;
  /** On earlier positions, and on columns that couple. */
  readonly parts: readonly Part[];
  readonly coupling: Part;
}

/** A triangle sorted into layers: positions are places in `columns` and `rows`. */
export interface Layers extends Triangle {
  readonly layers: readonly Layer[];
  /** Columns outside that the rows or second derivatives of the block have, ascending. */
  readonly coupling: Int32Array;
  /** Rows with columns of the block that determine none, and their parts on positions. */
  readonly others: Int32Array;
  readonly ofOthers: readonly Part[];
  /** Values on the diagonal of the triangle: pairs of position and value. */
  readonly diagonal: Pairs;
  /** Of a multiple of another position: that; −1 for others. Pairs of a multiple's position and the value that makes it one. */
  readonly multipleOf: Int32Array;
  readonly multiple: Pairs;
  /** Of a multiple of a column that couples, if through others: index into `coupling`; −1 for others. */
  readonly outerOf: Int32Array;
  /** Position → row of the tangents that it is a multiple of; −1 for multiples of columns that couple. */
  readonly tangentOf: Int32Array;
  readonly tangents: number;
  /** Second derivatives: pairs on the diagonal; triples of two positions; of a position and an index into `coupling`. */
  readonly curvature: Pairs;
  readonly crossed: Triples;
  readonly outward: Triples;
}

export interface Pairs {
  readonly position: Int32Array;
  readonly value: Int32Array;
}

export interface Triples extends Pairs {
  readonly other: Int32Array;
}

/** Share of places from which a part counts as full. */
const FULL = 0.4;
/** Smaller parts are taken by places. */
const SMALL = 64;

/** Sorts a triangle of the block `own` into layers. */
export function layersOf(touched: Touched, own: number, triangle: Triangle): Layers {
  const { block, rowBlock, start, column, value, hessian } = touched;
  const at = new Int32Array(block.length).fill(-1);
  const order = sortByDepth(touched, own, triangle, at);
  const { depth, sourceOf, counts } = order;
  const columns = order.position.map((k) => triangle.columns[k]!);
  const rows = order.position.map((k) => triangle.rows[k]!);
  columns.forEach((j, p) => {
    at[j] = p;
  });
  const inHessian = (k: number): boolean => block[hessian.row[k]!] === own;

  const couples = new Uint8Array(block.length);
  for (const i of rows)
    for (let k = start[i]!; k < start[i + 1]!; k++) if (at[column[k]!]! < 0) couples[column[k]!] = 1;
  for (let k = 0; k < hessian.row.length; k++)
    if (inHessian(k) && at[hessian.column[k]!]! < 0) couples[hessian.column[k]!] = 1;
  const coupling = Int32Array.from([...couples.keys()].filter((j) => couples[j]));
  const inCoupling = new Int32Array(block.length).fill(-1);
  coupling.forEach((j, c) => {
    inCoupling[j] = c;
  });

  const multipleOf = new Int32Array(columns.length).fill(-1);
  const outerOf = new Int32Array(columns.length).fill(-1);
  const tangentOf = new Int32Array(columns.length);
  const layers: Layer[] = [];
  let tangents = 0;
  let first = 0;
  for (const { alone, all } of counts) {
    const end = first + all;
    const alones = rows.subarray(first, first + alone);
    for (let p = first; p < first + alone; p++) tangentOf[p] = tangents + p - first;
    for (let p = first + alone; p < end; p++) {
      const source = sourceOf[order.position[p]!]!;
      multipleOf[p] = at[source]!;
      outerOf[p] = multipleOf[p]! < 0 ? inCoupling[source]! : outerOf[multipleOf[p]!]!;
      tangentOf[p] = multipleOf[p]! < 0 ? -1 : tangentOf[multipleOf[p]!]!;
    }
    layers.push({
      first,
      count: alone,
      end,
      tangent: tangents,
      parts: partsOf(alones, touched, (j, k) => (at[j]! >= 0 && at[j]! !== first + k ? at[j]! : -1), depth),
      coupling: partsOf(alones, touched, (j) => inCoupling[j]!, null)[0]!,
    });
    tangents += alone;
    first = end;
  }

  const diagonal: number[] = [];
  const multiple: number[] = [];
  rows.forEach((i, p) => {
    for (let k = start[i]!; k < start[i + 1]!; k++) {
      if (at[column[k]!] === p) diagonal.push(p, value[k]!);
      else if (multipleOf[p]! >= 0 || outerOf[p]! >= 0) multiple.push(p, value[k]!);
    }
  });
  const determining = new Uint8Array(rowBlock.length);
  for (const i of rows) determining[i] = 1;
  const others = Int32Array.from([...rowBlock.keys()].filter((i) => rowBlock[i] === own && !determining[i]));
  const curvature: number[] = [];
  const crossed: number[] = [];
  const outward: number[] = [];
  for (let k = 0; k < hessian.row.length; k++) {
    if (!inHessian(k)) continue;
    const [p, q, v] = [at[hessian.row[k]!]!, at[hessian.column[k]!]!, hessian.value[k]!];
    if (p === q) curvature.push(p, v);
    else if (q >= 0) crossed.push(p, q, v);
    else outward.push(p, inCoupling[hessian.column[k]!]!, v);
  }
  return {
    columns,
    rows,
    layers,
    coupling,
    others,
    ofOthers: partsOf(others, touched, (j) => at[j]!, depth),
    diagonal: pairs(diagonal),
    multipleOf,
    multiple: pairs(multiple),
    outerOf,
    tangentOf,
    tangents,
    curvature: pairs(curvature),
    crossed: triples(crossed),
    outward: triples(outward),
  };
}

const every = (list: readonly number[], step: number, offset: number): Int32Array =>
  Int32Array.from({ length: list.length / step }, (_, k) => list[step * k + offset]!);
const pairs = (list: readonly number[]): Pairs => ({ position: every(list, 2, 0), value: every(list, 2, 1) });
const triples = (list: readonly number[]): Triples => ({
  position: every(list, 3, 0),
  other: every(list, 3, 1),
  value: every(list, 3, 2),
});

interface Order {
  /** Position → index in the triangle as given. */
  readonly position: Int32Array;
  /** Position → layer. */
  readonly depth: Int32Array;
  /** Of a multiple: the column it is a multiple of; −1 for others. */
  readonly sourceOf: Int32Array;
  /** By layer: positions that stand for themselves, and all. */
  readonly counts: readonly { readonly alone: number; readonly all: number }[];
}

/**
 * Layers by the longest chain of dependences; inside one those first that stand for themselves: whose rows have no other column
 * than their own, or several. `at` is scratch, −1 before and after.
 */
function sortByDepth(
  { block, start, column }: Touched,
  own: number,
  { columns, rows }: Triangle,
  at: Int32Array,
): Order {
  const size = columns.length;
  const depth = new Int32Array(size);
  const sourceOf = new Int32Array(size).fill(-1);
  const layers: { alone: number[]; multiples: number[] }[] = [];
  for (let k = 0; k < size; k++) {
    const i = rows[k]!;
    // The one column besides its own that the row has, −1 while there is none, −2 where there are several.
    let source = -1;
    for (let p = start[i]!; p < start[i + 1]!; p++) {
      const j = column[p]!;
      if (j === columns[k]) continue;
      if (block[j] === own) depth[k] = Math.max(depth[k]!, depth[at[j]!]! + 1);
      source = source === -1 || source === j ? j : -2;
    }
    at[columns[k]!] = k;
    const layer = layers[depth[k]!] ?? { alone: [], multiples: [] };
    layers[depth[k]!] = layer;
    if (source < 0) layer.alone.push(k);
    else {
      sourceOf[k] = source;
      layer.multiples.push(k);
    }
  }
  for (const j of columns) at[j] = -1;
  return {
    position: Int32Array.from(layers.flatMap(({ alone, multiples }) => [...alone, ...multiples])),
    depth: Int32Array.from(
      layers.flatMap(({ alone, multiples }, d) => new Array<number>(alone.length + multiples.length).fill(d)),
    ),
    sourceOf,
    counts: layers.map(({ alone, multiples }) => ({
      alone: alone.length,
      all: alone.length + multiples.length,
    })),
  };
}

/**
 * The places of some rows, one part per layer of their sources (one for all where `depth` is null). `sourceOf` says what a
 * column of the k-th row is, −1 for what does not count.
 */
function partsOf(
  rows: Int32Array,
  { start, column, value }: Touched,
  sourceOf: (column: number, k: number) => number,
  depth: Int32Array | null,
): Part[] {
  const sizes: number[] = depth ? [] : [0];
  const each = (visit: (layer: number, k: number, source: number, value: number) => void): void => {
    rows.forEach((i, k) => {
      for (let p = start[i]!; p < start[i + 1]!; p++) {
        const source = sourceOf(column[p]!, k);
        if (source >= 0) visit(depth ? depth[source]! : 0, k, source, value[p]!);
      }
    });
  };
  each((layer) => {
    sizes[layer] = (sizes[layer] ?? 0) + 1;
  });
  const lists = sizes.map((size) => ({
    row: new Int32Array(size),
    source: new Int32Array(size),
    value: new Int32Array(size),
    next: 0,
  }));
  each((layer, k, source, v) => {
    const list = lists[layer]!;
    list.row[list.next] = k;
    list.source[list.next] = source;
    list.value[list.next++] = v;
  });
  // Layers without a place leave holes.
  return lists.flatMap((list) => [part(rows.length, list)]);
}

function part(count: number, { row, source, value }: Pick<Part, 'row' | 'source' | 'value'>): Part {
  const most = source.reduce((largest, p) => Math.max(largest, p), -1);
  const rank = new Int32Array(most + 1);
  for (const p of source) rank[p] = 1;
  const sources = Int32Array.from([...rank.keys()].filter((p) => rank[p]));
  sources.forEach((p, k) => {
    rank[p] = k;
  });
  const places = count * sources.length;
  const isFull = places >= SMALL && source.length >= FULL * places;
  const own = source.map((p) => rank[p]!);
  const first = isFull ? firstByRow(count, sources.length, row, own, value) : null;
  const none = new Int32Array(0);
  return {
    count,
    sources,
    isFull,
    first,
    hasRepeats: isFull && first === null && hasRepeats(places, row, own, sources.length),
    row: first ? none : row,
    source: first ? none : own,
    value: first ? none : value,
  };
}

function firstByRow(
  count: number,
  width: number,
  row: Int32Array,
  source: Int32Array,
  value: Int32Array,
): Int32Array | null {
  if (value.length !== count * width) return null;
  for (let k = 0; k < value.length; k++) {
    const s = k % width;
    if (row[k] !== (k - s) / width || source[k] !== s) return null;
    if (s > 0 && value[k] !== value[k - 1]! + 1) return null;
  }
  return Int32Array.from({ length: count }, (_, i) => value[i * width]!);
}

function hasRepeats(places: number, row: Int32Array, source: Int32Array, width: number): boolean {
  const seen = new Uint8Array(places);
  return source.some((s, k) => seen[row[k]! * width + s]++ > 0);
}
