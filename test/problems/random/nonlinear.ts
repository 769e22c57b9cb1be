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
import { linearRow, quadratic, semidefinite } from './quadratic.js';
import { affine, type Curve, nothing, type Smooth, smooth, type Term, unit, value } from './smooth.js';

const infinity = Number.POSITIVE_INFINITY;

const sparse = (random: Random, n: number): number[] => vector(random, n, n > 2 ? 0.7 : 0.3);
const within = (random: Random, n: number, size: number): number[] =>
  Array.from({ length: n }, () => (chance(random, 0.15) ? 0 : between(random, -size, size)));

/** A convex term that is defined at x and wherever the start may be, unless `barriers`. */
function convexTerm(random: Random, x: readonly number[], barriers: boolean): Term {
  const a = affine(sparse(random, x.length).entries(), coefficient(random));
  const curve = pick<Curve>(random, barriers ? ['exp', 2, 4, 'log', -1, 'sqrt'] : ['exp', 2, 4]);
  const convex = curve === 'log' || curve === 'sqrt' ? -1 : 1;
  const t = value(smooth(a), x);
  // Barriers are moved so that x lies inside; exponentials are kept small.
  const goal =
    curve === 'exp'
      ? Math.min(t, 2)
      : typeof curve === 'number' && curve > 0
        ? t
        : sizeBetween(random, 0.1, 3);
  return {
    weight: convex * sizeBetween(random, 0.1, 3),
    factors: [{ curve, of: { ...a, constant: a.constant + goal - t } }],
  };
}

/** Convex objective and rows, with points inside all of them. */
export function convex(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const x = within(random, n, 2);
  const barriers = chance(random, 0.4);
  const bulk = quadratic(semidefinite(random, n, n), vector(random, n)).terms;
  const terms = (): Term[] =>
    Array.from({ length: 1 + whole(random, 3) }, () => convexTerm(random, x, barriers));
  const rows = Array.from({ length: whole(random, n + 1) }, (): ProgramRow => {
    const of = smooth(affine(sparse(random, n).entries()), terms());
    return { of, lower: -infinity, upper: value(of, x) + between(random, 0.1, 3) };
  });
  if (n > 1 && chance(random, 0.5)) {
    const of = linearRow(vector(random, n));
    rows.push({ of, lower: value(of, x), upper: value(of, x) });
  }
  const bounded = chance(random, 0.7);
  const program: Program = {
    lower: x.map((v) => (bounded && chance(random, 0.6) ? v - between(random, 0.01, 3) : -infinity)),
    upper: x.map((v) => (bounded && chance(random, 0.6) ? v + between(random, 0.01, 3) : infinity)),
    start: barriers
      ? x.map((v) => v + 0.02 * between(random, -1, 1))
      : startFor(random, x).map((v) => Math.max(-8, Math.min(8, v))),
    objective: smooth(affine(vector(random, n).entries()), [...bulk, ...terms()]),
    rows,
  };
  return { program, truth: { kind: 'feasible', convex: true } };
}

function anyTerm(random: Random, n: number): Term {
  const factor = () => ({
    curve: pick<Curve>(random, [1, 2, 3, 'sin', 'cos', 'exp']),
    of: affine(
      sparse(random, n)
        .map((a) => a / 3)
        .entries(),
      between(random, -1, 1),
    ),
  });
  const factors = [factor()];
  if (chance(random, 0.4)) factors.push(factor());
  return { weight: coefficient(random), factors };
}

const anySmooth = (random: Random, n: number): Smooth =>
  smooth(
    affine((chance(random, 0.7) ? sparse(random, n) : []).entries()),
    Array.from({ length: 1 + whole(random, 3) }, () => anyTerm(random, n)),
  );

