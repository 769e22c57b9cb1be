import { erf, sigmoid, softplus } from '../core/special.js';
import { levels } from './levels.js';
import type { Binary, Instruction, InstructionOf, Program, Unary } from './program.js';
import { type Shape, sizeOf, stackOf } from './shape.js';

/** Row-major numbers of a known shape. */
export interface Value {
  readonly shape: Shape;
  readonly data: ArrayLike<number>;
}

/** Points and multipliers, one after the other where the program is for several. */
export interface Inputs {
  readonly x: ArrayLike<number>;
  readonly λ: ArrayLike<number>;
}

const unary: { readonly [F in Unary]: (u: number) => number } = {
  exp: Math.exp,
  tanh: Math.tanh,
  sigmoid,
  softplus,
  erf,
  abs: Math.abs,
  step: (u) => (u > 0 ? 1 : 0),
  log: Math.log,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  atan: Math.atan,
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
    inputs: Inputs,
  ) => void;
};

/** Matrix `p` of a stack, or the one matrix there is for all. */
function matrix({ shape, data }: Value, p: number) {
  const [, rows, columns] = stackOf(shape);
  const from = shape.length === 3 ? p * rows * columns : 0;
  return { rows, columns, at: (i: number, j: number): number => data[from + i * columns + j]! };
}

/** Every instruction in plain loops. */
const executors: Executors = {
  x: (_, out, __, { x }) => out.set(x),
  λ: (_, out, __, { λ }) => out.set(λ),
  constant: ({ tensor }, out) => out.set(tensor.data),
  lower: ({ a }, out, values) => out.set(values[a]!.data),
  matmul: ({ a, b, transposeA, transposeB, shape }, out, values) => {
    const [points, m, n] = stackOf(shape);
    for (let p = 0; p < points; p++) {
      const A = matrix(values[a]!, p);
      const B = matrix(values[b]!, p);
      const inner = transposeA ? A.rows : A.columns;
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let k = 0; k < inner; k++)
            sum += (transposeA ? A.at(k, i) : A.at(i, k)) * (transposeB ? B.at(j, k) : B.at(k, j));
          out[(p * m + i) * n + j] = sum;
        }
    }
  },
  contract: ({ a, b, transposeA, transposeB, shape }, out, values) => {
    const [left, right] = [values[a]!, values[b]!];
    const lead = shape.slice(0, -2);
    const [m, n] = shape.slice(-2) as [number, number];
    const k = left.shape.at(transposeA ? -2 : -1)!;
    const A = stridesIn(left.shape.slice(0, -2), lead.length);
    const B = stridesIn(right.shape.slice(0, -2), lead.length);
    forEachIndex(lead, (position, index) => {
      const [p, q] = [at(A, index) * m * k, at(B, index) * k * n];
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++)
            sum +=
              left.data[p + (transposeA ? l * m + i : i * k + l)]! *
              right.data[q + (transposeB ? j * k + l : l * n + j)]!;
          out[(position * m + i) * n + j] = sum;
        }
    });
  },
  gather: ({ a, index, block, shape }, out, values) => {
    const { data, shape: from } = values[a]!;
    const [width, length] = [shape.at(-1)!, from.at(-1)!];
    for (let row = 0; row * width < out.length; row++)
      index.forEach((source, i) => {
        if (source < 0) return;
        for (let l = 0; l < block; l++)
          out[row * width + i * block + l] = data[row * length + source * block + l]!;
      });
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
  transpose: ({ a, shape }, out, values) => {
    const [points, rows, columns] = stackOf(shape);
    for (let p = 0; p < points; p++) {
      const A = matrix(values[a]!, p);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++) out[(p * rows + i) * columns + j] = A.at(j, i);
    }
  },
  symmetric: ({ terms, diagonal, shape }, out, values) => {
    const [points, n] = stackOf(shape);
    for (let p = 0; p < points; p++) {
      const from = p * n * n;
      for (const { left, right } of terms) {
        const L = matrix(values[left]!, p);
        const R = matrix(values[right]!, p);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let k = 0; k < L.columns; k++) sum += L.at(i, k) * R.at(j, k);
            out[from + i * n + j]! += sum;
          }
      }
      if (diagonal === null) continue;
      const { data, shape: own } = values[diagonal]!;
      const start = own.length === 2 ? p * n : 0;
      for (let i = 0; i < n; i++) out[from + i * n + i]! += data[start + i]!;
    }
  },
};

/** Runs `program` in plain loops and f64; results are rounded to f32, or those on the way to `H` alone. */
export function execute(
  program: Program,
  inputs: Inputs,
  precision: 'f64' | 'f32' | 'mixed' = 'f64',
): readonly Value[] {
  const values: Value[] = [];
  const rounded: Value[] = [];
  const level = levels(program);
  program.instructions.forEach((instruction, k) => {
    const out = new Float64Array(sizeOf(instruction.shape));
    const low = precision === 'f32' || (precision === 'mixed' && level[k] === 'lower');
    run(instruction, out, low ? rounded : values, inputs);
    const { shape } = instruction;
    if (precision !== 'f64') rounded[k] = { shape, data: Float32Array.from(out) };
    values[k] = low ? rounded[k]! : { shape, data: out };
  });
  return values;
}

function run<K extends Instruction['kind']>(
  instruction: InstructionOf<K>,
  ...rest: [Float64Array, readonly Value[], Inputs]
): void {
  const executor = executors[instruction.kind as K] as (i: InstructionOf<K>, ...r: typeof rest) => void;
  executor(instruction, ...rest);
}
