import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { EvaluationError, InputError } from '../../core/errors.js';
import type { Factor } from '../../core/structure/piece.js';
import { batched } from '../../derive/passes/batch.js';
import { stacked } from '../../derive/passes/stack.js';
import { type Program, type Programs, widthOf } from '../../derive/program.js';
import type { Tensor } from '../../network/graph.js';
import type { CompileOptions, Device, Engine, Executable, Order, Slot } from '../contract.js';
import { lacks, packBlock, parts, programOf, requireSupport, shapeOf, unitOf } from '../programs.js';
import { Recent } from '../recent.js';
import { trainedArrays } from '../trained.js';
import { activate, openTfjs, type Place, type Tfjs } from './library.js';
import { run } from './run.js';

/** Programs for other numbers of points than one that are kept. */
const kept = 12;

/** An engine on tfjs: operations in f32 on a backend that `open` finds for a device. */
function engineOver(open: (device: Device) => Promise<Place>, devices: readonly Device[]): Engine {
  const engine: Engine = {
    name: 'tfjs',
    synchronous: false,
    devices,
    precisions: ['f32'],
    async available(device = 'cpu') {
      const reason = lacks(engine, device);
      if (reason !== undefined) return reason;
      try {
        await open(device);
        return true;
      } catch (error) {
        if (error instanceof InputError) return error.message;
        throw error;
      }
    },
    async compile(programs, options) {
      requireSupport(engine, options);
      const place = await open(options.device);
      await activate(place);
      requireFloat32(place);
      return new TfjsExecutable(place, programs, options);
    },
  };
  return engine;
}

/**
 * tfjs with the fastest backend that is installed: f32 only. `cpu`: `@tensorflow/tfjs-node`, else tfjs with its wasm
 * backend, else its plain one; `cuda`: `@tensorflow/tfjs-node-gpu`.
 */
export const tfjsEngine: Engine = engineOver(openTfjs, ['cpu', 'cuda']);

/** The engine on a backend that is registered with the caller's tfjs, as the device `cpu`. */
export const tfjsEngineOn = (tf: Tfjs, backend: string): Engine =>
  engineOver(async () => {
    await activate({ tf, backend });
    return { tf, backend };
  }, ['cpu']);

/** Some backends on phones compute in 16 bits. */
function requireFloat32({ tf, backend }: Place): void {
  if (tf.backend().floatPrecision() === 32) return;
  throw new InputError(`engine tfjs: backend '${backend}' computes in less than f32 here; use another one`);
}

/** A program for some points, and the constants that it alone has. */
interface Prepared {
  readonly program: Program;
  readonly constants: ReadonlyMap<Tensor, TfTensor>;
}

class TfjsExecutable implements Executable {
  readonly engine = 'tfjs';
  readonly device: Device;
  readonly precision = 'f32';
  readonly inputs: number;
  readonly outputs: number;
  readonly through?: Factor;
  /** The constants of the programs for one point, once however many hold them. */
  readonly #trained = new Map<Tensor, TfTensor>();
  readonly #prepared: Recent<string, Prepared>;
  #disposed = false;

  constructor(
    private readonly place: Place,
    private readonly programs: Programs,
    { device }: CompileOptions,
  ) {
    this.device = device;
    const { inputs, outputs, through } = shapeOf(programs);
    this.inputs = inputs;
    this.outputs = outputs;
    if (through) this.through = through;
    this.#prepared = new Recent(kept, async ({ constants }) => dispose(constants));
    try {
      for (const { instructions } of [programs.value, programs.jacobian, programs.hessian])
        for (const instruction of instructions)
          if (instruction.kind === 'constant' && !this.#trained.has(instruction.tensor))
            this.#trained.set(instruction.tensor, this.#upload(instruction.tensor));
    } catch (error) {
      dispose(this.#trained);
      throw error;
    }
  }

  async evaluate(order: Order, slots: readonly Slot[]): Promise<void> {
    if (this.#disposed) throw new EvaluationError('engine tfjs: this executable was disposed', '', true);
    const { tf } = this.place;
    const before = tf.getBackend();
    await activate(this.place);
    try {
      let from = 0;
      for (const size of parts(programOf(this.programs, order, this.precision), slots.length)) {
        await this.#run(order, slots.slice(from, from + size));
        from += size;
      }
    } finally {
      // The program around may compute elsewhere.
      if (before !== tf.getBackend()) await tf.setBackend(before);
    }
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#prepared.clear();
    dispose(this.#trained);
    this.#trained.clear();
  }

  async #run(order: Order, slots: readonly Slot[]): Promise<void> {
    const { inputs: n, outputs: m, place } = this;
    const { tf } = place;
    const [count, width] = [slots.length, widthOf(this)];
    const { program, constants } = this.#prepare(order, count);
    const units = slots.map(({ λ }) => (order < 2 ? 1 : unitOf(λ)));
    const [points, multipliers] = [new Float32Array(count * n), new Float32Array(count * m)];
    slots.forEach(({ x, λ }, p) => {
      points.set(x, p * n);
      if (order === 2) for (let i = 0; i < m; i++) multipliers[p * m + i] = λ[i]! / units[p]!;
    });
    const lead = count === 1 ? [] : [count];
    const [x, λ] = [tf.tensor(points, [...lead, n]), tf.tensor(multipliers, [...lead, m])];
    const results = (() => {
      try {
        return run(tf, program, {
          x,
          λ,
          constant: ({ tensor }) => this.#trained.get(tensor) ?? constants.get(tensor)!,
        });
      } finally {
        x.dispose();
        λ.dispose();
      }
    })();
    const tensors = Object.values(results);
    try {
      const numbers = new Map<TfTensor, Float32Array>();
      for (const tensor of tensors) numbers.set(tensor, (await tensor.data()) as Float32Array);
      const of = (tensor: TfTensor, p: number, size: number): Float32Array =>
        numbers.get(tensor)!.subarray(p * size, (p + 1) * size);
      slots.forEach((slot, p) => {
        slot.y.set(of(results.y, p, m));
        if (results.J) slot.J.set(of(results.J, p, m * width));
        if (order < 2) return;
        const whole = { row: 0, rows: width, column: 0, columns: width };
        if (results.H) packBlock(of(results.H, p, width * width), whole, slot.H, units[p]);
        else slot.H.fill(0);
      });
    } finally {
      for (const tensor of tensors) tensor.dispose();
    }
  }

  #prepare(order: Order, points: number): Prepared {
    return this.#prepared.get(`${order} ${points}`, () => {
      const program = stacked(batched(programOf(this.programs, order, this.precision), points));
      const constants = new Map<Tensor, TfTensor>();
      for (const instruction of program.instructions)
        if (instruction.kind === 'constant' && !this.#trained.has(instruction.tensor))
          constants.set(instruction.tensor, this.#upload(instruction.tensor));
      return { program, constants };
    });
  }

  #upload(tensor: Tensor): TfTensor {
    return this.place.tf.tensor(trainedArrays.of(tensor, 'f32') as Float32Array, [...tensor.shape]);
  }
}

function dispose(tensors: ReadonlyMap<Tensor, TfTensor>): void {
  for (const tensor of tensors.values()) tensor.dispose();
}
