// The KKT matrix of an adversarial image by who factors it: least milliseconds, and mean milliseconds of all cores.
//   node dist/bench/kkt-device.js [--calls 30]
import '../runtime/node/provide.js';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { onDevice } from '../solvers/linear/choose-device.js';
import type { LinearSolver } from '../solvers/linear/contract.js';
import { openSparse } from '../solvers/linear/sparse.js';
import { Structure } from '../src/core/structure/structure.js';
import { machine } from './machine.js';

const { values: flags } = parseArgs({ options: { calls: { type: 'string', default: '30' } } });

/** x (784), y (10), s⁺ and s⁻; rows x − s⁺ + s⁻ = x_ref, NN(x) − y = 0, bounds of y with slacks eliminated. */
function imageMatrix() {
  const range = (from: number, length: number) => Int32Array.from({ length }, (_, k) => from + k);
  const [pixels, classes] = [784, 10];
  const variables = 3 * pixels + classes;
  const order = variables + pixels + 2 * classes;
  const [row, column]: [number[], number[]] = [[], []];
  for (let i = 0; i < pixels; i++)
    for (const j of [i, pixels + classes + i, 2 * pixels + classes + i]) {
      row.push(variables + i);
      column.push(j);
    }
  for (let i = 0; i < classes; i++) {
    row.push(variables + pixels + i, variables + pixels + classes + i);
    column.push(pixels + i, pixels + i);
  }
  const matrix = new Structure(order, order, true, [
    { kind: 'dense', rows: null, columns: range(0, pixels) },
    { kind: 'dense', rows: range(variables + pixels, classes), columns: range(0, pixels) },
    { kind: 'entries', row: Int32Array.from(row), column: Int32Array.from(column) },
    { kind: 'entries', row: range(0, order), column: range(0, order) },
  ]);
  const values = Float64Array.from({ length: matrix.length }, (_, k) => 1e-3 * Math.sin(3 * k));
  const [, , entries, diagonal] = matrix.pieces;
  for (let k = 0; k < entries!.count; k++) values[entries!.first + k] = k % 2 === 0 ? 1 : -1;
  for (let k = 0; k < order; k++) {
    const isEquality = k >= variables + pixels && k < variables + pixels + classes;
    values[diagonal!.first + k] =
      k < variables ? Math.exp(2 + 3 * Math.sin(k)) : isEquality ? 0 : -Math.exp(-2 + Math.sin(k));
  }
  return { matrix, values };
}

const { matrix, values } = imageMatrix();
const calls = Number(flags.calls);

function timed(call: () => void): { least: number; cpu: number } {
  call();
  let least = Number.POSITIVE_INFINITY;
  const before = process.cpuUsage();
  for (let k = 0; k < calls; k++) {
    const begin = performance.now();
    call();
    least = Math.min(least, performance.now() - begin);
  }
  const { user, system } = process.cpuUsage(before);
  return { least, cpu: (user + system) / 1000 / calls };
}

const b = Float64Array.from({ length: matrix.rows }, (_, k) => Math.sin(k));
const rows = (['wasm', 'blas', 'cpu', 'cuda'] as const).map((who) => {
  let solver: LinearSolver;
  try {
    solver =
      who === 'cpu' || who === 'cuda'
        ? onDevice(who, openSparse)(matrix)
        : openSparse(matrix, { denseKernels: who });
  } catch (error) {
    return [who, (error as Error).message, '', '', ''];
  }
  const factor = timed(() => void solver.factor(values));
  const solve = timed(() => void solver.solve(b.slice()));
  const kernels = solver.statistics.kernels.join(', ');
  solver.dispose();
  return [kernels, ...[factor, solve].flatMap(({ least, cpu }) => [least.toFixed(2), cpu.toFixed(2)])];
});
console.log(`# ${machine()}; order ${matrix.rows}`);
console.log(table(['kernels', 'factor', 'all cores', 'solve', 'all cores'], rows));
