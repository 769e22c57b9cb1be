import { OutOfMemoryError } from '../../core/errors.js';
import type { Tensor } from '../../network/graph.js';
import { type Kernels, kernelsOver } from './kernels.js';

const pageBytes = 65536;
/** Pages of a 4 GiB memory, the most that 32-bit addresses reach. */
const mostPages = 65536;

/** Bytes that `count` doubles take, in pairs. */
export const bytesOf = (count: number): number => 16 * Math.ceil(count / 2);

/** The memory of one executable: it grows as places are reserved; addresses are bytes, all multiples of 16. */
export class Arena {
  readonly kernels: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #constants = new Map<Tensor, number>();
  #heap: Float64Array;
  #end: number;
  #scratch = { at: 0, bytes: 0 };

  /** @param purpose what the memory is for, in messages. */
  constructor(private readonly purpose: string) {
    this.#memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages });
    this.kernels = kernelsOver(this.#memory);
    this.#heap = new Float64Array(this.#memory.buffer);
    this.#end = this.kernels.base();
  }

  /** The whole memory as doubles; another array after the memory has grown. */
  get heap(): Float64Array {
    return this.#heap;
  }

  /** Room for `count` doubles. */
  reserve(count: number): number {
    const at = this.#end;
    this.#end += bytesOf(count);
    const missing = Math.ceil(this.#end / pageBytes) - this.#memory.buffer.byteLength / pageBytes;
    if (missing > 0) this.#grow(missing);
    return at;
  }

  /** The one copy of a trained array. */
  constant(tensor: Tensor): number {
    let at = this.#constants.get(tensor);
    if (at === undefined) {
      at = this.reserve(tensor.data.length);
      this.#heap.set(tensor.data, at / 8);
      this.#constants.set(tensor, at);
    }
    return at;
  }

  /** Room of `bytes` for a run, used by every other run as well. */
  scratch(bytes: number): number {
    if (bytes > this.#scratch.bytes) {
      const room = Math.max(bytes, Math.min(2 * this.#scratch.bytes, 2 ** 26));
      this.#scratch = { at: this.reserve(room / 8), bytes: room };
    }
    return this.#scratch.at;
  }

  #grow(pages: number): void {
    try {
      this.#memory.grow(pages);
    } catch {
      const size = (this.#end / 2 ** 30).toFixed(1);
      throw new OutOfMemoryError(
        `engine wasm: ${this.purpose} needs ${size} GiB, more than can be had; use engine onnx`,
      );
    }
    this.#heap = new Float64Array(this.#memory.buffer);
  }
}
