import { EvaluationError } from '../../core/errors.js';
import type { Tensor } from '../../network/graph.js';
import type { Float } from '../trained.js';
import { type Address, type Cuda, CudaError, type Handle } from './cuda.js';
import { prelude } from './kernels.js';

/** Compiled kernels that outlive the process. */
export interface KernelCache {
  read(key: string): Uint8Array | undefined;
  write(key: string, binary: Uint8Array): void;
}

/** Numbers converted at a time while they are uploaded. */
const chunk = 2 ** 21;

const bytesEach: { readonly [F in Float]: number } = { f64: 8, f32: 4 };
export const bytesOf = (size: number, float: Float): number => size * bytesEach[float];

interface Held {
  readonly address: Address;
  users: number;
}

/**
 * A card with what is on it for all executables: trained arrays once for each precision, compiled kernels. Every failure
 * is an {@link EvaluationError}: memory that is missing says how much was asked and free; anything else is fatal, since the
 * card answers nothing more then.
 */
export class CudaDevice {
  readonly #trained = { f64: new Map<Tensor, Held>(), f32: new Map<Tensor, Held>() };
  readonly #indices = new Map<Int32Array, Held>();
  readonly #kernels = new Map<string, Handle>();
  #bytes = 0;

  constructor(
    readonly cuda: Cuda,
    private readonly cache?: KernelCache,
  ) {}

  /** Bytes of device memory that are held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Memory for `purpose`. */
  allocate(bytes: number, purpose: string): Address {
    const address = this.guard(purpose, () => this.cuda.allocate(bytes), bytes);
    this.#bytes += bytes;
    return address;
  }

  /** Gives memory back; a card that is lost has it back already. */
  free(address: Address, bytes: number): void {
    this.#bytes -= bytes;
    this.quietly(() => this.cuda.free(address));
  }

  /** One more user of a trained array. */
  holdTrained(tensor: Tensor, float: Float): Address {
    return this.#hold(this.#trained[float], tensor, () => {
      const { data } = tensor;
      const address = this.allocate(bytesOf(data.length, float), 'weights');
      this.#orFree(address, bytesOf(data.length, float), () => {
        const own = float === 'f64' ? Float64Array : Float32Array;
        for (let at = 0; at < data.length; at += chunk) {
          const part = own.from(data.subarray(at, at + chunk));
          this.cuda.upload(address + BigInt(bytesOf(at, float)), part);
        }
      });
      return address;
    });
  }
  releaseTrained(tensor: Tensor, float: Float): void {
    this.#release(this.#trained[float], tensor, bytesOf(tensor.data.length, float));
  }

  /** One more user of an array of indices. */
  holdIndices(index: Int32Array): Address {
    return this.#hold(this.#indices, index, () => {
      const address = this.allocate(index.byteLength, 'indices');
      this.#orFree(address, index.byteLength, () => this.cuda.upload(address, Int32Array.from(index)));
      return address;
    });
  }
  releaseIndices(index: Int32Array): void {
    this.#release(this.#indices, index, index.byteLength);
  }

  /** Kernels by name, compiled where they are not: all missing ones of a program together. */
  kernels(texts: ReadonlyMap<string, string>): ReadonlyMap<string, Handle> {
    const missing = [...texts].filter(([name]) => !this.#kernels.has(name));
    if (missing.length > 0)
      this.guard('compiling kernels', () => {
        const module = this.cuda.load(this.#binary(prelude + missing.map(([, text]) => text).join('')));
        for (const [name] of missing) this.#kernels.set(name, this.cuda.kernel(module, name));
      });
    return this.#kernels;
  }

  /** Calls CUDA; what fails is told in the words of this engine. */
  guard<T>(purpose: string, call: () => T, bytes?: number): T {
    try {
      return call();
    } catch (error) {
      if (!(error instanceof CudaError)) throw error;
      throw this.#failure(error, purpose, bytes);
    }
  }

  /** Calls CUDA where a failure changes nothing. */
  quietly(call: () => void): void {
    try {
      call();
    } catch (error) {
      if (!(error instanceof CudaError)) throw error;
    }
  }

  #failure(error: CudaError, purpose: string, bytes: number | undefined): EvaluationError {
    if (!error.outOfMemory)
      return new EvaluationError(`engine cuda: ${this.cuda.card} failed (${error.message})`, '', true);
    let free = '';
    this.quietly(() => {
      const memory = this.cuda.memory();
      free = `; ${mebibytes(memory.free)} of ${mebibytes(memory.total)} are free on ${this.cuda.card}`;
    });
    const asked = bytes === undefined ? '' : `: ${mebibytes(bytes)} asked for`;
    return new EvaluationError(
      `engine cuda: out of device memory for ${purpose}${asked}${free}; use precision f32 or device cpu`,
      '',
      true,
    );
  }

  #binary(source: string): Uint8Array {
    const key = `${this.cuda.compiler} ${this.cuda.architecture}\n${source}`;
    const known = this.cache?.read(key);
    if (known) return known;
    const binary = this.cuda.compile(source);
    this.cache?.write(key, binary);
    return binary;
  }

  #hold<K>(held: Map<K, Held>, key: K, upload: () => Address): Address {
    const known = held.get(key);
    if (known) {
      known.users++;
      return known.address;
    }
    const address = upload();
    held.set(key, { address, users: 1 });
    return address;
  }
  #release<K>(held: Map<K, Held>, key: K, bytes: number): void {
    const own = held.get(key);
    if (own === undefined || --own.users > 0) return;
    held.delete(key);
    this.free(own.address, bytes);
  }
  #orFree(address: Address, bytes: number, fill: () => void): void {
    try {
      this.guard('copying to the card', fill);
    } catch (error) {
      this.free(address, bytes);
      throw error;
    }
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0)} MiB`;
