import type { Binary, Instruction, InstructionOf, Program, Ref, Unary } from '../../derive/program.js';
import { type Shape, sizeOf, stackOf } from '../../derive/shape.js';
import type { Float } from '../trained.js';
import { type Arena, numberBytes } from './arena.js';
import type { FloatKernels, Kernels } from './kernels.js';
import { bands, type Factor, type Product, type Products, parted } from './products.js';

/** One kernel call with everything bound. */
export type Step = () => void;

/** What all steps of a program share. */
export interface Stage {
  readonly arena: Arena;
  readonly shapes: readonly Shape[];
  /** Address of an instruction's result; a constant's as `float`. */
  address(ref: Ref, float: Float): number;
  /** Where a factor of a product stands. */
  factor(ref: Ref, float: Float): Factor;
  /** Who computes large products; default: the kernels. */
  readonly products?: Products;
  /** What every instruction's result is stored as. */
  readonly floats: readonly Float[];
  /** Work space of matrix products. */
  readonly work: number;
  /** Exponents, then coefficients, of the erf rule. */
  readonly rule: number;
  readonly ruleCount: number;
}

/** A stage as the maker of one instruction's step sees it: in the instruction's own numbers. */
interface Site extends Omit<Stage, 'address' | 'factor'> {
  readonly all: Kernels;
  readonly kernels: FloatKernels;
  readonly float: Float;
  /** Bytes of a number. */
  readonly bytes: number;
  /** Address of an operand. */
  at(ref: Ref): number;
  factor(ref: Ref): Factor;
  /** Address of the result. */
  readonly out: number;
}

const unaryCode: { readonly [F in Unary]: number } = {
  exp: 0,
  tanh: 1,
  sigmoid: 2,
  softplus: 3,
  erf: 4,
  abs: 5,
  step: 6,
  log: 7,
  sqrt: 8,
  sin: 9,
  cos: 10,
  atan: 11,
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
  readonly [K in Instruction['kind']]: (site: Site, instruction: InstructionOf<K>) => Step | undefined;
};

