import { EvaluationError } from '../../core/errors.js';
import type { Factor } from '../../core/structure/piece.js';
import { batched } from '../../derive/passes/batch.js';
import { type Program, type Programs, widthOf } from '../../derive/program.js';
import type { CompileOptions, Device, Engine, Executable, Order, Slot } from '../contract.js';
import { parts, programOf, requireSupport, shapeOf } from '../programs.js';
import { erfRule } from '../quadrature.js';
import { place } from './addresses.js';
import { Arena } from './arena.js';
import { compiledKernels } from './kernels.js';
import { type Step, stepsOf } from './steps.js';

/** WebAssembly kernels in the thread that asks: synchronous, f64, one thread, no dependency; also in browsers. */
export const wasmEngine: Engine = {
  name: 'wasm',
  synchronous: true,
  devices: ['cpu'],
  precisions: ['f64'],
  async available() {
    try {
      compiledKernels();
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return `engine wasm: WebAssembly is not allowed here (${reason}); use engine reference`;
    }
  },
  async compile(programs, options) {
    return compileWasm(programs, options);
  },
};

/** As `wasmEngine.compile`, without the promise. */
export function compileWasm(programs: Programs, options: CompileOptions): Executable {
  requireSupport(wasmEngine, options);
  return new WasmExecutable(programs);
}

/** A program for some points: where they are written, its steps, and the addresses of its results. */
interface Prepared {
  readonly x: number;
  readonly λ: number;
  readonly steps: readonly Step[];
  readonly outputs: { readonly y: number; readonly J?: number; readonly H?: number };
}

class WasmExecutable implements Executable {
  readonly engine = 'wasm';
  readonly device: Device = 'cpu';
  readonly precision = 'f64';
  readonly inputs: number;
  readonly outputs: number;
  readonly through?: Factor;
  #arena: Arena | undefined;
  readonly #width: number;
  readonly #prepared = new Map<string, Prepared>();
  readonly #rule: { readonly at: number; readonly count: number };
  readonly #packed: number;
  #work = { at: 0, doubles: 0 };

  constructor(private readonly programs: Programs) {
    const { inputs, outputs, through } = shapeOf(programs);
    this.inputs = inputs;
    this.outputs = outputs;
    this.#width = widthOf(programs);
    if (through) this.through = through;
    const arena = new Arena(`network '${programs.name}'`);
    this.#arena = arena;
    const { exponents, coefficients } = erfRule();
    this.#rule = { at: arena.reserve(2 * exponents.length), count: exponents.length };
    arena.heap.set(exponents, this.#rule.at / 8);
    arena.heap.set(coefficients, this.#rule.at / 8 + exponents.length);
    this.#packed = arena.reserve((this.#width * (this.#width + 1)) / 2);
    for (const order of [0, 1, 2] as const) this.#prepare(arena, order, 1);
  }

  evaluate(order: Order, slots: readonly Slot[]): void {
    const arena = this.#arena;
    if (arena === undefined) throw new EvaluationError('engine wasm: this executable was disposed', '', true);
    let from = 0;
    for (const size of parts(programOf(this.programs, order, 'f64'), slots.length)) {
      this.#run(arena, order, slots.slice(from, from + size));
      from += size;
    }
  }

  dispose(): void {
    this.#arena = undefined;
    this.#prepared.clear();
  }

  #run(arena: Arena, order: Order, slots: readonly Slot[]): void {
    const { x, λ, steps, outputs } = this.#prepare(arena, order, slots.length);
    const { inputs: n, outputs: m } = this;
    const width = this.#width;
    const { heap } = arena;
    slots.forEach((slot, p) => {
      heap.set(slot.x, x / 8 + p * n);
      if (order === 2) heap.set(slot.λ, λ / 8 + p * m);
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
        arena.kernels.pack(width, outputs.H + 8 * p * width * width, this.#packed);
        read(this.#packed, out.H);
      }
    });
  }

  #prepare(arena: Arena, order: Order, points: number): Prepared {
    const key = `${order} ${points}`;
    let prepared = this.#prepared.get(key);
    if (prepared === undefined) {
      prepared = this.#place(arena, batched(programOf(this.programs, order, 'f64'), points), points);
      this.#prepared.set(key, prepared);
    }
    return prepared;
  }

  #place(arena: Arena, program: Program, points: number): Prepared {
    const [x, λ] = [arena.reserve(points * this.inputs), arena.reserve(points * this.outputs)];
    const constantAt = arena.constant.bind(arena);
    const work = this.#workFor(arena, program);
    const { end } = place(program, constantAt, { x, λ }, 0);
    const { addresses } = place(program, constantAt, { x, λ }, arena.scratch(end));
    const shapes = program.instructions.map(({ shape }) => shape);
    const { at: rule, count: ruleCount } = this.#rule;
    const stage = { kernels: arena.kernels, arena, addresses, shapes, work, rule, ruleCount };
    const outputs = Object.entries(program.outputs).map(([name, ref]) => [name, addresses[ref]!]);
    return { x, λ, steps: stepsOf(program, stage), outputs: Object.fromEntries(outputs) };
  }

  /** Work space for the widest product of `program`. */
  #workFor(arena: Arena, { instructions }: Program): number {
    const widest = Math.max(...instructions.map(({ shape }) => shape.at(-1) ?? 1));
    const doubles = arena.kernels.gemmWork(widest);
    if (doubles > this.#work.doubles) this.#work = { at: arena.reserve(doubles), doubles };
    return this.#work.at;
  }
}
