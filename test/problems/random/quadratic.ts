import {
  between,
  chance,
  coefficient,
  pick,
  type Random,
  sizeBetween,
  startFor,
  vector,
  whole,
} from './draw.js';
import type { Program, ProgramRow, RandomProblem } from './program.js';
import { affine, type Smooth, smooth, type Term, unit, value } from './smooth.js';

const infinity = Number.POSITIVE_INFINITY;

/** `½ xᵀHx + cᵀx`. */
export function quadratic(H: readonly (readonly number[])[], c: readonly number[]): Smooth {
  const terms: Term[] = [];
  H.forEach((row, i) => {
    row.slice(0, i + 1).forEach((h, j) => {
      if (h === 0) return;
      if (i === j) terms.push({ weight: h / 2, factors: [{ curve: 2, of: unit(i) }] });
      else
        terms.push({
          weight: h,
          factors: [
            { curve: 1, of: unit(i) },
            { curve: 1, of: unit(j) },
          ],
        });
    });
  });
  return smooth(affine(c.entries()), terms);
}

export const linearRow = (a: readonly number[]): Smooth => smooth(affine(a.entries()));
export const dot = (a: readonly number[], x: readonly number[]): number =>
  a.reduce((total, value, j) => total + value * x[j]!, 0);

/** `BᵀB` with `rank` rows of B; definite where these are n or more. */
export function semidefinite(random: Random, n: number, rank: number): number[][] {
  const B = Array.from({ length: rank }, () => vector(random, n, 0.4));
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) =>
      B.reduce((total, b) => total + b[i]! * b[j]!, rank >= n && i === j ? 0.1 : 0),
    ),
  );
}

export interface QuadraticWishes {
  readonly n?: number;
  /** Rank of the Hessian; 0 makes a linear program. */
  readonly rank?: number;
  /** Share of active bounds and rows whose multiplier is 0. */
  readonly weak?: number;
  readonly solution?: readonly number[];
  readonly rows?: number;
}

/** A convex quadratic program made around its solution and multipliers, so that its least objective is known. */
export function solvable(
  random: Random,
  wishes: QuadraticWishes = {},
): RandomProblem & { readonly x: number[] } {
  const n = wishes.n ?? 1 + whole(random, 10);
  const H = semidefinite(random, n, wishes.rank ?? n);
  const x =
    wishes.solution?.slice() ??
    Array.from({ length: n }, () => (chance(random, 0.2) ? 0 : coefficient(random)));
  const multiplier = (): number => (chance(random, wishes.weak ?? 0) ? 0 : sizeBetween(random, 0.1, 10));
  const away = (): number => sizeBetween(random, 0.1, 30);
  const lower = x.map(() => -infinity);
  const upper = x.map(() => infinity);
  const c = x.map((_, j) => -dot(H[j]!, x));
  let multipliers = 0;
  x.forEach((value, j) => {
    const kind = whole(random, wishes.rank === n ? 6 : 5);
    if (kind === 0 || kind === 3) {
      lower[j] = value;
      const z = multiplier();
      c[j]! += z;
      multipliers += z;
      if (chance(random, 0.4)) upper[j] = value + away();
    } else if (kind === 1) {
      upper[j] = value;
      const z = multiplier();
      c[j]! -= z;
      multipliers += z;
      if (chance(random, 0.4)) lower[j] = value - away();
    } else if (kind === 2 || kind === 4) {
      lower[j] = value - away();
      if (chance(random, 0.7)) upper[j] = value + away();
    }
  });
  const rows: ProgramRow[] = [];
  const count = wishes.rows ?? whole(random, n + 3);
  for (let i = 0, equalities = 0; i < count; i++) {
    const a = vector(random, n);
    const b = dot(a, x);
    const kind = pick(random, ['equal', 'upper', 'lower', 'above', 'below', 'range'] as const);
    let λ = 0;
    if (kind === 'equal' && equalities++ < n) {
      λ = coefficient(random);
      rows.push({ of: linearRow(a), lower: b, upper: b });
    } else if (kind === 'upper' || kind === 'range' || kind === 'equal') {
      λ = multiplier();
      rows.push({ of: linearRow(a), lower: kind === 'range' ? b - away() : -infinity, upper: b });
    } else if (kind === 'lower') {
      λ = -multiplier();
      rows.push({ of: linearRow(a), lower: b, upper: infinity });
    } else if (kind === 'above') rows.push({ of: linearRow(a), lower: b - away(), upper: infinity });
    else
      rows.push({ of: linearRow(a), lower: chance(random, 0.5) ? b - away() : -infinity, upper: b + away() });
    a.forEach((entry, j) => {
      c[j]! -= λ * entry;
    });
    multipliers += Math.abs(λ);
  }
  const objective = quadratic(H, c);
  const program: Program = { lower, upper, start: startFor(random, x), objective, rows };
  return { program, truth: { kind: 'optimal', objective: value(objective, x), multipliers }, x };
}

/** An indefinite quadratic program in a box, its rows feasible. */
export function nonconvex(random: Random): RandomProblem {
  const n = 1 + whole(random, 10);
  const H = semidefinite(random, n, n);
  const minus = semidefinite(random, n, 1 + whole(random, n));
  const indefinite = H.map((row, i) => row.map((value, j) => value - 2 * minus[i]![j]!));
  const x = Array.from({ length: n }, () => between(random, -1, 1));
  const half = sizeBetween(random, 1, 20);
  const rows = Array.from({ length: whole(random, n) }, (_, i): ProgramRow => {
    const a = vector(random, n);
    const b = dot(a, x);
    if (i < n / 3 && chance(random, 0.4)) return { of: linearRow(a), lower: b, upper: b };
    const margin = chance(random, 0.3) ? 0 : between(random, 0, 3);
    return chance(random, 0.5)
      ? { of: linearRow(a), lower: -infinity, upper: b + margin }
      : { of: linearRow(a), lower: b - margin, upper: infinity };
  });
  return {
    program: {
      lower: x.map(() => -half),
      upper: x.map(() => half),
      start: startFor(random, x),
      objective: quadratic(indefinite, vector(random, n)),
      rows,
    },
    truth: { kind: 'feasible', convex: false },
  };
}
