import { levels } from '../../derive/levels.js';
import {
  type Instruction,
  type InstructionOf,
  operands,
  type Program,
  type Ref,
} from '../../derive/program.js';
import { type Shape, sizeOf, stackOf } from '../../derive/shape.js';
import type { Tensor } from '../../network/graph.js';
import type { Float } from '../trained.js';
import { fused, type Group, isElementwise } from './fuse.js';
import { broadcasting, type Indexing, strided, stridesOf } from './index-of.js';
import {
  binaryText,
  diagonalKernel,
  gatherKernel,
  type KernelText,
  kernel,
  packKernel,
  softmaxKernel,
  sumLastKernel,
  typeOf,
  unaryText,
} from './kernels.js';

/** Where numbers stand, before memory is given to them. */
export type Where = (
  | { readonly kind: 'buffer'; readonly buffer: number }
  | { readonly kind: 'constant'; readonly tensor: Tensor }
  | { readonly kind: 'index'; readonly index: Int32Array }
  | { readonly kind: 'x' }
  | { readonly kind: 'λ' }
) & {
  /** Numbers from the beginning. */
  readonly offset: number;
  readonly float: Float;
};

/** One call of a library. */
export type Call =
  | {
      readonly kind: 'kernel';
      readonly name: string;
      readonly threads: number;
      readonly args: readonly (number | Where)[];
    }
  | {
      readonly kind: 'product';
      readonly m: number;
      readonly n: number;
      readonly k: number;
      readonly a: Where;
      readonly b: Where;
      readonly c: Where;
      readonly transposeA: boolean;
      readonly transposeB: boolean;
      readonly add: boolean;
      readonly count: number;
      readonly stride: { readonly a: number; readonly b: number; readonly c: number };
      readonly lower: boolean;
    };

type ProductCall = Extract<Call, { kind: 'product' }>;
/** A product of one pair of matrices as they are, unless said otherwise. */
type ProductOf = Pick<ProductCall, 'm' | 'n' | 'k' | 'a' | 'b' | 'c'> & Partial<Omit<ProductCall, 'kind'>>;

/** Memory for some numbers, from the call that first writes them to the last that reads them. */
export interface Buffer {
  readonly size: number;
  readonly float: Float;
  first: number;
  last: number;
}

/** A program as calls in order: plain data. */
export interface Script {
  readonly calls: readonly Call[];
  readonly kernels: ReadonlyMap<string, string>;
  readonly buffers: readonly Buffer[];
  /** `H` packed: lower triangles by rows. */
  readonly outputs: { readonly y: Where; readonly J?: Where; readonly H?: Where };
}

/** What a program's numbers are stored as. */
export type Storage = 'f64' | 'f32' | 'mixed';

/** Columns from which a symmetric product in f64 is faster by halves than whole (measured on an H100 with 784). */
const symmetricFrom = 512;

/** Writes `program` as calls; `width` is that of `H`. */
export function scriptOf(program: Program, storage: Storage, width: number): Script {
  return new Writer(program, storage).write(width);
}

class Writer {
  readonly #instructions: readonly Instruction[];
  readonly #calls: Call[] = [];
  readonly #kernels = new Map<string, string>();
  readonly #buffers: Buffer[] = [];
  readonly #floats: readonly Float[];
  readonly #roots: Ref[] = [];
  /** Numbers between the beginning of the root's and an instruction's own. */
  readonly #shifts: number[] = [];
  readonly #places = new Map<Ref, { readonly buffer: number; readonly offset: number }>();
  readonly #groups: ReadonlyMap<Ref, Group>;
  /** How often the numbers of a root are read, by which instructions. */
  readonly #readers = new Map<Ref, Set<Ref>>();

