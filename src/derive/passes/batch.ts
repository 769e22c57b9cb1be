import { Builder } from '../builder.js';
import {
  type Instruction,
  type InstructionOf,
  type Outputs,
  operands,
  type Program,
  type Ref,
} from '../program.js';
import { sizeOf } from '../shape.js';

/**
 * `program`, written for one point, for `points` of them: `x: [points, inputs]`, `λ: [points, outputs]`, and every output
 * behind a leading axis of points. A product with a constant becomes one product of more rows; what does not depend on
 * the point is computed once.
 */
export function batched(program: Program, points: number): Program {
  if (points === 1) return program;
  const batch = new Batch(program, points);
  const outputs = Object.entries(program.outputs).map(([name, ref]) => [name, batch.each(ref)]);
  return batch.b.finish(Object.fromEntries(outputs) as unknown as Outputs);
}

type Writers = {
  readonly [K in Instruction['kind']]: (batch: Batch, instruction: InstructionOf<K>) => Ref;
};

/** Every instruction with an operand that depends on the point. */
const writers: Writers = {
  x: ({ b, points }, { shape }) => b.input('x', [points, ...shape]),
  λ: ({ b, points }, { shape }) => b.input('λ', [points, ...shape]),
  constant: ({ b }, { tensor }) => b.constant(tensor),
  lower: ({ b, to }, { a }) => b.lower(to(a)),
  matmul: (batch, { a, b: factor, transposeA, transposeB, shape }) => {
    const { b, to, points } = batch;
    const inner = batch.shape(a).at(-1)!;
    if (batch.varies(factor) && shape.length === 1) {
      const row = b.reshape(batch.each(a), [points, 1, inner]);
      return b.reshape(b.matmul(row, to(factor), false, transposeB), [points, ...shape]);
    }
    if (transposeA || batch.varies(factor)) return b.matmul(to(a), to(factor), transposeA, transposeB);
    const rows = b.reshape(to(a), [(points * sizeOf(batch.shape(a))) / inner, inner]);
    return b.reshape(b.matmul(rows, to(factor), false, transposeB), [points, ...shape]);
  },
  contract: (batch, { a, b: factor, transposeA, transposeB, shape }) =>
    batch.b.contract(
      batch.aligned(a, shape.length),
      batch.aligned(factor, shape.length),
      transposeA,
      transposeB,
    ),
  gather: ({ b, to }, { a, index, block }) => b.gatherBlocks(to(a), index, block),
  unary: ({ b, to }, { fn, a }) => b.unary(fn, to(a)),
  binary: (batch, { fn, a, b: other, shape }) =>
    batch.b.binary(fn, batch.aligned(a, shape.length), batch.aligned(other, shape.length)),
  sumLast: ({ b, to }, { a }) => b.sumLast(to(a)),
  softmax: ({ b, to }, { a }) => b.softmax(to(a)),
  slice: ({ b, to }, { a, axis, start, size }) => b.slice(to(a), axis + 1, start, size),
  concat: (batch, { parts, axis }) =>
    batch.b.concat(
      parts.map((part) => batch.each(part)),
      axis + 1,
    ),
  reshape: ({ b, to, points }, { a, shape }) => b.reshape(to(a), [points, ...shape]),
  transpose: ({ b, to }, { a }) => b.transpose(to(a)),
  symmetric: ({ b, to, points }, { terms, diagonal, triangle, shape }) =>
    b.symmetric(
      [points, ...shape],
      terms.map(({ left, right }) => ({ left: to(left), right: to(right) })),
      diagonal === null ? null : to(diagonal),
      triangle,
    ),
};

class Batch {
  readonly b = new Builder();
  readonly #refs: Ref[] = [];
  readonly #varies: boolean[] = [];

  constructor(
    private readonly program: Program,
    readonly points: number,
  ) {
    program.instructions.forEach((instruction, k) => {
      const { kind } = instruction;
      const own = operands(instruction);
      this.#varies[k] = kind === 'x' || kind === 'λ' || own.some((ref) => this.#varies[ref]);
      this.#refs[k] = this.varies(k as Ref) ? this.#write(instruction) : this.b.copy(instruction, this.to);
    });
  }

  readonly to = (ref: Ref): Ref => this.#refs[ref]!;
  varies(ref: Ref): boolean {
    return this.#varies[ref]!;
  }
  shape(ref: Ref): readonly number[] {
    return this.program.instructions[ref]!.shape;
  }
  /** With the axis of points where it depends on the point, and `rank` axes behind that. */
  aligned(ref: Ref, rank: number): Ref {
    const shape = this.shape(ref);
    if (!this.varies(ref) || shape.length === rank) return this.to(ref);
    const ones = new Array<number>(rank - shape.length).fill(1);
    return this.b.reshape(this.to(ref), [this.points, ...ones, ...shape]);
  }
  /** With the axis of points in any case. */
  each(ref: Ref): Ref {
    if (this.varies(ref)) return this.to(ref);
    const { b, points } = this;
    return b.add(b.full([points, ...this.shape(ref).map(() => 1)], 0), this.to(ref));
  }
  #write<K extends Instruction['kind']>(instruction: InstructionOf<K>): Ref {
    const writer = writers[instruction.kind as K] as (batch: Batch, i: InstructionOf<K>) => Ref;
    return writer(this, instruction);
  }
}
