import type { Outcome } from '../../src/nlp/verdict.js';
import { updateBarrier } from './barrier/update.js';
import { limitMultipliers, moveBounds } from './boundary.js';
import { computeDirection } from './direction.js';
import { averageComplementarity } from './errors.js';
import { learnCurvature } from './hessian.js';
import { lineSearch } from './line-search.js';
import { recalculateMultipliers, solveSquareMultipliers } from './multipliers.js';
import type { State } from './state.js';

/**
 * The primal-dual interior-point method with filter line search (Wächter & Biegler, Algorithm A), from an initialized
 * state to an outcome: residuals → test → μ → KKT, direction → line search → accept.
 */
export function iterate(s: State): Outcome {
  for (;;) {
    s.residuals.measure(s.current, s.options);
    s.phase.report(s);
    const outcome = s.phase.test(s) ?? updateBarrier(s);
    if (outcome) return outcome;

    const hasDirection = computeDirection(s);
    const failure = lineSearch(s, hasDirection);
    if (failure && !startsAfresh(s, failure)) return failure;
    if (failure) continue;
    accept(s);
    s.run.iteration++;
  }
}

/** Where a step failed with limited-memory curvature, whether to try again without it. */
function startsAfresh(s: State, { status }: Outcome): boolean {
  if (!s.quasi || s.quasi.isEmpty || (status !== 'step-failed' && status !== 'restoration-failed'))
    return false;
  s.quasi.restart();
  s.acceptor.clear();
  s.newton.forget();
  s.run.iteration++;
  return true;
}

/** Makes the trial point the current iterate, its bound multipliers kept near μ/slack. */
function accept(s: State): void {
  learnCurvature(s);
  s.swap();
  moveBounds(s.current);
  s.first = false;
  const μ = s.freeμ ? Math.min(averageComplementarity(s.current), 1e3) : s.μ;
  limitMultipliers(s.current, μ, s.options.kappa_sigma);
  recalculateMultipliers(s);
  solveSquareMultipliers(s);
}
