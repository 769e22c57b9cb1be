import type { KktShape } from '../contract.js';
import { type Layers, layersOf } from './layers.js';
import type { Dense } from './rest.js';
import { type Touched, touchedBy } from './touched.js';
import { triangleOf } from './triangle.js';

/** How the columns of a partition are eliminated. */
export interface Plan {
  readonly touched: Touched;
  readonly triangular: readonly Layers[];
  /** Numbers of the blocks that are no triangles. */
  readonly general: readonly number[];
  /** First layers that stay with the rest, nearly full rows. */
  readonly dense: readonly Dense[];
  /** Operations of one factorization with the triangular blocks, and what a general elimination of these takes, by estimate. */
  readonly flops: { readonly blocks: number; readonly general: number };
}

/**
 * Finds the triangles. The first layer of a network narrower than its inputs stays with the rest where that is cheaper: tangents
 * then start there.
 */
export function planOf(shape: KktShape, partition: Int32Array): Plan {
  const mayDetermine = new Uint8Array(shape.m).fill(1);
  for (const i of shape.attachedRow) mayDetermine[i] = 0;
  const first = touchedBy(shape, partition);
  const chosen = first.block.slice();
  const dense: Dense[] = [];
  const whole = blocksOf(first).map((own) => ({ own, layers: find(first, own, mayDetermine) }));
  for (const { layers } of whole) {
    if (layers === undefined) continue;
    const kept = firstLayer(layers);
    if (kept === undefined) continue;
    for (const j of kept.columns) chosen[j] = -1;
    dense.push(kept.dense);
  }
  const touched = dense.length > 0 ? touchedBy(shape, chosen) : first;
  const final =
    dense.length > 0
      ? blocksOf(touched).map((own) => ({ own, layers: find(touched, own, mayDetermine) }))
      : whole;
  const triangular = final.flatMap(({ layers }) => layers ?? []);
  return {
    touched,
    triangular,
    general: final.filter(({ layers }) => layers === undefined).map(({ own }) => own),
    dense,
    flops: {
      blocks:
        triangular.reduce((sum, layers) => sum + flopsOf(layers), 0) +
        dense.reduce((sum, own) => sum + flopsOfFirst(own), 0),
      general: whole.reduce((sum, { layers }) => sum + (layers ? generalFlops(layers) : 0), 0),
    },
  };
}

const blocksOf = ({ block }: Touched): number[] =>
  [...new Set(block)].filter((own) => own >= 0).sort((a, b) => a - b);

function find(touched: Touched, own: number, mayDetermine: Uint8Array): Layers | undefined {
  const triangle = triangleOf(touched, own, mayDetermine);
  return triangle && layersOf(touched, own, triangle);
}

/** The first layer, where it is nearly full and cheaper left with the rest. */
function firstLayer(layers: Layers): { columns: Int32Array; dense: Dense } | undefined {
  const { layers: all, coupling, columns, rows, outward } = layers;
  const [head, ...tail] = all;
  if (head === undefined || tail.length === 0) return undefined;
  const { coupling: outer, count } = head;
  const deeper = outward.value.length > 0 || tail.some((layer) => layer.coupling.sources.length > 0);
  if (!outer.isFull || count >= coupling.length || deeper) return undefined;
  const dense = {
    rows: rows.subarray(0, count),
    columns: outer.sources.map((c) => coupling[c]!),
  };
  const without = flopsOf(layers, count, count) + flopsOfFirst(dense);
  return without < flopsOf(layers) + coupling.length ** 3 / 3
    ? { columns: columns.subarray(0, count), dense }
    : undefined;
}

/** Operations of tangents and Schur complement with `width` columns that couple, the first `left` tangents left out. */
function flopsOf(layers: Layers, width = layers.coupling.length, left = 0): number {
  const products = [...layers.layers.flatMap(({ parts }) => parts), ...layers.ofOthers];
  const isOuter = (p: number): boolean => layers.outerOf[p]! >= 0;
  const places = products.reduce(
    (sum, { isFull, count, sources, value }) =>
      sources.every(isOuter) ? sum : sum + (isFull ? count * sources.length : value.length),
    0,
  );
  return 2 * width * places + width ** 2 * (layers.tangents - left + 2 * layers.crossed.value.length);
}

/** Of a first layer left with the rest: what its inputs fill in, and the layer with its multipliers as one front. */
const flopsOfFirst = ({ rows, columns }: Dense): number =>
  columns.length * rows.length ** 2 + (8 / 3) * rows.length ** 3;

/**
 * What a minimum-degree elimination takes: layer by layer, each as a dense front. Measured on 784-512⁵-10, 117-500³-37 and
 * 117-1000⁵-37: 3.67 operations for each of n·m·(n + m)/2, n and m the widths of a full part.
 */
function generalFlops({ layers }: Layers): number {
  let flops = 0;
  for (const { parts, coupling, count } of layers) {
    for (const { isFull, sources } of parts)
      if (isFull) flops += (3.67 / 2) * count * sources.length * (count + sources.length);
    if (coupling.isFull) flops += coupling.sources.length * count * Math.min(count, coupling.sources.length);
  }
  return flops;
}
