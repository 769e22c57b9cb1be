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
import type { ProgramRow, RandomProblem } from './program.js';
import { dot, linearRow, quadratic, semidefinite, solvable } from './quadratic.js';
import { affine, type Smooth, scaled, smooth, unit, value } from './smooth.js';

const infinity = Number.POSITIVE_INFINITY;
const ones = (n: number): number[] => new Array<number>(n).fill(1);

const plus = (f: Smooth, g: Smooth): Smooth => {
  const coefficients = new Map(f.coefficients);
  for (const [j, a] of g.coefficients) coefficients.set(j, (coefficients.get(j) ?? 0) + a);
  return { coefficients, constant: f.constant + g.constant, terms: [...f.terms, ...g.terms] };
};

/** A row that the others imply: a copy, a multiple, a weaker copy, or a sum of two. */
function implied(random: Random, rows: readonly ProgramRow[], n: number): ProgramRow {
  const row = pick(random, rows);
  const factor = pick(random, [1, 1, 2, 0.5, 7, 1e-2, -1, -3]);
  if (chance(random, 0.3)) {
    const other = pick(random, rows);
    return { of: plus(row.of, other.of), lower: row.lower + other.lower, upper: row.upper + other.upper };
  }
  const slack = chance(random, 0.3) ? sizeBetween(random, 1e-3, 3) : 0;
  const bounds = [factor * (row.lower - slack), factor * (row.upper + slack)];
  return { of: scaled(row.of, factor, ones(n)), lower: Math.min(...bounds), upper: Math.max(...bounds) };
}

/** Redundant, duplicate and dependent rows added to a convex quadratic program. */
export function redundant(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const base = solvable(random, {
    n,
    rank: pick(random, [0, n, whole(random, n + 1)]),
    rows: 1 + whole(random, n),
    weak: pick(random, [0, 0.3]),
  });
  const rows = [...base.program.rows];
  for (let k = 1 + whole(random, 6); k > 0; k--) rows.push(implied(random, rows, n));
  return { truth: base.truth, program: { ...base.program, rows } };
}

/** Equalities written as two inequalities, or as two rows that pinch: no interior. */
export function pinched(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const { program, truth, x } = solvable(random, {
    n,
    rank: whole(random, n + 1),
    rows: 1 + whole(random, n),
  });
  const rows = program.rows.flatMap((row): ProgramRow[] => {
    if (chance(random, 0.3)) return [row];
    const b = value(row.of, x);
    return [
      { of: row.of, lower: b, upper: infinity },
      { of: row.of, lower: -infinity, upper: b },
    ];
  });
  return { truth, program: { ...program, rows } };
}

/** A feasible set of one point, cut out by more rows than needed. */
export function onePoint(random: Random): RandomProblem {
  const n = 1 + whole(random, 5);
  const x = Array.from({ length: n }, () => (chance(random, 0.3) ? 0 : coefficient(random)));
  const normals = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (i === j ? 1 : chance(random, 0.4) ? between(random, -0.3, 0.3) : 0)),
  );
  const weights = normals.map(() => between(random, 0.3, 2));
  normals.push(x.map((_, j) => -normals.reduce((total, a, i) => total + weights[i]! * a[j]!, 0)));
  const sign = pick(random, [1, -1]);
  const rows = normals.map((a): ProgramRow => {
    const b = dot(a, x) * sign;
    const of = linearRow(a.map((entry) => sign * entry));
    return chance(random, 0.3) && sign > 0
      ? { of: scaled(of, -1, ones(n)), lower: -b, upper: infinity }
      : { of, lower: -infinity, upper: b };
  });
  for (let k = whole(random, 6); k > 0; k--) rows.push(implied(random, rows, n));
  const objective = quadratic(semidefinite(random, n, whole(random, n + 1)), vector(random, n));
  return {
    program: {
      lower: x.map(() => -infinity),
      upper: x.map(() => infinity),
      start: startFor(random, x),
      objective,
      rows,
    },
    // The normals span all directions, so that multipliers exist; their size is bounded by the gradient's.
    truth: { kind: 'optimal', objective: value(objective, x), multipliers: 1e3 },
  };
}

/** One point of the line x = t e, as many users state it: x ≤ several numbers, x ≥ the least of them. */
export function staircase(random: Random): RandomProblem {
  const point = whole(random, 7) - 3;
  const count = 2 + whole(random, 7);
  const tops = Array.from({ length: count }, (_, k) => point + Math.max(0, k - 1 - whole(random, 2)));
  const target = point + coefficient(random) * 3;
  const rows = tops.map((top): ProgramRow => ({ of: linearRow([1]), lower: -infinity, upper: top }));
  rows.push({ of: linearRow([1]), lower: point, upper: infinity });
  const objective = smooth(affine([]), [
    { weight: 1, factors: [{ curve: 2, of: affine([[0, 1]], -target) }] },
  ]);
  return {
    program: {
      lower: [-infinity],
      upper: [infinity],
      start: [pick(random, [0, 10, -10, point])],
      objective,
      rows,
    },
    truth: { kind: 'optimal', objective: (point - target) ** 2, multipliers: 2 * Math.abs(point - target) },
  };
}

/** Rows and bounds that constrain nothing: no coefficients, no bounds, bounds that are never reached. */
export function vacuous(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const { program, truth } = solvable(random, { n, rank: n });
  const rows = [...program.rows];
  for (let k = 1 + whole(random, 3); k > 0; k--)
    rows.splice(
      whole(random, rows.length + 1),
      0,
      pick(random, [
        { of: smooth(affine([])), lower: 0, upper: 0 },
        { of: smooth(affine([])), lower: -infinity, upper: 1 },
        { of: smooth(affine([], 2)), lower: 2, upper: infinity },
        { of: linearRow(vector(random, n)), lower: -infinity, upper: infinity },
        { of: linearRow(vector(random, n)), lower: -1e6, upper: 1e6 },
        { of: linearRow(vector(random, n)), lower: -1e19, upper: 1e19 },
      ]),
    );
  return { truth, program: { ...program, rows } };
}

/** More equations than variables that have a common solution. */
export function overdetermined(random: Random): RandomProblem {
  const n = 1 + whole(random, 6);
  const x = Array.from({ length: n }, () => (chance(random, 0.2) ? 0 : coefficient(random)));
  const count = n + 1 + whole(random, 4);
  const curved = chance(random, 0.4);
  const rows = Array.from({ length: count }, (): ProgramRow => {
    const terms =
      curved && chance(random, 0.5)
        ? [{ weight: coefficient(random), factors: [{ curve: 2, of: unit(whole(random, n)) }] }]
        : [];
    const of = smooth(affine(vector(random, n).entries()), terms);
    const b = value(of, x);
    return { of, lower: b, upper: b };
  });
  const objective = quadratic(semidefinite(random, n, whole(random, n + 1)), vector(random, n));
  const bounds = { lower: x.map(() => -infinity), upper: x.map(() => infinity) };
  const start = curved ? x.map((value) => value + between(random, -0.5, 0.5)) : startFor(random, x);
  return {
    program: { ...bounds, start, objective, rows },
    truth: curved
      ? { kind: 'feasible', convex: false }
      : { kind: 'optimal', objective: value(objective, x), multipliers: 1e3 },
  };
}
