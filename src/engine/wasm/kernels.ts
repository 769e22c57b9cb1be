import { compileKernels, type KernelMemory, type KernelModule, kernelsOver } from '../../core/kernels.js';
import binary from './kernels.wasm.js';

type Gemm = (
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
) => void;
type Stack = (
  ...args: [
    count: number,
    m: number,
    n: number,
    k: number,
    a: number,
    aStep: number,
    aRows: number,
    aColumns: number,
    b: number,
    bStep: number,
    bRows: number,
    bColumns: number,
    c: number,
    cStep: number,
    work: number,
  ]
) => void;
type Gather = (
  ...args: [rows: number, length: number, count: number, block: number, index: number, a: number, out: number]
) => void;
type BinaryTable = (
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
) => void;

/** Kernels that there are for numbers in f64 and in f32. */
export interface FloatKernels {
  gemm: Gemm;
  unary(fn: number, count: number, a: number, out: number, rule: number, ruleCount: number): void;
  binary: BinaryTable;
  sumRows(rows: number, columns: number, a: number, out: number): void;
  softmax(rows: number, columns: number, a: number, out: number): void;
  gather: Gather;
  transpose(rows: number, columns: number, a: number, out: number): void;
  mirror(n: number, a: number): void;
  addDiagonal(n: number, d: number, a: number): void;
  /** The packed triangle is f64 in any case. */
  pack(n: number, a: number, out: number): void;
}

/** What `assembly/index.ts` exports; documented there. Addresses are bytes, strides and sizes are numbers. */
interface Exports extends FloatKernels {
  base(): number;
  gemmWork(columns: number): number;
  stack: Stack;
  lower(count: number, a: number, to: number): void;
  lay(rows: number, n: number, a: number, table: number, out: number, sums: number): void;
  dots(rows: number, n: number, a: number, table: number, out: number): void;
  gains(rows: number, n: number, a: number, table: number, out: number): void;
  most(rows: number, n: number, a: number, table: number, radius: number, out: number, work: number): void;
  raise(count: number, a: number, to: number): void;
  rowTimes(n: number, k: number, x: number, w: number, y: number): void;
  rowTimesTransposed(n: number, k: number, x: number, w: number, y: number): void;
}
type Narrow = { [K in keyof FloatKernels as `${K}32`]: FloatKernels[K] };

export interface Kernels extends Omit<Exports, keyof FloatKernels> {
  readonly f64: FloatKernels;
  readonly f32: FloatKernels;
}

const module: KernelModule = { name: 'engine/wasm', binary };

/** Compiles the kernels; throws where the host forbids WebAssembly. */
export const compiledKernels = (): void => void compileKernels(module);

/** The kernels over a memory. */
export function kernelsOn(memory: KernelMemory): Kernels {
  const all = kernelsOver(module, memory) as unknown as Exports & Narrow;
  const f32: FloatKernels = {
    gemm: all.gemm32,
    unary: all.unary32,
    binary: all.binary32,
    sumRows: all.sumRows32,
    softmax: all.softmax32,
    gather: all.gather32,
    transpose: all.transpose32,
    mirror: all.mirror32,
    addDiagonal: all.addDiagonal32,
    pack: all.pack32,
  };
  return { ...all, f64: all, f32 };
}
