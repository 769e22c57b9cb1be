import { sizeOf } from '../build.js';
import type { Network, Node } from '../graph.js';
import { curveOf } from './curve.js';
import { eachJoined } from './forward.js';
import type { Intervals } from './interval.js';
import { outward } from './interval.js';
import { type Lines, linesOf } from './lines.js';
import { type Peaks, peaksOf } from './peak.js';
import type { Product } from './product.js';
import type { Region } from './region.js';
import { type Differences, type Planes, softmaxPlanes } from './soft.js';

/** What a backward pass needs of the nodes before its target. */
export interface Known {
  readonly net: Network;
  readonly region: Region;
  readonly product: Product;
  readonly intervals: readonly Intervals[];
  /** Of softmaxes, by their node. */
  readonly differences: ReadonlyMap<number, Differences>;
}

/** Affine bounds of a node's op by its inputs, made when they are first needed. */
export type Relaxation =
  | { readonly kind: 'lines'; readonly lines: Lines }
  | { readonly kind: 'planes'; readonly planes: Planes }
  | { readonly kind: 'peaks'; readonly peaks: Peaks };

/**
 * Coefficients by the value of one node: `rows` functions, each with one below and one above. `both`: these are the same,
 * and stand once; else those below come first, `[2 · rows, size]`.
 */
interface Coefficients {
  both: boolean;
  data: Float64Array;
}

/**
 * Backward bounds (CROWN: Zhang et al., "Efficient neural network robustness certification with general activation functions",
 * NeurIPS 2018; products as in Shi et al., "Robustness verification for transformers", ICLR 2020).
 */
export class Backward {
  readonly #relaxed = new Map<number, Relaxation>();
  constructor(private readonly known: Known) {}

  /** Bounds of `a · v` for each row of `a`, `[rows, size of v]`, `v` the value of node `target`. */
  bounds(target: number, a: Float64Array, rows: number, out: Intervals, at: number): void {
    const { nodes } = this.known.net;
    const pending = new Map<number, Coefficients>([[target, { both: true, data: a }]]);
    const constant = new Float64Array(2 * rows);
    const size = new Float64Array(2 * rows);
    const x: Coefficients = { both: true, data: new Float64Array(rows * this.known.net.inputSize) };
    for (let k = target; k >= 0; k--) {
      const own = pending.get(k);
      if (own === undefined) continue;
      pending.delete(k);
      const node = nodes[k]!;
      if (node.op.kind === 'input') {
        addInput(x, own, node.op.offset, sizeOf(node.shape), this.known.net.inputSize);
        continue;
      }
      this.#step(k, node, own, rows, { pending, constant, size });
    }
    const n = this.known.net.inputSize;
    for (let q = 0; q < rows; q++) {
      const below = this.known.region.most(x.data, q * n, -1);
      const above = this.known.region.most(x.data, (x.both ? q : rows + q) * n, 1);
      const low = constant[q]! - below.value;
      const high = constant[rows + q]! + above.value;
      const less = low - outward * Math.max(Math.abs(low), below.size + size[q]!);
      const more = high + outward * Math.max(Math.abs(high), above.size + size[rows + q]!);
      out.lower[at + q] = Number.isNaN(less) ? Number.NEGATIVE_INFINITY : less;
      out.upper[at + q] = Number.isNaN(more) ? Number.POSITIVE_INFINITY : more;
    }
  }

