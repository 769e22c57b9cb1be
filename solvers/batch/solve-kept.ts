import type { BatchSolution, QpBatch } from './contract.js';
import type { Triple } from './derivative-element.js';
import type { Kept } from './keep.js';
import { takeBack } from './keep.js';
import { REPORT } from './pairs.js';

/**
 * Solves K u = g for all elements by the factors behind a solution, in place; where others have taken their memory, they are
 * made again from the active rows, with one factorization. Returns the residuals left, relative to g.
 */
export function solveKept(data: QpBatch, solution: BatchSolution, kept: Kept, g: Triple): Float64Array {
  const { batch, n, m, p } = data;
  const error = new Float64Array(batch);
  const systems = { ...g, error };
  if (kept.valid && kept.pairs?.keeps) {
    kept.pairs.solveSystems(data, systems, solution.active, kept.solved, undefined);
    return error;
  }
  const pairs = takeBack(solution, kept);
  pairs.layOut(data);
  pairs.solveSystems(data, systems, solution.active, kept.solved, {
    z: new Float64Array(batch * n),
    nu: new Float64Array(batch * m),
    lam: new Float64Array(batch * p),
    s: new Float64Array(batch * p),
    active: new Uint8Array(batch * p),
    report: new Float64Array(batch * REPORT),
  });
  return error;
}
