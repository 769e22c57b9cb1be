import { EvaluationError, InputError } from '../../core/errors.js';
import type { Factor } from '../../core/structure/piece.js';
import { batched } from '../../derive/passes/batch.js';
import { type Program, type Programs, type Ref, widthOf } from '../../derive/program.js';
import type { CompileOptions, Device, Engine, Executable, Order, Precision, Slot } from '../contract.js';
import { lacks, parts, programOf, requireSupport, shapeOf, unitOf } from '../programs.js';
import { erfRule } from '../quadrature.js';
import type { Float } from '../trained.js';
import { floatsOf, place } from './addresses.js';
import { Arena, numberBytes } from './arena.js';
import { compiledKernels } from './kernels.js';
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
function allowed(): true | string {
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
  /** What `H` is stored as. */
  readonly hessian: Float;
}

class WasmExecutable implements Executable {
  readonly engine = 'wasm';
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

  constructor(
    private readonly programs: Programs,
    readonly precision: Precision,
  ) {
    const { inputs, outputs, through } = shapeOf(programs);
    this.inputs = inputs;
    this.outputs = outputs;
    this.#width = widthOf(programs);
    if (through) this.through = through;
    const arena = new Arena(`network '${programs.name}'`);
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
    if (arena === undefined) throw new EvaluationError('engine wasm: this executable was disposed', '', true);
    let from = 0;
    for (const size of parts(programOf(this.programs, order, this.precision), slots.length)) {
      this.#run(arena, order, slots.slice(from, from + size));
      from += size;
    }
  }

  dispose(): void {
    this.#arena = undefined;
    this.#prepared.clear();
  }

  #run(arena: Arena, order: Order, slots: readonly Slot[]): void {
    const { x, λ, steps, outputs, hessian } = this.#prepare(arena, order, slots.length);
    const { inputs: n, outputs: m } = this;
    const width = this.#width;
    const heap = arena.heap.f64;
    const units = slots.map((slot) => (order < 2 || hessian === 'f64' ? 1 : unitOf(slot.λ)));
    slots.forEach((slot, p) => {
      heap.set(slot.x, x / 8 + p * n);
      if (order === 2) for (let i = 0; i < m; i++) heap[λ / 8 + p * m + i] = slot.λ[i]! / units[p]!;
    });
    for (const step of steps) step();
    const read = (address: number, out: Float64Array): void =>
      out.set(heap.subarray(address / 8, address / 8 + out.length));
    slots.forEach((out, p) => {
      read(outputs.y + 8 * p * m, out.y);
      if (outputs.J !== undefined) read(outputs.J + 8 * p * m * width, out.J);
      if (order < 2) return;
      if (outputs.H === undefined) out.H.fill(0);
      else {
        const from = outputs.H + numberBytes[hessian] * p * width * width;
        arena.kernels[hessian].pack(width, from, this.#packed);
        read(this.#packed, out.H);
        if (units[p] !== 1) for (let k = 0; k < out.H.length; k++) out.H[k]! *= units[p]!;
      }
    });
  }

  #prepare(arena: Arena, order: Order, points: number): Prepared {
    const key = `${order} ${points}`;
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      prepared = this.#place(arena, batched(programOf(this.programs, order, this.precision), points), points);
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  #place(arena: Arena, program: Program, points: number): Prepared {
    const [x, λ] = [arena.reserve(points * this.inputs), arena.reserve(points * this.outputs)];
    const floats = floatsOf(program, this.precision === 'mixed');
    const work = this.#workFor(arena, program);
    const { end } = place(program, floats, { x, λ }, 0);
    const { addresses, owner } = place(program, floats, { x, λ }, arena.scratch(end));
    const address = (ref: Ref, float: Float): number => {
      const own = program.instructions[owner[ref]!]!;
      if (own.kind !== 'constant') return addresses[ref]!;
      // A constant in another shape is no constant any more: it has numbers of its own.
      return arena.constant(own.tensor, owner[ref] === ref ? float : floats[ref]!);
    };
    const shapes = program.instructions.map(({ shape }) => shape);
    const { at: rule, count: ruleCount } = this.#rule;
    const steps = stepsOf(program, { arena, shapes, address, floats, work, rule, ruleCount });
    const { H } = program.outputs;
    const outputs = Object.entries(program.outputs).map(([name, ref]) => [name, address(ref, floats[ref]!)]);
    return {
      x,
      λ,
      steps,
      outputs: Object.fromEntries(outputs),
      hessian: H === undefined ? 'f64' : floats[H]!,
    };
  }

  /** Work space for the widest product of `program`. */
  #workFor(arena: Arena, { instructions }: Program): number {
    const widest = instructions.reduce((most, { shape }) => Math.max(most, shape.at(-1) ?? 1), 1);
    const doubles = arena.kernels.gemmWork(widest);
    if (doubles > this.#work.doubles) this.#work = { at: arena.reserve(doubles), doubles };
    return this.#work.at;
  }
}
