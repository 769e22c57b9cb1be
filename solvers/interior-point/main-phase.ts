import { Stopped } from '../../src/core/errors.js';
import type { Outcome } from '../../src/nlp/verdict.js';
import { holdPoint } from './hold.js';
import { iterate } from './loop.js';
import { reportIteration } from './progress.js';
import { projectIntoBounds } from './project.js';
import { restore } from './restoration/full.js';
import type { SlackForm } from './slacks.js';
import type { Phase, State } from './state.js';
import { testTermination } from './terminate.js';
import { isAnotherProblem, keep, putBack, stateBounds, wideningMatters } from './widening.js';

/** Ends the algorithm where widened bounds make another problem of the stated one. */
const ANOTHER: Outcome = { status: 'optimal', message: 'widened bounds make another problem' };

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

  constructor(private readonly form: SlackForm) {}

  test(s: State): Outcome | null {
    const outcome = testTermination(s);
    return outcome ?? (this.watching && isAnotherProblem(s, this.form) ? ANOTHER : null);
  }

  report(s: State): void {
    holdPoint(s, this.form);
    reportIteration(s, s.current.f / this.form.unscale.objective, s.residuals.unscaled.primal, false);
  }

  /** From an initialized state to an outcome. */
  solve(s: State): Outcome {
    let outcome = iterate(s);
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
