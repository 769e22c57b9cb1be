import { maxNorm } from '../../src/core/vector.js';
import type { ActiveSystem } from './active-system.js';
import type { SolutionFlag } from './contract.js';
import type { Qp } from './element.js';
import { addTimes, addTransposedTimes } from './matrix.js';
import { type Settled, systemOf } from './settle.js';

/** Multipliers up to this share of the largest are 0 among those of least norm. */
const NONE = 1e-12;

/**
 * What keeps the solution map from having a derivative at a point: rows that may or may not be active, dependent ones,
 * multipliers or a solution that are not unique. Where rows depend on each other the multipliers become those of least norm.
 */
export function diagnosed(
  qp: Qp,
  settled: Settled,
): { readonly settled: Settled; readonly flags: SolutionFlag[] } {
  const { m } = qp;
  const near = rowsWhere(settled.active, (code) => code !== 0);
  const strong = rowsWhere(settled.active, (code) => code === 1);
  const all = same(near, settled.held) ? settled.system : systemOf(qp, near).system;
  const firm = same(strong, near) ? all : systemOf(qp, strong).system;
  const dependent = all.rank < m + near.length;
  const unique = firm.rank === m + strong.length && !(dependent && canMove(qp, near, settled.active, all));
  const least = unique ? settled : leastMultipliers(qp, settled, near);
  const flags: SolutionFlag[] = [];
  if (least.active.includes(2)) flags.push('weakly-active');
  if (dependent) flags.push('dependent-rows');
  if (!unique) flags.push('dual-not-unique');
  if (firm.flat > 0) flags.push('primal-not-unique');
  return { settled: least, flags };
}

const rowsWhere = (active: Uint8Array, is: (code: number) => boolean): Int32Array =>
  Int32Array.from([...active].flatMap((code, i) => (is(code) ? [i] : [])));

const same = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, k) => value === b[k]);

/** Whether multipliers can move while Cᵀy stays and those that are 0 do not fall. */
function canMove(qp: Qp, near: Int32Array, active: Uint8Array, all: ActiveSystem): boolean {
  const { n, m } = qp;
  if (m + near.length - all.rank > 1) return true;
  const { C } = systemOf(qp, near);
  // Any vector less its part in the range of C lies in the one direction that Cᵀ maps to 0.
  const y = Float64Array.from({ length: m + near.length }, (_, i) => Math.cos(1 + 2 * i));
  const g = { z: new Float64Array(n), y: new Float64Array(y.length) };
  addTransposedTimes(C, y, 1, g.z);
  all.solve(g);
  for (let i = 0; i < y.length; i++) y[i] = y[i]! - g.y[i]!;
  const small = 1e-8 * maxNorm(y);
  const weak = [...near].flatMap((row, k) => (active[row] === 2 ? [y[m + k]!] : []));
  return weak.every((value) => value >= -small) || weak.every((value) => value <= small);
}

/** The multipliers λ ≥ 0 of least norm on the given rows, by leaving out those that would be negative. */
function leastMultipliers(qp: Qp, settled: Settled, near: Int32Array): Settled {
  const { m, p, Q, q } = qp;
  const { z, s } = settled.point;
  const gradient = q.map((value) => -value);
  addTimes(Q, z, -1, gradient);
  let rows = near;
  for (;;) {
    const { system, C } = systemOf(qp, rows);
    const g = { z: gradient.slice(), y: new Float64Array(m + rows.length) };
    system.solve(g);
    const r = gradient.slice();
    addTransposedTimes(C, g.y, -1, r);
    if (maxNorm(r) > 1e-10 * Math.max(maxNorm(gradient), maxNorm(q), Number.MIN_VALUE)) return settled;
    const none = NONE * maxNorm(g.y);
    const kept = Int32Array.from([...rows].filter((_, k) => g.y[m + k]! >= -none));
    if (kept.length < rows.length) {
      rows = kept;
      continue;
    }
    const lam = new Float64Array(p);
    const active = settled.active.map((code) => (code === 0 ? 0 : 2));
    rows.forEach((row, k) => {
      lam[row] = Math.max(0, g.y[m + k]!);
      if (lam[row]! > none) active[row] = 1;
    });
    const slack = s.slice();
    for (const row of near) slack[row] = 0;
    const point = { z, nu: g.y.slice(0, m), lam, s: slack };
    return { point, active, held: rows, system };
  }
}