const makers: Makers = {
  x: () => undefined,
  λ: () => undefined,
  constant: () => undefined,
  reshape: () => undefined,
  lower: ({ all, floats, float, at, out }, { a, shape }) => {
    if (floats[a] === float) return undefined;
    const [count, from] = [sizeOf(shape), at(a)];
    return () => all.lower(count, from, out);
  },
  matmul: (site, instruction) => {
    const { a, b, transposeA, transposeB, shape } = instruction;
    const elsewhere = productStep(site, instruction);
    if (elsewhere) return elsewhere;
    const { all, kernels, float, bytes, at, out, shapes, work } = site;
    const [points, m, n] = stackOf(shape);
    const [, rows, columns] = stackOf(shapes[a]!);
    const k = transposeA ? rows : columns;
    const [A, B] = [at(a), at(b)];
    const [stepA, stepB] = [stackStep(site, a), stackStep(site, b)];
    const clear = clearing(site, points * m * n);
    if (m === 1 && float === 'f64') {
      const times = transposeB ? all.rowTimesTransposed : all.rowTimes;
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
        const [left, right, to] = [A + p * stepA, B + p * stepB, out + bytes * p * m * n];
        kernels.gemm(m, n, k, left, aRows, aColumns, right, bRows, bColumns, to, n, false, work);
      }
    };
  },
  contract: (site, instruction) => {
    const stack = stackOfProducts(site, instruction);
    const { m, n, k, lefts, rights, places } = stack;
    const elsewhere = stackElsewhere(site, stack);
    if (elsewhere) return elsewhere;
    const { all, kernels, float, work } = site;
    const { aRows, aColumns, bRows, bColumns } = stack;
    if (float === 'f64' && m * n * k <= SMALL && k <= DEEP) {
      const { count, left, right, to } = stack.along;
      return () => {
        for (let p = 0; p < places.length; p++)
          all.stack(
            ...([
              count,
              m,
              n,
              k,
              lefts[p]!,
              left,
              aRows,
              aColumns,
              rights[p]!,
              right,
              bRows,
              bColumns,
            ] as const),
            ...([places[p]!, to, work] as const),
          );
      };
    }
    const clear = clearing(site, sizeOf(instruction.shape));
    return () => {
      clear();
      eachOf(stack, site.bytes, (A, B, C) =>
        kernels.gemm(m, n, k, A, aRows, aColumns, B, bRows, bColumns, C, n, false, work),
      );
    };
  },
  gather: ({ arena, kernels, at, out, shapes }, { a, index, block, shape }) => {
    const length = shapes[a]!.at(-1)!;
    const rows = sizeOf(shape.slice(0, -1));
    const [from, table] = [at(a), arena.indices(index)];
    return () => kernels.gather(rows, length, index.length, block, table, from, out);
  },
  unary: ({ kernels, at, out, rule, ruleCount }, { fn, a, shape }) => {
    const [code, count, from] = [unaryCode[fn], sizeOf(shape), at(a)];
    return () => kernels.unary(code, count, from, out, rule, ruleCount);
  },
  binary: (site, { fn, a, b, shape }) => {
    const code = binaryCode[fn];
    const { kernels, out } = site;
    const calls = broadcastCalls(site, a, b, shape);
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
  sumLast: ({ kernels, at, out, shapes }, { a, shape }) => {
    const [rows, columns, from] = [sizeOf(shape), shapes[a]!.at(-1)!, at(a)];
    return () => kernels.sumRows(rows, columns, from, out);
  },
  softmax: ({ kernels, at, out }, { a, shape }) => {
    const columns = shape.at(-1)!;
    const [rows, from] = [sizeOf(shape) / columns, at(a)];
    return () => kernels.softmax(rows, columns, from, out);
  },
  slice: ({ arena, float, bytes, at, out, shapes }, { a, axis, start, size, shape }) => {
    const outer = sizeOf(shape.slice(0, axis));
    const inner = sizeOf(shape.slice(axis + 1));
    const stride = shapes[a]![axis]! * inner;
    const from = at(a) / bytes + start * inner;
    const to = out / bytes;
    if (from === to) return undefined;
    return () => {
      const heap = arena.heap[float];
      for (let i = 0; i < outer; i++)
        heap.copyWithin(to + i * size * inner, from + i * stride, from + i * stride + size * inner);
    };
  },
  concat: ({ arena, float, bytes, at, out, shapes }, { parts, axis, shape }) => {
    const outer = sizeOf(shape.slice(0, axis));
    const stride = sizeOf(shape.slice(axis));
    let offset = 0;
    const copies = parts.map((part) => {
      const length = sizeOf(shapes[part]!.slice(axis));
      const to = out / bytes + offset;
      offset += length;
      return { from: at(part) / bytes, length, to };
    });
    const missing = outer === 1 ? copies.filter(({ from, to }) => from !== to) : copies;
    if (missing.length === 0) return undefined;
    return () => {
      const heap = arena.heap[float];
      for (const { from, length, to } of missing)
        for (let i = 0; i < outer; i++)
          heap.copyWithin(to + i * stride, from + i * length, from + (i + 1) * length);
    };
  },
  transpose: ({ kernels, bytes, at, out, shapes }, { a }) => {
    const [points, rows, columns] = stackOf(shapes[a]!);
    const [from, step] = [at(a), bytes * rows * columns];
    return () => {
      for (let p = 0; p < points; p++) kernels.transpose(rows, columns, from + p * step, out + p * step);
    };
  },
  symmetric: (site, { terms, diagonal, triangle, shape }) => {
    const { kernels, bytes, at, out, shapes, work } = site;
    const [points, n] = stackOf(shape);
    const elsewhere = symmetricStep(site, terms, points, n);
    const clear = clearing(site, points * n * n);
    const products = terms.map(({ left, right }) => ({
      L: at(left),
      R: at(right),
      stepL: stackStep(site, left),
      stepR: stackStep(site, right),
      k: stackOf(shapes[left]!)[2],
    }));
    const d = diagonal === null ? undefined : at(diagonal);
    const stepD = diagonal !== null && shapes[diagonal]!.length === 2 ? bytes * n : 0;
    return () => {
      if (elsewhere) elsewhere();
      else clear();
      for (let p = 0; p < points; p++) {
        const to = out + bytes * p * n * n;
        for (const { L, R, stepL, stepR, k } of elsewhere ? [] : products)
          kernels.gemm(n, n, k, L + p * stepL, k, 1, R + p * stepR, 1, k, to, n, true, work);
        if (d !== undefined) kernels.addDiagonal(n, d + p * stepD, to);
        if (triangle === 'full') kernels.mirror(n, to);
      }
    };
  },
};

