import binary from './kernels.wasm.js';

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

/** The compiled kernels; throws where the host forbids WebAssembly. */
export function compiledKernels(): WebAssembly.Module {
  module ??= new WebAssembly.Module(Uint8Array.from(atob(binary), (character) => character.charCodeAt(0)));
  return module;
}

/** The kernels over a memory. */
export function kernelsOver(memory: WebAssembly.Memory): Kernels {
  return new WebAssembly.Instance(compiledKernels(), { env: { memory } }).exports as unknown as Kernels;
}
