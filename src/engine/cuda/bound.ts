import type { Tensor } from '../../network/graph.js';
import type { Float } from '../trained.js';
import type { Address, Handle, Pinned } from './cuda.js';
import { bytesOf, type CudaDevice } from './device.js';
import { alignment, plan } from './plan.js';
import type { Call, Script, Where } from './script.js';

/** Where the question is written, on the device and on the host: `x`, then `λ`. */
export interface Questions {
  readonly pinned: Pinned;
  readonly x: Address;
  readonly λ: Address;
  /** Bytes of `x` with what stands between it and `λ`, and of all. */
  readonly bytes: number;
}

/** An output in the pinned memory of answers. */
export interface Answer {
  readonly at: number;
  readonly float: Float;
}

/** What a script needs on a card, once it is there; `dispose` gives all of it back. */
export class BoundScript {
  readonly answers: { readonly y: Answer; readonly J?: Answer; readonly H?: Answer };
  /** Bytes of work memory. */
  readonly bytes: number;
  readonly #undo: (() => void)[] = [];
  #graph: Handle | undefined;
  #questions: Questions;
  #pinned!: Pinned;

  constructor(
    private readonly device: CudaDevice,
    script: Script,
    sizes: { readonly y: number; readonly J: number; readonly H: number },
    question: { readonly x: number; readonly λ: number; readonly float: Float },
    private readonly tf32: boolean,
  ) {
    const { cuda } = device;
    try {
      const xBytes = alignment * Math.ceil(bytesOf(question.x, question.float) / alignment);
      const bytes = xBytes + bytesOf(question.λ, question.float);
      const lives = script.buffers.map(({ size, float, first, last }) => ({
        bytes: bytesOf(size, float),
        first,
        last,
      }));
      const { offsets, bytes: work } = plan(lives);
      const inputs = this.#allocate(bytes, 'points');
      const arena = work === 0 ? inputs : this.#allocate(work, 'work');
      this.bytes = work + bytes;
      this.#questions = { pinned: this.#pin(bytes), x: inputs, λ: inputs + BigInt(xBytes), bytes };
      const address = (where: Where): Address => {
        const shift = BigInt(where.kind === 'index' ? 4 * where.offset : bytesOf(where.offset, where.float));
        switch (where.kind) {
          case 'x':
          case 'λ':
            return this.#questions[where.kind] + shift;
          case 'constant':
            return this.#trained(where.tensor, where.float) + shift;
          case 'index':
            return this.#indices(where.index) + shift;
          default:
            return arena + BigInt(offsets[where.buffer]!) + shift;
        }
      };
      const kernels = device.kernels(script.kernels);
      const bound = script.calls.map((call) => this.#bind(call, address, kernels));
      const outputs = Object.entries(script.outputs).map(([name, where]) => ({
        name: name as keyof typeof sizes,
        from: address(where),
        float: where.float,
        bytes: bytesOf(sizes[name as keyof typeof sizes], where.float),
      }));
      let at = 0;
      const answers: Record<string, Answer> = {};
      for (const { name, float, bytes: own } of outputs) {
        answers[name] = { at, float };
        at += alignment * Math.ceil(own / alignment);
      }
      this.answers = answers as unknown as BoundScript['answers'];
      this.#pinned = this.#pin(at);
      const work2 = (): void => {
        cuda.copyIn(this.#questions.x, this.#questions.pinned, bytes);
        for (const call of bound) call();
        for (const { name, from, bytes: own } of outputs)
          cuda.copyOut(this.#pinned, answers[name]!.at, from, own);
      };
      device.guard('a first run', () => {
        // Libraries set themselves up at their first calls, which must not happen while a graph is recorded.
        work2();
        cuda.synchronize();
        this.#graph = cuda.capture(work2);
      });
      this.#undo.push(() => device.quietly(() => this.#graph !== undefined && cuda.discard(this.#graph)));
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** Host memory of the points and, behind `λAt` bytes, the multipliers. */
  get question(): { readonly memory: ArrayBuffer; readonly λAt: number } {
    const { pinned, x, λ } = this.#questions;
    return { memory: pinned.memory, λAt: Number(λ - x) };
  }
  get answer(): ArrayBuffer {
    return this.#pinned.memory;
  }

  /** Computes what `question` asks into `answer`. */
  run(): void {
    const { device } = this;
    device.guard('a run', () => {
      device.cuda.replay(this.#graph!);
      device.cuda.synchronize();
    });
  }

  dispose(): void {
    for (const step of this.#undo.splice(0).reverse()) step();
  }

  #allocate(bytes: number, purpose: string): Address {
    const address = this.device.allocate(bytes, purpose);
    this.#undo.push(() => this.device.free(address, bytes));
    return address;
  }
  #pin(bytes: number): Pinned {
    const { device } = this;
    const pinned = device.guard('pinned host memory', () => device.cuda.pin(bytes), bytes);
    this.#undo.push(() => device.quietly(() => device.cuda.unpin(pinned)));
    return pinned;
  }
  #trained(tensor: Tensor, float: Float): Address {
    const address = this.device.holdTrained(tensor, float);
    this.#undo.push(() => this.device.releaseTrained(tensor, float));
    return address;
  }
  #indices(index: Int32Array): Address {
    const address = this.device.holdIndices(index);
    this.#undo.push(() => this.device.releaseIndices(index));
    return address;
  }

  #bind(call: Call, address: (where: Where) => Address, kernels: ReadonlyMap<string, Handle>): () => void {
    const { cuda } = this.device;
    if (call.kind === 'kernel') {
      const { name, threads } = call;
      const own = kernels.get(name)!;
      const args = call.args.map((arg) => (typeof arg === 'number' ? arg : address(arg)));
      return () => cuda.launch(own, threads, args);
    }
    const { a, b, c, kind: _, ...rest } = call;
    const places = { a: address(a), b: address(b), c: address(c) };
    const product = { ...rest, ...places, float: c.float, tf32: this.tf32 && c.float === 'f32' };
    return () => cuda.multiply(product);
  }
}
