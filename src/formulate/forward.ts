import { countOf } from '../core/budget.js';
import { plainly } from '../network/activation/numbers.js';
import { activationOf } from '../network/activation/table.js';
import type { Network, Node, Tensor } from '../network/graph.js';
import { solveQuadratic } from './quadratic.js';

/** The value of every node at the flattened input `x`: plain loops, for start values. */
export function forward(net: Network, x: ArrayLike<number>): Float64Array[] {
  const values: Float64Array[] = [];
  for (const node of net.nodes)
    values.push(
      nodeValue(
        node,
        node.inputs.map((k) => ({ value: values[k]!, node: net.nodes[k]! })),
        x,
      ),
    );
  return values;
}

/** The network's outputs among the values of its nodes, flattened and concatenated. */
export function outputValues(net: Network, values: readonly Float64Array[]): Float64Array {
  const own = net.outputs.map((k) => values[k]!);
  const all = new Float64Array(own.reduce((total, { length }) => total + length, 0));
  let at = 0;
  for (const part of own) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export const lastExtent = (shape: readonly number[]): number => shape[shape.length - 1] ?? 1;

interface Input {
  readonly value: Float64Array;
  readonly node: Node;
}

function nodeValue({ op, shape }: Node, inputs: readonly Input[], x: ArrayLike<number>): Float64Array {
  const u = inputs[0]?.value ?? new Float64Array(0);
  switch (op.kind) {
    case 'input': {
      const own = new Float64Array(countOf(shape));
      for (let k = 0; k < own.length; k++) own[k] = x[op.offset + k]!;
      return own;
    }
    case 'affine':
      return affine(u, op.weight, op.bias);
    case 'scale': {
      const width = op.scale.data.length;
      const own = new Float64Array(u.length);
      for (let k = 0; k < own.length; k++)
        own[k] = op.scale.data[k % width]! * u[k]! + op.shift.data[k % width]!;
      return own;
    }
    case 'elementwise': {
      const φ = plainly(activationOf(op.fn));
      const own = new Float64Array(u.length);
      for (let k = 0; k < own.length; k++) own[k] = φ(u[k]!);
      return own;
    }
    case 'softmax':
      return softmax(u, lastExtent(shape));
    case 'add':
      return u.map((_, k) => inputs.reduce((sum, { value }) => sum + value[k]!, 0));
    case 'multiply':
      return u.map((value, k) => value * inputs[1]!.value[k]!);
    case 'concat':
      return Float64Array.from(
        concatenation(
          inputs.map(({ node }) => node.shape),
          op.axis,
        ),
        ([input, k]) => inputs[input]!.value[k]!,
      );
    case 'reshape':
      return u;
    case 'gather':
      return Float64Array.from(op.index, (i) => (i < 0 ? 0 : u[i]!));
    case 'contract':
      return contract(inputs[0]!, inputs[1]!);
    case 'quadraticProgram':
      return solveQuadratic(op, u).z;
    case 'maximum': {
      const width = lastExtent(inputs[0]!.node.shape);
      return Float64Array.from({ length: u.length / width }, (_, r) =>
        u.subarray(r * width, (r + 1) * width).reduce((most, value) => Math.max(most, value)),
      );
    }
  }
}

/** `a[p] b[p]` of two stacks of matrices. */
function contract(a: Input, b: Input): Float64Array {
  const [stacks, m, k] = a.node.shape as [number, number, number];
  const n = b.node.shape[2]!;
  const v = new Float64Array(stacks * m * n);
  for (let row = 0; row < stacks * m; row++) {
    const matrix = Math.floor(row / m) * k * n;
    for (let l = 0; l < k; l++) {
      const value = a.value[row * k + l]!;
      for (let j = 0; j < n; j++) v[row * n + j]! += value * b.value[matrix + l * n + j]!;
    }
  }
  return v;
}

/** For each entry of a concatenation along `axis`, the input it comes from and its index there. */
export function concatenation(
  shapes: readonly (readonly number[])[],
  axis: number,
): [input: number, index: number][] {
  const first = shapes[0]!;
  const at = axis < 0 ? axis + first.length : axis;
  const outer = countOf(first.slice(0, at));
  const places: [number, number][] = [];
  for (let o = 0; o < outer; o++)
    shapes.forEach((shape, input) => {
      const block = countOf(shape.slice(at));
      for (let k = 0; k < block; k++) places.push([input, o * block + k]);
    });
  return places;
}

/** `v = u W + b` for each row of `u`; `W` is in × out. */
function affine(u: Float64Array, weight: Tensor, bias: Tensor | undefined): Float64Array {
  const [width, outputs] = weight.shape as [number, number];
  const rows = u.length / width;
  const v = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    const out = v.subarray(r * outputs, (r + 1) * outputs);
    if (bias !== undefined) out.set(bias.data);
    for (let i = 0; i < width; i++) {
      const value = u[r * width + i]!;
      if (value === 0) continue;
      for (let j = 0, k = i * outputs; j < outputs; j++, k++) out[j]! += value * weight.data[k]!;
    }
  }
  return v;
}

function softmax(u: Float64Array, width: number): Float64Array {
  const p = new Float64Array(u.length);
  for (let start = 0; start < u.length; start += width) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < width; k++) largest = Math.max(largest, u[start + k]!);
    let total = 0;
    for (let k = 0; k < width; k++) {
      p[start + k] = Math.exp(u[start + k]! - largest);
      total += p[start + k]!;
    }
    for (let k = 0; k < width; k++) p[start + k]! /= total;
  }
  return p;
}
