import type { QpPoint } from './contract.js';
import type { Qp } from './element.js';

const SWEEPS = 10;
/** Exponents of one factor are kept within this. */
const MOST = 60;

/**
 * A program in other units: z = D ẑ, rows times E, objective times c,
 * Q̂ = c DQD, q̂ = c Dq, Ĉ = E C D, d̂ = E d; so s = E⁻¹ ŝ and y = c⁻¹ E ŷ. All factors are powers of two: nothing is rounded.
 */
export interface Scaled {
  readonly qp: Qp;
  readonly columns: Float64Array;
  /** Of A, then of G. */
  readonly rows: Float64Array;
  readonly objective: number;
}

const powerNear = (x: number): number => 2 ** Math.max(-MOST, Math.min(MOST, Math.round(Math.log2(x))));

/**
 * Ruiz's equilibration of the KKT matrix (A scaling algorithm to equilibrate both rows and columns norms in matrices, 2001)
 * with the scaling of the objective of OSQP (Stellato et al. 2020, §5.1).
 */
export function scaled(qp: Qp): Scaled {
  const { n, m, p } = qp;
  const k = m + p;
  const Q = qp.Q.slice();
  const C = new Float64Array(k * n);
  C.set(qp.A);
  C.set(qp.G, m * n);
  const columns = new Float64Array(n).fill(1);
  const rows = new Float64Array(k).fill(1);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const column = new Float64Array(n);
    const row = new Float64Array(k);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) column[j] = Math.max(column[j]!, Math.abs(Q[i * n + j]!));
    for (let i = 0; i < k; i++)
      for (let j = 0; j < n; j++) {
        const size = Math.abs(C[i * n + j]!);
        column[j] = Math.max(column[j]!, size);
        row[i] = Math.max(row[i]!, size);
      }
    const factorOf = (size: number): number => (size > 0 ? powerNear(1 / Math.sqrt(size)) : 1);
    let moved = false;
    for (let j = 0; j < n; j++) {
      column[j] = factorOf(column[j]!);
      moved ||= column[j] !== 1;
      columns[j] = columns[j]! * column[j]!;
    }
    for (let i = 0; i < k; i++) {
      row[i] = factorOf(row[i]!);
      moved ||= row[i] !== 1;
      rows[i] = rows[i]! * row[i]!;
    }
    if (!moved) break;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) Q[i * n + j] = Q[i * n + j]! * column[i]! * column[j]!;
    for (let i = 0; i < k; i++)
      for (let j = 0; j < n; j++) C[i * n + j] = C[i * n + j]! * row[i]! * column[j]!;
  }
  const q = qp.q.map((value, j) => value * columns[j]!);
  const size = Math.max(largest(Q), largest(q));
  const objective = size > 0 ? powerNear(1 / size) : 1;
  for (let i = 0; i < Q.length; i++) Q[i] = Q[i]! * objective;
  for (let j = 0; j < n; j++) q[j] = q[j]! * objective;
  const d = new Float64Array(k);
  d.set(qp.b);
  d.set(qp.h, m);
  for (let i = 0; i < k; i++) d[i] = d[i]! * rows[i]!;
  return {
    qp: {
      n,
      m,
      p,
      Q,
      q,
      A: C.subarray(0, m * n),
      G: C.subarray(m * n),
      b: d.subarray(0, m),
      h: d.subarray(m),
    },
    columns,
    rows,
    objective,
  };
}

/** A program in a larger unit of z, and the objective in one of its own. */
export function withUnit(qp: Qp, size: number): Scaled {
  const { n, m, p } = qp;
  const unit = powerNear(size);
  const by = (values: Float64Array, factor: number) => values.map((value) => value * factor);
  const [Q, q] = [by(qp.Q, unit * unit), by(qp.q, unit)];
  const objective = 2 ** -Math.round(Math.log2(Math.max(largest(Q), largest(q)) || 1));
  return {
    qp: { ...qp, Q: by(Q, objective), q: by(q, objective), b: by(qp.b, 1 / unit), h: by(qp.h, 1 / unit) },
    columns: new Float64Array(n).fill(unit),
    rows: new Float64Array(m + p).fill(1 / unit),
    objective,
  };
}

function largest(x: Float64Array): number {
  let most = 0;
  for (let k = 0; k < x.length; k++) most = Math.max(most, Math.abs(x[k]!));
  return most;
}

/** A point of the scaled program in the units of the given one. */
export function unscaled({ columns, rows, objective, qp: { m } }: Scaled, point: QpPoint): QpPoint {
  return {
    z: point.z.map((value, j) => value * columns[j]!),
    nu: point.nu.map((value, i) => (value * rows[i]!) / objective),
    lam: point.lam.map((value, i) => (value * rows[m + i]!) / objective),
    s: point.s.map((value, i) => value / rows[m + i]!),
  };
}
