import type { Binary, Instruction, InstructionOf, Program, Ref, Unary } from '../../derive/program.js';
import type { Precision } from '../contract.js';
import type { Block } from '../programs.js';
import { erfLimit, erfRule } from '../quadrature.js';
import type { Arrays } from './arrays.js';
import { elementType, type OnnxNode, type OnnxTensor } from './model.js';

export interface EmitOptions {
  /** Symmetric matrices are computed in square blocks of about this many rows, so that one triangle suffices. */
  readonly blockRows: number;
  /** Whether f64 products with a trained matrix may use a transposed copy of it. */
  readonly transposedCopies: boolean;
}

/** A program's nodes and outputs; its arrays are in the `Arrays` it was written with. */
export interface Emitted {
  readonly nodes: readonly OnnxNode[];
  readonly outputs: readonly OnnxTensor[];
  /** Names of `y`, `J` and the blocks of `H` on and below its diagonal. */
  readonly y: string;
  readonly J?: string;
  readonly blocks: readonly HessianBlock[];
}
export interface HessianBlock extends Block {
  readonly name: string;
}

/** From this many columns on the f64 product reads its right factor faster from a transposed copy. */
const wide = 512;

/** Writes `program` in ONNX operators that the CPU provider has in both precisions; all names begin with `prefix`. */
export function emit(program: Program, arrays: Arrays, options: EmitOptions, prefix = ''): Emitted {
  const emission = new Emission(program, arrays, options, prefix);
  program.instructions.forEach((instruction, k) => {
    if (k !== program.outputs.H) emission.write(k as Ref, instruction);
  });
  const blocks = emission.hessian();
  const y = emission.output('y', program.outputs.y);
  const J = program.outputs.J === undefined ? undefined : emission.output('J', program.outputs.J);
  const { precision: element } = arrays;
  const outputs = [
    y,
    ...(J === undefined ? [] : [J]),
    ...blocks.map(({ name, rows, columns }) => ({ name, element, shape: [rows, columns] })),
  ];
  return { nodes: emission.nodes, outputs, y: y.name, ...(J === undefined ? {} : { J: J.name }), blocks };
}

const operator: { readonly [F in Binary]: string } = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
};

type Writers = {
  readonly [K in Instruction['kind']]: (e: Emission, instruction: InstructionOf<K>, name: string) => void;
};

const unary: { readonly [F in Unary]: (e: Emission, u: string, name: string) => void } = {
  exp: (e, u, name) => e.node('Exp', [u], name),
  tanh: (e, u, name) => e.node('Tanh', [u], name),
  sigmoid: (e, u, name) => e.node('Sigmoid', [u], name),
  abs: (e, u, name) => e.node('Abs', [u], name),
  step: (e, u, name) => e.node('Cast', [e.node('Greater', [u, e.scalar(0)])], name, { to: e.element }),
  // max(u, 0) + log(1 + e^(−|u|))
  softplus: (e, u, name) => {
    if (e.precision === 'f32') return e.node('Softplus', [u], name);
    const small = e.node('Exp', [e.node('Neg', [e.node('Abs', [u])])]);
    const log = e.node('Log', [e.node('Add', [small, e.scalar(1)])]);
    return e.node('Add', [e.node('Max', [u, e.scalar(0)]), log], name);
  },
  // u Σ c exp(u² t), u held in ±6
  erf: (e, u, name) => {
    if (e.precision === 'f32') return e.node('Erf', [u], name);
    const { exponents, coefficients } = erfRule();
    const count = exponents.length;
    const held = e.node('Min', [e.node('Max', [u, e.scalar(-erfLimit)]), e.scalar(erfLimit)]);
    const column = e.node('Unsqueeze', [held, e.integers([-1])]);
    const exponent = e.node('Mul', [
      e.node('Mul', [column, column]),
      e.arrays.numbers(Float64Array.from(exponents), [count]),
    ]);
    const sum = e.node('MatMul', [e.node('Exp', [exponent]), e.arrays.numbers(coefficients, [count, 1])]);
    return e.node('Squeeze', [e.node('Mul', [column, sum]), e.integers([-1])], name);
  },
};

