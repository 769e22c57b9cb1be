import { dot, maxNorm } from '../../src/core/vector.js';
import type { QpPoint } from './contract.js';
import { type Qp, unitOf } from './element.js';
import { addSizes, addTimes, addTransposedSizes, addTransposedTimes, rowSizes } from './matrix.js';
import { type Scaled, unscaled } from './scale.js';

/** What a point violates, in the units of the program; `relative`: against the sizes of what adds up. */
export interface Errors {
  readonly primal: number;
  readonly dual: number;
  readonly complementarity: number;
  readonly relative: number;
}

/** Optimality recomputed from the data and a point, in scaled units, alone; `relative` is taken in these, row by row. */
export function errorsOf(qp: Qp, units: Scaled, inside: QpPoint): Errors {
  const here = violations(qp, unscaled(units, inside));
  return { ...here, relative: violations(units.qp, inside).relative };
}

function violations(qp: Qp, { z, nu, lam }: QpPoint): Errors {
  const { Q, q, A, b, G, h } = qp;
  const unit = unitOf(qp);
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
  const slack = h.slice();
  addTimes(G, z, -1, slack);
  const [aSize, gSize] = [rowSizes(A, b, z, unit), rowSizes(G, h, z, unit)];
  let [primal, complementarity, negative, weighted, relative] = [maxNorm(rA), 0, 0, 0, 0];
  // Row by row: one that is huge and idle excuses nothing of the others.
  rA.forEach((value, i) => {
    relative = Math.max(relative, Math.abs(value) / aSize[i]!);
  });
  for (let i = 0; i < slack.length; i++) {
    const violation = Math.max(0, -slack[i]!);
    primal = Math.max(primal, violation);
    relative = Math.max(relative, violation / gSize[i]!);
    complementarity = Math.max(complementarity, Math.abs(lam[i]! * slack[i]!));
    negative = Math.max(negative, -lam[i]!);
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
