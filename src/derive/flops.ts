import { sizeOf } from './builder.js';
import type { Instruction, InstructionOf, Program } from './program.js';

type Count = {
  readonly [K in Instruction['kind']]: (
    instruction: InstructionOf<K>,
    shapes: readonly (readonly number[])[],
  ) => number;
};

/** Additions and multiplications count one each, and so does a call of an elementary function. */
const count: Count = {
  x: () => 0,
  λ: () => 0,
  constant: () => 0,
  matmul: ({ a, transposeA, shape }, shapes) => 2 * sizeOf(shape) * shapes[a]![transposeA ? 0 : 1]!,
  unary: ({ shape }) => sizeOf(shape),
  binary: ({ shape }) => sizeOf(shape),
  sumLast: ({ a }, shapes) => sizeOf(shapes[a]!),
  softmax: ({ shape }) => 4 * sizeOf(shape),
  slice: () => 0,
  concat: () => 0,
  reshape: () => 0,
  transpose: () => 0,
  // One triangle of it.
  symmetric: ({ shape: [n], terms }, shapes) =>
    terms.reduce((sum, { left }) => sum + n! * (n! + 1) * shapes[left]![1]!, 0),
};

/** Floating-point operations of one run of `program`. */
export function flops({ instructions }: Program): number {
  const shapes = instructions.map(({ shape }) => shape);
  const of = <K extends Instruction['kind']>(instruction: InstructionOf<K>): number =>
    (count[instruction.kind as K] as (i: InstructionOf<K>, s: typeof shapes) => number)(instruction, shapes);
  return instructions.reduce((sum, instruction) => sum + of(instruction), 0);
}