const writers: Writers = {
  x: (e, _, name) => e.node('Identity', ['x'], name),
  λ: (e, _, name) => e.node('Identity', ['λ'], name),
  constant: () => undefined,
  matmul: (e, { a, b, transposeA, transposeB, shape }, name) => {
    const [A, B] = [e.name(a), e.name(b)];
    const [rows, columns] = shape as [number, number];
    const transposed = transposeA || transposeB ? undefined : e.transposedCopy(b);
    if (rows === 1 && !transposeA && e.precision === 'f64') {
      // A row times a matrix, computed as the matrix times a column: the f64 product packs its right factor first.
      const product = transposeB
        ? e.node('MatMul', [B, e.node('Reshape', [A, e.integers([-1, 1])])])
        : transposed === undefined
          ? e.node('Gemm', [B, A], undefined, { transA: 1, transB: 1 })
          : e.node('MatMul', [transposed, e.node('Reshape', [A, e.integers([-1, 1])])]);
      e.node('Reshape', [product, e.integers([1, columns])], name);
    } else if (transposed !== undefined && columns >= wide)
      e.node('Gemm', [A, transposed], name, { transB: 1 });
    else if (transposeA || transposeB)
      e.node('Gemm', [A, B], name, { transA: Number(transposeA), transB: Number(transposeB) });
    else e.node('MatMul', [A, B], name);
  },
  unary: (e, { fn, a }, name) => unary[fn](e, e.name(a), name),
  binary: (e, { fn, a, b }, name) => void e.node(operator[fn], [e.name(a), e.name(b)], name),
  sumLast: (e, { a }, name) => void e.node('ReduceSum', [e.name(a), e.integers([-1])], name, { keepdims: 1 }),
  softmax: (e, { a }, name) => void e.node('Softmax', [e.name(a)], name, { axis: -1 }),
  slice: (e, { a, axis, start, size }, name) => void e.slice(e.name(a), axis, start, start + size, name),
  concat: (e, { parts, axis }, name) =>
    void e.node(
      'Concat',
      parts.map((part) => e.name(part)),
      name,
      { axis },
    ),
  reshape: (e, { a, shape }, name) => void e.node('Reshape', [e.name(a), e.integers(shape)], name),
  transpose: (e, { a }, name) => void e.node('Transpose', [e.name(a)], name, { perm: [1, 0] }),
  symmetric: (e, instruction, name) => e.symmetric(instruction, name),
};

class Emission {
  readonly nodes: OnnxNode[] = [];
  readonly #names = new Map<Ref, string>();
  readonly #split = new Map<string, readonly string[]>();
  readonly #eyes = new Map<number, string>();
  #count = 0;

  constructor(
    private readonly program: Program,
    readonly arrays: Arrays,
    private readonly options: EmitOptions,
    private readonly prefix: string,
  ) {}

