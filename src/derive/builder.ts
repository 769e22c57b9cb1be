import type { Tensor } from '../network/graph.js';
import type { Binary, Instruction, Program, Ref, Term, Unary } from './program.js';
import { operands } from './program.js';

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((d, i) => d === b[i]);

/** Shape of two tensors broadcast against each other, trailing axes aligned. */
function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const da = a[a.length - rank + i] ?? 1;
    const db = b[b.length - rank + i] ?? 1;
    if (da !== db && da !== 1 && db !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(da, db);
  });
}

/** Appends instructions, infers their shapes, and gives equal instructions one place. */
export class Builder {
  readonly #instructions: Instruction[] = [];
  readonly #known = new Map<string, Ref>();
  readonly #constants = new Map<Tensor, Ref>();
  readonly #scalars = new Map<Ref, number>();

  shape(ref: Ref): readonly number[] {
    return this.#instructions[ref]!.shape;
  }
  input(kind: 'x' | 'λ', size: number): Ref {
    return this.#add({ kind, shape: [size] });
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
    const key = `scalar ${value}`;
    let ref = this.#known.get(key);
    if (ref === undefined) {
      ref = this.constant({ shape: [], data: Float64Array.of(value) });
      this.#known.set(key, ref);
      this.#scalars.set(ref, value);
    }
    return ref;
  }
  /** The number that `scalar` made `ref` of. */
  scalarValue(ref: Ref): number | undefined {
    return this.#scalars.get(ref);
  }
  /** `[rows, columns]` with ones at `(offset + j, j)`. */
  eye(rows: number, columns: number, offset = 0): Ref {
    const key = `eye ${rows} ${columns} ${offset}`;
    let ref = this.#known.get(key);
    if (ref === undefined) {
      const data = new Float64Array(rows * columns);
      for (let j = 0; j < columns; j++) data[(offset + j) * columns + j] = 1;
      ref = this.constant({ shape: [rows, columns], data });
      this.#known.set(key, ref);
    }
    return ref;
  }
  full(shape: readonly number[], value: number): Ref {
    const key = `full ${shape} ${value}`;
    let ref = this.#known.get(key);
    if (ref === undefined) {
      ref = this.constant({ shape, data: new Float64Array(sizeOf(shape)).fill(value) });
      this.#known.set(key, ref);
    }
    return ref;
  }
  matmul(a: Ref, b: Ref, transposeA = false, transposeB = false): Ref {
    const [m, k] = transposeA ? [...this.shape(a)].reverse() : this.shape(a);
    const [l, n] = transposeB ? [...this.shape(b)].reverse() : this.shape(b);
    if (k !== l || this.shape(a).length !== 2 || this.shape(b).length !== 2)
      throw new Error(`cannot multiply [${this.shape(a)}] by [${this.shape(b)}]`);
    return this.#add({ kind: 'matmul', a, b, transposeA, transposeB, shape: [m!, n!] });
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
  reshape(a: Ref, shape: readonly number[]): Ref {
    if (same(this.shape(a), shape)) return a;
    if (sizeOf(shape) !== sizeOf(this.shape(a)))
      throw new Error(`cannot reshape [${this.shape(a)}] to [${shape}]`);
    const from = this.#instructions[a]!;
    return from.kind === 'reshape' ? this.reshape(from.a, shape) : this.#add({ kind: 'reshape', a, shape });
  }
  transpose(a: Ref): Ref {
    return this.#add({ kind: 'transpose', a, shape: [...this.shape(a)].reverse() });
  }
  symmetric(n: number, terms: readonly Term[], diagonal: Ref | null, triangle: 'lower' | 'full'): Ref {
    return this.#add({ kind: 'symmetric', terms, diagonal, triangle, shape: [n, n] });
  }

  /** The program of what `outputs` need, and nothing else. */
  finish(outputs: Program['outputs']): Program {
    const needed = new Set<number>(Object.values(outputs));
    for (let k = this.#instructions.length - 1; k >= 0; k--)
      if (needed.has(k)) for (const ref of operands(this.#instructions[k]!)) needed.add(ref);
    const place = new Map<number, Ref>();
    const instructions: Instruction[] = [];
    this.#instructions.forEach((instruction, k) => {
      if (needed.has(k)) place.set(k, (instructions.push(renumber(instruction, place)) - 1) as Ref);
    });
    const renumbered = Object.entries(outputs).map(([name, ref]) => [name, place.get(ref)!]);
    return { instructions, outputs: Object.fromEntries(renumbered) };
  }

  #add(instruction: Instruction): Ref {
    const key = JSON.stringify(instruction);
    let ref = this.#known.get(key);
    if (ref === undefined) {
      ref = this.#push(instruction);
      this.#known.set(key, ref);
    }
    return ref;
  }
  #push(instruction: Instruction): Ref {
    return (this.#instructions.push(instruction) - 1) as Ref;
  }
}

function renumber(instruction: Instruction, place: ReadonlyMap<number, Ref>): Instruction {
  const to = (ref: Ref): Ref => place.get(ref)!;
  switch (instruction.kind) {
    case 'x':
    case 'λ':
    case 'constant':
      return instruction;
    case 'matmul':
    case 'binary':
      return { ...instruction, a: to(instruction.a), b: to(instruction.b) };
    case 'concat':
      return { ...instruction, parts: instruction.parts.map(to) };
    case 'symmetric':
      return {
        ...instruction,
        terms: instruction.terms.map(({ left, right }) => ({ left: to(left), right: to(right) })),
        diagonal: instruction.diagonal === null ? null : to(instruction.diagonal),
      };
    default:
      return { ...instruction, a: to(instruction.a) };
  }
}
