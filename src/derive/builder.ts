import { type Budget, countOf } from '../core/budget.js';
import type { Tensor } from '../network/graph.js';
import { blocksOf, indexKey } from './blocks.js';
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

  /** Refuses tensors that are larger than the budget allows. */
  check(shape: Shape): void {
    this.workshop?.check(shape);
  }

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
    // Columns times rows: nothing is added up.
    if (k === 1 && m > 1 && stacks.length === 0)
      return this.multiply(this.reshape(a, [m, 1]), this.reshape(b, [1, n]));
    const shape = this.shape(a).length === 1 ? [n] : [...stacks.slice(0, 1), m, n];
    return this.#add({ kind: 'matmul', a, b, transposeA, transposeB, shape });
  }
  /** Of stacks of matrices, `[…, m, k]` and `[…, k, n]`; one right factor for all is a plain product. */
  contract(a: Ref, b: Ref, transposeA = false, transposeB = false): Ref {
    const [A, B] = [this.shape(a), this.shape(b)];
    const [m, k] = transposeA ? [A.at(-1)!, A.at(-2)!] : [A.at(-2)!, A.at(-1)!];
    const [l, n] = transposeB ? [B.at(-1)!, B.at(-2)!] : [B.at(-2)!, B.at(-1)!];
    if (k !== l) throw new Error(`cannot multiply [${A}] by [${B}]`);
    const lead = broadcast(A.slice(0, -2), B.slice(0, -2));
    const shape = [...lead, m, n];
    if (!transposeA && sizeOf(B) === k * n && lead.length === A.length - 2) {
      const rows = this.reshape(a, [sizeOf(A) / k, k]);
      const factor = this.reshape(b, B.slice(-2));
      return this.reshape(this.matmul(rows, factor, false, transposeB), shape);
    }
    return this.#add({ kind: 'contract', a, b, transposeA, transposeB, shape });
  }
  /** `out[…, i] = a[…, index[i]]`, 0 where that is −1. */
  gather(a: Ref, index: Int32Array): Ref {
    const from = this.shape(a);
    const { block, blocks } = blocksOf(index, from.at(-1)!);
    if (blocks.length === 1 && blocks[0] === 0 && block === from.at(-1)) return a;
    return this.gatherBlocks(a, blocks, block);
  }
  /** As {@link gather}, by whole blocks. */
  gatherBlocks(a: Ref, index: Int32Array, block: number): Ref {
    const shape = [...this.shape(a).slice(0, -1), index.length * block];
    return this.#add({ kind: 'gather', a, index, block, shape });
  }
  /** `[rows, index.length]` with ones at `(offset + index[j], j)`, none where `index[j]` is −1. */
  selection(rows: number, index: Int32Array, offset: number): Ref {
    const columns = index.length;
    return this.#made(`selection ${rows} ${indexKey(index)} ${offset}`, [rows, columns], () => {
      const data = new Float64Array(rows * columns);
      index.forEach((source, j) => {
        if (source >= 0) data[(offset + source) * columns + j] = 1;
      });
      return data;
    });
  }
  unary(fn: Unary, a: Ref): Ref {
    return this.#add({ kind: 'unary', fn, a, shape: this.shape(a) });
  }
  binary(fn: Binary, first: Ref, second: Ref): Ref {
    const shape = broadcast(this.shape(first), this.shape(second));
    const a = this.#narrow(first, this.shape(second), shape);
    const b = this.#narrow(second, this.shape(a), shape);
    return this.#add({ kind: 'binary', fn, a, b, shape });
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

  /** `ref`, or where its numbers repeat along its last axes one of each, if that broadcasts to `to` beside `other` all the same. */
  #narrow(ref: Ref, other: Shape, to: Shape): Ref {
    const own = this.#instructions[ref]!;
    const made = own.kind === 'reshape' ? this.#instructions[own.a]! : own;
    const one = this.#once(made);
    if (one === undefined) return ref;
    const shape = [...own.shape];
    let rest = sizeOf(shape) / sizeOf(this.shape(one));
    for (let axis = shape.length - 1; rest > 1; axis--) {
      if (rest % shape[axis]! !== 0) return ref;
      rest /= shape[axis]!;
      shape[axis] = 1;
    }
    return sameShape(broadcast(shape, other), to) ? this.reshape(one, shape) : ref;
  }

  /** What an instruction repeats along the last axis, each number as often and one after the other. */
  #once(made: Instruction): Ref | undefined {
    if (made.kind === 'gather') {
      const { a, index, block } = made;
      const times = index.length / this.shape(a).at(-1)!;
      return block === 1 && times > 1 && index.every((from, k) => from === Math.floor(k / times))
        ? a
        : undefined;
    }
    if (made.kind !== 'binary' || made.fn !== 'multiply' || this.shape(made.a).at(-1) !== 1) return undefined;
    const factor = this.#instructions[made.b]!;
    const constant = factor.kind === 'reshape' ? this.#instructions[factor.a]! : factor;
    if (constant.kind !== 'constant' || sizeOf(factor.shape) !== made.shape.at(-1)) return undefined;
    const { data } = constant.tensor;
    return data.every((value) => value === data[0]) ? this.times(data[0]!, made.a) : undefined;
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
    const key =
      instruction.kind === 'gather'
        ? `gather ${instruction.a} ${indexKey(instruction.index)} ${instruction.block}`
        : keyOf(instruction);
    let ref = this.#known.get(key);
    if (ref === undefined) {
      this.check(instruction.shape);
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
    case 'contract':
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
