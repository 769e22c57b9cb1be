import type { Outcome } from '../../src/nlp/verdict.js';
import { barrierFunction, barrierGradient } from './barrier/function.js';
import { primalFraction } from './boundary.js';
import { dot, maxNorm, sumNorm } from './iterate.js';
import { softStep } from './restoration/soft.js';
import { secondOrderCorrection } from './second-order-correction.js';
import type { State } from './state.js';
import { finishTrial, moveTrial } from './trial.js';

/**
 * Finds the next iterate along `s.step` and leaves it in `s.trial`, evaluated and with its multipliers: the filter line
 * search with its safeguards (Wächter & Biegler §2.3, §3.2, §3.3). An outcome says why there is none.
 */
export function lineSearch(s: State, hasDirection: boolean): Outcome | null {
  const { watchdog, options } = s;
  if (!hasDirection) {
    if (!watchdog.active)
      return s.phase.restore(s, 'no search direction: the KKT matrix could not be regularized');
    stopWatchdog(s);
    return backtrack(s, true) ? null : giveUp(s);
  }
  setReference(s);
  const tiny = isTiny(s);
  if (tiny) {
    if (watchdog.active) stopWatchdog(s);
    else return takeTinyStep(s);
  } else s.tiny.end();

  if (s.soft.isActive) {
    if (s.soft.another(options.max_soft_resto_iters) && softStep(s)) return null;
    return s.phase.restore(s, 'soft restoration failed');
  }
  const trigger = options.watchdog_shortened_iter_trigger;
  if (!watchdog.active && trigger > 0 && watchdog.shortened >= trigger) {
    watchdog.start(s.current, s.step, s.acceptor, primalFraction(s.current, s.step.w, s.τ));
  }
  return search(s) ? null : giveUp(s);
}

/** Backtracking, with untested steps while the watchdog lasts. */
function search(s: State): boolean {
  const { watchdog } = s;
  const found = backtrack(s, false);
  if (!watchdog.active) return found;
  if (found) {
    watchdog.active = false;
    return true;
  }
  const usable = Number.isFinite(s.trial.f) && finishTrial(s, s.step, s.record.alphaPrimal);
  if (usable && ++watchdog.trials <= s.options.watchdog_trial_iter_max) return true;
  stopWatchdog(s);
  return backtrack(s, true);
}

/** Back to the iterate where the watchdog started. */
function stopWatchdog(s: State): void {
  s.watchdog.stop(s.current, s.step, s.acceptor);
  s.newton.forget();
  s.residuals.measure(s.current, s.options);
}

/** Soft restoration first; where it does not help, restoration proper. */
function giveUp(s: State): Outcome | null {
  if (!s.soft.isActive) {
    s.acceptor.augment();
    if (softStep(s)) return null;
  }
  return s.phase.restore(s, 'the line search found no acceptable step');
}

/** θ, φ and the slope ∇φᵀΔw at the current iterate; those of the watchdog's start while it is active. */
function setReference(s: State): void {
  const { current, acceptor, options, watchdog } = s;
  if (watchdog.active) {
    watchdog.begin(acceptor);
    return;
  }
  const φ = barrierFunction(current, s.μ, options.kappa_d);
  barrierGradient(current, s.μ, options.kappa_d, s.trial.w);
  acceptor.begin(s.residuals.θ, φ, dot(s.trial.w, s.step.w));
}

/** Shortens the step until the filter accepts it or it falls below its least size. */
function backtrack(s: State, skipFirst: boolean): boolean {
  const { current, trial, step, acceptor, watchdog, options, record } = s;
  const largest = primalFraction(current, step.w, s.τ);
  const least = watchdog.active ? largest : acceptor.leastStep();
  let α = skipFirst ? options.alpha_red_factor * largest : largest;
  record.length = maxNorm(step.w);
  for (let trials = skipFirst ? 1 : 0; trials === 0 || α > least; trials++) {
    s.run.checkLimits();
    record.trials = trials + 1;
    record.alphaPrimal = α;
    moveTrial(s, step, α);
    if (trial.evaluate(s.μ)) {
      const αTest = watchdog.active ? watchdog.α : α;
      const θ = sumNorm(trial.c);
      const φ = barrierFunction(trial, s.μ, options.kappa_d);
      if (acceptor.accepts(αTest, θ, φ)) {
        if (finishTrial(s, step, α)) {
          acceptor.conclude(αTest, φ);
          watchdog.shortened = trials === 0 ? 0 : watchdog.shortened + 1;
          return true;
        }
      } else if (trials === 0 && !watchdog.active && acceptor.θ <= θ && secondOrderCorrection(s, α)) {
        watchdog.shortened = 0;
        return true;
      }
    } else trial.f = Number.NaN;
    if (watchdog.active) return false;
    α *= options.alpha_red_factor;
  }
  return false;
}

/** Whether the step is so short against the iterate that φ could not tell (§3.9). */
function isTiny(s: State): boolean {
  const { current, step, options } = s;
  if (options.tiny_step_tol === 0 || s.residuals.primal > 1e-4) return false;
  for (let j = 0; j < step.w.length; j++) {
    if (Math.abs(step.w[j]!) > options.tiny_step_tol * (1 + Math.abs(current.w[j]!))) return false;
  }
  return true;
}

/** Accepts a tiny step untested; a second one in a row asks for a smaller μ. */
function takeTinyStep(s: State): Outcome | null {
  const { step, record, options } = s;
  const α = primalFraction(s.current, step.w, s.τ);
  Object.assign(record, { alphaPrimal: α, trials: 1, length: maxNorm(step.w) });
  moveTrial(s, step, α);
  if (!s.trial.evaluate(s.μ) || !finishTrial(s, step, α)) {
    return s.phase.restore(s, 'a function is undefined even a tiny step away');
  }
  const { primal } = s.residuals;
  if (s.tiny.before && primal > options.tol && !(maxNorm(s.trial.c) < 0.99 * primal)) {
    return s.phase.restore(s, 'steps have become too small to lower the violation');
  }
  s.tiny.take(maxNorm(step.λ) < options.tiny_step_y_tol);
  return null;
}
