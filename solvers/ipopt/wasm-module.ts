import type { Status } from '../../src/nlp/result.js';

/** What the adapter uses of an Emscripten module of Ipopt's C interface; numbers are addresses. */
export interface WasmModule {
  readonly HEAP32: Int32Array;
  readonly HEAPF64: Float64Array;
  addFunction(run: (...args: never[]) => number, signature: string): number;
  stringToUTF8(text: string, to: number, bytes: number): void;
  _malloc(bytes: number): number;
  _ipopt_create(...args: number[]): number;
  _ipopt_str_option(problem: number, name: number, value: number): number;
  _ipopt_num_option(problem: number, name: number, value: number): number;
  _ipopt_int_option(problem: number, name: number, value: number): number;
  _ipopt_solve(...args: number[]): number;
}

/** Memory of one module instance; nothing is freed, the instance is dropped as a whole. */
export class Heap {
  constructor(readonly module: WasmModule) {}

  /** The address of a copy of `values`. */
  copy(values: Float64Array): number {
    const at = this.#take(8 * values.length);
    this.doubles(at, values.length).set(values);
    return at;
  }

  /** The address of a C string. */
  text(text: string): number {
    const bytes = 4 * text.length + 1;
    const at = this.#take(bytes);
    this.module.stringToUTF8(text, at, bytes);
    return at;
  }

  /** Numbers seen in place, until the memory grows. */
  doubles(at: number, count: number): Float64Array {
    return this.module.HEAPF64.subarray(at >>> 3, (at >>> 3) + count);
  }

  ints(at: number, count: number): Int32Array {
    return this.module.HEAP32.subarray(at >>> 2, (at >>> 2) + count);
  }

  #take(bytes: number): number {
    const at = this.module._malloc(Math.max(8, bytes)) >>> 0;
    if (at === 0) throw new RangeError(`no memory for ${bytes} bytes in the WebAssembly module`);
    return at;
  }
}

/** Exceptions of Ipopt that mean a status, by the name it gives them. */
const EXCEPTIONS: Readonly<Record<string, Status>> = {
  LOCALLY_INFEASIBLE: 'infeasible',
  RESTORATION_FAILED: 'restoration-failed',
  RESTORATION_CONVERGED_TO_FEASIBLE_POINT: 'restoration-failed',
  RESTORATION_MAXITER_EXCEEDED: 'iteration-limit',
  RESTORATION_CPUTIME_EXCEEDED: 'time-limit',
  RESTORATION_WALLTIME_EXCEEDED: 'time-limit',
  RESTORATION_USER_STOP: 'interrupted',
  TINY_STEP_DETECTED: 'step-failed',
  STEP_COMPUTATION_FAILED: 'step-failed',
  ACCEPTABLE_POINT_REACHED: 'acceptable',
  TOO_FEW_DOF: 'invalid-problem',
  TOO_FEW_DEGREES_OF_FREEDOM: 'invalid-problem',
  INVALID_TNLP: 'invalid-problem',
  INCONSISTENT_BOUNDS: 'invalid-problem',
  OPTION_INVALID: 'invalid-problem',
  Eval_Error: 'evaluation-error',
};

/**
 * What a C++ exception that escaped means: it arrives as the address of the exception object, whose text members hold
 * the message and the name of the exception (Ipopt's `IpoptException`).
 */
export function exceptionStatus(
  heap: Heap,
  thrown: unknown,
): { readonly status: Status; readonly message: string } {
  if (typeof thrown !== 'number') {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    const memory = /memory|OOM/i.test(text);
    return { status: memory ? 'out-of-memory' : 'step-failed', message: `Ipopt (WebAssembly): ${text}` };
  }
  const name = Object.keys(EXCEPTIONS).find((known) => holds(heap, thrown, known));
  return name === undefined
    ? { status: 'step-failed', message: 'Ipopt (WebAssembly): a C++ exception ended the solve' }
    : { status: EXCEPTIONS[name]!, message: `Ipopt (WebAssembly): ended by its exception ${name}` };
}

/** Whether `text` stands as a C string in the object at `address`, itself or by a pointer in its first 16 words. */
function holds({ module }: Heap, address: number, text: string): boolean {
  const bytes = new Uint8Array(module.HEAP32.buffer);
  const wanted = new TextEncoder().encode(`${text}\0`);
  const equal = (at: number): boolean => wanted.every((byte, k) => bytes[at + k] === byte);
  for (let word = 0; word < 16; word++) {
    const at = (address >>> 0) + 4 * word;
    if (equal(at) || equal(at + 1) || equal(module.HEAP32[at >>> 2]! >>> 0)) return true;
  }
  return false;
}
