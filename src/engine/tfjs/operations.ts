import type { Tensor } from '@tensorflow/tfjs';
import type { Binary, Instruction, InstructionOf, Unary } from '../../derive/program.js';
import { type Shape, sizeOf } from '../../derive/shape.js';
import type { Tfjs } from './library.js';

/** What an instruction is computed with: tfjs, and the tensors of its operands. */
export interface Bench {
  readonly tf: Tfjs;
  /** The tensor of an instruction's result, of its shape. */
  at(ref: number): Tensor;
  readonly x: Tensor;
  readonly λ: Tensor;
}

const unary: { readonly [F in Unary]: (tf: Tfjs, u: Tensor) => Tensor } = {
  exp: (tf, u) => tf.exp(u),
  tanh: (tf, u) => tf.tanh(u),
  sigmoid: (tf, u) => tf.sigmoid(u),
  softplus: (tf, u) => tf.softplus(u),
  erf: (tf, u) => tf.erf(u),
  abs: (tf, u) => tf.abs(u),
  step: (tf, u) => tf.step(u),
  log: (tf, u) => tf.log(u),
  sqrt: (tf, u) => tf.sqrt(u),
  sin: (tf, u) => tf.sin(u),
  cos: (tf, u) => tf.cos(u),
  atan: (tf, u) => tf.atan(u),
};

const binary: { readonly [F in Binary]: (tf: Tfjs, a: Tensor, b: Tensor) => Tensor } = {
  add: (tf, a, b) => tf.add(a, b),
  subtract: (tf, a, b) => tf.sub(a, b),
  multiply: (tf, a, b) => tf.mul(a, b),
  divide: (tf, a, b) => tf.div(a, b),
  maximum: (tf, a, b) => tf.maximum(a, b),
  minimum: (tf, a, b) => tf.minimum(a, b),
};

type Operations = {
  readonly [K in Exclude<Instruction['kind'], 'constant'>]: (
    bench: Bench,
    instruction: InstructionOf<K>,
  ) => Tensor;
};

/** Every instruction but constants in operations of tfjs; each returns a tensor of its own. */
const operations: Operations = {
  x: ({ x }) => x.clone(),
  λ: ({ λ }) => λ.clone(),
  lower: ({ at }, { a }) => at(a).clone(),
  matmul: ({ tf, at }, { a, b, transposeA, transposeB, shape }) =>
    tf.reshape(tf.matMul(asMatrix(tf, at(a)), at(b), transposeA, transposeB), [...shape]),
  contract: ({ tf, at }, { a, b, transposeA, transposeB, shape }) => {
    const lead = shape.slice(0, -2);
    return tf.matMul(spread(tf, at(a), lead), spread(tf, at(b), lead), transposeA, transposeB);
  },
  gather: ({ tf, at }, { a, index, block, shape }) => {
    const from = at(a);
    const blocks = from.shape.at(-1)! / block;
    const rows = from.size / (blocks * block);
    const source = tf.reshape(from, [rows, blocks, block]);
    // A block of zeros stands behind the source for those that are −1.
    const padded = index.includes(-1) ? tf.concat([source, tf.zeros([rows, 1, block])], 1) : source;
    const places = tf.tensor1d(
      index.map((k) => (k < 0 ? blocks : k)),
      'int32',
    );
    return tf.reshape(tf.gather(padded, places, 1), [...shape]);
  },
  unary: ({ tf, at }, { fn, a }) => unary[fn](tf, at(a)),
  binary: ({ tf, at }, { fn, a, b }) => binary[fn](tf, at(a), at(b)),
  sumLast: ({ tf, at }, { a }) => tf.sum(at(a), -1, true),
  softmax: ({ tf, at }, { a }) => tf.softmax(at(a), -1),
  slice: ({ tf, at }, { a, axis, start, shape }) =>
    tf.slice(
      at(a),
      shape.map((_, k) => (k === axis ? start : 0)),
      [...shape],
    ),
  concat: ({ tf, at }, { parts, axis }) => tf.concat(parts.map(at), axis),
  reshape: ({ tf, at }, { a, shape }) => tf.reshape(at(a), [...shape]),
  transpose: ({ tf, at }, { a, shape }) => tf.transpose(at(a), swapped(shape)),
  symmetric: ({ tf, at }, { terms, diagonal, shape }) => {
    const products = terms.map(({ left, right }) => tf.matMul(at(left), at(right), false, true));
    const n = shape.at(-1)!;
    if (diagonal !== null) {
      const d = at(diagonal);
      products.push(tf.mul(tf.reshape(d, [...d.shape.slice(0, -1), 1, n]), tf.eye(n)));
    }
    const sum = products.reduce((a, b) => tf.add(a, b));
    return sizeOf(sum.shape) === sizeOf(shape)
      ? tf.reshape(sum, [...shape])
      : tf.broadcastTo(sum, [...shape]);
  },
};

/** The result of an instruction that is no constant; temporaries are gone when it returns. */
export function compute(bench: Bench, instruction: Exclude<Instruction, { kind: 'constant' }>): Tensor {
  const operation = operations[instruction.kind] as (bench: Bench, i: Instruction) => Tensor;
  return bench.tf.tidy(() => operation(bench, instruction));
}

/** A stack of matrices with the leading axes `lead`: `matMul` takes one matrix for all, but no axes of length 1 among others. */
function spread(tf: Tfjs, u: Tensor, lead: readonly number[]): Tensor {
  const own = u.shape.slice(0, -2);
  const count = sizeOf(own);
  if (count === 1) return tf.reshape(u, [...lead.map(() => 1), ...u.shape.slice(-2)]);
  return count === sizeOf(lead) ? u : tf.broadcastTo(u, [...lead, ...u.shape.slice(-2)]);
}

/** A vector as a row. */
const asMatrix = (tf: Tfjs, u: Tensor): Tensor => (u.rank === 1 ? tf.reshape(u, [1, u.size]) : u);

/** The axes of a matrix, or of a stack of matrices, with the last two exchanged. */
const swapped = ({ length }: Shape): number[] => [
  ...Array.from({ length: length - 2 }, (_, axis) => axis),
  length - 1,
  length - 2,
];
