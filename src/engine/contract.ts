import type { Programs } from '../derive/program.js';

export type Precision = 'f64' | 'f32';
export type Device = 'cpu' | 'cuda' | 'webgpu';

export interface CompileOptions {
  readonly precision: Precision;
  readonly device: Device;
  /** Threads an engine may use; default all cores. */
  readonly threads?: number;
}

/** 0: `y`; 1: `y` and `J`; 2: `y`, `J` and `H`. */
export type Order = 0 | 1 | 2;

/** Caller-owned buffers. Those of a higher order than asked for are left alone. */
export interface Evaluation {
  /** `[outputs]`. */
  readonly y: Float64Array;
  /** `[outputs × inputs]`, row-major. */
  readonly J: Float64Array;
  /** Lower triangle of `∇²(λᵀNN)`, packed by rows, `inputs(inputs + 1)/2` numbers. */
  readonly H: Float64Array;
}

/** Compiled derivative programs of one network on one device. Calls must not overlap. */
export interface Executable {
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
  readonly inputs: number;
  readonly outputs: number;
  /** Engines that return `void` are synchronous and may run in the solver's thread. `λ` is read at order 2 only. */
  evaluate(order: Order, x: Float64Array, λ: Float64Array, out: Evaluation): void | Promise<void>;
  dispose(): void | Promise<void>;
}

/** Computes derivative programs somewhere, at some precision. Asking for a device it does not have throws InputError. */
export interface Engine {
  readonly name: string;
  compile(programs: Programs, options: CompileOptions): Promise<Executable>;
}
