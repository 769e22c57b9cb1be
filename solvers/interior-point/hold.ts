import { heldMultipliers, secondsOf } from './report.js';
import type { SlackForm } from './slacks.js';
import type { State } from './state.js';
import { isAcceptable } from './terminate.js';

/**
 * Hands the monitor what would be returned if the solve ended at the current iterate: nothing where an acceptable iterate
 * before it would be returned instead. The errors are those of the algorithm, which keeps slacks apart from their rows.
 */
export function holdPoint(s: State, form: SlackForm): void {
  const { run, current, residuals, kkt } = s;
  if (!run.monitor.hold || (s.acceptable.best && !isAcceptable(s))) return;
  const { dual, primal, complementarity } = residuals.unscaled;
  const { calls } = form.oracle;
  run.monitor.hold({
    x: form.userPoint(current.w),
    objective: current.f / form.unscale.objective,
    constraints: form.userRows(current.w, current.c),
    multipliers: heldMultipliers(current, form),
    errors: { primal, dual, complementarity },
    iterations: run.iteration,
    evaluations: { ...calls, factorizations: kkt.statistics.factorizations },
    seconds: secondsOf(run, form.oracle, kkt.statistics),
  });
}
