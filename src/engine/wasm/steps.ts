import type { Binary, Instruction, InstructionOf, Program, Ref, Unary } from '../../derive/program.js';
import { type Shape, sizeOf, stackOf } from '../../derive/shape.js';
import type { Arena } from './arena.js';
import type { Kernels } from './kernels.js';

/** One kernel call with everything bound. */
export type Step = () => void;

export interface Stage {
  readonly kernels: Kernels;
  readonly arena: Arena;
  /** Bytes from the memory's beginning. */
  readonly addresses: readonly number[];
  readonly shapes: readonly (readonly number[])[];
  /** Work space of matrix products. */
  readonly work: number;
  /** Exponents, then coefficients, of the erf rule. */
  readonly rule: number;
  readonly ruleCount: number;
}

const unaryCode: { readonly [F in Unary]: number } = {
  exp: 0,
  tanh: 1,
  sigmoid: 2,
  softplus: 3,
  erf: 4,
  abs: 5,
  step: 6,
};
const binaryCode: { readonly [F in Binary]: number } = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
};

type Makers = {
  readonly [K in Instruction['kind']]: (
    stage: Stage,
    instruction: InstructionOf<K>,
    out: number,
  ) => Step | undefined;
};

const makers: Makers = {
  x: () => undefined,
  λ: () => undefined,
  constant: () => undefined,
  lower: () => undefined,
  reshape: () => undefined,
  matmul: ({ kernels, arena, addresses, shapes, work }, { a, b, transposeA, transposeB, shape }, out) => {
    const [points, m, n] = stackOf(shape);
    const [, rows, columns] = stackOf(shapes[a]!);
    const k = transposeA ? rows : columns;
    const [A, B] = [addresses[a]!, addresses[b]!];
    const [stepA, stepB] = [stackStep(shapes[a]!), stackStep(shapes[b]!)];
    const clear = clearing(arena, out, points * m * n);
    if (m === 1) {
      const times = transposeB ? kernels.rowTimesTransposed : kernels.rowTimes;
      return () => {
        clear();
        for (let p = 0; p < points; p++) times(n, k, A + p * stepA, B + p * stepB, out + 8 * p * n);
      };
    }
    const [aRows, aColumns] = transposeA ? [1, m] : [k, 1];
    const [bRows, bColumns] = transposeB ? [1, k] : [n, 1];
    return () => {
      clear();
      for (let p = 0; p < points; p++) {
        const to = out + 8 * p * m * n;
        kernels.gemm(
          m,
          n,
          k,
          A + p * stepA,
          aRows,
          aColumns,
          B + p * stepB,
          bRows,
          bColumns,
          to,
          n,
          false,
          work,
        );
      }
    };
  },
  unary: ({ kernels, addresses, rule, ruleCount }, { fn, a, shape }, out) => {
    const [code, count, from] = [unaryCode[fn], sizeOf(shape), addresses[a]!];
    return () => kernels.unary(code, count, from, out, rule, ruleCount);
  },
  binary: (stage, { fn, a, b, shape }, out) => {
    const code = binaryCode[fn];
    const { kernels } = stage;
    const calls = broadcastCalls(stage, a, b, shape);
    return () => {
      for (const { rows, columns, left, leftRow, leftStep, right, rightRow, rightStep, offset } of calls)
        kernels.binary(
          code,
          rows,
          columns,
          left,
          leftRow,
          leftStep,
          right,
          rightRow,
          rightStep,
          out + offset,
        );
    };
  },
  sumLast: ({ kernels, addresses, shapes }, { a, shape }, out) => {
    const [rows, columns, from] = [sizeOf(shape), shapes[a]!.at(-1)!, addresses[a]!];
    return () => kernels.sumRows(rows, columns, from, out);
  },
  softmax: ({ kernels, addresses }, { a, shape }, out) => {
    const columns = shape.at(-1)!;
    const [rows, from] = [sizeOf(shape) / columns, addresses[a]!];
    return () => kernels.softmax(rows, columns, from, out);
  },
  slice: ({ arena, addresses, shapes }, { a, axis, start, size, shape }, out) => {
    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    const stride = shapes[a]![axis]! * inner;
    const from = addresses[a]! / 8 + start * inner;
    return () => {
      const { heap } = arena;
      for (let i = 0; i < outer; i++)
        heap.copyWithin(out / 8 + i * size * inner, from + i * stride, from + i * stride + size * inner);
    };
  },
  concat: ({ arena, addresses, shapes }, { parts, axis, shape }, out) => {
    const outer = sizeOf(shape.slice(0, axis));
    const stride = sizeOf(shape.slice(axis));
    let offset = 0;
    const copies = parts.map((part) => {
      const length = sizeOf(shapes[part]!.slice(axis));
      const to = out / 8 + offset;
      offset += length;
      return { from: addresses[part]! / 8, length, to };
    });
    return () => {
      const { heap } = arena;
      for (const { from, length, to } of copies)
        for (let i = 0; i < outer; i++)
          heap.copyWithin(to + i * stride, from + i * length, from + (i + 1) * length);
    };
  },
  transpose: ({ kernels, addresses, shapes }, { a }, out) => {
    const [points, rows, columns] = stackOf(shapes[a]!);
    const [from, step] = [addresses[a]!, 8 * rows * columns];
    return () => {
      for (let p = 0; p < points; p++) kernels.transpose(rows, columns, from + p * step, out + p * step);
    };
  },
  symmetric: ({ kernels, arena, addresses, shapes, work }, { terms, diagonal, triangle, shape }, out) => {
    const [points, n] = stackOf(shape);
    const clear = clearing(arena, out, points * n * n);
    const products = terms.map(({ left, right }) => ({
      L: addresses[left]!,
      R: addresses[right]!,
      stepL: stackStep(shapes[left]!),
      stepR: stackStep(shapes[right]!),
      k: stackOf(shapes[left]!)[2],
    }));
    const d = diagonal === null ? undefined : addresses[diagonal]!;
    const stepD = diagonal !== null && shapes[diagonal]!.length === 2 ? 8 * n : 0;
    return () => {
      clear();
      for (let p = 0; p < points; p++) {
        const to = out + 8 * p * n * n;
        for (const { L, R, stepL, stepR, k } of products)
          kernels.gemm(n, n, k, L + p * stepL, k, 1, R + p * stepR, 1, k, to, n, true, work);
        if (d !== undefined) kernels.addDiagonal(n, d + p * stepD, to);
        if (triangle === 'full') kernels.mirror(n, to);
      }
    };
  },
};

