import { levels } from '../../derive/levels.js';
import {
  type Instruction,
  type InstructionOf,
  operands,
  type Program,
  type Ref,
} from '../../derive/program.js';
import { type Shape, stackOf } from '../../derive/shape.js';
import type { Precision } from '../contract.js';
import type { Float } from '../trained.js';
import type { Arrays } from './arrays.js';
import type { OnnxNode, OnnxTensor } from './model.js';
import { binaryOperator, Nodes, unaryWriters } from './operators.js';
import { type HessianBlock, type NamedSum, SymmetricSums } from './symmetric.js';

export interface EmitOptions {
  readonly precision: Precision;
  /** Rows of a block of a symmetric matrix. */
  readonly blockRows: number;
  /** Whether f64 products with a trained matrix may use a transposed copy of it. */
  readonly transposedCopies: boolean;
}

/** A program's nodes and outputs; its arrays are in the `Arrays` it was written with. */
export interface Emitted {
  readonly nodes: readonly OnnxNode[];
  readonly outputs: readonly OnnxTensor[];
  readonly y: OnnxTensor;
  readonly J?: OnnxTensor;
  /** The blocks of `H` on and below its diagonal, and what they are stored as. */
  readonly blocks: readonly HessianBlock[];
  readonly hessian: Float;
}

/** From this many columns on the f64 product reads its right factor faster from a transposed copy. */
const wide = 512;

/** Writes `program` in ONNX operators that the CPU provider has in both precisions; all names begin with `prefix`. */
export function emit(program: Program, arrays: Arrays, options: EmitOptions, prefix = ''): Emitted {
  const emission = new Emission(program, arrays, options, prefix);
  const { y, J, H } = program.outputs;
  const parts = H === undefined ? undefined : partsOf(program, H);
  program.instructions.forEach((instruction, k) => {
    if (k !== parts?.sum && (k !== H || parts?.sum === undefined)) emission.write(k as Ref, instruction);
  });
  const hessian = H === undefined ? 'f64' : emission.float(H);
  const blocks = parts === undefined ? [] : emission.hessian(parts);
  const points = H === undefined ? [] : program.instructions[H]!.shape.slice(0, -2);
  const own = { y: emission.output('y', y), ...(J !== undefined && { J: emission.output('J', J) }) };
  const outputs = [
    ...Object.values(own),
    ...blocks.map(({ name, rows, columns }) => ({
      name,
      element: hessian,
      shape: [...points, rows, columns],
    })),
  ];
  return { nodes: emission.nodes.list, outputs, ...own, blocks, hessian };
}

/** `H` as a symmetric sum and a matrix that is added to it, each where there is one. */
interface Parts {
  readonly sum?: Ref;
  readonly whole?: Ref;
}

function partsOf({ instructions }: Program, H: Ref): Parts {
  const instruction = instructions[H]!;
  if (instruction.kind === 'symmetric') return { sum: H };
  if (instruction.kind !== 'binary' || instruction.fn !== 'add') return { whole: H };
  const { a, b } = instruction;
  const alone = !instructions.some((own, k) => k !== H && operands(own).includes(a));
  return alone && instructions[a]!.kind === 'symmetric' ? { sum: a, whole: b } : { whole: H };
}

type Writers = {
  readonly [K in Instruction['kind']]: (e: Emission, instruction: InstructionOf<K>, name: string) => void;
};

const writers: Writers = {
  x: ({ nodes }, _, name) => nodes.add('Identity', ['x'], name),
  λ: ({ nodes }, _, name) => nodes.add('Identity', ['λ'], name),
  constant: () => undefined,
  lower: ({ nodes, name: of, here }, { a }, name) => void nodes.cast(of(a), here, name),
  matmul: (e, instruction, name) => {
    if (instruction.shape.length === 3) e.stackedProduct(instruction, name);
    else e.product(instruction, name);
  },
  contract: (e, { a, b, transposeA, transposeB }, name) => {
    void e.nodes.add('MatMul', [e.factor(a, transposeA), e.factor(b, transposeB)], name);
  },
  gather: (e, { a, index, block, shape }, name) => e.gather(a, index, block, shape, name),
  unary: ({ nodes, name: of, here }, { fn, a }, name) => unaryWriters[fn](nodes, of(a), here, name),
  binary: ({ nodes, name: of }, { fn, a, b }, name) =>
    void nodes.add(binaryOperator[fn], [of(a), of(b)], name),
  sumLast: ({ nodes, name: of }, { a }, name) =>
    void nodes.add('ReduceSum', [of(a), nodes.integers([-1])], name, { keepdims: 1 }),
  softmax: ({ nodes, name: of }, { a }, name) => void nodes.add('Softmax', [of(a)], name, { axis: -1 }),
  slice: ({ nodes, name: of }, { a, axis, start, size }, name) => {
    const [from, to, along] = [start, start + size, axis].map((value) => nodes.integers([value]));
    nodes.add('Slice', [of(a), from!, to!, along!], name);
  },
  concat: ({ nodes, name: of }, { parts, axis }, name) =>
    void nodes.add('Concat', parts.map(of), name, { axis }),
  reshape: ({ nodes, name: of }, { a, shape }, name) =>
    void nodes.add('Reshape', [of(a), nodes.integers(shape)], name),
  transpose: ({ nodes, name: of }, { a, shape }, name) =>
    void nodes.add('Transpose', [of(a)], name, { perm: swapped(shape) }),
  symmetric: (e, instruction, name) => {
    const sum = e.sum(instruction);
    if (instruction.shape.length === 3) e.sums.stack(sum, name);
    else e.sums.whole(sum, name);
  },
};

