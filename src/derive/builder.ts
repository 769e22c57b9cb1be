import { type Budget, countOf } from '../core/budget.js';
import type { Tensor } from '../network/graph.js';
import {
  type Binary,
  type Instruction,
  type Outputs,
  operands,
  type Program,
  type Ref,
  type Term,
  type Unary,
  withOperands,
} from './program.js';
import { broadcast, type Shape, sameShape, sizeOf, stackOf } from './shape.js';

/** What the programs of one network have in common while they are made: what they may take, and small constants. */
export class Workshop {
  readonly #made = new Map<string, Tensor>();

  /** @param owner whose programs they are, in messages. */
  constructor(
    private readonly owner: string,
    private readonly budget: Budget,
  ) {}

  /** Refuses tensors that are larger than the budget allows. */
  check(shape: Shape): void {
    this.budget.check('derived', countOf(shape), this.owner);
  }

  /** The constant known by `key`; made once, after the budget was asked. */
  constant(key: string, shape: Shape, data: () => Float64Array): Tensor {
    let tensor = this.#made.get(key);
    if (tensor === undefined) {
      this.budget.take('constants', countOf(shape), this.owner);
      tensor = { shape, data: data() };
      this.#made.set(key, tensor);
    }
    return tensor;
  }
}

/** Appends instructions, infers their shapes, and gives equal instructions one place. */
export class Builder {
  readonly #instructions: Instruction[] = [];
  readonly #lowered: boolean[] = [];
  readonly #known = new Map<string, Ref>();
  readonly #constants = new Map<Tensor, Ref>();
  readonly #scalars = new Map<Ref, number>();

  /** Without a workshop nothing is checked: for programs made of programs. */
  constructor(private readonly workshop?: Workshop) {}