  get precision(): Precision {
    return this.arrays.precision;
  }
  /** ONNX's number of the element type computed with. */
  get element(): number {
    return elementType[this.precision];
  }
  name(ref: Ref): string {
    return this.#names.get(ref)!;
  }
  write(ref: Ref, instruction: Instruction): void {
    const name =
      instruction.kind === 'constant' ? this.arrays.trained(instruction.tensor) : `${this.prefix}t${ref}`;
    this.#names.set(ref, name);
    this.#apply(instruction, name);
  }
  #apply<K extends Instruction['kind']>(instruction: InstructionOf<K>, name: string): void {
    const writer = writers[instruction.kind as K] as (e: Emission, i: InstructionOf<K>, n: string) => void;
    writer(this, instruction, name);
  }
  node(
    op: string,
    inputs: readonly string[],
    output = this.#fresh(),
    attributes: OnnxNode['attributes'] = {},
  ): string {
    this.nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }
  /** The transposed copy of a trained matrix, where f64 products may use one. */
  transposedCopy(b: Ref): string | undefined {
    const instruction = this.program.instructions[b]!;
    if (this.precision === 'f32' || !this.options.transposedCopies || instruction.kind !== 'constant')
      return undefined;
    return this.arrays.trained(this.arrays.weights.transposed(instruction.tensor));
  }
  scalar(value: number): string {
    return this.arrays.numbers(Float64Array.of(value), []);
  }
  integers(values: readonly number[]): string {
    return this.arrays.integers(values);
  }
  slice(a: string, axis: number, from: number, to: number, name = this.#fresh()): string {
    return this.node('Slice', [a, this.integers([from]), this.integers([to]), this.integers([axis])], name);
  }

  /** Block (i, j ≤ i) of a symmetric sum, under `name`. */
  #block({ terms, diagonal, shape }: InstructionOf<'symmetric'>, i: number, j: number, name: string): void {
    const edges = this.#edges(shape[0]!);
    let sum: string | undefined;
    if (diagonal !== null && i === j) {
      const size = edges[i + 1]! - edges[i]!;
      const last = terms.length === 0 ? name : this.#fresh();
      sum = this.node('Mul', [this.#eye(size), this.#parts(this.name(diagonal), edges)[i]!], last);
    } else if (terms.length === 0) {
      const zero = this.arrays.numbers(new Float64Array(1), [1, 1]);
      this.node(
        'Expand',
        [zero, this.integers([edges[i + 1]! - edges[i]!, edges[j + 1]! - edges[j]!])],
        name,
      );
    }
    terms.forEach(({ left, right }, k) => {
      const factors = [this.#parts(this.name(left), edges)[i]!, this.#parts(this.name(right), edges)[j]!];
      const output = k === terms.length - 1 ? name : this.#fresh();
      sum = this.node('Gemm', sum === undefined ? factors : [...factors, sum], output, { transB: 1 });
    });
  }

  /** A whole symmetric sum: blocks on and below the diagonal computed, those above transposed from them. */
  symmetric(instruction: InstructionOf<'symmetric'>, name: string): void {
    const edges = this.#edges(instruction.shape[0]!);
    const count = edges.length - 1;
    if (count === 1) {
      this.#block(instruction, 0, 0, name);
      return;
    }
    const blocks: string[][] = [];
    for (let i = 0; i < count; i++) {
      blocks.push([]);
      for (let j = 0; j <= i; j++) {
        const block = this.#fresh();
        this.#block(instruction, i, j, block);
        blocks[i]![j] = block;
      }
    }
    const rows = blocks.map((row, i) => {
      const above = blocks
        .slice(i + 1)
        .map((below) => this.node('Transpose', [below[i]!], undefined, { perm: [1, 0] }));
      return this.node('Concat', [...row, ...above], undefined, { axis: 1 });
    });
    this.node('Concat', rows, name, { axis: 0 });
  }

  /** The blocks of `H`, each an output of its own. */
  hessian(): HessianBlock[] {
    const { H } = this.program.outputs;
    if (H === undefined) return [];
    const instruction = this.program.instructions[H]!;
    if (instruction.kind !== 'symmetric') throw new Error('H is not a symmetric sum');
    const edges = this.#edges(instruction.shape[0]!);
    const blocks: HessianBlock[] = [];
    for (let i = 0; i + 1 < edges.length; i++)
      for (let j = 0; j <= i; j++) {
        const name = `${this.prefix}H${i}_${j}`;
        this.#block(instruction, i, j, name);
        const [row, column] = [edges[i]!, edges[j]!];
        blocks.push({ name, row, rows: edges[i + 1]! - row, column, columns: edges[j + 1]! - column });
      }
    return blocks;
  }

  /** Where blocks of an `n × n` matrix begin, and its end. Small matrices stay whole: copies would cost what they save. */
  #edges(n: number): readonly number[] {
    const { blockRows } = this.options;
    const count = n < 2 * blockRows ? 1 : Math.round(n / blockRows);
    return Array.from({ length: count + 1 }, (_, k) => Math.round((n * k) / count));
  }

  /** `a` split along its first axis. */
  #parts(a: string, edges: readonly number[]): readonly string[] {
    if (edges.length === 2) return [a];
    const key = `${a}: ${edges}`;
    let parts = this.#split.get(key);
    if (parts === undefined) {
      const sizes = edges.slice(1).map((edge, k) => edge - edges[k]!);
      parts = sizes.map(() => this.#fresh());
      this.nodes.push({
        op: 'Split',
        inputs: [a, this.integers(sizes)],
        outputs: parts,
        attributes: { axis: 0 },
      });
      this.#split.set(key, parts);
    }
    return parts;
  }

  #eye(size: number): string {
    let name = this.#eyes.get(size);
    if (name === undefined) {
      const data = new Float64Array(size * size);
      for (let i = 0; i < size; i++) data[i * size + i] = 1;
      name = this.arrays.trained({ shape: [size, size], data });
      this.#eyes.set(size, name);
    }
    return name;
  }

  /** An output of the graph under its own name, however it is computed. */
  output(called: string, ref: Ref): OnnxTensor {
    const name = this.node('Identity', [this.name(ref)], `${this.prefix}${called}`);
    return { name, element: this.precision, shape: this.program.instructions[ref]!.shape };
  }

  #fresh(): string {
    return `${this.prefix}v${this.#count++}`;
  }
}
