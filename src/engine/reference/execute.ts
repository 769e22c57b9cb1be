import { sizeOf } from '../../derive/builder.js';
import type { Binary, Instruction, InstructionOf, Program, Unary } from '../../derive/program.js';
import { erf } from './erf.js';

/** Row-major numbers of a known shape. */
interface Value {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const unary: { readonly [F in Unary]: (u: number) => number } = {
  exp: Math.exp,
  tanh: Math.tanh,
  sigmoid: (u) => (u >= 0 ? 1 / (1 + Math.exp(-u)) : Math.exp(u) / (1 + Math.exp(u))),
  softplus: (u) => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))),
  erf,
  abs: Math.abs,
  step: (u) => (u > 0 ? 1 : 0),
};

const binary: { readonly [F in Binary]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
};

/** Row-major strides of `shape`, 0 along axes of length 1, as seen from a tensor of `rank` axes. */
function stridesIn(shape: readonly number[], rank: number): number[] {
  const strides = new Array<number>(rank).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis]! > 1) strides[rank - shape.length + axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** Calls `visit(position, index)` for every entry of a tensor. */
function forEachIndex(
  shape: readonly number[],
  visit: (position: number, index: readonly number[]) => void,
): void {
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let position = 0; position < size; position++) {
    visit(position, index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      if (index[axis]! < shape[axis]!) break;
      index[axis] = 0;
    }
  }
}
const at = (strides: readonly number[], index: readonly number[]): number =>
  index.reduce((sum, i, axis) => sum + i * strides[axis]!, 0);

type Executors = {
  readonly [K in Instruction['kind']]: (
    instruction: InstructionOf<K>,
    out: Float64Array,
    values: readonly Value[],
    inputs: { readonly x: ArrayLike<number>; readonly λ: ArrayLike<number> },
  ) => void;
};

/** Every instruction in plain loops. */
const executors: Executors = {
  x: (_, out, __, { x }) => out.set(x),
  λ: (_, out, __, { λ }) => out.set(λ),
  constant: ({ tensor }, out) => out.set(tensor.data),
  matmul: ({ a, b, transposeA, transposeB, shape: [m, n] }, out, values) => {
    const A = values[a]!;
    const B = values[b]!;
    const inner = A.shape[transposeA ? 0 : 1]!;
    for (let i = 0; i < m!; i++)
      for (let j = 0; j < n!; j++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          const left = A.data[transposeA ? k * m! + i : i * inner + k]!;
          const right = B.data[transposeB ? j * inner + k : k * n! + j]!;
          sum += left * right;
        }
        out[i * n! + j] = sum;
      }
  },
  unary: ({ fn, a }, out, values) => {
    const { data } = values[a]!;
    for (let i = 0; i < out.length; i++) out[i] = unary[fn](data[i]!);
  },
  binary: ({ fn, a, b, shape }, out, values) => {
    const left = stridesIn(values[a]!.shape, shape.length);
    const right = stridesIn(values[b]!.shape, shape.length);
    forEachIndex(shape, (position, index) => {
      out[position] = binary[fn](values[a]!.data[at(left, index)]!, values[b]!.data[at(right, index)]!);
    });
  },
  sumLast: ({ a }, out, values) => {
    const { data, shape } = values[a]!;
    const length = shape.at(-1)!;
    for (let i = 0; i < out.length; i++) for (let j = 0; j < length; j++) out[i]! += data[i * length + j]!;
  },
  softmax: ({ a, shape }, out, values) => {
    const { data } = values[a]!;
    const length = shape.at(-1)!;
    for (let start = 0; start < out.length; start += length) {
      let top = Number.NEGATIVE_INFINITY;
      for (let j = 0; j < length; j++) top = Math.max(top, data[start + j]!);
      let sum = 0;
      for (let j = 0; j < length; j++) sum += Math.exp(data[start + j]! - top);
      for (let j = 0; j < length; j++) out[start + j] = Math.exp(data[start + j]! - top) / sum;
    }
  },
  slice: ({ a, axis, start, shape }, out, values) => {
    const strides = stridesIn(values[a]!.shape, shape.length);
    forEachIndex(shape, (position, index) => {
      out[position] = values[a]!.data[at(strides, index) + start * strides[axis]!]!;
    });
  },
  concat: ({ parts, axis, shape }, out, values) => {
    const strides = stridesIn(shape, shape.length);
    let start = 0;
    for (const part of parts) {
      const { data, shape: size } = values[part]!;
      forEachIndex(size, (position, index) => {
        out[at(strides, index) + start * strides[axis]!] = data[position]!;
      });
      start += size[axis]!;
    }
  },
  reshape: ({ a }, out, values) => out.set(values[a]!.data),
  transpose: ({ a, shape: [rows, columns] }, out, values) => {
    for (let i = 0; i < rows!; i++)
      for (let j = 0; j < columns!; j++) out[i * columns! + j] = values[a]!.data[j * rows! + i]!;
  },
  symmetric: ({ terms, diagonal, shape: [n] }, out, values) => {
    for (const { left, right } of terms) {
      const L = values[left]!;
      const R = values[right]!;
      const inner = L.shape[1]!;
      for (let i = 0; i < n!; i++)
        for (let j = 0; j < n!; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++) sum += L.data[i * inner + k]! * R.data[j * inner + k]!;
          out[i * n! + j]! += sum;
        }
    }
    if (diagonal !== null) for (let i = 0; i < n!; i++) out[i * n! + i]! += values[diagonal]!.data[i]!;
  },
};

/** Runs `program` in f64, each result rounded to f32 when `precision` says so. */
export function execute(
  program: Program,
  inputs: { readonly x: ArrayLike<number>; readonly λ: ArrayLike<number> },
  precision: 'f64' | 'f32',
): readonly Value[] {
  const values: Value[] = [];
  for (const instruction of program.instructions) {
    const out = new Float64Array(sizeOf(instruction.shape));
    run(instruction, out, values, inputs);
    values.push({ shape: instruction.shape, data: precision === 'f32' ? Float32Array.from(out) : out });
  }
  return values;
}

function run<K extends Instruction['kind']>(
  instruction: InstructionOf<K>,
  ...rest: [Float64Array, readonly Value[], { readonly x: ArrayLike<number>; readonly λ: ArrayLike<number> }]
): void {
  const executor = executors[instruction.kind as K] as (i: InstructionOf<K>, ...r: typeof rest) => void;
  executor(instruction, ...rest);
}
