import { sizeOf } from '../build.js';
import type { Network, Node } from '../graph.js';
import { aroundOf, type Centre, lostIn32 } from './centre.js';
import {
  book,
  type Coefficients,
  eachLine,
  keepAll,
  kept,
  type Sum,
  split,
  withInput,
} from './coefficients.js';
import { curveOf } from './curve.js';
import { eachJoined } from './forward.js';
import type { Intervals } from './interval.js';
import { outward } from './interval.js';
import { type Lines, linesOf } from './lines.js';
import { type Peaks, peaksOf } from './peak.js';

import type { Region } from './region.js';
import type { Pieces, Rows } from './rows.js';
import { type Differences, type Planes, softmaxPlanes } from './soft.js';

/** What a backward pass needs of the nodes before its target. */
export interface Known {
  readonly net: Network;
  readonly region: Region;
  readonly rows: Rows;
  readonly intervals: readonly Intervals[];
  /** Of affine maps of what has bounds, by their node. */
  readonly centres: ReadonlyMap<number, Centre>;
  /** Of softmaxes, by their node. */
  readonly differences: ReadonlyMap<number, Differences>;
}

/** Affine bounds of a node's op by its inputs, made when they are first needed. */
export type Relaxation =
  | { readonly kind: 'lines'; readonly pieces: readonly [below: Pieces, above: Pieces] }
  | { readonly kind: 'planes'; readonly planes: Planes }
  | { readonly kind: 'peaks'; readonly peaks: Peaks };

const piecesOf = (own: Lines): readonly [below: Pieces, above: Pieces] => {
  const [low, high] = [
    [own.lowerSlope, own.lowerShift],
    [own.upperSlope, own.upperShift],
  ] as const;
  return [joined([...low, ...high]), joined([...high, ...low])];
};

function joined(lists: readonly Float64Array[]): Float64Array {
  const n = lists[0]!.length;
  const out = new Float64Array(lists.length * n);
  lists.forEach((list, k) => {
    out.set(list, k * n);
  });
  return out;
}

/**
 * Backward bounds (CROWN: Zhang et al., "Efficient neural network robustness certification with general activation functions",
 * NeurIPS 2018; products as in Shi et al., "Robustness verification for transformers", ICLR 2020).
 */
export class Backward {
  readonly #relaxed = new Map<number, Relaxation>();
  /** Numbers of the widest node. */
  readonly #widest: number;
  constructor(private readonly known: Known) {
    const { net } = known;
    this.#widest = Math.max(net.inputSize, ...net.nodes.map(({ shape }) => sizeOf(shape)));
  }

  /**
   * Bounds of the numbers `at … at + rows − 1` of the value of node `target`; `coarse`: from products in f32 where there are
   * any, whose errors are bounded too.
   */
  values(target: number, rows: number, out: Intervals, at: number, coarse: boolean): void {
    const count = out.lower.length;
    const data = new Float64Array(rows * count);
    for (let q = 0; q < rows; q++) data[q * count + at + q] = 1;
    this.#pass(target, { both: true, data, unit: at }, rows, out, at, coarse);
  }

  /** Bounds of `a · v` for each row of `a`, `[rows, size of v]`, `v` the value of node `target`. */
  bounds(target: number, a: Float64Array, rows: number, out: Intervals, at: number): void {
    this.#pass(target, { both: true, data: a }, rows, out, at, false);
  }

