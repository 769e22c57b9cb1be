import { maxNorm } from '../../src/core/vector.js';
import { ActiveSystem } from './active-system.js';
import { identity } from './certify.js';
import type { SolutionFlag } from './contract.js';
import type { Qp } from './element.js';
import { addTimes, addTransposedTimes, pick } from './matrix.js';
import { nonnegative } from './nonnegative.js';
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
  const unique = firm.rank === m + strong.length && !(dependent && canMove(qp, strong, settled.active));
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

/**
 * Whether multipliers can move while Cᵀy stays and those that are 0 do not fall, with independent `strong` rows: whether weights w ≥ 0 of sum 1
 * take the weakly active rows, less their part in the others' range, to 0.
 */
function canMove({ n, m, A, G }: Qp, strong: Int32Array, active: Uint8Array): boolean {
  const weak = rowsWhere(active, (code) => code === 2);
  const C = new Float64Array((m + strong.length) * n);
  C.set(A);
  C.set(pick(G, n, strong), m * n);
  const apart = new ActiveSystem(identity(n), C, n, m + strong.length);
  const columns = new Float64Array(weak.length * (n + 1));
  weak.forEach((row, k) => {
    const z = G.slice(row * n, (row + 1) * n);
    const size = maxNorm(z) || 1;
    apart.solve({ z, y: new Float64Array(m + strong.length) });
    columns.set(
      z.map((value) => (Math.abs(value) > NONE * size ? value / size : 0)),
      k * (n + 1),
    );
    columns[k * (n + 1) + n] = 1;
  });
  const side = new Float64Array(n + 1);
  side[n] = 1;
  const found = nonnegative(columns, weak.length, side);
  return found === undefined || maxNorm(found.rest) < 1e-9;
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
