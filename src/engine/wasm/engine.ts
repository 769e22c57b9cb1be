import { EvaluationError, InputError } from '../../core/errors.js';
import type { Factor } from '../../core/structure/piece.js';
import { flops } from '../../derive/flops.js';
import { batched } from '../../derive/passes/batch.js';
import { merged } from '../../derive/passes/merge.js';
import { inStrips } from '../../derive/passes/strips.js';
import {
  type InstructionOf,
  operands,
  type Program,
  type Programs,
  type Ref,
  widthOf,
} from '../../derive/program.js';
import type { Tensor } from '../../network/graph.js';
import type { CompileOptions, Device, Engine, Executable, Order, Precision, Slot } from '../contract.js';
import { lacks, parts, programOf, readsLess, requireSupport, shapeOf, unitOf } from '../programs.js';
import { erfRule } from '../quadrature.js';
import { type Float, type Floats, trainedArrays } from '../trained.js';
import { floatsOf, place } from './addresses.js';
import { Arena, numberBytes } from './arena.js';
import { compiledKernels } from './kernels.js';
import type { Factor as ProductFactor, Products } from './products.js';
import { type Step, stepsOf } from './steps.js';

/** WebAssembly kernels in the thread that asks: synchronous, f64 or with `H` in f32, one thread, no dependency; also in browsers. */
export const wasmEngine: Engine = {
  name: 'wasm',
  synchronous: true,
  devices: ['cpu'],
  precisions: ['f64', 'mixed'],
  available: async (device = 'cpu') => lacks(wasmEngine, device) ?? allowed(),
  async compile(programs, options) {
    return compileWasm(programs, options);
  },
};

/** Whether WebAssembly may run here, or why not. */
export function allowed(): true | string {
  try {
    compiledKernels();
    return true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return `engine wasm: WebAssembly is not allowed here (${reason}); use engine reference`;
  }
}

/** As `wasmEngine.compile`, without the promise. */
export function compileWasm(programs: Programs, options: CompileOptions): Executable {
  requireSupport(wasmEngine, options);
  const reason = allowed();
  if (reason !== true) throw new InputError(reason);
  return new WasmExecutable(programs, options.precision);
}

/** A program for some points: where they are written, its steps, and the addresses of its results. */
interface Prepared {
  readonly x: number;
  readonly λ: number;
  readonly steps: readonly Step[];
  readonly outputs: { readonly y: number; readonly J?: number; readonly H?: number };
  /** What `x`, `λ`, `y` and `J` are stored as. */
  readonly outer: Float;
  /** What `H` is stored as. */
  readonly hessian: Float;
}

/**
 * Operations of a Hessian from which on points are computed one after the other where products are elsewhere: nothing is gained by larger
 * ones, and an answer has the same bits whoever asks beside.
 */
const APART = 5e5;

/** Computes with the kernels, large products with whoever `products` is. */
export class WasmExecutable implements Executable {
  readonly device: Device = 'cpu';
  readonly inputs: number;
  readonly outputs: number;
  readonly through?: Factor;
  #arena: Arena | undefined;
  readonly #width: number;
  readonly #prepared = new Map<string, Prepared>();
  readonly #rule: { readonly at: number; readonly count: number };
  readonly #packed: number;
  #work = { at: 0, doubles: 0 };
  /** Operations that one run may take for several points; undefined for the usual. */
  readonly #together: number | undefined;