/** A product that is large, or has a factor beside the arena, computed elsewhere. */
function productStep(
  site: Site,
  { a, b, transposeA, transposeB, shape }: InstructionOf<'matmul'>,
): Step | undefined {
  const { arena, products, float, bytes, out, shapes } = site;
  if (!products) return undefined;
  const [points, m, n] = stackOf(shape);
  const [lda, ldb] = [shapes[a]!.at(-1)!, shapes[b]!.at(-1)!];
  const k = transposeA ? stackOf(shapes[a]!)[1] : lda;
  const [A, B] = [site.factor(a), site.factor(b)];
  if (!A.outside && !B.outside && points * m * n * k < products.from) return undefined;
  const [stepA, stepB] = [stackStep(site, a), stackStep(site, b)];
  const whole = { float, m, n, k, lda, ldb, ldc: n, transposeA, transposeB, add: false };
  const tasks = Array.from({ length: points }, (_, p): Product => {
    const [left, right] = [
      { ...A, at: A.at + p * stepA },
      { ...B, at: B.at + p * stepB },
    ];
    return { ...whole, a: left, b: right, c: out + bytes * p * m * n };
  }).flatMap((product) => parted(product, products.threads).map((part) => [part]));
  return products.prepare(tasks, () => arena.heap.f64.buffer);
}

/** The products of a symmetric sum, computed elsewhere where they are large. */
function symmetricStep(
  site: Site,
  terms: InstructionOf<'symmetric'>['terms'],
  points: number,
  n: number,
): Step | undefined {
  const { arena, products, float, bytes, out, shapes } = site;
  const depths = terms.map(({ left }) => stackOf(shapes[left]!)[2]);
  const work = points * n * n * depths.reduce((sum, k) => sum + k, 0);
  if (!products || terms.length === 0 || work < products.from) return undefined;
  const tasks = Array.from({ length: points }, (_, p) =>
    bands(
      terms.map(({ left, right }, i): Product => {
        const k = depths[i]!;
        const [L, R] = [site.factor(left), site.factor(right)];
        return {
          ...{ float, m: n, n, k, lda: k, ldb: k, ldc: n, transposeA: false, transposeB: true, add: i > 0 },
          a: { ...L, at: L.at + p * stackStep(site, left) },
          b: { ...R, at: R.at + p * stackStep(site, right) },
          c: out + bytes * p * n * n,
        };
      }),
      products.threads,
    ),
  ).flat();
  return products.prepare(tasks, () => arena.heap.f64.buffer);
}

/** Bytes from one matrix of a stack to the next; 0 for one matrix that serves all. */
function stackStep({ shapes, bytes }: Site, ref: Ref): number {
  const shape = shapes[ref]!;
  return shape.length === 3 ? bytes * shape[1]! * shape[2]! : 0;
}

/** Multiplications up to which a product is one of a stack in one call, and the inner length up to which there is work space for that. */
const [SMALL, DEEP] = [30_000, 256];

/** The products of a `contract`: those along the longest axis of the stack follow one another by `along`, the rest by their places. */
interface Stack {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly aRows: number;
  readonly aColumns: number;
  readonly bRows: number;
  readonly bColumns: number;
  /** How many, and numbers from one matrix to the next; 0 for one that serves all. */
  readonly along: {
    readonly count: number;
    readonly left: number;
    readonly right: number;
    readonly to: number;
  };
  /** Addresses. */
  readonly lefts: Float64Array;
  readonly rights: Float64Array;
  readonly places: Float64Array;
}

