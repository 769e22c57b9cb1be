import { EvaluationError, InputError } from '../../core/errors.js';
import type { Programs } from '../../derive/program.js';
import type { CompileOptions, Device, Engine, Evaluation, Executable, Order } from '../contract.js';
import { programOf } from '../programs.js';
import { erfRule } from '../quadrature.js';
import { memoryBase, openKernels } from './kernels.js';
import { Layout, place } from './layout.js';
import { type Step, stepsOf } from './steps.js';

/** WebAssembly kernels in the thread that asks: synchronous, f64, one thread, no dependency; also in browsers. */
export const wasmEngine: Engine = {
  name: 'wasm',
  async compile(programs: Programs, options: CompileOptions): Promise<Executable> {
    return compileWasm(programs, options);
  },
};

/** As `wasmEngine.compile`, without the promise. */
export function compileWasm(programs: Programs, { device, precision }: CompileOptions): Executable {
  if (device !== 'cpu')
    throw new InputError(`engine wasm has no device '${device}'; use device cpu or engine onnx`);
  if (precision !== 'f64')
    throw new InputError(`engine wasm computes in f64 only; use precision f64 or engine onnx`);
  return new WasmExecutable(programs);
}

/** A program's steps and the addresses of its results. */
interface Prepared {
  readonly steps: readonly Step[];
  readonly outputs: { readonly y: number; readonly J?: number; readonly H?: number };
}

class WasmExecutable implements Executable {
  readonly engine = 'wasm';
  readonly device: Device = 'cpu';
  readonly precision = 'f64';
  readonly inputs: number;
  readonly outputs: number;
  #heap: Float64Array;
  #prepared: readonly Prepared[];
  readonly #x: number;
  readonly #λ: number;
  readonly #packed: number;
  readonly #pack: (full: number) => void;

  constructor(programs: Programs) {
    const { inputs: n, outputs: m } = programs;
    this.inputs = n;
    this.outputs = m;
    const all = ([0, 1, 2] as const).map((order) => programOf(programs, order));
    const layout = new Layout(memoryBase());
    this.#x = layout.reserve(n);
    this.#λ = layout.reserve(m);
    const { exponents, coefficients } = erfRule();
    const rule = layout.reserve(2 * exponents.length);
    for (const { instructions } of all)
      for (const instruction of instructions)
        if (instruction.kind === 'constant') layout.constant(instruction.tensor);
    this.#packed = layout.reserve((n * (n + 1)) / 2);
    const widest = Math.max(
      ...all.flatMap(({ instructions }) => instructions.map(({ shape }) => shape.at(-1) ?? 1)),
    );
    // KC (MC + n) doubles, as `gemmWork` in the kernels.
    const work = layout.reserve(256 * (96 + widest + 4) + 16);
    const scratch = layout.end;
    const placed = all.map((program) => place(program, layout, { x: this.#x, λ: this.#λ }, scratch));
    layout.extend(Math.max(...placed.map(({ end }) => end)));

    const { memory, kernels } = openKernels(layout.end, `network '${programs.name}'`);
    const heap = new Float64Array(memory.buffer);
    for (const [{ data }, at] of layout.constants) heap.set(data, at / 8);
    heap.set(exponents, rule / 8);
    heap.set(coefficients, rule / 8 + exponents.length);
    this.#heap = heap;
    this.#pack = (full) => kernels.pack(n, full, this.#packed);
    this.#prepared = all.map((program, order) => {
      const { addresses } = placed[order]!;
      const shapes = program.instructions.map(({ shape }) => shape);
      const stage = { kernels, heap, addresses, shapes, work, rule, ruleCount: exponents.length };
      const outputs = Object.entries(program.outputs).map(([name, ref]) => [name, addresses[ref]!]);
      return { steps: stepsOf(program, stage), outputs: Object.fromEntries(outputs) };
    });
  }

  evaluate(order: Order, x: Float64Array, λ: Float64Array, out: Evaluation): void {
    const prepared = this.#prepared[order];
    if (prepared === undefined)
      throw new EvaluationError('engine wasm: this executable was disposed', '', true);
    const { steps, outputs } = prepared;
    this.#heap.set(x, this.#x / 8);
    if (order === 2) this.#heap.set(λ, this.#λ / 8);
    for (const step of steps) step();
    this.#read(outputs.y, out.y);
    if (outputs.J !== undefined) this.#read(outputs.J, out.J);
    if (order < 2) return;
    if (outputs.H === undefined) out.H.fill(0);
    else {
      this.#pack(outputs.H);
      this.#read(this.#packed, out.H);
    }
  }

  dispose(): void {
    this.#prepared = [];
    this.#heap = new Float64Array(0);
  }

  #read(address: number, out: Float64Array): void {
    out.set(this.#heap.subarray(address / 8, address / 8 + out.length));
  }
}
