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
  /** Rows of `H` are computed in blocks of about this many, each up to its last column. */
  readonly blockRows: number;
}

/** A program as an ONNX graph with the names under which its arrays go in and out. */
export interface Emitted {
  readonly graph: OnnxGraph;
  /** Arrays to feed, by input name. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** Row blocks of `H`: rows from `start`, `[rows, columns]`, columns from 0. */
  readonly blocks: readonly HessianBlock[];
}
export interface HessianBlock {
  readonly name: string;
  readonly start: number;
  readonly rows: number;
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
  matmul: (e, { a, b, transposeA, transposeB }, name) => {
    const factors = [e.name(a), e.name(b)];
    if (transposeA || transposeB)
      e.node('Gemm', factors, name, { transA: Number(transposeA), transB: Number(transposeB) });
    else e.node('MatMul', factors, name);
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
  symmetric: (e, instruction, name) => void e.symmetric(instruction, 0, instruction.shape[0]!, name),
};

class Emission {
  readonly nodes: OnnxNode[] = [];
  readonly inputs: OnnxTensor[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly fed = new Map<string, Tensor>();
  readonly #names = new Map<Ref, string>();
  readonly #initialized = new Map<string, string>();
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
    this.nodes.push({ op, inputs, output, attributes });
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

  /** Rows `from` to `to` of a symmetric sum, columns 0 to `to`. */
  symmetric(
    { terms, diagonal, shape: [n] }: InstructionOf<'symmetric'>,
    from: number,
    to: number,
    name: string,
  ): void {
    const part = (a: string, start: number, end: number) =>
      start === 0 && end === n ? a : this.slice(a, 0, start, end);
    let sum: string | undefined;
    if (diagonal !== null) {
      const eye = new Float64Array((to - from) * to);
      for (let i = from; i < to; i++) eye[(i - from) * to + i] = 1;
      const identity = this.#fresh();
      this.constant({ shape: [to - from, to], data: eye }, identity);
      const last = terms.length === 0 ? name : this.#fresh();
      sum = this.node('Mul', [identity, part(this.name(diagonal), 0, to)], last);
    }
    terms.forEach(({ left, right }, k) => {
      const factors = [part(this.name(left), from, to), part(this.name(right), 0, to)];
      const output = k === terms.length - 1 ? name : this.#fresh();
      sum = this.node('Gemm', sum === undefined ? factors : [...factors, sum], output, { transB: 1 });
    });
  }

  /** The blocks of rows of `H`. */
  hessian(): HessianBlock[] {
    const { H } = this.program.outputs;
    if (H === undefined) return [];
    const instruction = this.program.instructions[H]!;
    if (instruction.kind !== 'symmetric') throw new Error('H is not a symmetric sum');
    const n = instruction.shape[0]!;
    const count = Math.max(1, Math.round(n / this.options.blockRows));
    return Array.from({ length: count }, (_, k) => {
      const start = Math.round((n * k) / count);
      const end = Math.round((n * (k + 1)) / count);
      const name = `H${k}`;
      this.symmetric(instruction, start, end, name);
      return { name, start, rows: end - start, columns: end };
    });
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
