import type { Factor } from '../core/structure/piece.js';
import type { Programs } from '../derive/program.js';

/**
 * `tf32`: f32 numbers whose products round their factors to 10 bits. `mixed`: `y` and `J` in f64, `H` in f32, or in tf32
 * where the engine has it.
 */
export type Precision = 'f64' | 'f32' | 'tf32' | 'mixed';
/** Where an engine computes. */
export type Device = 'cpu' | 'cuda' | 'webgpu';

export interface CompileOptions {
  readonly precision: Precision;
  readonly device: Device;
  /** Threads an engine may use; default all cores. */
  readonly threads?: number;
}

/** 0: `y`; 1: `y` and `J`; 2: `y`, `J` and `H`. */
export type Order = 0 | 1 | 2;

/**
 * Caller-owned buffers. Those of a higher order than asked for are left alone. `J` and `H` are derivatives by x, of width
 * `w = n`; or, where the network begins with a constant factor `B`, `k × n`, by `z = Bx + c`, of width `w = k`:
 * `∂y/∂x = J·B`, `∇²(λᵀy) = BᵀHB`.
 */
export interface Evaluation {
  /** `[outputs]`. */
  readonly y: Float64Array;
  /** `[outputs × w]` by rows: `J[i·w + j] = ∂yᵢ/∂xⱼ` (or by zⱼ). */
  readonly J: Float64Array;
  /** Lower triangle of `∇²(λᵀy)`, packed by rows: entry (i, j ≤ i) at `i(i+1)/2 + j`, `w(w+1)/2` numbers. */
  readonly H: Float64Array;
}

/** One point: its question, and the buffers of its answer. */
export interface Slot extends Evaluation {
  /** `[inputs]`. */
  readonly x: Float64Array;
  /** `[outputs]`; read at order 2 only. */
  readonly λ: Float64Array;
}

/** Compiled derivative programs of one network on one device. Calls must not overlap. */
export interface Executable {
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
  readonly inputs: number;
  readonly outputs: number;
  /** The constant factor that `J` and `H` leave out; absent where they are by x. */
  readonly through?: Factor;
  /** Bytes on a card that it and those it shares weights with hold now; absent where it computes in host memory. */
  readonly cardBytes?: number;
  /**
   * Answers one or many points in one call; none is no work. Buffers may lie in shared memory. A promise exactly where the
   * engine is not synchronous.
   */
  evaluate(order: Order, slots: readonly Slot[]): void | Promise<void>;
  /** Frees its memory; any further call fails. */
  dispose(): void | Promise<void>;
}

/** Computes derivative programs somewhere, at some precision. */
export interface Engine {
  readonly name: string;
  /** Whether it computes in the calling thread before `evaluate` returns, and so can serve a solver's own thread. */
  readonly synchronous: boolean;
  /** Devices and precisions it was written for; which of the devices are here, `available` says. */
  readonly devices: readonly Device[];
  readonly precisions: readonly Precision[];
  /** Whether it can compute here, or why it cannot and what to do, in one line. Default: on the CPU. */
  available(device?: Device): Promise<true | string>;
  /** A device or a precision it does not have is an InputError that names those it has. */
  compile(programs: Programs, options: CompileOptions): Promise<Executable>;
}
