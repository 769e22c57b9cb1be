import type { Float } from '../trained.js';

/** An address in device memory. */
export type Address = bigint;
/** A handle of a library. */
export type Handle = bigint;

/** Host memory that the device copies to and from while the host goes on. */
export interface Pinned {
  readonly address: Address;
  readonly memory: ArrayBuffer;
}

/**
 * `C = op(A) op(B)`, or with `add` `C += op(A) op(B)`, of row-major matrices `op(A)`, `m × k`, and `op(B)`, `k × n`; `count`
 * times, `stride` numbers further each time.
 */
export interface Product {
  readonly float: Float;
  /** Whether f32 products may round their factors to 10 bits (tf32). */
  readonly tf32: boolean;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Address;
  readonly b: Address;
  readonly c: Address;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly add: boolean;
  readonly count: number;
  readonly stride: { readonly a: number; readonly b: number; readonly c: number };
  /** That C is symmetric and nobody reads what stands above its diagonal; `B` is transposed then, `A` is not. */
  readonly lower: boolean;
}

/** A call of CUDA that did not succeed. */
export class CudaError extends Error {
  override readonly name = 'CudaError';

  /**
   * @param call the function that was called.
   * @param told what the library says of it.
   * @param outOfMemory whether only memory was missing.
   */
  constructor(
    readonly call: string,
    readonly told: string,
    readonly outOfMemory = false,
  ) {
    super(`${call}: ${told}`);
  }
}

/**
 * What the engine needs of one card: the driver, cuBLAS and NVRTC behind one interface, so that tests compute with another
 * implementation. One stream: work is done in the order of the calls. Every method may throw {@link CudaError}.
 */
export interface Cuda {
  /** The card's name. */
  readonly card: string;
  /** As the compiler names it: `sm_90`. */
  readonly architecture: string;
  /** The compiler and its version. */
  readonly compiler: string;
  /** The stream, for libraries that queue work of theirs on it. */
  readonly stream: Address;
  /** Bytes of device memory. */
  memory(): { readonly free: number; readonly total: number };
  allocate(bytes: number): Address;
  free(address: Address): void;
  pin(bytes: number): Pinned;
  unpin(pinned: Pinned): void;
  /** Copies to the device and returns when that is done. */
  upload(to: Address, from: ArrayBufferView): void;
  /** Queues a copy of the first `bytes` of `from`. */
  copyIn(to: Address, from: Pinned, bytes: number): void;
  /** Queues a copy to `to`, from byte `at` on. */
  copyOut(to: Pinned, at: number, from: Address, bytes: number): void;
  /** Compiles CUDA C++ for the card. */
  compile(source: string): Uint8Array;
  load(binary: Uint8Array): Handle;
  kernel(module: Handle, name: string): Handle;
  /** Queues a kernel of at least `threads` threads; numbers are passed as 64-bit integers, addresses as pointers. */
  launch(kernel: Handle, threads: number, args: readonly (number | Address)[]): void;
  /** Queues a product. */
  multiply(product: Product): void;
  /** Records what `work` queues, which is not done, as a graph. */
  capture(work: () => void): Handle;
  /** Queues a graph. */
  replay(graph: Handle): void;
  discard(graph: Handle): void;
  /** Waits until everything queued is done. */
  synchronize(): void;
}
