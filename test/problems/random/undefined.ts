import { between, chance, coefficient, pick, type Random, sizeBetween, vector, whole } from './draw.js';
import type { Program, ProgramRow, RandomProblem } from './program.js';
import { linearRow, quadratic, semidefinite, solvable } from './quadratic.js';
import { affine, type Curve, nothing, smooth, type Term, unit, value } from './smooth.js';

const infinity = Number.POSITIVE_INFINITY;

/** Functions that end at 0, or whose derivatives do, of variables that start there or are pushed there. */
export function edges(random: Random): RandomProblem {
  const n = 1 + whole(random, 5);
  const inside = Array.from({ length: n }, () => between(random, 0.2, 2));
  const terms = Array.from({ length: n }, (_, j): Term => {
    const curve = pick<Curve>(random, ['sqrt', 'log', 1.5, 2.5, 0.7, -1, -0.5]);
    const weight =
      (curve === 'sqrt' || curve === 'log' || curve === 0.7 ? -1 : 1) * sizeBetween(random, 0.2, 3);
    const factors = [{ curve, of: unit(j) }];
    return chance(random, 0.15)
      ? {
          weight: 1,
          factors: [
            { curve: 'log', of: unit(j) },
            { curve: 1, of: unit(j) },
          ],
        }
      : { weight, factors };
  });
  const rows: ProgramRow[] = [];
  if (chance(random, 0.6)) {
    const a = inside.map(() => between(random, 0.5, 2));
    const b = value(linearRow(a), inside);
    rows.push({ of: linearRow(a), lower: chance(random, 0.5) ? b : -infinity, upper: b });
  }
  return {
    program: {
      lower: inside.map(() => 0),
      upper: inside.map(() => (chance(random, 0.5) ? 10 : infinity)),
      start: inside.map((v) => (chance(random, 0.5) ? 0 : v)),
      objective: smooth(affine(inside.map(() => between(random, 0.3, 3)).entries()), terms),
      rows,
    },
    truth: { kind: 'feasible', convex: true },
  };
}

/** Variables fixed where a derivative by them, and by no other, is infinite. */
export function fixedAtEdges(random: Random): RandomProblem {
  const { program, truth } = solvable(random, { n: 1 + whole(random, 6), rank: 6 });
  const n = program.lower.length;
  const curve = pick<Curve>(random, ['sqrt', 1.5, 0.5, 0.7]);
  // The edge as a factor of a free variable, or on its own; in the objective, in a row, or in both.
  const edge = { curve, of: unit(n) };
  const alone: Term = { weight: coefficient(random), factors: [edge] };
  const beside: Term = {
    weight: coefficient(random),
    factors: [edge, { curve: 1, of: unit(whole(random, n)) }],
  };
  const terms = pick(random, [[alone], [beside], [alone, beside]]);
  const inRow = chance(random, 0.4) && program.rows.length > 0;
  const rows = program.rows.map((row, i) =>
    inRow && i === 0 ? { ...row, of: { ...row.of, terms: [...row.of.terms, ...terms] } } : row,
  );
  const objective = inRow
    ? program.objective
    : { ...program.objective, terms: [...program.objective.terms, ...terms] };
  return {
    program: {
      lower: [...program.lower, 0],
      upper: [...program.upper, 0],
      start: [...program.start, pick(random, [0, 0, 3])],
      objective,
      rows,
    },
    truth,
  };
}

/** Rows without bounds, undefined at the start, at the solution or everywhere. */
export function undefinedFreeRows(random: Random): RandomProblem {
  const { program, truth } = solvable(random, { n: 1 + whole(random, 6), rank: 6, rows: whole(random, 4) });
  const n = program.lower.length;
  const rows = [...program.rows];
  for (let k = 1 + whole(random, 3); k > 0; k--) {
    const of = affine(vector(random, n).entries(), coefficient(random));
    const term = pick<Term>(random, [
      { weight: 1, factors: [{ curve: 'log', of }] },
      { weight: 1, factors: [{ curve: 'sqrt', of }] },
      {
        weight: 1,
        factors: [
          { curve: 'log', of: affine([], -1) },
          { curve: 1, of },
        ],
      },
    ]);
    rows.splice(whole(random, rows.length + 1), 0, {
      of: smooth(nothing, [term]),
      lower: -infinity,
      upper: infinity,
    });
  }
  return { truth, program: { ...program, rows } };
}

/** A function that is undefined at every point the bounds allow. */
export function nowhereDefined(random: Random): RandomProblem {
  const { program } = solvable(random, { n: 1 + whole(random, 4), rank: 4, rows: whole(random, 3) });
  const n = program.lower.length;
  const curve = pick<Curve>(random, ['log', 'sqrt', 0.5, 1.5]);
  const term: Term = { weight: coefficient(random), factors: [{ curve, of: unit(n) }] };
  const inRow = chance(random, 0.5);
  const bounds: Pick<Program, 'lower' | 'upper' | 'start'> = {
    lower: [...program.lower, chance(random, 0.5) ? -infinity : -5],
    upper: [...program.upper, -0.5],
    start: [...program.start, pick(random, [-1, -3, 0])],
  };
  return {
    program: inRow
      ? {
          ...bounds,
          objective: program.objective,
          rows: [...program.rows, { of: smooth(nothing, [term]), lower: -1, upper: 1 }],
        }
      : {
          ...bounds,
          objective: { ...program.objective, terms: [...program.objective.terms, term] },
          rows: program.rows,
        },
    truth: { kind: 'undefined' },
  };
}

/** Some or all variables fixed. */
export function fixed(random: Random): RandomProblem {
  const n = 1 + whole(random, 6);
  const { program, x } = solvable(random, { n, rank: n });
  const all = chance(random, 0.3);
  const set = x.map(() => all || chance(random, 0.5));
  const choose = (bounds: readonly number[]): number[] => bounds.map((bound, j) => (set[j] ? x[j]! : bound));
  const objective = quadratic(semidefinite(random, n, n), vector(random, n));
  return {
    program: { ...program, lower: choose(program.lower), upper: choose(program.upper), objective },
    truth: all
      ? { kind: 'optimal', objective: value(objective, x), multipliers: 0 }
      : { kind: 'feasible', convex: true },
  };
}