  #pass(
    target: number,
    first: Coefficients,
    rows: number,
    out: Intervals,
    at: number,
    coarse: boolean,
  ): void {
    const { net, region } = this.known;
    const n = net.inputSize;
    const numbers = (): Float64Array => new Float64Array(2 * rows);
    const pending = new Map([[target, first]]);
    this.known.rows.reserve(2 * rows * this.#widest, this.#widest, 2 * rows);
    const sum: Sum = { rows, pending, constant: numbers(), size: numbers(), slack: numbers(), coarse };
    let x: Coefficients | undefined;
    for (let k = target; k >= 0; k--) {
      const own = pending.get(k);
      if (own === undefined) continue;
      pending.delete(k);
      const node = net.nodes[k]!;
      if (node.op.kind !== 'input') {
        const { around, ...plain } = own;
        if (around) this.#book(sum, own, around.middle, -1);
        this.#step(k, node, plain, sum);
        continue;
      }
      const { offset } = node.op;
      const count = sizeOf(node.shape);
      if (!own.around) this.#book(sum, own, region.around(offset, count).middle);
      if (x === undefined && count === n) x = pending.size > 0 ? kept(own) : own;
      else x = withInput(x, own, rows, [offset, count, n]);
    }
    const ends = x ? this.#ends(x, rows) : numbers();
    for (let q = 0; q < rows; q++) {
      const r = rows + q;
      const low = sum.constant[q]! - ends[q]! - sum.slack[q]!;
      const high = sum.constant[r]! + ends[r]! + sum.slack[r]!;
      const less = low - outward * Math.max(Math.abs(low), ends[q]! + sum.size[q]!);
      const more = high + outward * Math.max(Math.abs(high), ends[r]! + sum.size[r]!);
      out.lower[at + q] = Number.isNaN(less) ? Number.NEGATIVE_INFINITY : less;
      out.upper[at + q] = Number.isNaN(more) ? Number.POSITIVE_INFINITY : more;
    }
  }

  /** How far each function goes down from its value at the middle, then how far each goes up. */
  #ends(x: Coefficients, rows: number): Float64Array {
    const { region, rows: kernels } = this.known;
    const out = new Float64Array(2 * rows);
    const n = x.data.length / (x.both ? rows : 2 * rows);
    for (const [half, sign] of [
      [0, -1],
      [1, 1],
    ] as const) {
      const from = x.both ? 0 : half * rows * n;
      const own = x.data.subarray(from, from + rows * n);
      out.set(kernels.most(own, rows, region.ways(sign), region.radius), half * rows);
    }
    return out;
  }

  #affine(k: number, { op, inputs, shape }: Node, own: Coefficients, sum: Sum): void {
    if (op.kind !== 'affine') return;
    const { rows: kernels } = this.known;
    const outputs = op.weight.shape[1]!;
    const positions = sizeOf(shape) / outputs;
    const lines = own.both ? sum.rows : 2 * sum.rows;
    const { both, data } = own;
    const [u] = inputs as [number];
    if (own.unit !== undefined && positions === 1) {
      if (op.bias) this.#book(sum, own, op.bias.data);
      const width = op.weight.shape[0]!;
      const rows = kernels.columns(op.weight).slice(own.unit * width, (own.unit + lines) * width);
      this.#give(sum, u, { both, data: rows });
      return;
    }
    const centre = sum.coarse && kernels.narrow ? this.known.centres.get(k) : undefined;
    if (centre) this.#bookCentre(sum, own, centre);
    else if (op.bias) this.#book(sum, own, op.bias.data);
    keepAll(sum);
    const float = centre ? 'f32' : 'f64';
    this.#give(sum, u, {
      both,
      data: kernels.product(data, lines * positions, op.weight, float),
      ...(centre && { around: centre.around }),
      lent: true,
    });
  }

  /** Books `± a · v` of each function, `v` repeated along the rows. */
  #book(sum: Sum, own: Coefficients, v: Float64Array | Float32Array, sign = 1): void {
    const lines = own.both ? sum.rows : 2 * sum.rows;
    const n = own.data.length / lines;
    const table = new Float64Array(3 * n);
    for (let i = 0; i < n; i += v.length) table.set(v, i);
    for (let i = 0; i < n; i++) table[n + i] = Math.abs(table[i]!);
    const found = this.known.rows.dots(own.data, lines, table);
    for (let q = 0; q < 2 * sum.rows; q++) {
      const from = 4 * (own.both ? q % sum.rows : q);
      sum.constant[q]! += sign * found[from]!;
      sum.size[q]! += found[from + 1]!;
    }
  }

  /** Books `a · c`, and what a product with coefficients `a` may lose in f32. */
  #bookCentre(sum: Sum, own: Coefficients, centre: Centre): void {
    const lines = own.both ? sum.rows : 2 * sum.rows;
    const table = joined([centre.value, centre.size, centre.spread]);
    const found = this.known.rows.dots(own.data, lines, table);
    for (let q = 0; q < 2 * sum.rows; q++) {
      const from = 4 * (own.both ? q % sum.rows : q);
      sum.constant[q]! += found[from]!;
      sum.size[q]! += found[from + 1]!;
      sum.slack[q]! += lostIn32(centre, found[from + 3]!, found[from + 2]!);
    }
  }

  /** Adds coefficients to what `node` is to pass on. */
  #give(sum: Sum, node: number, own: Coefficients): void {
    const before = sum.pending.get(node);
    if (before === undefined) {
      sum.pending.set(node, own);
      return;
    }
    for (const each of [before, own]) if (each.around) this.#book(sum, each, each.around.middle, -1);
    const [a, b] = before.both === own.both ? [before, own] : [split(before), split(own)];
    const data = Float64Array.from(a.data, (value, i) => value + b.data[i]!);
    sum.pending.set(node, { both: a.both, data });
  }

  #step(k: number, node: Node, own: Coefficients, sum: Sum): void {
    const { net } = this.known;
    const { rows } = sum;
    const { op, inputs, shape } = node;
    const [u, v] = [inputs[0]!, inputs[1]];
    const lines = own.both ? rows : 2 * rows;
    switch (op.kind) {
      case 'input':
        return;
      case 'affine':
        this.#affine(k, node, own, sum);
        return;
      case 'scale': {
        const [s, t] = [op.scale.data, op.shift.data];
        const data = new Float64Array(own.data.length);
        for (let i = 0; i < data.length; i++) data[i] = own.data[i]! * s[i % s.length]!;
        this.#book(sum, own, t);
        this.#give(sum, u, { both: own.both, data });
        return;
      }
      case 'add':
        for (const input of inputs) this.#give(sum, input, { both: own.both, data: own.data.slice() });
        return;
      case 'reshape':
        this.#give(sum, u, own);
        return;
      case 'concat': {
        const count = sizeOf(shape);
        const blocks = inputs.map((input) => sizeOf(net.nodes[input]!.shape.slice(op.axis)));
        const sizes = inputs.map((input) => sizeOf(net.nodes[input]!.shape));
        const parts = sizes.map((size) => new Float64Array(lines * size));
        for (let q = 0; q < lines; q++)
          eachJoined(blocks, count, (i, at, from, length) => {
            const start = q * count + at;
            parts[i]!.set(own.data.subarray(start, start + length), q * sizes[i]! + from);
          });
        inputs.forEach((input, i) => {
          this.#give(sum, input, { both: own.both, data: parts[i]! });
        });
        return;
      }
      case 'gather': {
        const [count, length] = [op.index.length, sizeOf(net.nodes[u]!.shape)];
        const data = new Float64Array(lines * length);
        for (let q = 0; q < lines; q++)
          for (let i = 0; i < count; i++) {
            const from = op.index[i]!;
            if (from >= 0) data[q * length + from]! += own.data[q * count + i]!;
          }
        this.#give(sum, u, { both: own.both, data });
        return;
      }
      case 'elementwise':
        this.#lines(k, u, own, sum);
        return;
      case 'multiply':
        if (u === v) this.#lines(k, u, own, sum);
        else this.#products(k, node, own, sum);
        return;
      case 'contract':
        this.#products(k, node, own, sum);
        return;
      case 'softmax':
        this.#planes(k, u, own, sum, shape.at(-1)!);
        return;
      case 'maximum':
        this.#peaks(k, u, own, sum);
        return;
    }
  }

  #relaxation<K extends Relaxation['kind']>(
    k: number,
    make: () => Extract<Relaxation, { kind: K }>,
  ): Extract<Relaxation, { kind: K }> {
    const known = (this.#relaxed.get(k) as Extract<Relaxation, { kind: K }> | undefined) ?? make();
    this.#relaxed.set(k, known);
    return known;
  }

  /** Each number of `k` between two lines in the same number of `u`. */
  #lines(k: number, u: number, given: Coefficients, sum: Sum): void {
    const { rows } = sum;
    const { intervals, net } = this.known;
    const lines = this.#relaxation(k, () => {
      const { op } = net.nodes[k]!;
      const curve = curveOf(op.kind === 'elementwise' ? op.fn : { name: 'power', exponent: 2 });
      return { kind: 'lines', pieces: piecesOf(linesOf(curve, intervals[u]!, intervals[k]!)) };
    });
    keepAll(sum);
    const { data, sums } = this.known.rows.lay(given.data, given.both, rows, lines.pieces);
    for (let q = 0; q < 2 * rows; q++) {
      sum.constant[q]! += sums[2 * q]!;
      sum.size[q]! += sums[2 * q + 1]!;
    }
    this.#give(sum, u, { both: false, data, lent: true });
  }

  /** `ab` is within `r_a r_b` of `b_m a + a_m b − a_m b_m`, m the middle and r the radius of each. */
  #products(k: number, node: Node, given: Coefficients, sum: Sum): void {
    const { rows } = sum;
    const { intervals, net } = this.known;
    const [u, v] = node.inputs as [number, number];
    const [a, b] = [aroundOf(intervals[u]!), aroundOf(intervals[v]!)];
    if (!a || !b) {
      this.#range(k, given, sum);
      return;
    }
    const own = split(given);
    const count = sizeOf(node.shape);
    const [sizeA, sizeB] = [a.middle.length, b.middle.length];
    const toA = new Float64Array(2 * rows * sizeA);
    const toB = new Float64Array(2 * rows * sizeB);
    const stacked = node.op.kind === 'contract';
    const [, m, inner] = stacked ? (net.nodes[u]!.shape as [number, number, number]) : [1, 1, 1];
    const n = stacked ? net.nodes[v]!.shape[2]! : 1;
    eachLine(own, rows, (from, q) => {
      const sign = q >= rows ? 1 : -1;
      let [shift, size] = [0, 0];
      for (let i = 0; i < count; i++) {
        const value = own.data[from + i]!;
        if (value === 0) continue;
        const row = stacked ? Math.floor(i / n) : i;
        const startB = stacked ? Math.floor(row / m) * inner * n + (i % n) : i;
        for (let l = 0; l < inner; l++) {
          const [p, t] = [row * inner + l, startB + l * n];
          toA[q * sizeA + p]! += value * b.middle[t]!;
          toB[q * sizeB + t]! += value * a.middle[p]!;
          const product = value * a.middle[p]! * b.middle[t]!;
          const gap = Math.abs(value) * a.radius[p]! * b.radius[t]!;
          shift += sign * gap - product;
          size += gap + Math.abs(product);
        }
      }
      sum.constant[q]! += shift;
      sum.size[q]! += size;
    });
    this.#give(sum, u, { both: false, data: toA });
    this.#give(sum, v, { both: false, data: toB });
  }

  #planes(k: number, u: number, given: Coefficients, sum: Sum, width: number): void {
    const { rows } = sum;
    const { intervals, differences } = this.known;
    const { planes } = this.#relaxation(k, () => ({
      kind: 'planes',
      planes: softmaxPlanes(differences.get(k)!, width, intervals[k]!),
    }));
    const own = split(given);
    const count = intervals[k]!.lower.length;
    const data = new Float64Array(own.data.length);
    eachLine(own, rows, (from, q) => {
      const above = q >= rows;
      for (let i = 0; i < count; i++) {
        const a = own.data[from + i]!;
        if (a === 0) continue;
        const upper = a > 0 === above;
        const slope = upper ? planes.upperSlope : planes.lowerSlope;
        const start = from + i - (i % width);
        for (let j = 0; j < width; j++) data[start + j]! += a * slope[i * width + j]!;
        book(sum, q, a * (upper ? planes.upperShift[i]! : planes.lowerShift[i]!));
      }
    });
    this.#give(sum, u, { both: false, data });
  }

  #peaks(k: number, u: number, given: Coefficients, sum: Sum): void {
    const { rows } = sum;
    const { intervals } = this.known;
    const [count, length] = [intervals[k]!.lower.length, intervals[u]!.lower.length];
    const width = length / count;
    const { peaks } = this.#relaxation(k, () => ({ kind: 'peaks', peaks: peaksOf(intervals[u]!, width) }));
    const own = split(given);
    const data = new Float64Array(2 * rows * length);
    eachLine(own, rows, (from, q) => {
      const above = q >= rows;
      for (let i = 0; i < count; i++) {
        const a = own.data[from + i]!;
        if (a === 0) continue;
        if (a > 0 === above) {
          for (let j = i * width; j < (i + 1) * width; j++) data[q * length + j]! += a * peaks.upperSlope[j]!;
          book(sum, q, a * peaks.upperShift[i]!);
        } else data[q * length + peaks.least[i]!]! += a;
      }
    });
    this.#give(sum, u, { both: false, data });
  }

  /** Nothing but the bounds of `k` itself. */
  #range(k: number, given: Coefficients, sum: Sum): void {
    const { rows } = sum;
    const { lower, upper } = this.known.intervals[k]!;
    const own = split(given);
    eachLine(own, rows, (from, q) => {
      for (let i = 0; i < lower.length; i++) {
        const a = own.data[from + i]!;
        if (a !== 0) book(sum, q, a * (a > 0 === q >= rows ? upper[i]! : lower[i]!));
      }
    });
  }
}
