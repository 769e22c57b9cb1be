import '../../runtime/node/provide.js';
import { parentPort, workerData } from 'node:worker_threads';
import { differentiate, inputNames, solveBatch } from '../../solvers/batch/index.js';
import { batchOf, normal, numbers, regular, uniform } from '../batch/problems.js';

// A thread that solves a batch of quadratic programs and tells all bits of the answers and of their gradients.
const [elements, n, p] = [24, 30, 25];
const data = batchOf(Array.from({ length: elements }, (_, k) => regular(n, 4, p, k).problem));
const solution = solveBatch(data, { threads: workerData as number });
const map = differentiate(data, solution);
const gradients = map.backward({ z: numbers(elements * n, normal(uniform(1))) });
map.dispose();
const { z, nu, lam, s, statuses } = solution;
const hex = (values: Float64Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
parentPort!.postMessage(
  [new Set(statuses).size === 1 ? statuses[0] : statuses.join(), `${elements} elements`, '']
    .concat([z, nu, lam, s, ...inputNames.map((name) => gradients[name])].map(hex))
    .join('\n'),
);
process.exit();
