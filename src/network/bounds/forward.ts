import { InputError } from '../../core/errors.js';
import { sizeOf } from '../build.js';
import type { Network, Node, Tensor } from '../graph.js';
import type { Centre } from './centre.js';
import { curveOf } from './curve.js';
import { type Intervals, intervals, productOf, put } from './interval.js';
import { rangesOf } from './lines.js';
import type { Region } from './region.js';
import { type Differences, softmaxRange } from './soft.js';

/** Bounds of a node from those of its inputs alone; `differences` are those of a softmax's input, `centre` an affine map's. */
export function nodeIntervals(
  { nodes }: Network,
  k: number,
  known: readonly Intervals[],
  region: Region,
  differences: () => Differences,
  centre: Centre | undefined,
): Intervals {
  const node = nodes[k]!;
  const { op, shape } = node;
  const inputs = node.inputs.map((input) => known[input]!);
  const u = inputs[0]!;
  const out = intervals(sizeOf(shape));
  switch (op.kind) {
    case 'input':
      out.lower.set(region.lower.subarray(op.offset, op.offset + out.lower.length));
      out.upper.set(region.upper.subarray(op.offset, op.offset + out.lower.length));
      return out;
    case 'affine':
      if (!centre) affine(u, op.weight, op.bias, out);
      else
        centre.value.forEach((c, j) => {
          const reach = centre.spread[j]!;
          put(out, j, c - reach, c + reach, centre.size[j]! + reach);
        });
      return out;
    case 'scale': {
      const width = op.scale.data.length;
      for (let i = 0; i < out.lower.length; i++) {
        const [s, t] = [op.scale.data[i % width]!, op.shift.data[i % width]!];
        const [low, high] = productOf(s, s, u.lower[i]!, u.upper[i]!);
        put(out, i, low + t, high + t, Math.max(Math.abs(low), Math.abs(high)) + Math.abs(t));
      }
      return out;
    }
    case 'elementwise':
      rangesOf(curveOf(op.fn), u, out);
      return out;
    case 'softmax':
      softmaxRange(differences(), shape.at(-1)!, out);
      return out;
    case 'add':
      for (let i = 0; i < out.lower.length; i++) {
        let [low, high, size] = [0, 0, 0];
        for (const own of inputs) {
          low += own.lower[i]!;
          high += own.upper[i]!;
          size += Math.max(Math.abs(own.lower[i]!), Math.abs(own.upper[i]!));
        }
        put(out, i, low, high, size);
      }
      return out;
    case 'multiply': {
      const [a, b] = inputs as [Intervals, Intervals];
      const square = node.inputs[0] === node.inputs[1];
      for (let i = 0; i < out.lower.length; i++) {
        const [low, high] = productOf(a.lower[i]!, a.upper[i]!, b.lower[i]!, b.upper[i]!);
        if (!square) put(out, i, low, high);
        else {
          const crosses = a.lower[i]! < 0 && a.upper[i]! > 0;
          put(out, i, crosses ? 0 : Math.max(low, 0), high);
        }
      }
      return out;
    }
    case 'contract':
      contract({ nodes }, node, inputs as [Intervals, Intervals], out);
      return out;
    case 'concat': {
      const blocks = inputs.map((_, i) => sizeOf(nodes[node.inputs[i]!]!.shape.slice(op.axis)));
      eachJoined(blocks, out.lower.length, (i, at, from, count) => {
        out.lower.set(inputs[i]!.lower.subarray(from, from + count), at);
        out.upper.set(inputs[i]!.upper.subarray(from, from + count), at);
      });
      return out;
    }
    case 'reshape':
      return u;
    case 'gather':
      for (let i = 0; i < out.lower.length; i++) {
        const from = op.index[i]!;
        out.lower[i] = from < 0 ? 0 : u.lower[from]!;
        out.upper[i] = from < 0 ? 0 : u.upper[from]!;
      }
      return out;
    case 'quadraticProgram':
      throw new InputError(
        `bounds: layer "${node.layer}" is a quadratic program, whose answers are not bounded; bound the network before it`,
      );
    case 'maximum': {
      const width = nodes[node.inputs[0]!]!.shape.at(-1)!;
      for (let r = 0; r < out.lower.length; r++) {
        let [low, high] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
        for (let j = r * width; j < (r + 1) * width; j++) {
          low = Math.max(low, u.lower[j]!);
          high = Math.max(high, u.upper[j]!);
        }
        [out.lower[r], out.upper[r]] = [low, high];
      }
      return out;
    }
  }
}

/** Calls for each run of a concatenation: input, where it stands in the whole and in the input, and how long it is. */
export function eachJoined(
  blocks: readonly number[],
  total: number,
  call: (input: number, at: number, from: number, count: number) => void,
): void {
  const whole = blocks.reduce((sum, block) => sum + block, 0);
  for (let outer = 0; outer * whole < total; outer++) {
    let at = outer * whole;
    blocks.forEach((block, input) => {
      call(input, at, outer * block, block);
      at += block;
    });
  }
}

function affine(u: Intervals, { shape, data }: Tensor, bias: Tensor | undefined, out: Intervals): void {
  const [width, outputs] = shape as [number, number];
  const [low, high, size] = [0, 1, 2].map(() => new Float64Array(outputs)) as Float64Array[];
  for (let row = 0; row * outputs < out.lower.length; row++) {
    for (const sum of [low, high, size]) sum!.fill(0);
    bias?.data.forEach((b, j) => {
      low![j] = b;
      high![j] = b;
      size![j] = Math.abs(b);
    });
    for (let i = 0; i < width; i++) {
      const [below, above] = [u.lower[row * width + i]!, u.upper[row * width + i]!];
      if (below === 0 && above === 0) continue;
      const most = Math.max(Math.abs(below), Math.abs(above));
      for (let j = 0, k = i * outputs; j < outputs; j++, k++) {
        const w = data[k]!;
        if (w === 0) continue;
        low![j]! += w > 0 ? w * below : w * above;
        high![j]! += w > 0 ? w * above : w * below;
        size![j]! += Math.abs(w) * most;
      }
    }
    for (let j = 0; j < outputs; j++) put(out, row * outputs + j, low![j]!, high![j]!, size![j]!);
  }
}

function contract(
  { nodes }: Pick<Network, 'nodes'>,
  { inputs }: Node,
  [a, b]: readonly [Intervals, Intervals],
  out: Intervals,
): void {
  const [stacks, m, inner] = nodes[inputs[0]!]!.shape as [number, number, number];
  const n = nodes[inputs[1]!]!.shape[2]!;
  for (let row = 0; row < stacks * m; row++) {
    const matrix = Math.floor(row / m) * inner * n;
    for (let j = 0; j < n; j++) {
      let [low, high, size] = [0, 0, 0];
      for (let l = 0; l < inner; l++) {
        const [p, q] = [row * inner + l, matrix + l * n + j];
        const [below, above] = productOf(a.lower[p]!, a.upper[p]!, b.lower[q]!, b.upper[q]!);
        low += below;
        high += above;
        size += Math.max(Math.abs(below), Math.abs(above));
      }
      put(out, row * n + j, low, high, size);
    }
  }
}
