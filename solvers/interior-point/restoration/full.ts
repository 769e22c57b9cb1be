import type { Outcome } from '../../../src/nlp/verdict.js';
import { barrierFunction } from '../barrier/function.js';
import { dualFraction, measureSafeSlacks } from '../boundary.js';
import { maxNorm, sumNorm } from '../iterate.js';
import { iterate } from '../loop.js';
import { estimateAnew, leastSquareMultipliers } from '../multipliers.js';
import { addSizes } from '../products.js';
import { reportIteration } from '../progress.js';
import { isSquare } from '../standard-form.js';
import { type Phase, State } from '../state.js';
import { converged, isAcceptable, nearNoiseLevel, noiseOutcome } from '../terminate.js';
import { ElasticForm } from './problem.js';

/** Ends the restoration algorithm when its iterate may continue the original one. */
const RESTORED: Outcome = { status: 'optimal', message: 'restored' };

/**
 * Restoration (Wächter & Biegler §3.3): minimizes the ℓ1 violation, close to the current iterate, by the same algorithm
 * until an iterate is acceptable to the filter with less violation, and leaves it in `s.trial`. The outcome says why there
 * is none: a stationary point of the violation is `infeasible`.
 */
export function restore(s: State, reason: string): Outcome | null {
  return minimizeViolation(s, reason, isSquare(s.form));
}

/** The same; `toTheEnd`: until the violation is within the tolerances, whatever the filter accepts before. */
export function minimizeViolation(s: State, reason: string, toTheEnd: boolean): Outcome | null {
  const { options, current, form, residuals } = s;
  if (residuals.θ <= noiseOfRows(s) && estimateAnew(s)) return null;
  if (isAcceptable(s)) {
    return { status: 'acceptable', message: `${reason}; the point meets the acceptable tolerances` };
  }
  if (nearNoiseLevel(s)) return noiseOutcome(s, options);
  if (form.m === 0 || residuals.θ <= 1e-2 * Math.min(options.tol, options.constr_viol_tol)) {
    return { status: 'step-failed', message: `${reason}, at a feasible point` };
  }
  s.soft.end();
  const elastic = new ElasticForm(form, current.w, options);
  const inner = new State(s.run, elastic, innerPhase(s, elastic, reason, toTheEnd), s.quasi !== null, s);
  initialize(inner, s, elastic);
  if (!inner.current.evaluate(inner.μ) || !inner.current.linearize(inner.μ)) {
    return { status: 'evaluation-error', message: `${reason}; functions are undefined at the point held` };
  }
  const outcome = iterate(inner);
  if (outcome === RESTORED) return resume(s, inner);
  holdLeastViolation(s, inner, elastic);
  return outcome;
}

/** p, n and the multipliers of the first restoration iterate. */
function initialize(inner: State, s: State, elastic: ElasticForm): void {
  const { options, current } = s;
  const at = inner.current;
  const { resto_penalty_parameter: ρ } = options;
  inner.μ = Math.max(s.μ, s.residuals.primal);
  inner.τ = Math.max(options.tau_min, 1 - inner.μ);
  inner.freeμ = s.freeμ && options.mu_strategy === 'adaptive';
  at.w.set(current.w);
  elastic.chooseElastic(current.c, inner.μ, at.w);
  for (const j of s.form.withLower) at.zL[j] = Math.min(ρ, current.zL[j]!);
  for (const j of s.form.withUpper) at.zU[j] = Math.min(ρ, current.zU[j]!);
  measureSafeSlacks(at, at, inner.μ, options.slack_move);
  for (let k = elastic.atP; k < elastic.n; k++) at.zL[k] = inner.μ / at.w[k]!;
}

function innerPhase(s: State, elastic: ElasticForm, reason: string, toTheEnd: boolean): Phase {
  const rows = new Float64Array(s.form.m);
  const rowNoise = noiseOfRows(s);
  let f = s.current.f;
  let iterations = 0;
  let rechosenAt: Float64Array | null = null;
  return {
    report: (inner) => reportIteration(inner, f / s.form.unscale.objective, rowsViolation(inner), true),
    test: (inner) => {
      const { options, run } = inner;
      elastic.originalRows(inner.current.w, inner.current.c, rows);
      if (!inner.first) {
        if (returnsToOriginal(inner)) return RESTORED;
        if (converged(inner) || acceptableLongEnough(inner)) return violationIsStationary(inner);
      }
      for (let j = 0; j < elastic.core; j++) {
        if (Math.abs(inner.current.w[j]!) > options.diverging_iterates_tol) {
          return {
            status: 'restoration-failed',
            message: `${reason}; the iterates diverge in restoration (diverging_iterates_tol)`,
          };
        }
      }
      if (iterations++ >= options.max_resto_iter) {
        return { status: 'restoration-failed', message: `${reason}; max_resto_iter is reached` };
      }
      run.checkIterations();
      run.checkLimits();
      return null;
    },
    restore: (inner) => {
      // Choosing p and n again at the same w would go round in a circle.
      const stands = rechosenAt?.every((value, j) => value === inner.current.w[j]) ?? false;
      rechosenAt = elastic.original(inner.current.w).slice();
      return stands ? alsoFailed(reason) : rechooseElastic(inner, elastic, rows, reason);
    },
  };

  function rowsViolation(inner: State): number {
    elastic.originalRows(inner.current.w, inner.current.c, rows);
    return s.form.violation(inner.current.w, rows);
  }

  /**
   * Less violation than at the start, and acceptable to filter and starting point of the original problem. A square
   * system has nothing but its violation to lower: restoration solves it to the end.
   */
  function returnsToOriginal(inner: State): boolean {
    const { options, acceptor } = s;
    const feasible = Math.min(options.tol, options.constr_viol_tol);
    const reduced = options.required_infeasibility_reduction * s.residuals.primal;
    const enough = toTheEnd
      ? s.form.violation(inner.current.w, rows) <= feasible
      : maxNorm(rows) <= Math.max(reduced, feasible);
    if (!enough) return false;
    const w = elastic.original(inner.current.w);
    s.trial.w.set(w);
    measureSafeSlacks(s.trial, s.current, s.μ, options.slack_move);
    if (!s.trial.evaluate(s.μ)) return false;
    f = s.trial.f;
    if (toTheEnd) return true;
    const θ = sumNorm(s.trial.c);
    const φ = barrierFunction(s.trial, s.μ, options.kappa_d);
    if (s.residuals.θ <= rowNoise) {
      // Which of two points violates the rows less is up to rounding: the filter could only refuse what lies across.
      if (θ > rowNoise) return false;
      acceptor.clear();
      return true;
    }
    return acceptor.filter.accepts(θ, φ) && acceptor.improves(θ, φ, true);
  }

  function acceptableLongEnough(inner: State): boolean {
    const { acceptable_iter: wanted } = inner.options;
    inner.acceptable.count(isAcceptable(inner), inner.current.f);
    return wanted > 0 && inner.acceptable.inRow >= wanted;
  }

  function violationIsStationary(inner: State): Outcome {
    const { tol, constr_viol_tol } = inner.options;
    if (maxNorm(rows) > 1e2 * tol || rowsViolation(inner) > constr_viol_tol) {
      return { status: 'infeasible', message: 'the constraint violation has a local minimum that is not 0' };
    }
    return {
      status: 'restoration-failed',
      message: `${reason}; restoration ended at a feasible point that does not lower the objective enough`,
    };
  }
}