function stackOfProducts({ shapes, at, out, bytes }: Site, instruction: InstructionOf<'contract'>): Stack {
  const { a, b, transposeA, transposeB, shape } = instruction;
  const [m, n] = shape.slice(-2) as [number, number];
  const k = shapes[a]!.at(transposeA ? -2 : -1)!;
  const lead = shape.length > 2 ? shape.slice(0, -2) : [1];
  const axis = lead.indexOf(Math.max(...lead));
  const rest = lead.with(axis, 1);
  const side = (own: Shape, from: number, size: number) => {
    const strides = broadcastStrides(own, lead);
    const places = new Float64Array(sizeOf(rest));
    for (let p = 0; p < places.length; p++) {
      let [left, place] = [p, 0];
      for (let d = lead.length - 1; d >= 0; d--) {
        const index = left % rest[d]!;
        left = (left - index) / rest[d]!;
        place += index * strides[d]!;
      }
      places[p] = from + bytes * size * place;
    }
    return { places, step: size * strides[axis]! };
  };
  const left = side(shapes[a]!.slice(0, -2), at(a), m * k);
  const right = side(shapes[b]!.slice(0, -2), at(b), k * n);
  const to = side(lead, out, m * n);
  const [aRows, aColumns] = transposeA ? [1, m] : [k, 1];
  const [bRows, bColumns] = transposeB ? [1, k] : [n, 1];
  return {
    ...{ m, n, k, aRows, aColumns, bRows, bColumns },
    along: { count: lead[axis]!, left: left.step, right: right.step, to: to.step },
    lefts: left.places,
    rights: right.places,
    places: to.places,
  };
}

function eachOf(
  { along, lefts, rights, places }: Stack,
  bytes: number,
  visit: (A: number, B: number, C: number) => void,
): void {
  places.forEach((to, p) => {
    for (let q = 0; q < along.count; q++)
      visit(
        lefts[p]! + bytes * q * along.left,
        rights[p]! + bytes * q * along.right,
        to + bytes * q * along.to,
      );
  });
}

/** The products of a stack, computed elsewhere where each is large. */
function stackElsewhere({ arena, products, float, bytes }: Site, stack: Stack): Step | undefined {
  const { m, n, k, aColumns, bColumns } = stack;
  if (!products || m * n * k < products.from) return undefined;
  const [transposeA, transposeB] = [aColumns !== 1, bColumns !== 1];
  const whole = { float, m, n, k, lda: transposeA ? m : k, ldb: transposeB ? k : n, ldc: n, add: false };
  const tasks: Product[][] = [];
  eachOf(stack, bytes, (A, B, C) =>
    tasks.push([{ ...whole, transposeA, transposeB, a: { at: A }, b: { at: B }, c: C }]),
  );
  return products.prepare(tasks, () => arena.heap.f64.buffer);
}

/** All steps of `program`. */
export function stepsOf({ instructions }: Program, stage: Stage): Step[] {
  const all = stage.arena.kernels;
  return instructions.flatMap((instruction, k) => {
    if (instruction.kind === 'constant') return [];
    const float = stage.floats[k]!;
    const step = make(
      {
        ...stage,
        all,
        kernels: all[float],
        float,
        bytes: numberBytes[float],
        at: (ref) => stage.address(ref, float),
        factor: (ref) => stage.factor(ref, float),
        out: stage.address(k as Ref, float),
      },
      instruction,
    );
    return step === undefined ? [] : [step];
  });
}

function make<K extends Instruction['kind']>(site: Site, instruction: InstructionOf<K>): Step | undefined {
  const maker = makers[instruction.kind as K] as (s: Site, i: InstructionOf<K>) => Step | undefined;
  return maker(site, instruction);
}

function clearing({ arena, float, bytes, out }: Site, count: number): Step {
  return () => void arena.heap[float].fill(0, out / bytes, out / bytes + count);
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

function broadcastCalls({ at, bytes, shapes }: Site, a: Ref, b: Ref, shape: Shape) {
  const axes = joined(shape, broadcastStrides(shapes[a]!, shape), broadcastStrides(shapes[b]!, shape));
  const [table, line] = axes.slice(-2) as [(typeof axes)[number], (typeof axes)[number]];
  const outer = axes.slice(0, -2);
  const count = outer.reduce((product, { size }) => product * size, 1);
  return Array.from({ length: count }, (_, position) => {
    let [left, right] = [at(a), at(b)];
    let rest = position;
    for (const axis of outer.toReversed()) {
      const index = rest % axis.size;
      rest = (rest - index) / axis.size;
      left += bytes * index * axis.left;
      right += bytes * index * axis.right;
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
      offset: bytes * position * table.size * line.size,
    };
  });
}