/** The axes of a matrix, or of a stack of matrices, with the last two exchanged. */
const swapped = ({ length }: Shape): number[] => [
  ...Array.from({ length: length - 2 }, (_, axis) => axis),
  length - 1,
  length - 2,
];

class Emission {
  readonly nodes: Nodes;
  readonly sums: SymmetricSums;
  /** What the instruction being written computes in. */
  here: Float = 'f64';
  readonly #names = new Map<Ref, string>();
  readonly #levels;

  constructor(
    private readonly program: Program,
    private readonly arrays: Arrays,
    private readonly options: EmitOptions,
    private readonly prefix: string,
  ) {
    this.nodes = new Nodes(arrays, prefix);
    this.sums = new SymmetricSums(this.nodes, options.blockRows);
    this.#levels = levels(program);
  }

  float(ref: Ref): Float {
    const { precision } = this.options;
    if (precision === 'mixed') return this.#levels[ref] === 'lower' ? 'f32' : 'f64';
    return precision === 'f64' ? 'f64' : 'f32';
  }
  shape(ref: Ref): Shape {
    return this.program.instructions[ref]!.shape;
  }
  /** The name of an operand, a constant as the instruction being written wants it. */
  readonly name = (ref: Ref): string => {
    const instruction = this.program.instructions[ref]!;
    return instruction.kind === 'constant'
      ? this.arrays.trained(instruction.tensor, this.here)
      : this.#names.get(ref)!;
  };

