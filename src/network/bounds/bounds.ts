import { sizeOf } from '../build.js';
import type { Network } from '../graph.js';
import { ancestors } from '../prefix.js';
import { isAffine } from '../traits.js';
import { Backward } from './backward.js';
import { aroundOf, type Centre, centreOf } from './centre.js';
import { nodeIntervals } from './forward.js';
import { type Intervals, intervals } from './interval.js';

import type { Region } from './region.js';
import { plainRows, type Rows } from './rows.js';
import { type Differences, eachPair, endDifferences } from './soft.js';

/** How tight bounds shall be. */
export type BoundsMethod =
  /** From node to node. */
  | 'interval'
  /** Backward through affine bounds of every op, wherever the interval of a node matters. */
  | 'crown';

/** Numbers of coefficients that a backward pass holds at once, at its widest node. */
const mostCoefficients = 2 ** 21;
/** Products that the backward pass of one inner node may take; beyond them it keeps its interval. Outputs always have one. */
const mostProducts = 3e10;
/** Products up to which the pass of an inner node takes them in f64. */
const fewProducts = 1e7;
/** Pairs of a softmax's inputs whose differences are bounded by themselves. */
const mostPairs = 1024;

/** Bounds of the value of every node over a region, sound for exact arithmetic. */
export function nodeBounds(
  net: Network,
  region: Region,
  method: BoundsMethod = 'crown',
  rows: Rows = plainRows,
): Intervals[] {
  const known: Intervals[] = [];
  const differences = new Map<number, Differences>();
  const centres = new Map<number, Centre>();
  const backward = new Backward({ net, region, rows, intervals: known, centres, differences });
  const reaching = ancestors(net, net.outputs);
  const wanted = wantedOf(net);
  const costs = costsOf(net);
  net.nodes.forEach((node, k) => {
    if (!reaching.has(k)) {
      known.push(intervals(sizeOf(node.shape)));
      return;
    }
    const pairs = (): Differences => {
      const [u] = node.inputs as [number];
      const own = pairsOf(net, u, known[u]!, method === 'crown' && costs[u]! <= mostProducts, backward);
      differences.set(k, own);
      return own;
    };
    const centre = centreAt(net, k, known, region, rows);
    if (centre) centres.set(k, centre);
    const own = nodeIntervals(net, k, known, region, pairs, centre);
    known.push(own);
    const inner = !net.outputs.includes(k);
    if (method === 'interval' || !wanted.has(k) || (inner && costs[k]! > mostProducts)) return;
    // The first layer over a box: its interval is exact.
    const first = node.op.kind === 'affine' && net.nodes[node.inputs[0]!]!.op.kind === 'input';
    if (node.op.kind === 'input' || (first && !region.cut)) return;
    known[k] = tightened(net, k, own, backward, inner && costs[k]! > fewProducts);
  });
  return known;
}

/** Of an affine map, around what it takes; undefined for others, and where that has no bounds. */
function centreAt(
  { nodes }: Network,
  k: number,
  known: readonly Intervals[],
  region: Region,
  rows: Rows,
): Centre | undefined {
  const { op, inputs } = nodes[k]!;
  if (op.kind !== 'affine') return undefined;
  const [u] = inputs as [number];
  const { op: before, shape } = nodes[u]!;
  const around = before.kind === 'input' ? region.around(before.offset, sizeOf(shape)) : aroundOf(known[u]!);
  return around && centreOf(rows, op.weight, op.bias, around);
}

/** Inputs of ops that are not affine, looking through what only moves numbers, and outputs. */
function wantedOf({ nodes, outputs }: Network): Set<number> {
  const wanted = new Set(outputs);
  for (const { op, inputs } of nodes) if (!isAffine(op)) for (const input of inputs) wanted.add(input);
  return wanted;
}

/** Products that a backward pass from all numbers of each node takes. */
function costsOf(net: Network): number[] {
  const own = net.nodes.map(({ op, shape, inputs }) => {
    if (op.kind === 'affine') return sizeOf(shape) * op.weight.shape[0]!;
    if (op.kind === 'contract') return 2 * sizeOf(shape) * net.nodes[inputs[0]!]!.shape[2]!;
    if (op.kind === 'softmax') return sizeOf(shape) * shape.at(-1)!;
    return sizeOf(shape);
  });
  let before = 0;
  return own.map((cost, k) => {
    before += cost;
    return 2 * before * sizeOf(net.nodes[k]!.shape);
  });
}

function tightened(net: Network, k: number, own: Intervals, backward: Backward, coarse: boolean): Intervals {
  const count = own.lower.length;
  const found = intervals(count);
  inBlocks(net, count, (from, rows) => backward.values(k, rows, found, from, coarse));
  return meet(own, found);
}

/** What both say; a bound that would pass the other by rounding alone is not taken. */
function meet(a: Intervals, b: Intervals): Intervals {
  return {
    lower: a.lower.map((low, i) => Math.max(low, Math.min(b.lower[i]!, a.upper[i]!))),
    upper: a.upper.map((high, i) => Math.min(high, Math.max(b.upper[i]!, a.lower[i]!))),
  };
}

function inBlocks(net: Network, count: number, call: (from: number, rows: number) => void): void {
  const widest = Math.max(net.inputSize, ...net.nodes.map(({ shape }) => sizeOf(shape)));
  const most = Math.max(1, Math.floor(mostCoefficients / (2 * widest)));
  for (let from = 0; from < count; from += most) call(from, Math.min(most, count - from));
}

/** Differences along rows of node `u`, backward where they are few. */
function pairsOf(net: Network, u: number, ends: Intervals, passes: boolean, backward: Backward): Differences {
  const { shape } = net.nodes[u]!;
  const width = shape.at(-1)!;
  const size = sizeOf(shape);
  const rough = endDifferences(ends, width);
  const places: [k: number, i: number, j: number][] = [];
  eachPair(size, width, (k, i, j) => {
    if (i < j) places.push([k, i, j]);
  });
  if (!passes || places.length > mostPairs) return rough;
  const found = intervals(places.length);
  inBlocks(net, places.length, (from, rows) => {
    const a = new Float64Array(rows * size);
    for (let q = 0; q < rows; q++) {
      const [, i, j] = places[from + q]!;
      a[q * size + i] = -1;
      a[q * size + j] = 1;
    }
    backward.bounds(u, a, rows, found, from);
  });
  const exact = { lower: rough.lower.slice(), upper: rough.upper.slice() };
  places.forEach(([k, i, j], q) => {
    exact.lower[k] = found.lower[q]!;
    exact.upper[k] = found.upper[q]!;
    const back = j * width + (i % width);
    exact.lower[back] = -found.upper[q]!;
    exact.upper[back] = -found.lower[q]!;
  });
  return meet(rough, exact);
}
