import { maxNorm } from '../../src/core/vector.js';
import { ActiveSystem } from './active-system.js';
import type { QpPoint } from './contract.js';
import { type Qp, unitOf } from './element.js';
import { addSizes, addTimes, addTransposedSizes, addTransposedTimes, pick, rowSizes } from './matrix.js';

const ROUNDS = 40;
/** From here on rows change sides one at a time, which cannot go round in circles for long. */
const TOGETHER = 12;
/**
 * A multiplier or slack is 0 to rounding where changes of the data by this share of what adds up in each row could make it 0; beyond `CLEAR` of
 * the sizes in it, it never is.
 */
const NOISE = 16 * Number.EPSILON;
const CLEAR = 3e-11;
/** Residuals of rows held, relative to their own sizes, and of stationarity, that are rounding. */
const CONSISTENT = 1e-12;

/** What a multiplier adds to stationarity, where the objective is of the order of one, that is nothing. */
const NOTHING = 1e-20;

/** A point on its active rows. */
export interface Settled {
  readonly point: QpPoint;
  /** By row: 1 active, 2 active or not without a difference, 0 not active. */
  readonly active: Uint8Array;
  /** The rows held as equalities. */
  readonly held: Int32Array;
  readonly system: ActiveSystem;
}

/** The rows that a point holds in place. */
export const guess = ({ lam, s }: QpPoint): boolean[] => Array.from(lam, (value, i) => value > s[i]!);

export function systemOf(
  { n, m, A, G, Q }: Qp,
  held: ArrayLike<number>,
): { system: ActiveSystem; C: Float64Array } {
  const C = new Float64Array((m + held.length) * n);
  C.set(A);
  C.set(pick(G, n, held), m * n);
  return { system: new ActiveSystem(Q, C, n, m + held.length), C };
}

/**
 * One Newton step on the active rows guessed from an iterate, repeated with the rows that turn out on the wrong side
 * exchanged (a primal–dual active-set method, Hintermüller, Ito & Kunisch 2003), until multipliers and slacks have the
 * right signs. Undefined where that does not come about.
 */
export function settle(
  qp: Qp,
  from: QpPoint,
  rows: readonly boolean[],
  rounds = ROUNDS,
): Settled | undefined {
  const { n, m, p, Q, q, G, b, h } = qp;
  const inside = [...rows];
  const unit = unitOf(qp);
  for (let round = 0; round < rounds; round++) {
    const held = Int32Array.from(inside.flatMap((is, i) => (is ? [i] : [])));
    const { system, C } = systemOf(qp, held);
    const y = new Float64Array(m + held.length);
    y.set(from.nu);
    held.forEach((i, k) => {
      y[m + k] = from.lam[i]!;
    });
    const d = new Float64Array(y.length);
    d.set(b);
    held.forEach((i, k) => {
      d[m + k] = h[i]!;
    });
    const z = from.z.slice();
    // Twice: the second step takes away what the size of the first one rounded.
    for (let pass = 0; pass < 2; pass++) {
      const g = { z: q.map((value) => -value), y: d.slice() };
      addTimes(Q, z, -1, g.z);
      addTransposedTimes(C, y, -1, g.z);
      addTimes(C, z, -1, g.y);
      system.solve(g);
      for (let j = 0; j < n; j++) z[j] = z[j]! + g.z[j]!;
      for (let i = 0; i < y.length; i++) y[i] = y[i]! + g.y[i]!;
    }
    // Of rows of zeros, and of programs without an objective, whose units tell nothing from nothing.
    for (let i = 0; i < y.length; i++)
      if (Math.abs(y[i]!) * maxNorm(C.subarray(i * n, (i + 1) * n)) < NOTHING) y[i] = 0;
    const { error, zSize, ySize } = residual(qp, unit, C, d, z, y);
    if (!(error < 1e-7)) return undefined;
    const s = h.slice();
    addTimes(G, z, -1, s);
    const sizes = rowSizes(G, h, z, unit);
    const λSize = Math.max(maxNorm(y), maxNorm(q), Number.MIN_VALUE);
    const lam = new Float64Array(p);
    const index = new Int32Array(p).fill(-1);
    held.forEach((i, k) => {
      lam[i] = y[m + k]!;
      index[i] = m + k;
    });
    const isZero = (i: number): boolean => {
      const k = index[i]!;
      const [value, size] = k < 0 ? [s[i]!, sizes[i]!] : [lam[i]!, λSize];
      if (value === 0 || Math.abs(value) > CLEAR * size) return value === 0;
      // How it follows changes of q and of the right-hand sides.
      const u = { z: new Float64Array(n), y: new Float64Array(y.length) };
      if (k < 0) u.z.set(G.subarray(i * n, (i + 1) * n));
      else u.y[k] = 1;
      system.solve(u, 1);
      let sum = k < 0 ? size ** 2 : 0;
      for (let j = 0; j < n; j++) sum += (u.z[j]! * zSize[j]!) ** 2;
      for (let j = 0; j < y.length; j++) sum += (u.y[j]! * ySize[j]!) ** 2;
      return Math.abs(value) <= NOISE * Math.sqrt(sum);
    };
    const wrong: number[] = [];
    for (let i = 0; i < p; i++) if ((inside[i] ? lam[i]! : s[i]!) < 0 && !isZero(i)) wrong.push(i);
    if (wrong.length === 0) {
      if (error > CONSISTENT) return undefined;
      const active = new Uint8Array(p);
      for (let i = 0; i < p; i++) {
        active[i] = isZero(i) ? 2 : inside[i] ? 1 : 0;
        lam[i] = Math.max(lam[i]!, 0);
        s[i] = inside[i] ? 0 : Math.max(s[i]!, 0);
      }
      return { point: { z, nu: y.slice(0, m), lam, s }, active, held, system };
    }
    for (const i of round < TOGETHER ? wrong : wrong.slice(-1)) inside[i] = !inside[i];
  }
  return undefined;
}

/** Largest residual of stationarity, relative to what adds up in it, and of the rows held, each relative to its own; with these sizes. */
function residual(
  { Q, q }: Qp,
  unit: number,
  C: Float64Array,
  d: Float64Array,
  z: Float64Array,
  y: Float64Array,
) {
  const rz = q.slice();
  addTimes(Q, z, 1, rz);
  addTransposedTimes(C, y, 1, rz);
  const zSize = q.map(Math.abs);
  addSizes(Q, z, zSize);
  addTransposedSizes(C, y, zSize);
  const ry = d.map((value) => -value);
  addTimes(C, z, 1, ry);
  const ySize = rowSizes(C, d, z, unit);
  let error = maxNorm(rz) / Math.max(maxNorm(zSize), Number.MIN_VALUE);
  ry.forEach((value, i) => {
    error = Math.max(error, Math.abs(value) / ySize[i]!);
  });
  return { error, zSize, ySize };
}