  write(ref: Ref, instruction: Instruction): void {
    this.here = this.float(ref);
    if (instruction.kind === 'lower' && this.options.precision !== 'mixed') {
      this.#names.set(ref, this.name(instruction.a));
      return;
    }
    const name = `${this.prefix}t${ref}`;
    this.#names.set(ref, name);
    this.#apply(instruction, name);
  }
  #apply<K extends Instruction['kind']>(instruction: InstructionOf<K>, name: string): void {
    const writer = writers[instruction.kind as K] as (e: Emission, i: InstructionOf<K>, n: string) => void;
    writer(this, instruction, name);
  }

  /** A product of two matrices. */
  product({ a, b, transposeA, transposeB, shape }: InstructionOf<'matmul'>, name: string): void {
    const { nodes } = this;
    const [A, B] = [this.name(a), this.name(b)];
    const [, rows, columns] = stackOf(shape);
    const transposed = transposeA || transposeB ? undefined : this.#transposedCopy(b);
    const reshaped = (tensor: string, to: readonly number[], as?: string): string =>
      nodes.add('Reshape', [tensor, nodes.integers(to)], as);
    if (rows === 1 && !transposeA && this.here === 'f64') {
      // A row times a matrix, computed as the matrix times a column: the f64 product packs its right factor first.
      const left = transposeB ? B : transposed;
      const product =
        left === undefined
          ? nodes.add('Gemm', [B, reshaped(A, [1, -1])], undefined, { transA: 1, transB: 1 })
          : nodes.add('MatMul', [left, reshaped(A, [-1, 1])]);
      reshaped(product, shape, name);
    } else if (shape.length === 1) {
      const product = nodes.add('Gemm', [reshaped(A, [1, -1]), B], undefined, { transB: Number(transposeB) });
      reshaped(product, shape, name);
    } else if (transposed !== undefined && columns >= wide)
      nodes.add('Gemm', [A, transposed], name, { transB: 1 });
    else if (transposeA || transposeB)
      nodes.add('Gemm', [A, B], name, { transA: Number(transposeA), transB: Number(transposeB) });
    else nodes.add('MatMul', [A, B], name);
  }

  /** Products of the matrices of two stacks, or of a stack with one matrix. */
  stackedProduct({ a, b, transposeA, transposeB }: InstructionOf<'matmul'>, name: string): void {
    this.nodes.add('MatMul', [this.factor(a, transposeA), this.factor(b, transposeB)], name);
  }

  /** A factor of a product of stacks. */
  factor(ref: Ref, transpose: boolean): string {
    return transpose
      ? this.nodes.add('Transpose', [this.name(ref)], undefined, { perm: swapped(this.shape(ref)) })
      : this.name(ref);
  }

  /** Blocks of the last axis. A block of zeros stands behind the source where −1, its last block, is asked for. */
  gather(a: Ref, index: Int32Array, block: number, shape: Shape, name: string): void {
    const { nodes } = this;
    const from = this.shape(a);
    const lead = from.slice(0, -1);
    if (block === 1 && lead.every((length) => length === 1) && this.#scattered(a, index, shape, name)) return;
    const blocks = [...lead, from.at(-1)! / block, block];
    let source = nodes.add('Reshape', [this.name(a), nodes.integers(blocks)]);
    if (index.includes(-1)) {
      const zero = nodes.arrays.numbers(
        [0],
        blocks.map(() => 1),
        this.here,
      );
      const zeros = nodes.add('Expand', [zero, nodes.integers([...lead, 1, block])]);
      source = nodes.add('Concat', [source, zeros], undefined, { axis: lead.length });
    }
    const picked = nodes.add('Gather', [source, nodes.arrays.indices(index)], undefined, {
      axis: lead.length,
    });
    nodes.add('Reshape', [picked, nodes.integers(shape)], name);
  }

  /** A gather of few numbers among many zeros: those few are written where they go. */
  #scattered(a: Ref, index: Int32Array, shape: Shape, name: string): boolean {
    const to = index.reduce<number[]>((places, from, k) => {
      if (from >= 0) places.push(k);
      return places;
    }, []);
    if (index.length < 4096 || 4 * to.length > index.length) return false;
    const { nodes, here } = this;
    const { arrays } = nodes;
    const flat = nodes.add('Reshape', [this.name(a), nodes.integers([-1])]);
    const few = nodes.add('Gather', [flat, arrays.indices(Int32Array.from(to, (k) => index[k]!))]);
    const zeros = nodes.add('Expand', [arrays.numbers([0], [1], here), nodes.integers([index.length])]);
    const all = nodes.add('ScatterElements', [zeros, arrays.indices(Int32Array.from(to)), few]);
    nodes.add('Reshape', [all, nodes.integers(shape)], name);
    return true;
  }

  /** The transposed copy of a trained matrix, where products may use one. */
  #transposedCopy(b: Ref): string | undefined {
    const instruction = this.program.instructions[b]!;
    if (this.here === 'f32' || !this.options.transposedCopies || instruction.kind !== 'constant')
      return undefined;
    return this.arrays.trained(this.arrays.numbersOf.transposed(instruction.tensor, this.here), this.here);
  }

  sum({ terms, diagonal, shape }: InstructionOf<'symmetric'>): NamedSum {
    return {
      n: shape.at(-1)!,
      terms: terms.map(({ left, right }) => ({
        left: this.name(left),
        right: this.name(right),
        stacked: this.shape(right).length === 3,
      })),
      diagonal: diagonal === null ? null : this.name(diagonal),
      float: this.here,
    };
  }

  /** The blocks of `H`, each an output of its own; a stack, and what is no sum, is one block. */
  hessian({ sum: S, whole }: Parts): HessianBlock[] {
    const { prefix, nodes } = this;
    const H = (S ?? whole)!;
    this.here = this.float(H);
    const added = whole === undefined ? undefined : this.name(whole);
    const name = `${prefix}H`;
    const n = this.shape(H).at(-1)!;
    const one = [{ name, row: 0, rows: n, column: 0, columns: n }];
    if (S === undefined) {
      nodes.add('Identity', [added!], name);
      return one;
    }
    const sum = this.sum(this.program.instructions[S] as InstructionOf<'symmetric'>);
    if (this.shape(S).length === 2) return this.sums.blocks(sum, (i, j) => `${prefix}H${i}_${j}`, added);
    if (added === undefined) this.sums.stack(sum, name);
    else {
      const own = nodes.fresh();
      this.sums.stack(sum, own);
      nodes.add('Add', [own, added], name);
    }
    return one;
  }

  /** An output of the graph under its own name, however it is computed. */
  output(called: string, ref: Ref): OnnxTensor {
    this.here = this.float(ref);
    const name = this.nodes.add('Identity', [this.name(ref)], `${this.prefix}${called}`);
    return { name, element: this.here, shape: this.shape(ref) };
  }
}
