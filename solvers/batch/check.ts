import { InputError } from '../../src/core/errors.js';
import { told, wholeOf } from '../../src/core/given.js';
import { inputNames, type QpBatch } from './contract.js';
import { part, sizeOf } from './element.js';
import { Semidefinite } from './semidefinite.js';

/** Asymmetry of Q, relative to its largest entry, that passes for rounding, f32 included. */
const ASYMMETRY = 1e-6;
/** Negative eigenvalues, likewise. */
const INDEFINITE = 1e-9;

/** Refuses a batch whose shapes disagree. */
export function checkShape(data: QpBatch): void {
  for (const name of ['batch', 'n', 'm', 'p'] as const)
    wholeOf(data[name], `quadratic programs: ${name}`, name === 'n' ? 1 : 0);
  for (const name of inputNames) {
    const block = data[name];
    if (!(block?.values instanceof Float64Array))
      throw new InputError(`quadratic programs: ${name} is ${told(block?.values)}, not a Float64Array`);
    const one = sizeOf(data, name);
    const wanted = block.shared ? one : one * data.batch;
    if (block.values.length !== wanted)
      throw new InputError(
        `quadratic programs: ${name} has ${block.values.length} numbers, not ${wanted} (${block.shared ? 'shared' : `${data.batch} elements`} of ${one})`,
      );
  }
}

/** What makes the numbers of element `e` no quadratic program, in words; undefined where nothing does. */
export function fault(data: QpBatch, e: number): string | undefined {
  const { n } = data;
  for (const name of inputNames) {
    const values = part(data, name, e);
    for (let k = 0; k < values.length; k++)
      if (!Number.isFinite(values[k]))
        return `${name}${place(data, name, k)} is ${values[k]}; give finite numbers (leave out rows without a bound)`;
  }
  const Q = part(data, 'Q', e);
  let largest = 0;
  for (let k = 0; k < Q.length; k++) largest = Math.max(largest, Math.abs(Q[k]!));
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(Q[i * n + j]! - Q[j * n + i]!) > ASYMMETRY * largest)
        return `Q is not symmetric: Q[${i}][${j}] = ${Q[i * n + j]}, Q[${j}][${i}] = ${Q[j * n + i]}; give ½(Q + Qᵀ)`;
  if (isIndefinite(Q, n, largest))
    return 'Q is indefinite: the problem is not convex; give a positive semidefinite Q';
  return undefined;
}

function isIndefinite(Q: Float64Array, n: number, largest: number): boolean {
  const M = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) M[i * n + j] = 0.5 * (Q[i * n + j]! + Q[j * n + i]!);
  return new Semidefinite(M, n, INDEFINITE * largest).negative;
}

const place = ({ n }: QpBatch, name: string, k: number): string =>
  name === 'Q' || name === 'A' || name === 'G' ? `[${Math.floor(k / n)}][${k % n}]` : `[${k}]`;
