import {
  beyond,
  type KernelKind,
  type KernelMemory,
  kindOf,
  openKernelMemory,
  pageBytes,
} from '../../core/kernels.js';
import type { Tensor } from '../../network/graph.js';
import type { Float } from '../trained.js';
import { type Kernels, kernelsOn } from './kernels.js';

/** Bytes of a number. */
export const numberBytes = { f64: 8, f32: 4 } as const;

/** Bytes that `count` numbers take, in whole vectors. */
export const bytesOf = (count: number, float: Float): number =>
  16 * Math.ceil((count * numberBytes[float]) / 16);

/** The memory of one executable: it grows as places are reserved; addresses are bytes, all multiples of 16. */
export class Arena {
  readonly kernels: Kernels;
  readonly #memory: KernelMemory;
  readonly #constants = { f64: new Map<Tensor, number>(), f32: new Map<Tensor, number>() };
  readonly #indices = new Map<Int32Array, number>();
  #heap: { readonly f64: Float64Array; readonly f32: Float32Array };
  #end: number;
  #scratch = { at: 0, bytes: 0 };

  /** @param purpose what the memory is for, in messages. */
  constructor(private readonly purpose: string) {
    this.#memory = openKernelMemory(pageBytes, purpose);
    this.kernels = kernelsOn(this.#memory);
    this.#heap = this.#views();
    this.#end = this.kernels.base();
  }

  /** Who runs the kernels. */
  get kind(): KernelKind {
    return kindOf(this.#memory);
  }

  /** The whole memory as numbers; other arrays after the memory has grown. */
  get heap(): { readonly f64: Float64Array; readonly f32: Float32Array } {
    return this.#heap;
  }

  /** Room for `count` numbers. */
  reserve(count: number, float: Float = 'f64'): number {
    const at = this.#end;
    this.#end += bytesOf(count, float);
    const missing = Math.ceil(this.#end / pageBytes) - this.#memory.buffer.byteLength / pageBytes;
    if (missing > 0) this.#grow(missing);
    return at;
  }

  /** The one copy of a trained array as `float`. */
  constant(tensor: Tensor, float: Float): number {
    const known = this.#constants[float];
    let at = known.get(tensor);
    if (at === undefined) {
      at = this.reserve(tensor.data.length, float);
      this.#heap[float].set(tensor.data, at / numberBytes[float]);
      known.set(tensor, at);
    }
    return at;
  }

  /** The one copy of an array of indices, in 32 bits each. */
  indices(index: Int32Array): number {
    let at = this.#indices.get(index);
    if (at === undefined) {
      at = this.reserve(index.length, 'f32');
      new Int32Array(this.#memory.buffer).set(index, at / 4);
      this.#indices.set(index, at);
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
    let before = -1;
    try {
      before = this.#memory.grow(pages);
    } catch {
      // Told below.
    }
    if (before < 0) throw beyond(this.#end, this.purpose, 'more than can be had; use engine onnx');
    this.#heap = this.#views();
  }

  #views() {
    const { buffer } = this.#memory;
    return { f64: new Float64Array(buffer), f32: new Float32Array(buffer) };
  }
}
