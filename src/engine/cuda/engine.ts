import { EvaluationError, InputError } from '../../core/errors.js';
import type { Factor } from '../../core/structure/piece.js';
import { batched } from '../../derive/passes/batch.js';
import { merged } from '../../derive/passes/merge.js';
import { stacked } from '../../derive/passes/stack.js';
import { type Programs, widthOf } from '../../derive/program.js';
import type { CompileOptions, Device, Engine, Executable, Order, Precision, Slot } from '../contract.js';
import { lacks, parts, programOf, requireSupport, shapeOf, unitOf } from '../programs.js';
import { Recent } from '../recent.js';
import type { Float } from '../trained.js';
import { type Answer, BoundScript } from './bound.js';
import type { Cuda } from './cuda.js';
import { CudaDevice, type KernelCache } from './device.js';
import { type Storage, scriptOf } from './script.js';

/** Programs for numbers of points that are kept on the card. */
const kept = 12;

/** Operations up to which points are computed together: a card is full with more than a CPU. */
const together = 1e11;

/** Opens the card, or throws an InputError that says what is missing and how to get it. */
export type OpenCuda = () => Promise<Cuda>;

const storageOf: { readonly [P in Precision]: Storage } = {
  f64: 'f64',
  f32: 'f32',
  tf32: 'f32',
  mixed: 'mixed',
};

/**
 * NVIDIA's own libraries: products by cuBLAS, everything else by kernels made for the program, all of an evaluation one
 * graph. `f64`, `f32`, `tf32` (f32 numbers, products of factors rounded to 10 bits) and `mixed` (`y` and `J` in f64, `H` in
 * tf32). Weights are on the card once for each precision, whoever uses them.
 */
export function cudaEngineOver(open: OpenCuda, cache?: KernelCache): Engine {
  let opened: Promise<CudaDevice> | undefined;
  const device = (): Promise<CudaDevice> => {
    opened ??= open().then((cuda) => new CudaDevice(cuda, cache));
    // What is missing may be there at the next try.
    opened.catch(() => {
      opened = undefined;
    });
    return opened;
  };
  const engine: Engine = {
    name: 'cuda',
    synchronous: false,
    devices: ['cuda'],
    precisions: ['f64', 'f32', 'tf32', 'mixed'],
    async available(where = 'cuda') {
      const reason = lacks(engine, where);
      if (reason !== undefined) return reason;
      try {
        await device();
        return true;
      } catch (error) {
        if (error instanceof InputError) return error.message;
        throw error;
      }
    },
    async compile(programs, options) {
      requireSupport(engine, options);
      const executable = new CudaExecutable(await device(), programs, options);
      executable.warm();
      return executable;
    },
  };
  return engine;
}

class CudaExecutable implements Executable {
  readonly engine = 'cuda';
  readonly device: Device = 'cuda';
  readonly precision: Precision;
  readonly inputs: number;
  readonly outputs: number;
  readonly through?: Factor;
  readonly #width: number;
  readonly #bound: Recent<string, BoundScript>;
  /** That of one point and each order, which stay. */
  readonly #single = new Map<Order, BoundScript>();
  #disposed = false;

  constructor(
    private readonly card: CudaDevice,
    private readonly programs: Programs,
    { precision }: CompileOptions,
  ) {
    this.precision = precision;
    const { inputs, outputs, through } = shapeOf(programs);
    this.inputs = inputs;
    this.outputs = outputs;
    this.#width = widthOf(programs);
    if (through) this.through = through;
    this.#bound = new Recent(kept, async (bound) => bound.dispose());
  }

  get cardBytes(): number {
    return this.card.bytes;
  }

  /** Brings weights and kernels of one point to the card, so that what is missing fails at compilation. */
  warm(): void {
    try {
      for (const order of [0, 1, 2] as const) this.#single.set(order, this.#bind(order, 1));
    } catch (error) {
      this.#free();
      throw error;
    }
  }

  async evaluate(order: Order, slots: readonly Slot[]): Promise<void> {
    if (this.#disposed) throw new EvaluationError('engine cuda: this executable was disposed', '', true);
    let from = 0;
    const program = programOf(this.programs, order, this.precision);
    for (const size of parts(program, slots.length, together)) {
      this.#run(order, slots.slice(from, from + size));
      from += size;
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#free();
    await this.#bound.clear();
  }

  #free(): void {
    for (const bound of this.#single.values()) bound.dispose();
    this.#single.clear();
  }

  #run(order: Order, slots: readonly Slot[]): void {
    const { inputs: n, outputs: m } = this;
    const count = slots.length;
    const bound =
      count === 1
        ? this.#single.get(order)!
        : this.#bound.get(`${order} ${count}`, () => this.#bind(order, count));
    const { memory, λAt } = bound.question;
    const outer = this.#outer;
    const x = numbers(memory, outer, 0, count * n);
    const λ = numbers(memory, outer, λAt, count * m);
    const units = slots.map((slot) => (order < 2 || this.precision === 'f64' ? 1 : unitOf(slot.λ)));
    slots.forEach((slot, p) => {
      x.set(slot.x, p * n);
      if (order === 2) for (let i = 0; i < m; i++) λ[p * m + i] = slot.λ[i]! / units[p]!;
    });
    bound.run();
    const { y, J, H } = bound.answers;
    const read = ({ at, float }: Answer, p: number, out: Float64Array): void =>
      out.set(
        numbers(bound.answer, float, at, count * out.length).subarray(p * out.length, (p + 1) * out.length),
      );
    slots.forEach((slot, p) => {
      read(y, p, slot.y);
      if (J) read(J, p, slot.J);
      if (order < 2) return;
      if (H === undefined) slot.H.fill(0);
      else read(H, p, slot.H);
      if (units[p] !== 1) for (let k = 0; k < slot.H.length; k++) slot.H[k]! *= units[p]!;
    });
  }

  get #outer(): Float {
    return storageOf[this.precision] === 'f32' ? 'f32' : 'f64';
  }

  #bind(order: Order, points: number): BoundScript {
    const { inputs: n, outputs: m } = this;
    const width = this.#width;
    const storage = storageOf[this.precision];
    const program = merged(batched(programOf(this.programs, order, this.precision), points), () => true);
    const script = scriptOf(stacked(program), storage, width);
    return new BoundScript(
      this.card,
      script,
      { y: points * m, J: points * m * width, H: (points * width * (width + 1)) / 2 },
      { x: points * n, λ: points * m, float: this.#outer },
      this.precision === 'tf32' || this.precision === 'mixed',
    );
  }
}

/** `count` numbers of some memory from byte `at` on. */
const numbers = (
  memory: ArrayBuffer,
  float: Float,
  at: number,
  count: number,
): Float64Array | Float32Array =>
  float === 'f64' ? new Float64Array(memory, at, count) : new Float32Array(memory, at, count);
