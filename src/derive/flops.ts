import { listOf, noOptions, partsOf } from '../core/given.js';
import type { Instruction, InstructionOf, Program } from './program.js';
import { type Shape, sizeOf, stackOf } from './shape.js';

type Count = {
  readonly [K in Instruction['kind']]: (instruction: InstructionOf<K>, shapes: readonly Shape[]) => number;
};

/** Additions and multiplications count one each, and so does a call of an elementary function. */
const count: Count = {
  x: () => 0,
  λ: () => 0,
  constant: () => 0,
  lower: () => 0,
  matmul: ({ a, transposeA, shape }, shapes) => 2 * sizeOf(shape) * stackOf(shapes[a]!)[transposeA ? 1 : 2],
  contract: ({ a, transposeA, shape }, shapes) => 2 * sizeOf(shape) * shapes[a]!.at(transposeA ? -2 : -1)!,
  gather: () => 0,
  unary: ({ shape }) => sizeOf(shape),
  binary: ({ shape }) => sizeOf(shape),
  sumLast: ({ a }, shapes) => sizeOf(shapes[a]!),
  softmax: ({ shape }) => 4 * sizeOf(shape),
  slice: () => 0,
  concat: () => 0,
  reshape: () => 0,
  transpose: () => 0,
  // One triangle of it.
  symmetric: ({ shape, terms }, shapes) => {
    const [points, n] = stackOf(shape);
    return terms.reduce((sum, { left }) => sum + points * n * (n + 1) * stackOf(shapes[left]!)[2], 0);
  },
};

/** Floating-point operations of one run of `program`. */
export function flops(program: Program): number;
export function flops(program: Program, ...more: unknown[]): number {
  noOptions(more, 'flops');
  const { instructions } = partsOf(program, 'flops: the program', ['instructions']);
  listOf(instructions, 'flops: the instructions');
  return flopsEach(instructions).reduce((sum, own) => sum + own, 0);
}

/** Floating-point operations of every instruction. */
export function flopsEach(instructions: readonly Instruction[]): number[] {
  const shapes = instructions.map(({ shape }) => shape);
  const of = <K extends Instruction['kind']>(instruction: InstructionOf<K>): number =>
    (count[instruction.kind as K] as (i: InstructionOf<K>, s: typeof shapes) => number)(instruction, shapes);
  return instructions.map((instruction) => of(instruction));
}
