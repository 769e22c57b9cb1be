import { Stopped } from '../../src/core/errors.js';
import { isSolved, type Status } from '../../src/nlp/result.js';
import type { Outcome } from '../../src/nlp/verdict.js';
import { barrierFunction } from './barrier/function.js';
import { holdPoint } from './hold.js';
import { initialize } from './initial.js';
import { iterate } from './loop.js';
import { reportIteration } from './progress.js';
import { projectIntoBounds } from './project.js';
import { minimizeViolation, restore } from './restoration/full.js';
import type { SlackForm } from './slacks.js';
import type { Phase, State } from './state.js';
import { testTermination } from './terminate.js';
import {
  isAnotherProblem,
  isInTime,
  type Kept,
  keep,
  putBack,
  stateBounds,
  wideningMatters,
} from './widening.js';

/** Ends the algorithm where widened bounds make another problem of the stated one. */
const ANOTHER: Outcome = { status: 'optimal', message: 'widened bounds make another problem' };

/** The same where it would only matter for the products of slacks and multipliers, and the stated bounds cost little now. */
const IN_TIME: Outcome = { ...ANOTHER };

/** Ends that another way may avoid. */
const GIVEN_UP: ReadonlySet<Status> = new Set(['infeasible', 'restoration-failed', 'step-failed']);

/**
 * Iterations that an attempt with the stated bounds may take, relative to those so far: early, where it replaces the
 * solution of the widened problem, and from that solution on. At least some.
 */
const EARLY = 3;
const LATE = 0.25;
const LEAST = 30;

/** The user's problem, solved with slightly widened bounds (Wächter & Biegler §3.5) to a solution of the stated one. */
export class MainPhase implements Phase {
  readonly restore = restore;
  /** Whether the stated bounds have not been tried yet. */
  private watching = true;
  private inTime = true;

  constructor(private readonly form: SlackForm) {}

  test(s: State): Outcome | null {
    const outcome = testTermination(s);
    if (outcome || !this.watching) return outcome;
    if (isAnotherProblem(s, this.form)) return ANOTHER;
    return this.inTime && isInTime(s, this.form) ? IN_TIME : null;
  }

  report(s: State): void {
    holdPoint(s, this.form);
    reportIteration(s, s.current.f / this.form.unscale.objective, s.residuals.unscaled.primal, false);
  }

  /** From an initialized state to an outcome. */
  solve(s: State): Outcome {
    const start = keep(s);
    let outcome = iterate(s);
    if (outcome === IN_TIME) {
      const stated = this.withStatedBounds(s, EARLY);
      if (stated) return stated;
      this.watching = true;
      this.inTime = false;
      outcome = iterate(s);
    }
    const violated = this.form.violation(s.current.w, s.current.c) > s.options.constr_viol_tol;
    if (violated && GIVEN_UP.has(outcome.status)) return this.fromLeastViolation(s, start) ?? outcome;
    if (outcome === ANOTHER) {
      const stated = this.withStatedBounds(s, EARLY);
      if (stated) return stated;
      outcome = iterate(s);
    }
    if (outcome.status !== 'optimal') return outcome;
    if (!this.watching || projectIntoBounds(s, this.form) || !wideningMatters(s, this.form)) return outcome;
    return (
      this.withStatedBounds(s, LATE) ?? {
        ...outcome,
        message: `${outcome.message}, with bounds widened by ${s.options.bound_relax_factor} of their size`,
      }
    );
  }

  /**
   * Another attempt before a problem is called infeasible or given up: first the violation alone is minimized, from the start, then the
   * algorithm goes on from there. Null, and everything as it was, where that does not end in a solution either.
   */
  private fromLeastViolation(s: State, start: Kept): Outcome | null {
    const { run, options } = s;
    const kept = keep(s);
    // What it ends at is an end.
    this.watching = false;
    run.iterationLimit = Math.min(options.max_iter, 2 * run.iteration + LEAST);
    try {
      putBack(s, start);
      s.acceptor.begin(s.residuals.θ, barrierFunction(s.current, s.μ, options.kappa_d), 0);
      if (!minimizeViolation(s, 'a second attempt', true)) {
        const x = this.form.userPoint(s.trial.w).slice();
        const outcome = initialize(s, this.form, x, undefined) ? iterate(s) : null;
        if (outcome && isSolved(outcome.status)) return outcome;
      }
    } catch (error) {
      if (!(error instanceof Stopped) || error.outcome.status === 'interrupted') throw error;
    } finally {
      run.iterationLimit = options.max_iter;
    }
    putBack(s, kept);
    return null;
  }

  /** Goes on with the stated bounds in force; null, and everything as it was, where that does not end in a solution. */
  private withStatedBounds(s: State, share: number): Outcome | null {
    const { run } = s;
    const kept = keep(s);
    this.watching = false;
    const allowed = Math.max(LEAST, Math.ceil(share * run.iteration));
    run.iterationLimit = Math.min(s.options.max_iter, run.iteration + allowed);
    try {
      const outcome = stateBounds(s, this.form) ? iterate(s) : null;
      if (outcome?.status === 'optimal') {
        return { ...outcome, message: `${outcome.message}, with bounds as stated` };
      }
    } catch (error) {
      // A limit reached on the way to more accuracy leaves the point as it was.
      if (!(error instanceof Stopped) || error.outcome.status === 'interrupted') throw error;
    } finally {
      run.iterationLimit = s.options.max_iter;
    }
    putBack(s, kept);
    return null;
  }
}