/** Nonconvex functions in a box, its rows feasible at a point inside. */
export function nonconvexCurved(random: Random): RandomProblem {
  const n = 1 + whole(random, 8);
  const x = within(random, n, 2);
  let equalities = 0;
  const rows = Array.from({ length: whole(random, n + 2) }, (): ProgramRow => {
    const of = anySmooth(random, n);
    const at = value(of, x);
    if (equalities < n - 1 && chance(random, 0.4)) {
      equalities++;
      return { of, lower: at, upper: at };
    }
    const margin = between(random, 0, 2);
    return chance(random, 0.5)
      ? { of, lower: -infinity, upper: at + margin }
      : { of, lower: at - margin, upper: chance(random, 0.2) ? at + margin : infinity };
  });
  return {
    program: {
      lower: x.map(() => -3),
      upper: x.map(() => 3),
      start: startFor(random, x).map((v) => Math.max(-3, Math.min(3, v))),
      objective: anySmooth(random, n),
      rows,
    },
    truth: { kind: 'feasible', convex: false },
  };
}

/** As many nonlinear equations as variables, or fewer, and no objective. */
export function equations(random: Random): RandomProblem {
  const n = 1 + whole(random, 6);
  const x = within(random, n, 2);
  const rows = Array.from({ length: chance(random, 0.6) ? n : 1 + whole(random, n) }, (_, i): ProgramRow => {
    const of = smooth(affine([[i, 3], ...affine(sparse(random, n).entries()).coefficients]), [
      anyTerm(random, n),
    ]);
    return { of, lower: value(of, x), upper: value(of, x) };
  });
  return {
    program: {
      lower: x.map(() => -infinity),
      upper: x.map(() => infinity),
      start: chance(random, 0.2) ? x.map(() => 0) : x.map((v) => v + 0.3 * between(random, -1, 1)),
      objective: smooth(nothing),
      rows,
    },
    truth: { kind: 'feasible', convex: false },
  };
}

const product = (i: number, j: number, weight = 1): Term => ({
  weight,
  factors: [
    { curve: 1, of: unit(i) },
    { curve: 1, of: unit(j) },
  ],
});

/** Rows whose gradients vanish or oppose each other at every feasible point: multipliers may not exist. */
export function unqualified(random: Random): RandomProblem {
  const n = 2 + whole(random, 4);
  const kind = pick(random, ['square', 'complementarity', 'cusp', 'tangent', 'double'] as const);
  const [a, b] = [between(random, -1, 1), between(random, 0.2, 2)];
  const power = (curve: Curve, j: number, shift = 0, weight = 1): Term => ({
    weight,
    factors: [{ curve, of: affine([[j, 1]], -shift) }],
  });
  const rows: Record<typeof kind, readonly ProgramRow[]> = {
    square: [{ of: smooth(nothing, [power(2, 0, a)]), lower: -infinity, upper: 0 }],
    double: [{ of: smooth(nothing, [power(2, 0, a)]), lower: 0, upper: 0 }],
    complementarity: [{ of: smooth(nothing, [product(0, 1)]), lower: -infinity, upper: 0 }],
    cusp: [
      { of: smooth(affine([[1, 1]]), [power(3, 0, a, -1)]), lower: -infinity, upper: 0 },
      { of: smooth(affine([[1, 1]])), lower: 0, upper: infinity },
    ],
    tangent: [
      { of: smooth(nothing, [power(2, 0), power(2, 1, b)]), lower: -infinity, upper: b * b },
      { of: smooth(nothing, [power(2, 0), power(2, 1, -b)]), lower: -infinity, upper: b * b },
    ],
  };
  const nonnegative = kind === 'complementarity';
  return {
    program: {
      lower: Array.from({ length: n }, (_, j) => (nonnegative && j < 2 ? 0 : -10)),
      upper: Array.from({ length: n }, () => 10),
      start: Array.from({ length: n }, () => (chance(random, 0.2) ? 0 : between(random, -2, 2))),
      objective: quadratic(semidefinite(random, n, n), vector(random, n)),
      rows: rows[kind],
    },
    truth: { kind: 'feasible', convex: false },
  };
}