/** Bytes from one matrix of a stack to the next; 0 for one matrix that serves all. */
function stackStep(shape: Shape): number {
  return shape.length === 3 ? 8 * shape[1]! * shape[2]! : 0;
}

/** All steps of `program`. */
export function stepsOf(program: Program, stage: Stage): Step[] {
  return program.instructions.flatMap((instruction, k) => {
    const step = make(stage, instruction, stage.addresses[k]!);
    return step === undefined ? [] : [step];
  });
}

function make<K extends Instruction['kind']>(
  stage: Stage,
  instruction: InstructionOf<K>,
  out: number,
): Step | undefined {
  const maker = makers[instruction.kind as K] as (
    s: Stage,
    i: InstructionOf<K>,
    o: number,
  ) => Step | undefined;
  return maker(stage, instruction, out);
}

function clearing(arena: Arena, out: number, count: number): Step {
  return () => void arena.heap.fill(0, out / 8, out / 8 + count);
}

/** Numbers between neighbours of a broadcast operand along each axis of `shape`; 0 where it has one entry. */
function broadcastStrides(operand: readonly number[], shape: readonly number[]): number[] {
  const strides = shape.map(() => 0);
  let stride = 1;
  for (let axis = operand.length - 1; axis >= 0; axis--) {
    if (operand[axis] !== 1) strides[shape.length - operand.length + axis] = stride;
    stride *= operand[axis]!;
  }
  return strides;
}

/** Axes along which both operands go on evenly are joined, so that most tensors become tables. */
function joined(shape: readonly number[], left: readonly number[], right: readonly number[]) {
  const axes: { size: number; left: number; right: number }[] = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const here = { size: shape[axis]!, left: left[axis]!, right: right[axis]! };
    const inner = axes[0];
    if (here.size === 1) continue;
    if (inner && here.left === inner.left * inner.size && here.right === inner.right * inner.size)
      inner.size *= here.size;
    else axes.unshift(here);
  }
  while (axes.length < 2) axes.unshift({ size: 1, left: 0, right: 0 });
  return axes;
}

function broadcastCalls({ addresses, shapes }: Stage, a: Ref, b: Ref, shape: readonly number[]) {
  const axes = joined(shape, broadcastStrides(shapes[a]!, shape), broadcastStrides(shapes[b]!, shape));
  const [table, line] = axes.slice(-2) as [(typeof axes)[number], (typeof axes)[number]];
  const outer = axes.slice(0, -2);
  const count = outer.reduce((product, { size }) => product * size, 1);
  return Array.from({ length: count }, (_, position) => {
    let [left, right] = [addresses[a]!, addresses[b]!];
    let rest = position;
    for (const axis of outer.toReversed()) {
      const index = rest % axis.size;
      rest = (rest - index) / axis.size;
      left += 8 * index * axis.left;
      right += 8 * index * axis.right;
    }
    return {
      rows: table.size,
      columns: line.size,
      left,
      leftRow: table.left,
      leftStep: line.left,
      right,
      rightRow: table.right,
      rightStep: line.right,
      offset: 8 * position * table.size * line.size,
    };
  });
}