  shape(ref: Ref): Shape {
    return this.#instructions[ref]!.shape;
  }
  isConstant(ref: Ref): boolean {
    return this.#instructions[ref]!.kind === 'constant';
  }
  input(kind: 'x' | 'λ', shape: Shape): Ref {
    return this.#add({ kind, shape });
  }
  constant(tensor: Tensor): Ref {
    let ref = this.#constants.get(tensor);
    if (ref === undefined) {
      ref = this.#push({ kind: 'constant', shape: tensor.shape, tensor });
      this.#constants.set(tensor, ref);
    }
    return ref;
  }
  scalar(value: number): Ref {
    const ref = this.#made(`scalar ${value}`, [], () => Float64Array.of(value));
    this.#scalars.set(ref, value);
    return ref;
  }
  /** The number that `scalar` made `ref` of. */
  scalarValue(ref: Ref): number | undefined {
    return this.#scalars.get(ref);
  }
  /** `[rows, columns]` with ones at `(offset + j, j)`. */
  eye(rows: number, columns: number, offset = 0): Ref {
    return this.#made(`eye ${rows} ${columns} ${offset}`, [rows, columns], () => {
      const data = new Float64Array(rows * columns);
      for (let j = 0; j < columns; j++) data[(offset + j) * columns + j] = 1;
      return data;
    });
  }
  full(shape: Shape, value: number): Ref {
    return this.#made(`full ${shape} ${value}`, shape, () => new Float64Array(sizeOf(shape)).fill(value));
  }
  lower(a: Ref): Ref {
    if (this.#lowered[a] || this.isConstant(a)) return a;
    return this.#add({ kind: 'lower', a, shape: this.shape(a) });
  }
  /** Of matrices, or of stacks of them along a leading axis; `a` may be a vector. */
  matmul(a: Ref, b: Ref, transposeA = false, transposeB = false): Ref {
    const [A, B] = [stackOf(this.shape(a)), stackOf(this.shape(b))];
    const [m, k] = transposeA ? [A[2], A[1]] : [A[1], A[2]];
    const [l, n] = transposeB ? [B[2], B[1]] : [B[1], B[2]];
    const stacks = [a, b].flatMap((ref) => this.shape(ref).slice(0, -2));
    if (k !== l || stacks.some((count) => count !== stacks[0]))
      throw new Error(`cannot multiply [${this.shape(a)}] by [${this.shape(b)}]`);
    const shape = this.shape(a).length === 1 ? [n] : [...stacks.slice(0, 1), m, n];
    return this.#add({ kind: 'matmul', a, b, transposeA, transposeB, shape });
  }
  unary(fn: Unary, a: Ref): Ref {
    return this.#add({ kind: 'unary', fn, a, shape: this.shape(a) });
  }
  binary(fn: Binary, a: Ref, b: Ref): Ref {
    return this.#add({ kind: 'binary', fn, a, b, shape: broadcast(this.shape(a), this.shape(b)) });
  }
  add(a: Ref, b: Ref): Ref {
    return this.binary('add', a, b);
  }
  subtract(a: Ref, b: Ref): Ref {
    return this.binary('subtract', a, b);
  }
  multiply(a: Ref, b: Ref): Ref {
    return this.binary('multiply', a, b);
  }
  times(factor: number, a: Ref): Ref {
    return factor === 1 ? a : this.binary('multiply', a, this.scalar(factor));
  }
  sumLast(a: Ref): Ref {
    return this.#add({ kind: 'sumLast', a, shape: [...this.shape(a).slice(0, -1), 1] });
  }
  softmax(a: Ref): Ref {
    return this.#add({ kind: 'softmax', a, shape: this.shape(a) });
  }
  slice(a: Ref, axis: number, start: number, size: number): Ref {
    const shape = this.shape(a);
    if (start === 0 && size === shape[axis]) return a;
    return this.#add({ kind: 'slice', a, axis, start, size, shape: shape.with(axis, size) });
  }
  concat(parts: readonly Ref[], axis: number): Ref {
    if (parts.length === 1) return parts[0]!;
    const length = parts.reduce((sum, part) => sum + this.shape(part)[axis]!, 0);
    return this.#add({ kind: 'concat', parts, axis, shape: this.shape(parts[0]!).with(axis, length) });
  }
  reshape(a: Ref, shape: Shape): Ref {
    if (sameShape(this.shape(a), shape)) return a;
    if (sizeOf(shape) !== sizeOf(this.shape(a)))
      throw new Error(`cannot reshape [${this.shape(a)}] to [${shape}]`);
    const from = this.#instructions[a]!;
    return from.kind === 'reshape' ? this.reshape(from.a, shape) : this.#add({ kind: 'reshape', a, shape });
  }
  transpose(a: Ref): Ref {
    const shape = this.shape(a);
    return this.#add({ kind: 'transpose', a, shape: [...shape.slice(0, -2), ...shape.slice(-2).reverse()] });
  }
  /** `shape` is `[n, n]`, behind a stack axis where there is one. */
  symmetric(
    shape: Shape,
    terms: readonly Term[],
    diagonal: Ref | null,
    triangle: 'lower' | 'full' = 'lower',
  ): Ref {
    return this.#add({ kind: 'symmetric', terms, diagonal, triangle, shape });
  }
  /** An instruction of another program whose references `to` finds in this one; its shape stays. */
  copy(instruction: Instruction, to: (ref: Ref) => Ref): Ref {
    if (instruction.kind === 'constant') return this.constant(instruction.tensor);
    return this.#add(withOperands(instruction, to));
  }

  /** The program of what `outputs` need, and nothing else. */
  finish(outputs: Outputs): Program {
    const needed = new Set<number>(Object.values(outputs));
    for (let k = this.#instructions.length - 1; k >= 0; k--)
      if (needed.has(k)) for (const ref of operands(this.#instructions[k]!)) needed.add(ref);
    const place = new Map<number, Ref>();
    const instructions: Instruction[] = [];
    this.#instructions.forEach((instruction, k) => {
      if (!needed.has(k)) return;
      const renumbered = withOperands(instruction, (ref) => place.get(ref)!);
      place.set(k, (instructions.push(renumbered) - 1) as Ref);
    });
    const renumbered = Object.entries(outputs).map(([name, ref]) => [name, place.get(ref)!]);
    return { instructions, outputs: Object.fromEntries(renumbered) };
  }

  /** A small derived array, made once. */
  #made(key: string, shape: Shape, data: () => Float64Array): Ref {
    let ref = this.#known.get(key);
    if (ref === undefined) {
      ref = this.constant(this.workshop?.constant(key, shape, data) ?? { shape, data: data() });
      this.#known.set(key, ref);
    }
    return ref;
  }
  /** Where lowered and other tensors meet, the others are lowered too. */
  #add(given: Instruction): Ref {
    const low = given.kind === 'lower' || operands(given).some((ref) => this.#lowered[ref]);
    const instruction = low && given.kind !== 'lower' ? withOperands(given, (ref) => this.lower(ref)) : given;
    const key = keyOf(instruction);
    let ref = this.#known.get(key);
    if (ref === undefined) {
      this.workshop?.check(instruction.shape);
      ref = this.#push(instruction);
      this.#lowered[ref] = low;
      this.#known.set(key, ref);
    }
    return ref;
  }
  #push(instruction: Instruction): Ref {
    return (this.#instructions.push(instruction) - 1) as Ref;
  }
}

/** What tells an instruction from others; shapes that follow from the operands are left out. */
function keyOf(instruction: Instruction): string {
  return `${instruction.kind} ${operands(instruction).join()} ${detailOf(instruction)}`;
}

function detailOf(instruction: Instruction): string {
  switch (instruction.kind) {
    case 'matmul':
      return `${instruction.transposeA} ${instruction.transposeB}`;
    case 'unary':
    case 'binary':
      return instruction.fn;
    case 'slice':
      return `${instruction.axis} ${instruction.start} ${instruction.size}`;
    case 'concat':
      return String(instruction.axis);
    case 'symmetric':
      return `${instruction.triangle} ${instruction.diagonal === null} ${instruction.shape}`;
    default:
      return instruction.shape.join();
  }
}
