import { randomFrom } from '../../read/random.js';
import * as degenerate from './degenerate.js';
import { chance, type Random, sizeBetween, whole } from './draw.js';
import * as impossible from './impossible.js';
import * as nonlinear from './nonlinear.js';
import { type RandomProblem, rescaled } from './program.js';
import * as quadratic from './quadratic.js';
import * as edge from './undefined.js';

/** The classes of random problems, each with what draws one. */
const classes: Readonly<Record<string, (random: Random) => RandomProblem>> = {
  'convex QP': (r) => quadratic.solvable(r),
  'rank-deficient QP': (r) => quadratic.solvable(r, { n: 2 + whole(r, 9), rank: 1 + whole(r, 2) }),
  LP: (r) => quadratic.solvable(r, { rank: 0 }),
  'weakly active': (r) => quadratic.solvable(r, { weak: 0.6 }),
  'zero solution': (r) => {
    const n = 1 + whole(r, 6);
    return quadratic.solvable(r, { n, rank: whole(r, n + 1), solution: new Array(n).fill(0), weak: 0.3 });
  },
  'nonconvex QP': quadratic.nonconvex,
  'redundant rows': degenerate.redundant,
  'pinched rows': degenerate.pinched,
  'one feasible point': (r) => (chance(r, 0.3) ? degenerate.staircase(r) : degenerate.onePoint(r)),
  'vacuous rows': degenerate.vacuous,
  overdetermined: degenerate.overdetermined,
  'infeasible QP': impossible.infeasible,
  'inconsistent equations': impossible.inconsistent,
  'infeasible NLP': impossible.infeasibleCurved,
  'unbounded QP': impossible.unbounded,
  'unbounded NLP': impossible.unboundedCurved,
  'fixed variables': edge.fixed,
  'fixed at an infinite derivative': edge.fixedAtEdges,
  'undefined free rows': edge.undefinedFreeRows,
  'edges of a domain': edge.edges,
  'nowhere defined': edge.nowhereDefined,
  'convex NLP': nonlinear.convex,
  'nonconvex NLP': nonlinear.nonconvexCurved,
  equations: nonlinear.equations,
  'no constraint qualification': nonlinear.unqualified,
};

export const classNames = Object.keys(classes);

/** The problem of a seed, the classes by turns; a quarter of them in units that are off by up to 1e±4. */
export function randomProblem(
  seed: number,
): RandomProblem & { readonly name: string; readonly rescaled: boolean } {
  const random = randomFrom(seed);
  const name = classNames[seed % classNames.length]!;
  const problem = classes[name]!(random);
  if (!chance(random, 0.25)) return { ...problem, name, rescaled: false };
  const unit = (): number => sizeBetween(random, 1e-4, 1e4);
  const kinds = [chance(random, 0.5), chance(random, 0.5), chance(random, 0.3)];
  const factors = (length: number, wanted: boolean): number[] =>
    Array.from({ length }, () => (wanted ? unit() : 1));
  const { rows, lower } = problem.program;
  return {
    ...rescaled(
      problem,
      kinds[0] ? unit() : 1,
      factors(rows.length, kinds[1]!),
      factors(lower.length, kinds[2]!),
    ),
    name,
    rescaled: true,
  };
}
