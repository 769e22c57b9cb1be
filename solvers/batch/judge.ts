import { dot, maxNorm } from '../../src/core/vector.js';
import type { QpPoint } from './contract.js';
import type { Qp } from './element.js';
import { addSizes, addTimes, addTransposedSizes, addTransposedTimes } from './matrix.js';

/** What a point violates, in the units of the program; `relative`: against the sizes of what adds up. */
export interface Errors {
  readonly primal: number;
  readonly dual: number;
  readonly complementarity: number;
  readonly relative: number;
}

/** Optimality recomputed from the data and the point alone. */
export function errorsOf({ Q, q, A, b, G, h }: Qp, { z, nu, lam }: QpPoint): Errors {
  const rz = q.slice();
  addTimes(Q, z, 1, rz);
  addTransposedTimes(A, nu, 1, rz);
  addTransposedTimes(G, lam, 1, rz);
  const zSize = q.map(Math.abs);
  addSizes(Q, z, zSize);
  addTransposedSizes(A, nu, zSize);
  addTransposedSizes(G, lam, zSize);
  const rA = b.map((value) => -value);
  addTimes(A, z, 1, rA);
  const aSize = b.map(Math.abs);
  addSizes(A, z, aSize);
  const slack = h.slice();
  addTimes(G, z, -1, slack);
  const gSize = h.map(Math.abs);
  addSizes(G, z, gSize);
  let [primal, complementarity, negative, weighted] = [maxNorm(rA), 0, 0, 0];
  const rowsSize = Math.max(maxNorm(aSize), maxNorm(gSize), Number.MIN_VALUE);
  let relative = primal / rowsSize;
  for (let i = 0; i < slack.length; i++) {
    const violation = Math.max(0, -slack[i]!);
    primal = Math.max(primal, violation);
    relative = Math.max(relative, violation / rowsSize);
    const product = Math.abs(lam[i]! * slack[i]!);
    complementarity = Math.max(complementarity, product);
    negative = Math.max(negative, -lam[i]!);
    // Row by row: a row that is huge and idle excuses nothing of the others.
    weighted = Math.max(weighted, gSize[i]! * Math.abs(lam[i]!));
  }
  const dual = Math.max(maxNorm(rz), negative);
  const zLargest = Math.max(maxNorm(zSize), Number.MIN_VALUE);
  const objective = Math.abs(dot(q, z)) + Math.abs(dot(b, nu)) + Math.abs(dot(h, lam));
  relative = Math.max(
    relative,
    dual / zLargest,
    complementarity / Math.max(objective, weighted, Number.MIN_VALUE),
  );
  return { primal, dual, complementarity, relative: Number.isNaN(relative) ? Infinity : relative };
}

export function objectiveOf({ Q, q }: Qp, z: Float64Array): number {
  const Qz = new Float64Array(z.length);
  addTimes(Q, z, 1, Qz);
  return 0.5 * dot(Qz, z) + dot(q, z);
}