  constructor(
    private readonly programs: Programs,
    readonly precision: Precision,
    readonly engine = 'wasm',
    private readonly products?: Products,
  ) {
    const { inputs, outputs, through } = shapeOf(programs);
    this.inputs = inputs;
    this.outputs = outputs;
    this.#width = widthOf(programs);
    if (through) this.through = through;
    this.#together = products && flops(programs.hessian) >= APART ? 0 : undefined;
    const arena = new Arena(`engine ${engine}: network '${programs.name}'`);
    this.#arena = arena;
    const { exponents, coefficients } = erfRule();
    this.#rule = { at: arena.reserve(2 * exponents.length), count: exponents.length };
    arena.heap.f64.set(exponents, this.#rule.at / 8);
    arena.heap.f64.set(coefficients, this.#rule.at / 8 + exponents.length);
    this.#packed = arena.reserve((this.#width * (this.#width + 1)) / 2);
    for (const order of [0, 1, 2] as const) this.#prepare(arena, order, 1);
  }

  evaluate(order: Order, slots: readonly Slot[]): void {
    const arena = this.#arena;
    if (arena === undefined)
      throw new EvaluationError(`engine ${this.engine}: this executable was disposed`, '', true);
    let from = 0;
    for (const size of parts(programOf(this.programs, order, this.precision), slots.length, this.#together)) {
      this.#run(arena, order, slots.slice(from, from + size));
      from += size;
    }
  }

  dispose(): void {
    this.#arena = undefined;
    this.#prepared.clear();
  }

  #run(arena: Arena, order: Order, slots: readonly Slot[]): void {
    const { x, λ, steps, outputs, outer, hessian } = this.#prepare(arena, order, slots.length);
    const { inputs: n, outputs: m } = this;
    const width = this.#width;
    const heap = arena.heap[outer];
    const bytes = numberBytes[outer];
    const units = slots.map((slot) => (order < 2 || hessian === 'f64' ? 1 : unitOf(slot.λ)));
    slots.forEach((slot, p) => {
      heap.set(slot.x, x / bytes + p * n);
      if (order === 2) for (let i = 0; i < m; i++) heap[λ / bytes + p * m + i] = slot.λ[i]! / units[p]!;
    });
    for (const step of steps) step();
    const read = (address: number, out: Float64Array, from: Floats = heap): void => {
      const at = address / from.BYTES_PER_ELEMENT;
      out.set(from.subarray(at, at + out.length));
    };
    slots.forEach((out, p) => {
      read(outputs.y + bytes * p * m, out.y);
      if (outputs.J !== undefined) read(outputs.J + bytes * p * m * width, out.J);
      if (order < 2) return;
      if (outputs.H === undefined) out.H.fill(0);
      else {
        const from = outputs.H + numberBytes[hessian] * p * width * width;
        arena.kernels[hessian].pack(width, from, this.#packed);
        read(this.#packed, out.H, arena.heap.f64);
        if (units[p] !== 1) for (let k = 0; k < out.H.length; k++) out.H[k]! *= units[p]!;
      }
    });
  }

  #prepare(arena: Arena, order: Order, points: number): Prepared {
    const key = `${order} ${points}`;
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      const program = batched(programOf(this.programs, order, this.precision), points);
      const joined = this.products ? merged(program, readsLess) : program;
      prepared = this.#place(arena, inStrips(joined), points);
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  #place(arena: Arena, program: Program, points: number): Prepared {
    const [x, λ] = [arena.reserve(points * this.inputs), arena.reserve(points * this.outputs)];
    const floats = floatsOf(program, this.precision);
    const work = this.#workFor(arena, program);
    const { end } = place(program, floats, { x, λ }, 0);
    const { addresses, owner } = place(program, floats, { x, λ }, arena.scratch(end));
    const address = (ref: Ref, float: Float): number => {
      const own = program.instructions[owner[ref]!]!;
      if (own.kind !== 'constant') return addresses[ref]!;
      // A constant in another shape is no constant any more: it has numbers of its own.
      return addresses[ref]! + arena.constant(own.tensor, owner[ref] === ref ? float : floats[ref]!);
    };
    const beside = this.#beside(program);
    const factor = (ref: Ref, float: Float): ProductFactor =>
      beside.has(ref)
        ? { at: 0, outside: trainedArrays.inPlace(tensorOf(program, ref), float) }
        : { at: address(ref, float) };
    const shapes = program.instructions.map(({ shape }) => shape);
    const { at: rule, count: ruleCount } = this.#rule;
    const products = this.products && { products: this.products };
    const stage = { arena, shapes, address, factor, floats, work, rule, ruleCount, ...products };
    const steps = stepsOf(program, stage);
    const { H } = program.outputs;
    const outputs = Object.entries(program.outputs).map(([name, ref]) => [name, address(ref, floats[ref]!)]);
    return {
      x,
      λ,
      steps,
      outputs: Object.fromEntries(outputs),
      outer: this.precision === 'f32' ? 'f32' : 'f64',
      hessian: H === undefined ? 'f64' : floats[H]!,
    };
  }

  /** Large constants that are factors of products and nothing else: they stay where they are. */
  #beside({ instructions, outputs }: Program): ReadonlySet<Ref> {
    const { products } = this;
    const found = new Set<Ref>();
    if (!products) return found;
    instructions.forEach((instruction, k) => {
      if (instruction.kind === 'constant' && instruction.tensor.data.length >= products.outside)
        found.add(k as Ref);
      else if (instruction.kind !== 'matmul') for (const ref of operands(instruction)) found.delete(ref);
    });
    for (const ref of Object.values(outputs)) found.delete(ref);
    return found;
  }

  /** Work space for the widest product of `program`. */
  #workFor(arena: Arena, { instructions }: Program): number {
    const products = ['matmul', 'contract', 'symmetric'];
    const widest = instructions.reduce(
      (most, { kind, shape }) => (products.includes(kind) ? Math.max(most, shape.at(-1) ?? 1) : most),
      1,
    );
    const doubles = arena.kernels.gemmWork(widest);
    if (doubles > this.#work.doubles) this.#work = { at: arena.reserve(doubles), doubles };
    return this.#work.at;
  }
}

const tensorOf = ({ instructions }: Program, ref: Ref): Tensor =>
  (instructions[ref] as InstructionOf<'constant'>).tensor;
