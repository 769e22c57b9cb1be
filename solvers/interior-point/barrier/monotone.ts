import type { Outcome } from '../../../src/nlp/verdict.js';
import type { State } from '../state.js';
import { setBarrier } from './set.js';

/**
 * The monotone (Fiacco–McCormick) strategy: once the barrier problem is solved to `E_μ ≤ κ_ε μ`,
 *
 *     μ⁺ = max( min(tol, compl_inf_tol)/(κ_ε + 1), min(κ_μ μ, μ^θ_μ) )     (Wächter & Biegler (7))
 *
 * several times in one iteration where the new problem is solved as well.
 */
export function updateMonotone(s: State): Outcome | null {
  const { options } = s;
  let stuck = s.tiny.askForSmallerBarrier();
  while (stuck || s.residuals.barrierError(s.current, s.μ) <= options.barrier_tol_factor * s.μ) {
    const μ = nextBarrier(s);
    if (μ === s.μ) {
      return stuck
        ? { status: 'step-failed', message: 'steps have become too small to make progress' }
        : null;
    }
    setBarrier(s, μ, Math.max(options.tau_min, 1 - μ));
    stuck = false;
    if (!options.mu_allow_fast_monotone_decrease) break;
  }
  return null;
}

export function nextBarrier(s: State): number {
  const o = s.options;
  const least = Math.min(o.tol, o.compl_inf_tol * s.form.unscale.objective) / (o.barrier_tol_factor + 1);
  const next = Math.min(o.mu_linear_decrease_factor * s.μ, s.μ ** o.mu_superlinear_decrease_power);
  return Math.min(s.μ, Math.max(next, least));
}