/** What rounding of the terms of the rows may add up to in ‖c‖₁ at the current iterate. */
function noiseOfRows({ current, form }: State): number {
  const sizes = new Float64Array(form.m);
  addSizes(form, current.J, current.w, sizes);
  return form.accuracy * sumNorm(sizes);
}

const alsoFailed = (reason: string): Outcome => ({
  status: 'restoration-failed',
  message: `${reason}; so did that of restoration`,
});

/** The restoration problem's own restoration: the best p and n for the w at hand. */
function rechooseElastic(
  inner: State,
  elastic: ElasticForm,
  rows: Float64Array,
  reason: string,
): Outcome | null {
  const failed = alsoFailed(reason);
  const { current, trial, options, μ } = inner;
  trial.copy(current);
  elastic.originalRows(current.w, current.c, rows);
  elastic.chooseElastic(rows, μ, trial.w);
  trial.measureSlacks();
  if (!trial.evaluate(μ)) return failed;
  const before = barrierFunction(current, μ, options.kappa_d);
  const after = barrierFunction(trial, μ, options.kappa_d);
  if (!(after < before - 1e-8 * Math.abs(before)) && !(sumNorm(trial.c) < 0.9 * inner.residuals.θ))
    return failed;
  for (let k = elastic.atP; k < elastic.n; k++) trial.zL[k] = μ / trial.w[k]!;
  return trial.linearize(μ) ? null : failed;
}

/** Back to the original problem: bound multipliers take the step that the primal change implies, λ starts afresh. */
function resume(s: State, inner: State): Outcome | null {
  const { current, trial, step, form, options, μ } = s;
  for (let j = 0; j < form.n; j++) step.w[j] = trial.w[j]! - current.w[j]!;
  for (const j of form.withLower) {
    const slack = current.slackL[j]!;
    step.zL[j] = (μ - current.zL[j]! * (slack + step.w[j]!)) / slack;
  }
  for (const j of form.withUpper) {
    const slack = current.slackU[j]!;
    step.zU[j] = (μ - current.zU[j]! * (slack - step.w[j]!)) / slack;
  }
  const α = dualFraction(current, step, s.τ);
  for (const j of form.withLower) trial.zL[j] = current.zL[j]! + α * step.zL[j]!;
  for (const j of form.withUpper) trial.zU[j] = current.zU[j]! + α * step.zU[j]!;
  if (Math.max(maxNorm(trial.zL), maxNorm(trial.zU)) > options.bound_mult_reset_threshold) {
    for (const j of form.withLower) trial.zL[j] = 1;
    for (const j of form.withUpper) trial.zU[j] = 1;
  }
  trial.λ.fill(0);
  if (!trial.linearize(μ)) {
    return {
      status: 'evaluation-error',
      message: 'derivatives are undefined at the point restoration found',
    };
  }
  leastSquareMultipliers(trial, s.kkt, options.constr_mult_reset_threshold);
  s.watchdog.shortened = 0;
  s.watchdog.cancel();
  s.tiny.end();
  Object.assign(s.record, inner.record);
  return null;
}

/** Where restoration ended without success, its last point is the best one held: it violates the rows least. */
function holdLeastViolation(s: State, inner: State, elastic: ElasticForm): void {
  s.trial.w.set(elastic.original(inner.current.w));
  measureSafeSlacks(s.trial, s.current, s.μ, s.options.slack_move);
  if (!s.trial.evaluate(s.μ) || sumNorm(s.trial.c) > s.residuals.θ) return;
  s.trial.λ.set(inner.current.λ);
  s.trial.zL.set(inner.current.zL.subarray(0, s.form.n));
  s.trial.zU.set(inner.current.zU.subarray(0, s.form.n));
  s.swap();
}