  #step(k: number, node: Node, own: Coefficients, rows: number, sum: Sum): void {
    const { net, product } = this.known;
    const { op, inputs, shape } = node;
    const [u, v] = [inputs[0]!, inputs[1]];
    const lines = own.both ? rows : 2 * rows;
    switch (op.kind) {
      case 'input':
        return;
      case 'affine': {
        const [width, outputs] = op.weight.shape as [number, number];
        const count = sizeOf(shape);
        const positions = count / outputs;
        if (op.bias) {
          const bias = op.bias.data;
          eachLine(own, rows, (from, q) => {
            for (let i = 0; i < count; i++) book(sum, q, own.data[from + i]! * bias[i % outputs]!);
          });
        }
        const data = new Float64Array(lines * positions * width);
        product(own.data, lines * positions, op.weight, data);
        pass(sum, u, { both: own.both, data });
        return;
      }
      case 'scale': {
        const [s, t] = [op.scale.data, op.shift.data];
        const count = sizeOf(shape);
        const data = new Float64Array(own.data.length);
        for (let i = 0; i < data.length; i++) data[i] = own.data[i]! * s[i % s.length]!;
        eachLine(own, rows, (from, q) => {
          for (let i = 0; i < count; i++) book(sum, q, own.data[from + i]! * t[i % t.length]!);
        });
        pass(sum, u, { both: own.both, data });
        return;
      }
      case 'add':
        for (const input of inputs) pass(sum, input, { both: own.both, data: own.data.slice() });
        return;
      case 'reshape':
        pass(sum, u, own);
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
          pass(sum, input, { both: own.both, data: parts[i]! });
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
        pass(sum, u, { both: own.both, data });
        return;
      }
      case 'elementwise':
        this.#lines(k, u, own, rows, sum);
        return;
      case 'multiply':
        if (u === v) this.#lines(k, u, own, rows, sum);
        else this.#products(k, node, own, rows, sum);
        return;
      case 'contract':
        this.#products(k, node, own, rows, sum);
        return;
      case 'softmax':
        this.#planes(k, u, own, rows, sum, shape.at(-1)!);
        return;
      case 'maximum':
        this.#peaks(k, u, own, rows, sum);
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
  #lines(k: number, u: number, given: Coefficients, rows: number, sum: Sum): void {
    const { intervals, net } = this.known;
    const { lines } = this.#relaxation(k, () => {
      const { op } = net.nodes[k]!;
      const curve = curveOf(op.kind === 'elementwise' ? op.fn : { name: 'power', exponent: 2 });
      return { kind: 'lines', lines: linesOf(curve, intervals[u]!, intervals[k]!) };
    });
    const own = split(given);
    const count = intervals[k]!.lower.length;
    const data = new Float64Array(own.data.length);
    eachLine(own, rows, (from, q) => {
      const above = q >= rows;
      let [shift, size] = [0, 0];
      for (let i = 0; i < count; i++) {
        const a = own.data[from + i]!;
        if (a === 0) continue;
        const upper = a > 0 === above;
        data[from + i] = a * (upper ? lines.upperSlope[i]! : lines.lowerSlope[i]!);
        const add = a * (upper ? lines.upperShift[i]! : lines.lowerShift[i]!);
        shift += add;
        size += Math.abs(add);
      }
      sum.constant[q]! += shift;
      sum.size[q]! += size;
    });
    pass(sum, u, { both: false, data });
  }

  /** `ab` is within `r_a r_b` of `b_m a + a_m b − a_m b_m`, m the middle and r the radius of each. */
  #products(k: number, node: Node, given: Coefficients, rows: number, sum: Sum): void {
    const { intervals, net } = this.known;
    const [u, v] = node.inputs as [number, number];
    const [a, b] = [middleOf(intervals[u]!), middleOf(intervals[v]!)];
    if (!a || !b) {
      this.#range(k, given, rows, sum);
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
    pass(sum, u, { both: false, data: toA });
    pass(sum, v, { both: false, data: toB });
  }

  #planes(k: number, u: number, given: Coefficients, rows: number, sum: Sum, width: number): void {
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
    pass(sum, u, { both: false, data });
  }

  #peaks(k: number, u: number, given: Coefficients, rows: number, sum: Sum): void {
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
    pass(sum, u, { both: false, data });
  }

  /** Nothing but the bounds of `k` itself. */
  #range(k: number, given: Coefficients, rows: number, sum: Sum): void {
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

/** What a pass has gathered: coefficients of nodes to come, constants of the functions, and the size of what was added up. */
interface Sum {
  readonly pending: Map<number, Coefficients>;
  readonly constant: Float64Array;
  readonly size: Float64Array;
}

/** Calls with the place of each line and the function it is of: `q` below, `rows + q` above; a line of both is met twice. */
function eachLine({ both, data }: Coefficients, rows: number, call: (from: number, q: number) => void): void {
  const count = data.length / (both ? rows : 2 * rows);
  for (let q = 0; q < 2 * rows; q++) call((both ? q % rows : q) * count, q);
}

function book({ constant, size }: Sum, q: number, add: number): void {
  constant[q]! += add;
  size[q]! += Math.abs(add);
}

/** Lines below and above, apart. */
function split(own: Coefficients): Coefficients {
  if (!own.both) return own;
  const data = new Float64Array(2 * own.data.length);
  data.set(own.data);
  data.set(own.data, own.data.length);
  return { both: false, data };
}

/** Adds coefficients to what `node` is to pass on. */
function pass({ pending }: Sum, node: number, own: Coefficients): void {
  const before = pending.get(node);
  if (before === undefined) {
    pending.set(node, own);
    return;
  }
  const [a, b] = before.both === own.both ? [before, own] : [split(before), split(own)];
  pending.set(node, { both: a.both, data: a.data.map((value, i) => value + b.data[i]!) });
}

function addInput(x: Coefficients, own: Coefficients, offset: number, size: number, n: number): void {
  const part = x.both === own.both ? own : split(own);
  if (x.both !== part.both) Object.assign(x, split(x));
  for (let q = 0; q < part.data.length / size; q++)
    for (let i = 0; i < size; i++) x.data[q * n + offset + i]! += part.data[q * size + i]!;
}

/** Middle and radius of intervals; undefined where one is infinite. */
function middleOf({
  lower,
  upper,
}: Intervals): { readonly middle: Float64Array; readonly radius: Float64Array } | undefined {
  const middle = lower.map((low, i) => low + (upper[i]! - low) / 2);
  const radius = lower.map((low, i) => Math.max(middle[i]! - low, upper[i]! - middle[i]!));
  return radius.every(Number.isFinite) && middle.every(Number.isFinite) ? { middle, radius } : undefined;
}