  constructor(
    private readonly program: Program,
    storage: Storage,
  ) {
    const { instructions } = program;
    this.#instructions = instructions;
    const level = levels(program);
    this.#floats = level.map((own) => (storage === 'mixed' ? (own === 'lower' ? 'f32' : 'f64') : storage));
    instructions.forEach((instruction, k) => {
      this.#alias(instruction, k as Ref);
    });
    instructions.forEach((instruction, k) => {
      for (const operand of operands(instruction)) {
        const readers = this.#readers.get(this.#root(operand)) ?? new Set();
        this.#readers.set(this.#root(operand), readers.add(k as Ref));
      }
    });
    this.#groups = fused(
      program,
      (ref) => this.#root(ref),
      (ref) => this.#root(ref) !== ref,
    );
  }

  write(width: number): Script {
    this.#instructions.forEach((instruction, k) => {
      if (instruction.kind === 'concat') this.#joinInPlace(instruction, k as Ref);
    });
    const done = new Set<Group>();
    this.#instructions.forEach((instruction, k) => {
      const ref = k as Ref;
      if (this.#root(ref) !== ref || !this.#isWork(instruction)) return;
      const group = this.#groups.get(ref);
      if (group === undefined) this.#single(instruction, ref);
      else if (!done.has(group)) {
        done.add(group);
        this.#group(group);
      }
    });
    const { y, J, H } = this.program.outputs;
    const outputs = {
      y: this.#at(y, this.#floats[y]!),
      ...(J !== undefined && { J: this.#at(J, this.#floats[J]!) }),
      ...(H !== undefined && { H: this.#packed(H, width) }),
    };
    // Results are read once all is done.
    for (const where of Object.values(outputs))
      if (where.kind === 'buffer') this.#buffers[where.buffer]!.last = Number.POSITIVE_INFINITY;
    return { calls: this.#calls, kernels: this.#kernels, buffers: this.#buffers, outputs };
  }

  #root(ref: Ref): Ref {
    return this.#roots[ref]!;
  }
  #shape(ref: Ref): Shape {
    return this.#instructions[ref]!.shape;
  }
  #isWork({ kind }: Instruction): boolean {
    return kind !== 'constant' && kind !== 'x' && kind !== 'λ';
  }

  /** Whose numbers an instruction shows: its own, or some in a row of another's. */
  #alias(instruction: Instruction, ref: Ref): void {
    const from = (a: Ref, shift: number): void => {
      this.#roots[ref] = this.#root(a);
      this.#shifts[ref] = this.#shifts[a]! + shift;
    };
    this.#roots[ref] = ref;
    this.#shifts[ref] = 0;
    if (instruction.kind === 'reshape' && this.#same(instruction.a, ref)) from(instruction.a, 0);
    if (instruction.kind === 'lower' && this.#same(instruction.a, ref)) from(instruction.a, 0);
    if (instruction.kind === 'slice' && this.#same(instruction.a, ref)) {
      const { a, axis, start } = instruction;
      const shape = this.#shape(a);
      if (sizeOf(shape.slice(0, axis)) === 1) from(a, start * sizeOf(shape.slice(axis + 1)));
    }
  }
  /** Whether the numbers of `a` are stored as those of `ref`; constants are stored as their readers want them. */
  #same(a: Ref, ref: Ref): boolean {
    const root = this.#instructions[this.#root(a)]!;
    return root.kind === 'constant' || this.#floats[a] === this.#floats[ref];
  }

  /** Parts of `concat` along the outermost axis are computed where they belong, where nothing forbids it. */
  #joinInPlace({ parts, axis, shape }: InstructionOf<'concat'>, ref: Ref): void {
    if (sizeOf(shape.slice(0, axis)) !== 1) return;
    const float = this.#floats[ref]!;
    const buffer = this.#buffer(sizeOf(shape), float);
    this.#places.set(ref, { buffer, offset: 0 });
    let offset = 0;
    for (const part of parts) {
      const root = this.#root(part);
      const own = this.#instructions[root]!;
      const whole = sizeOf(own.shape) === sizeOf(this.#shape(part));
      const free = this.#isWork(own) && own.kind !== 'concat' && !this.#places.has(root);
      if (free && whole && this.#floats[root] === float) this.#places.set(root, { buffer, offset });
      offset += sizeOf(this.#shape(part));
    }
  }

  #buffer(size: number, float: Float): number {
    return this.#buffers.push({ size, float, first: Number.POSITIVE_INFINITY, last: -1 }) - 1;
  }

  /** Where an instruction's numbers stand; a constant's as `float`. */
  #at(ref: Ref, float: Float): Where {
    const root = this.#root(ref);
    const own = this.#instructions[root]!;
    const offset = this.#shifts[ref]!;
    if (own.kind === 'constant') return { kind: 'constant', tensor: own.tensor, offset, float };
    if (own.kind === 'x' || own.kind === 'λ') return { kind: own.kind, offset, float: this.#floats[root]! };
    const place = this.#places.get(root) ?? {
      buffer: this.#buffer(sizeOf(own.shape), this.#floats[root]!),
      offset: 0,
    };
    this.#places.set(root, place);
    return {
      kind: 'buffer',
      buffer: place.buffer,
      offset: place.offset + offset,
      float: this.#floats[root]!,
    };
  }

  #call(call: Call): void {
    const time = this.#calls.push(call) - 1;
    const used = call.kind === 'kernel' ? call.args : [call.a, call.b, call.c];
    for (const where of used) {
      if (typeof where === 'number' || where.kind !== 'buffer') continue;
      const buffer = this.#buffers[where.buffer]!;
      buffer.first = Math.min(buffer.first, time);
      buffer.last = Math.max(buffer.last, time);
    }
  }
  #launch({ name, text }: KernelText, threads: number, args: readonly (number | Where)[]): void {
    this.#kernels.set(name, text);
    if (threads > 0) this.#call({ kind: 'kernel', name, threads, args: [threads, ...args] });
  }

  /** One kernel for elementwise instructions; what nobody else reads stays in its registers. */
  #group({ shape, members }: Group): void {
    const parameters: string[] = [];
    const args: (number | Where)[] = [];
    const body: string[] = [];
    const names = new Map<string, string>();
    const inside = new Map<Ref, string>();
    const inserted = (indexing: Indexing): string =>
      indexing.text.replace(/\$(\d+)/g, (_, k) => {
        const name = `s${parameters.length}`;
        parameters.push(`long long ${name}`);
        args.push(indexing.values[Number(k)]!);
        return name;
      });
    const operand = (ref: Ref, float: Float): string => {
      const known = inside.get(this.#root(ref));
      if (known !== undefined) return known;
      const where = this.#at(ref, float);
      const indexing = broadcasting(this.#shape(ref), shape);
      const key = `${where.float} ${indexing.text} ${indexing.values} ${this.#root(ref)} ${where.offset}`;
      const there = names.get(key);
      if (there !== undefined) return there;
      const name = `u${names.size}`;
      names.set(key, name);
      const array = `a${parameters.length}`;
      parameters.push(`const ${typeOf(where.float)} *${array}`);
      args.push(where);
      body.push(`const ${typeOf(where.float)} ${name} = ${array}[${inserted(indexing)}];`);
      return name;
    };
    for (const ref of members) {
      const instruction = this.#instructions[ref]!;
      const float = this.#floats[ref]!;
      const value = this.#elementwise(instruction, (of) => operand(of, float));
      const name = `v${inside.size}`;
      body.push(`const ${typeOf(float)} ${name} = ${value};`);
      inside.set(ref, name);
      if (!this.#isReadOutside(ref, members)) continue;
      const array = `a${parameters.length}`;
      parameters.push(`${typeOf(float)} *${array}`);
      args.push(this.#at(ref, float));
      body.push(`${array}[i] = ${name};`);
    }
    this.#launch(kernel('fused', parameters, body), sizeOf(shape), args);
  }
  #elementwise(instruction: Instruction, operand: (ref: Ref) => string): string {
    switch (instruction.kind) {
      case 'unary':
        return unaryText[instruction.fn](operand(instruction.a));
      case 'binary':
        return binaryText[instruction.fn](operand(instruction.a), operand(instruction.b));
      case 'lower':
        return operand(instruction.a);
      default:
        throw new Error(`${instruction.kind} is not elementwise`);
    }
  }
  #isReadOutside(ref: Ref, members: readonly Ref[]): boolean {
    if (Object.values(this.program.outputs).some((out) => this.#root(out) === ref)) return true;
    return [...(this.#readers.get(ref) ?? [])].some(
      (reader) => !members.includes(reader) && this.#root(reader) === reader,
    );
  }

  #single(instruction: Instruction, ref: Ref): void {
    const float = this.#floats[ref]!;
    const at = (of: Ref): Where => this.#at(of, float);
    const out = at(ref);
    const size = sizeOf(instruction.shape);
    switch (instruction.kind) {
      case 'matmul':
        this.#matmul(instruction, out, at);
        break;
      case 'contract':
        this.#contract(instruction, out, at);
        break;
      case 'symmetric':
        this.#symmetric(instruction, out, at);
        break;
      case 'sumLast': {
        const length = this.#shape(instruction.a).at(-1)!;
        this.#launch(sumLastKernel(float), size, [length, at(instruction.a), out]);
        break;
      }
      case 'softmax': {
        const length = instruction.shape.at(-1)!;
        this.#launch(softmaxKernel(float), size / length, [length, at(instruction.a), out]);
        break;
      }
      case 'gather': {
        const { a, index, block, shape } = instruction;
        const places: Where = { kind: 'index', index, offset: 0, float };
        const lengths = [shape.at(-1)!, this.#shape(a).at(-1)!, block];
        this.#launch(gatherKernel(float), size, [...lengths, places, at(a), out]);
        break;
      }
      case 'slice': {
        const { a, axis, start, shape } = instruction;
        const strides = stridesOf(this.#shape(a));
        this.#copy(shape, at(a), strided(shape, strides, start * strides[axis]!), out);
        break;
      }
      case 'transpose': {
        const { a, shape } = instruction;
        const strides = stridesOf(this.#shape(a));
        const swapped = [...strides.slice(0, -2), strides.at(-1)!, strides.at(-2)!];
        this.#copy(shape, at(a), strided(shape, swapped), out);
        break;
      }
      case 'reshape':
      case 'lower':
        this.#copy(instruction.shape, at(instruction.a), { text: 'i', values: [] }, out);
        break;
      case 'concat':
        this.#concat(instruction, out, at);
        break;
      default:
        if (isElementwise(instruction)) throw new Error(`${instruction.kind} is in no group`);
        throw new Error(`${instruction.kind} is no work`);
    }
  }

  #concat({ parts, axis, shape }: InstructionOf<'concat'>, out: Where, at: (of: Ref) => Where): void {
    const strides = stridesOf(shape);
    let start = 0;
    for (const part of parts) {
      const from = at(part);
      const own = this.#shape(part);
      const shift = start * strides[axis]!;
      start += own[axis]!;
      const there =
        from.kind === 'buffer' &&
        out.kind === 'buffer' &&
        from.buffer === out.buffer &&
        from.offset === out.offset + shift;
      if (!there) this.#copy(own, from, { text: 'i', values: [] }, out, strided(own, strides, shift));
    }
  }

  /** A number for each entry of `shape`, from where `source` says to where `target` says. */
  #copy(
    shape: Shape,
    from: Where,
    source: Indexing,
    to: Where,
    target: Indexing = { text: 'i', values: [] },
  ): void {
    const parameters: string[] = [];
    const args: (number | Where)[] = [];
    const inserted = ({ text, values }: Indexing): string =>
      text.replace(/\$(\d+)/g, (_, k) => {
        parameters.push(`long long s${parameters.length}`);
        args.push(values[Number(k)]!);
        return `s${parameters.length - 1}`;
      });
    const [left, right] = [inserted(target), inserted(source)];
    const own = kernel(
      'copy',
      [...parameters, `const ${typeOf(from.float)} *a`, `${typeOf(to.float)} *out`],
      [`out[${left}] = a[${right}];`],
    );
    this.#launch(own, sizeOf(shape), [...args, from, to]);
  }

  #product(call: ProductOf): void {
    const rest = {
      transposeA: false,
      transposeB: false,
      add: false,
      count: 1,
      stride: { a: 0, b: 0, c: 0 },
      lower: false,
    };
    this.#call({ ...rest, ...call, kind: 'product' });
  }

  #matmul(
    { a, b, transposeA, transposeB, shape }: InstructionOf<'matmul'>,
    c: Where,
    at: (of: Ref) => Where,
  ): void {
    const [count, m, n] = stackOf(shape);
    const [, rows, columns] = stackOf(this.#shape(a));
    const k = transposeA ? rows : columns;
    const step = (of: Ref, size: number): number => (this.#shape(of).length === 3 ? size : 0);
    const stride = { a: step(a, m * k), b: step(b, k * n), c: m * n };
    this.#product({ m, n, k, a: at(a), b: at(b), c, transposeA, transposeB, count, stride });
  }

  #contract(
    { a, b, transposeA, transposeB, shape }: InstructionOf<'contract'>,
    c: Where,
    at: (of: Ref) => Where,
  ): void {
    const [m, n] = shape.slice(-2) as [number, number];
    const k = this.#shape(a).at(transposeA ? -2 : -1)!;
    const lead = shape.slice(0, -2);
    const [A, B] = [at(a), at(b)];
    const padded = (of: Ref): Shape => {
      const own = this.#shape(of).slice(0, -2);
      return [...new Array<number>(lead.length - own.length).fill(1), ...own];
    };
    const [leadA, leadB] = [padded(a), padded(b)];
    // As many of the innermost leading axes as both factors run through evenly are one batch.
    const even = (from: number): boolean =>
      [leadA, leadB].every((own) => [1, sizeOf(lead.slice(from))].includes(sizeOf(own.slice(from))));
    let split = 0;
    while (!even(split)) split++;
    const count = sizeOf(lead.slice(split));
    const stride = {
      a: sizeOf(leadA.slice(split)) === 1 ? 0 : m * k,
      b: sizeOf(leadB.slice(split)) === 1 ? 0 : k * n,
      c: m * n,
    };
    const outer = lead.slice(0, split);
    const stepsOf = (own: Shape, size: number): number[] => stridesOf(own).map((step) => step * size);
    const [stepsA, stepsB] = [stepsOf(leadA, m * k), stepsOf(leadB, k * n)];
    for (let p = 0; p < sizeOf(outer); p++) {
      let [shiftA, shiftB, rest] = [0, 0, p];
      for (let axis = outer.length - 1; axis >= 0; axis--) {
        const index = rest % outer[axis]!;
        rest = Math.floor(rest / outer[axis]!);
        shiftA += index * stepsA[axis]!;
        shiftB += index * stepsB[axis]!;
      }
      this.#product({
        m,
        n,
        k,
        a: { ...A, offset: A.offset + shiftA },
        b: { ...B, offset: B.offset + shiftB },
        c: { ...c, offset: c.offset + p * count * m * n },
        transposeA,
        transposeB,
        count,
        stride,
      });
    }
  }

  #symmetric(
    { terms, diagonal, triangle, shape }: InstructionOf<'symmetric'>,
    c: Where,
    at: (of: Ref) => Where,
  ): void {
    const [count, n] = stackOf(shape);
    const step = (of: Ref, k: number): number => (this.#shape(of).length === 3 ? n * k : 0);
    terms.forEach(({ left, right }, j) => {
      const k = this.#shape(left).at(-1)!;
      const lower =
        triangle === 'lower' && terms.length === 1 && c.float === 'f64' && count === 1 && n >= symmetricFrom;
      this.#product({
        m: n,
        n,
        k,
        a: at(left),
        b: at(right),
        c,
        transposeB: true,
        add: j > 0,
        count,
        stride: { a: step(left, k), b: step(right, k), c: n * n },
        lower,
      });
    });
    if (diagonal === null) return;
    if (terms.length === 0)
      this.#launch(kernel('zero', [`${typeOf(c.float)} *out`], ['out[i] = 0;']), count * n * n, [c]);
    const d = at(diagonal);
    const each = this.#shape(diagonal).length === 2 ? n : 0;
    this.#launch(diagonalKernel(c.float), count * n, [n, each, d, c]);
  }

  #packed(H: Ref, width: number): Where {
    const float = this.#floats[H]!;
    const count = sizeOf(this.#shape(H)) / (width * width);
    const out: Where = {
      kind: 'buffer',
      buffer: this.#buffer((count * width * (width + 1)) / 2, float),
      offset: 0,
      float,
    };
    this.#launch(packKernel(float), count * width * width, [width, this.#at(H, float), out]);
    return out;
  }
}
