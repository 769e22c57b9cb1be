import { maxNorm } from '../../src/core/vector.js';
import type { InputName, QpBatch, QpShape } from './contract.js';

/** One quadratic program; matrices by rows, Q symmetric. */
export interface Qp extends QpShape, Readonly<Record<InputName, Float64Array>> {}

/** Numbers of one copy of an input. */
export function sizeOf({ n, m, p }: QpShape, name: InputName): number {
  switch (name) {
    case 'Q':
      return n * n;
    case 'q':
      return n;
    case 'A':
      return m * n;
    case 'b':
      return m;
    case 'G':
      return p * n;
    case 'h':
      return p;
  }
}

/** Where the numbers of element `e` start in an input. */
export const offsetOf = (data: QpBatch, name: InputName, e: number): number =>
  data[name].shared ? 0 : e * sizeOf(data, name);

/** Element `e` of an input, without a copy. */
export function part(data: QpBatch, name: InputName, e: number): Float64Array {
  const from = offsetOf(data, name, e);
  return data[name].values.subarray(from, from + sizeOf(data, name));
}

/** Element `e` of a batch, Q replaced by ½(Q + Qᵀ). */
export function elementOf(data: QpBatch, e: number): Qp {
  const { n, m, p } = data;
  const given = part(data, 'Q', e);
  const Q = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) Q[i * n + j] = 0.5 * (given[i * n + j]! + given[j * n + i]!);
  const rest = (name: InputName): Float64Array => part(data, name, e);
  return { n, m, p, Q, q: rest('q'), A: rest('A'), b: rest('b'), G: rest('G'), h: rest('h') };
}

/** Of which order variables are where rows and objective are of order one: what q asks of them without rows, or the right-hand side in the middle. */
export function unitOf({ Q, q, b, h }: Qp): number {
  const curvature = maxNorm(Q);
  const sides = [...b, ...h].map(Math.abs).filter((size) => size > 0);
  const middle = sides.sort((one, other) => one - other)[sides.length >> 1] ?? 1;
  return Math.max(middle, curvature > 0 ? maxNorm(q) / curvature : 0);
}

/** The rows [A; G] and their right-hand sides, one under the other. */
export function rowsOf({ n, m, p, A, b, G, h }: Qp): { readonly C: Float64Array; readonly d: Float64Array } {
  const C = new Float64Array((m + p) * n);
  C.set(A);
  C.set(G, m * n);
  const d = new Float64Array(m + p);
  d.set(b);
  d.set(h, m);
  return { C, d };
}
