import { sizeOf } from '../../derive/builder.js';
import type { Binary, Instruction, InstructionOf, Program, Ref, Unary } from '../../derive/program.js';
import type { Tensor } from '../../network/graph.js';
import type { Precision } from '../contract.js';
import { erfLimit, erfRule } from '../quadrature.js';
import type { Weights } from '../weights.js';
import type { OnnxGraph, OnnxInitializer, OnnxNode, OnnxTensor } from './model.js';

export interface EmitOptions {
  readonly precision: Precision;
  /** Arrays this large or larger are inputs of the graph; smaller ones are written into it. */
  readonly inputFrom: number;
  /** Symmetric matrices are computed in square blocks of about this many rows, so that one triangle suffices. */
  readonly blockRows: number;
  /** Whether products of a row with a trained matrix may use a transposed copy of it. */
  readonly transposedCopies: boolean;
}

/** A program as an ONNX graph with the names under which its arrays go in and out. */
export interface Emitted {
  readonly graph: OnnxGraph;
  /** Arrays to feed, by input name. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Blocks of `H` on and below its diagonal. */
  readonly blocks: readonly HessianBlock[];
}
export interface HessianBlock {
  readonly name: string;
  readonly row: number;
  readonly rows: number;
  readonly column: number;
  readonly columns: number;
}

/** Writes `program` in ONNX operators that the CPU provider has in both precisions. */
export function emit(name: string, program: Program, weights: Weights, options: EmitOptions): Emitted {
  const emission = new Emission(program, weights, options);
  program.instructions.forEach((instruction, k) => {
    if (k !== program.outputs.H) emission.write(k as Ref, instruction);
  });
  const blocks = emission.hessian();
  const { y, J } = program.outputs;
  const outputs: OnnxTensor[] = [emission.output('y', y)];
  if (J !== undefined) outputs.push(emission.output('J', J));
  for (const { name, rows, columns } of blocks)
    outputs.push({ name, element: options.precision, shape: [rows, columns] });
  const { nodes, inputs, initializers, fed } = emission;
  return { graph: { name, nodes, inputs, outputs, initializers }, weights: fed, blocks };
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
      e.initializer(Float64Array.from(exponents), [count]),
    ]);
    const sum = e.node('MatMul', [e.node('Exp', [exponent]), e.initializer(coefficients, [count, 1])]);
    return e.node('Squeeze', [e.node('Mul', [column, sum]), e.integers([-1])], name);
  },
};

const writers: Writers = {
  x: (e, { shape }, name) => e.input(name, 'x', shape),
  λ: (e, { shape }, name) => e.input(name, 'λ', shape),
  constant: (e, { tensor }, name) => e.constant(tensor, name),
  matmul: (e, { a, b, transposeA, transposeB, shape }, name) => {
    const [A, B] = [e.name(a), e.name(b)];
    const [rows, columns] = shape as [number, number];
    if (rows === 1 && !transposeA && e.precision === 'f64') {
      // A row times a matrix, computed as the matrix times a column: the f64 product packs its right factor first.
      const product = transposeB
        ? e.node('MatMul', [B, e.node('Reshape', [A, e.integers([-1, 1])])])
        : e.columnProduct(b, A);
      e.node('Reshape', [product, e.integers([1, columns])], name);
    } else if (transposeA || transposeB)
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
  readonly inputs: OnnxTensor[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly fed = new Map<string, Tensor>();
  readonly #names = new Map<Ref, string>();
  readonly #initialized = new Map<string, string>();
  readonly #transposed = new Set<string>();
  readonly #split = new Map<string, readonly string[]>();
  readonly #eyes = new Map<number, string>();
  #count = 0;

  constructor(
    private readonly program: Program,
    private readonly weights: Weights,
    private readonly options: EmitOptions,
  ) {}

  get precision(): Precision {
    return this.options.precision;
  }
  /** ONNX's number of the element type computed with. */
  get element(): number {
    return this.precision === 'f64' ? 11 : 1;
  }
  name(ref: Ref): string {
    return this.#names.get(ref)!;
  }
  write<K extends Instruction['kind']>(ref: Ref, instruction: InstructionOf<K>): void {
    const name = `t${ref}`;
    this.#names.set(ref, name);
    (writers[instruction.kind as K] as (e: Emission, i: InstructionOf<K>, name: string) => void)(
      this,
      instruction,
      name,
    );
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
  input(name: string, called: string, shape: readonly number[]): void {
    this.inputs.push({ name: called, element: this.precision, shape });
    this.node('Identity', [called], name);
  }
  constant(tensor: Tensor, name: string): void {
    const { shape } = tensor;
    if (sizeOf(shape) < this.options.inputFrom) {
      this.initializers.push({ name, element: this.precision, shape, data: this.weights.of(tensor) });
      return;
    }
    this.inputs.push({ name, element: this.precision, shape });
    this.fed.set(name, tensor);
  }
  /** `Bᵀ a` as a column, of the row `a`; from a transposed copy of `B` where one is allowed. */
  columnProduct(b: Ref, a: string): string {
    const instruction = this.program.instructions[b]!;
    if (instruction.kind !== 'constant' || !this.options.transposedCopies)
      return this.node('Gemm', [this.name(b), a], undefined, { transA: 1, transB: 1 });
    const name = `${this.name(b)}_transposed`;
    if (!this.#transposed.has(name)) this.constant(this.weights.transposed(instruction.tensor), name);
    this.#transposed.add(name);
    return this.node('MatMul', [name, this.node('Reshape', [a, this.integers([-1, 1])])]);
  }
  scalar(value: number): string {
    return this.initializer(Float64Array.of(value), []);
  }
  initializer(data: Float64Array, shape: readonly number[]): string {
    return this.#initialize(`${shape}: ${data}`, {
      element: this.precision,
      shape,
      data: this.precision === 'f64' ? data : Float32Array.from(data),
    });
  }
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.#initialize(`integers ${values}`, { element: 'int64', shape: [values.length], data });
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
      const zero = this.initializer(new Float64Array(1), [1, 1]);
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
        const name = `H${i}_${j}`;
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
      name = this.#fresh();
      this.constant({ shape: [size, size], data }, name);
      this.#eyes.set(size, name);
    }
    return name;
  }

  /** An output of the graph under its own name, however it is computed. */
  output(name: string, ref: Ref): OnnxTensor {
    this.node('Identity', [this.name(ref)], name);
    return { name, element: this.precision, shape: this.program.instructions[ref]!.shape };
  }

  #initialize(key: string, { element, shape, data }: Omit<OnnxInitializer, 'name'>): string {
    let name = this.#initialized.get(key);
    if (name === undefined) {
      name = this.#fresh();
      this.initializers.push({ name, element, shape, data });
      this.#initialized.set(key, name);
    }
    return name;
  }
  #fresh(): string {
    return `v${this.#count++}`;
  }
}
