// Times of analysis, factorization and solve:  node dist/bench/linear.js [--only name,…] [--kernels wasm,blas]
// [--clock wall|cpu] [--write DIR]
import '../runtime/node/provide.js';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../index.js';
import { openFolder, writeWhole } from '../runtime/node/draft.js';
import { openDense, openSparse } from '../solvers/linear/index.js';
import type { MultifrontalSolver } from '../solvers/linear/solver.js';
import { Structure } from '../src/core/structure/structure.js';
import { capturedMatrices } from './linear-captured.js';
import { matrices as made, type TestMatrix } from './linear-matrices.js';

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    write: { type: 'string' },
    kernels: { type: 'string', default: 'wasm,blas' },
    clock: { type: 'string', default: 'wall' },
  },
});

/** One solver on one matrix; seconds are the least of several runs. */
export interface LinearRow {
  readonly matrix: string;
  readonly kernels: string;
  readonly order: number;
  readonly analysis: number;
  readonly factor: number;
  readonly solve: number;
  readonly gigaflops: number;
  readonly delayed: number;
  readonly residual: number;
  readonly megabytes: number;
}

/** ‖b − A x‖∞ / (‖A‖∞‖x‖∞ + ‖b‖∞). */
function residual({ order, row, column, values }: TestMatrix, x: Float64Array, b: Float64Array): number {
  const r = b.slice();
  const sum = new Float64Array(order);
  for (let k = 0; k < row.length; k++) {
    const i = row[k]!;
    const j = column[k]!;
    r[i]! -= values[k]! * x[j]!;
    sum[i]! += Math.abs(values[k]!);
    if (i === j) continue;
    r[j]! -= values[k]! * x[i]!;
    sum[j]! += Math.abs(values[k]!);
  }
  const largest = (v: Float64Array): number => v.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(r) / (largest(sum) * largest(x) + largest(b));
}

/** Seconds: of the wall clock, or of processor time, which a busy machine disturbs less. */
function seconds(): number {
  if (flags.clock === 'wall') return performance.now() / 1e3;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Least seconds of `work` in about a second of repetitions, at least three. */
function least(work: () => void): number {
  let best = Infinity;
  const end = performance.now() + 1000;
  for (let k = 0; k < 3 || performance.now() < end; k++) {
    const began = seconds();
    work();
    best = Math.min(best, seconds() - began);
  }
  return best;
}

function measure(matrix: TestMatrix, kernels: string): LinearRow {
  const open = matrix.name.startsWith('dense') ? openDense : openSparse;
  const options = { denseKernels: kernels };
  const structure = matrix.structure ?? Structure.lower(matrix.order, matrix.row, matrix.column);
  const opened: MultifrontalSolver[] = [];
  const analysis = least(() => {
    opened.pop()?.dispose();
    opened.push(open(structure, options) as MultifrontalSolver);
  });
  const solver = opened[0]!;
  const b = Float64Array.from({ length: matrix.order }, (_, i) => Math.sin(i + 1));
  const x = b.slice();
  const factor = least(() => solver.factor(matrix.values));
  const solve = least(() => {
    x.set(b);
    solver.solve(x);
  });
  const { flops, bytes } = solver.statistics;
  const row: LinearRow = {
    matrix: matrix.name,
    kernels,
    order: matrix.order,
    analysis,
    factor,
    solve,
    gigaflops: flops / factor / 1e9,
    delayed: solver.delayedPivots,
    residual: residual(matrix, x, b),
    megabytes: bytes / 2 ** 20,
  };
  solver.dispose();
  return row;
}

const matrices = { ...made, ...capturedMatrices() };
const names = flags.only?.split(',') ?? Object.keys(matrices);
console.log('matrix kernels order | ms: analysis factor solve | GFLOP/s delayed residual MiB');
for (const name of names) {
  const make = matrices[name as keyof typeof matrices];
  if (make === undefined)
    throw new InputError(`--only ${name}: there is ${Object.keys(matrices).join(', ')}`);
  const matrix = make();
  if (flags.write !== undefined) {
    openFolder(flags.write);
    const head = Int32Array.of(matrix.order, matrix.row.length);
    writeWhole(
      join(flags.write, `${name}.bin`),
      Buffer.concat([head, matrix.row, matrix.column, matrix.values].map((part) => Buffer.from(part.buffer))),
    );
  }
  for (const kernels of flags.kernels.split(',')) {
    const row = measure(matrix, kernels);
    const ms = [row.analysis, row.factor, row.solve].map((t) => (1e3 * t).toFixed(2)).join(' ');
    const rest = `${row.gigaflops.toFixed(2)} ${row.delayed} ${row.residual.toExponential(1)} ${row.megabytes.toFixed(0)}`;
    console.log(`${row.matrix} ${kernels} ${row.order} | ${ms} | ${rest}`);
  }
}
