import { OutOfMemoryError } from '../../core/errors.js';
import binary from './kernels.wasm.js';

const pageBytes = 65536;
/** Pages of a 4 GiB memory, the most that 32-bit addresses reach. */
const mostPages = 65536;

/** What `assembly/index.ts` exports; documented there. Addresses are bytes, strides and sizes are numbers. */
export interface Kernels {
  base(): number;
  gemmWork(columns: number): number;
  gemm(
    ...args: [
      m: number,
      n: number,
      k: number,
      a: number,
      aRows: number,
      aColumns: number,
      b: number,
      bRows: number,
      bColumns: number,
      c: number,
      ldc: number,
      lower: boolean,
      work: number,
    ]
  ): void;
  rowTimes(n: number, k: number, x: number, w: number, y: number): void;
  rowTimesTransposed(n: number, k: number, x: number, w: number, y: number): void;
  unary(fn: number, count: number, a: number, out: number, rule: number, ruleCount: number): void;
  binary(
    ...args: [
      fn: number,
      rows: number,
      columns: number,
      a: number,
      aRow: number,
      aStep: number,
      b: number,
      bRow: number,
      bStep: number,
      out: number,
    ]
  ): void;
  sumRows(rows: number, columns: number, a: number, out: number): void;
  softmax(rows: number, columns: number, a: number, out: number): void;
  transpose(rows: number, columns: number, a: number, out: number): void;
  mirror(n: number, a: number): void;
  addDiagonal(n: number, d: number, a: number): void;
  pack(n: number, a: number, out: number): void;
}

let module: WebAssembly.Module | undefined;

function compiledModule(): WebAssembly.Module {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
  return module;
}

/** Where the kernels' callers may begin to use memory. */
export function memoryBase(): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages });
  return instantiate(memory).base();
}

/** Memory of at least `bytes` bytes with the kernels over it. */
export function openKernels(
  bytes: number,
  purpose: string,
): { memory: WebAssembly.Memory; kernels: Kernels } {
  const pages = Math.ceil(bytes / pageBytes);
  const refused = () =>
    new OutOfMemoryError(
      `engine wasm: ${purpose} needs ${(bytes / 2 ** 30).toFixed(1)} GiB, more than can be had; use engine onnx`,
    );
  if (pages > mostPages) throw refused();
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: mostPages });
    return { memory, kernels: instantiate(memory) };
  } catch (error) {
    if (error instanceof RangeError) throw refused();
    throw error;
  }
}

function instantiate(memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(compiledModule(), { env: { memory } }).exports as unknown as Kernels;
}
