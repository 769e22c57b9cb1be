import { chance, coefficient, pick, type Random, sizeBetween, startFor, vector, whole } from './draw.js';
import type { ProgramRow, RandomProblem } from './program.js';
import { dot, linearRow, quadratic, semidefinite, solvable } from './quadratic.js';
import { affine, nothing, type Smooth, smooth, unit } from './smooth.js';

const infinity = Number.POSITIVE_INFINITY;

/** A quadratic program whose linear rows contradict each other: Σ weights·rows = 0 but the bounds' sum is negative. */
export function infeasible(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const base = solvable(random, { n, rank: whole(random, n + 1), rows: whole(random, n) });
  const { x } = base;
  const involved = Array.from({ length: 1 + whole(random, 3) }, () => vector(random, n));
  const weights = involved.map(() => sizeBetween(random, 0.3, 3));
  const closing = x.map((_, j) => -involved.reduce((total, a, i) => total + weights[i]! * a[j]!, 0));
  const margin = sizeBetween(random, 1e-4, 10);
  const rows = involved.map((a): ProgramRow => ({ of: linearRow(a), lower: -infinity, upper: dot(a, x) }));
  rows.push({ of: linearRow(closing), lower: -infinity, upper: dot(closing, x) - margin });
  return {
    program: {
      ...base.program,
      rows: [...base.program.rows, ...rows].sort(() => (chance(random, 0.5) ? 1 : -1)),
    },
    truth: { kind: 'infeasible' },
  };
}

/** More equations than variables, that miss each other by little or much. */
export function inconsistent(random: Random): RandomProblem {
  const n = 1 + whole(random, 5);
  const x = vector(random, n);
  const normals = Array.from({ length: n }, (_, i) =>
    x.map((_, j) => (i === j ? 1 : chance(random, 0.3) ? 0.5 : 0)),
  );
  const rows = normals.map((a): ProgramRow => ({ of: linearRow(a), lower: dot(a, x), upper: dot(a, x) }));
  // A combination of the others that is to have another value.
  const weights = normals.map(() => coefficient(random));
  const last = x.map((_, j) => normals.reduce((total, a, i) => total + weights[i]! * a[j]!, 0));
  const b = dot(last, x) + pick(random, [1, -1]) * sizeBetween(random, 2e-5, 10);
  rows.push({ of: linearRow(last), lower: b, upper: b });
  return {
    program: {
      lower: x.map(() => -infinity),
      upper: x.map(() => infinity),
      start: startFor(random, x),
      objective: quadratic(semidefinite(random, n, whole(random, n + 1)), vector(random, n)),
      rows,
    },
    truth: { kind: 'infeasible' },
  };
}

/** A nonlinear row that cannot hold anywhere. */
export function infeasibleCurved(random: Random): RandomProblem {
  const n = 1 + whole(random, 5);
  const base = solvable(random, { n, rank: n, rows: whole(random, 2) });
  const margin = sizeBetween(random, 1e-3, 5);
  const direction = affine(vector(random, n).entries(), coefficient(random));
  const row = pick(random, ['squares', 'exp', 'sine', 'quartic'] as const);
  const squares: Smooth = smooth(
    nothing,
    Array.from({ length: n }, (_, j) => ({ weight: 1, factors: [{ curve: 2, of: unit(j) }] })),
  );
  const impossible: Record<typeof row, ProgramRow> = {
    squares: { of: squares, lower: -infinity, upper: -margin },
    exp: {
      of: smooth(nothing, [{ weight: 1, factors: [{ curve: 'exp', of: direction }] }]),
      lower: -infinity,
      upper: -margin,
    },
    sine: {
      of: smooth(nothing, [{ weight: 1, factors: [{ curve: 'sin', of: direction }] }]),
      lower: 1 + margin,
      upper: infinity,
    },
    quartic: {
      of: smooth(nothing, [{ weight: 1, factors: [{ curve: 4, of: direction }] }]),
      lower: -margin,
      upper: -margin,
    },
  };
  return {
    program: { ...base.program, rows: [...base.program.rows, impossible[row]] },
    truth: { kind: 'infeasible' },
  };
}

/** Falls along a ray that no bound and no row stops. */
export function unbounded(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const ray = vector(random, n);
  const x = vector(random, n);
  const convex = chance(random, 0.6);
  const lower = x.map((value, j) =>
    ray[j]! >= 0 && chance(random, 0.6) ? value - sizeBetween(random, 0.1, 10) : -infinity,
  );
  const upper = x.map((value, j) =>
    ray[j]! <= 0 && chance(random, 0.6) ? value + sizeBetween(random, 0.1, 10) : infinity,
  );
  const rows = Array.from({ length: whole(random, n + 1) }, (): ProgramRow => {
    const a = vector(random, n);
    const growth = dot(a, ray);
    const b = dot(a, x);
    const room = chance(random, 0.3) ? 0 : sizeBetween(random, 0.1, 10);
    return growth > 0
      ? { of: linearRow(a), lower: b - room, upper: infinity }
      : { of: linearRow(a), lower: -infinity, upper: b + room };
  });
  if (n > 1 && chance(random, 0.4)) {
    const a = perpendicular(vector(random, n), ray);
    rows.push({ of: linearRow(a), lower: dot(a, x), upper: dot(a, x) });
  }
  let H: number[][];
  const c = vector(random, n);
  if (convex) {
    // Curved only across the ray, along which the slope is −1 or steeper.
    const B = Array.from({ length: whole(random, n) }, () => perpendicular(vector(random, n), ray));
    H = x.map((_, i) => x.map((_, j) => B.reduce((total, b) => total + b[i]! * b[j]!, 0)));
    const size = dot(ray, ray);
    const along = dot(c, ray);
    const wanted = -sizeBetween(random, 0.01, 3) * Math.sqrt(size);
    c.forEach((value, j) => {
      c[j] = value + ((wanted - along) / size) * ray[j]!;
    });
  } else {
    H = semidefinite(random, n, whole(random, n + 1));
    const curvature = ray.reduce((total, r, j) => total + r * dot(H[j]!, ray), 0);
    const size = dot(ray, ray);
    const depth = curvature / size ** 2 + sizeBetween(random, 0.05, 3);
    H = H.map((row, i) => row.map((value, j) => value - depth * ray[i]! * ray[j]!));
  }
  return {
    program: { lower, upper, start: startFor(random, x), objective: quadratic(H, c), rows },
    truth: { kind: 'unbounded', convex },
  };
}

const perpendicular = (a: readonly number[], to: readonly number[]): number[] => {
  const share = dot(a, to) / dot(to, to);
  const out = a.map((value, j) => value - share * to[j]!);
  // What is left of a coefficient by rounding would stop the ray.
  return out.map((value) => (Math.abs(value) < 1e-12 ? 0 : value));
};

/** Nonlinear objectives that fall without limit. */
export function unboundedCurved(random: Random): RandomProblem {
  const n = 1 + whole(random, 4);
  const { program } = solvable(random, { n, rank: n, rows: 0 });
  const curve = pick(random, [3, 'exp', 4, 1] as const);
  const falling = {
    weight: -sizeBetween(random, 0.1, 3),
    factors: [{ curve, of: affine([[n, 1]], coefficient(random)) }],
  };
  return {
    program: {
      lower: [...program.lower, pick(random, [-infinity, -1])],
      upper: [...program.upper, infinity],
      start: [...program.start, coefficient(random)],
      objective: { ...program.objective, terms: [...program.objective.terms, falling] },
      rows: [],
    },
    truth: { kind: 'unbounded', convex: false },
  };
}
