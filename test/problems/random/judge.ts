import type { Result } from '../../../src/nlp/result.js';
import { mendingRate } from './certificate.js';
import { type OwnErrors, ownErrors } from './errors.js';
import type { Program, RandomProblem } from './program.js';
import { magnitude, value } from './smooth.js';

/**
 * `solved`: the truth, with errors that bear it out; `acceptable`: a point within the looser tolerances, said to be no
 * more; `unsolved`: nothing claimed, or a local infeasibility that is one; `wrong`: a claim that does not hold.
 */
export type RandomVerdict = 'solved' | 'acceptable' | 'unsolved' | 'wrong';

export interface Judgement {
  readonly verdict: RandomVerdict;
  readonly why: string;
}

const TOL = 1e-8;
/** What rounding, clipping into bounds and the choice of scaling may add to a tolerance, as a factor. */
const ROOM = 10;

/** Tolerances of `optimal` are the defaults of Ipopt's options; the primal error is also within 1e-6 of its bound. */
const bears = (e: OwnErrors): boolean =>
  e.relative <= 1e-6 &&
  e.primal <= 1e-4 &&
  e.dual <= 1 &&
  e.complementarity <= 1e-4 &&
  e.scaledDual <= ROOM * (TOL + e.clippedDual) &&
  e.scaledComplementarity <= ROOM * (TOL + e.clippedComplementarity);

const bearsAcceptable = (e: OwnErrors): boolean =>
  e.primal <= 1e-2 &&
  e.complementarity <= 1e-2 &&
  e.scaledDual <= ROOM * (1e-6 + e.clippedDual) &&
  e.scaledComplementarity <= ROOM * (1e-6 + e.clippedComplementarity);

/** Judges a result by what is known of the problem and by errors computed from its program alone. */
export function judgeRandom({ program, truth }: RandomProblem, result: Result): Judgement {
  const wrong = (why: string): Judgement => ({ verdict: 'wrong', why });
  const errors = ownErrors(program, result);
  const said = describe(errors);
  const misreported = misreport(program, result, errors);
  if (misreported) return wrong(misreported);
  switch (result.status) {
    case 'optimal': {
      if (!bears(errors)) return wrong(`optimal with ${said}`);
      // In these units the rows miss each other by less than the tolerances, or the errors would be larger.
      if (truth.kind === 'infeasible') return { verdict: 'acceptable', why: `infeasible by little: ${said}` };
      if (truth.kind === 'undefined') return wrong('optimal of a problem that is undefined');
      if (truth.kind === 'unbounded' && truth.convex)
        return wrong(`optimal of an unbounded problem with ${said}`);
      if (truth.kind === 'optimal') {
        const { objective, multipliers } = truth;
        const gap = Math.abs(result.objective - objective);
        // What complementarity and stationarity errors explain, and what violated rows gain.
        const sides = 2 * (result.x.length + program.rows.length);
        const size = result.x.reduce((sum, x) => sum + Math.abs(x), 0);
        const explained = sides * errors.complementarity + 2 * errors.dual * size;
        if (gap > 1e-5 * (1 + Math.abs(objective) + multipliers) + explained)
          return wrong(`objective ${result.objective}, not ${objective}`);
      }
      return { verdict: 'solved', why: said };
    }
    case 'acceptable':
      if (!bearsAcceptable(errors)) return wrong(`acceptable with ${said}`);
      return { verdict: 'acceptable', why: said };
    case 'infeasible':
      return infeasible(program, truth, result, errors);
    case 'unbounded':
      if (truth.kind !== 'unbounded') return wrong(`unbounded of a problem that is ${truth.kind}`);
      return { verdict: 'solved', why: said };
    case 'evaluation-error':
      if (truth.kind === 'undefined') return { verdict: 'solved', why: '' };
      return { verdict: 'unsolved', why: result.message };
    default:
      return { verdict: 'unsolved', why: `${result.message}; ${said}` };
  }
}

function infeasible(
  program: Program,
  truth: RandomProblem['truth'],
  { x }: Result,
  { primal }: OwnErrors,
): Judgement {
  if (truth.kind === 'infeasible') return { verdict: 'solved', why: '' };
  if (truth.kind === 'optimal' || (truth.kind !== 'undefined' && truth.convex))
    return { verdict: 'wrong', why: 'infeasible of a convex problem with feasible points' };
  if (!(primal > 1e-7)) return { verdict: 'wrong', why: `infeasible at a violation of ${primal}` };
  const rate = mendingRate(program, x);
  if (!(rate <= 1e-3))
    return {
      verdict: 'wrong',
      why: `infeasible where the violation of ${primal.toPrecision(2)} falls at a rate of ${rate.toPrecision(2)}`,
    };
  return { verdict: 'unsolved', why: 'a stationary point of the violation' };
}

/** What a claimed solution says of its point must be so. */
function misreport(
  program: Program,
  { status, x, objective, errors, multipliers }: Result,
  own: OwnErrors,
): string {
  if (status !== 'optimal' && status !== 'acceptable') return '';
  const f = value(program.objective, x);
  if (!(Math.abs(objective - f) <= 1e-8 * Math.max(1, magnitude(program.objective, x))))
    return `objective ${objective} for ${f}`;
  const { constraints, lower, upper } = multipliers;
  // Rounding of what adds up to the errors.
  const size = [...x, ...constraints, ...lower, ...upper].reduce((sum, part) => sum + Math.abs(part), 1);
  for (const name of ['primal', 'dual', 'complementarity'] as const)
    if (
      !(Math.abs(errors[name] - own[name]) <= 1e-9 * size + 1e-7 + 1e-2 * Math.max(errors[name], own[name]))
    )
      return `${name} error ${errors[name]} for ${own[name]}`;
  return '';
}

const describe = (e: OwnErrors): string =>
  `primal ${e.primal.toExponential(1)} (relative ${e.relative.toExponential(1)}), dual ${e.dual.toExponential(1)} (scaled ${e.scaledDual.toExponential(1)}), complementarity ${e.complementarity.toExponential(1)} (scaled ${e.scaledComplementarity.toExponential(1)})`;
