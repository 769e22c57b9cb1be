import type { Outcome } from '../../../src/nlp/verdict.js';
import { averageComplementarity } from '../errors.js';
import type { InteriorPointOptions } from '../options.js';
import type { State } from '../state.js';
import { updateMonotone } from './monotone.js';
import { loqoCentering, probe } from './probing.js';
import { minimizeQualityFunction, squaredError } from './quality-function.js';
import { setBarrier } from './set.js';

/**
 * The adaptive strategy (Nocedal, Wächter & Waltz 2009): an oracle chooses μ anew in each iteration while the iterates
 * make progress; otherwise μ stays fixed, as in the monotone strategy, until they do again.
 */
export function updateAdaptive(s: State): Outcome | null {
  const { options: o, form, adaptive } = s;
  if (form.withLower.length + form.withUpper.length === 0) return updateMonotone(s);
  const average = averageComplementarity(s.current);
  const tolerance = Math.min(o.tol, o.compl_inf_tol * form.unscale.objective);
  const least = Math.min(o.mu_min, 0.5 * tolerance);
  if (adaptive.μmax < 0) adaptive.μmax = Math.max(least, Math.min(o.mu_max, o.mu_max_fact * average));
  const clamp = (μ: number): number => Math.max(least, Math.min(adaptive.μmax, μ));
  const stuck = s.tiny.askForSmallerBarrier();
  const progress = !stuck && makesProgress(s);

  if (progress) remember(s);
  if (!s.freeμ && progress) s.freeμ = true;
  else if (!s.freeμ) {
    if (stuck || s.residuals.barrierError(s.current, s.μ) <= o.barrier_tol_factor * s.μ) {
      const μ = Math.max(
        least,
        Math.min(o.mu_linear_decrease_factor * s.μ, s.μ ** o.mu_superlinear_decrease_power),
      );
      if (stuck && μ >= s.μ) {
        return { status: 'step-failed', message: 'steps have become too small to make progress' };
      }
      setBarrier(s, Math.min(μ, s.μ), Math.max(o.tau_min, 1 - μ));
    }
    return null;
  }

  if (progress) {
    const μ = chooseBarrier(s, o, average, least);
    if (μ > 0) {
      setBarrier(s, clamp(μ), Math.max(o.tau_min, 1 - s.residuals.E0));
      return null;
    }
  }
  s.freeμ = false;
  const μ = clamp(o.adaptive_mu_monotone_init_factor * average);
  setBarrier(s, μ, Math.max(o.tau_min, 1 - μ));
  return null;
}

/** The oracle's μ; 0 where it has none because the KKT system could not be solved. */
function chooseBarrier(s: State, o: InteriorPointOptions, average: number, least: number): number {
  if (o.mu_oracle === 'loqo') return loqoCentering(s, average) * average;
  if (o.mu_oracle === 'probing' || o.mehrotra_algorithm) return probe(s, average);
  return minimizeQualityFunction(s, average, least);
}

/** Whether the current iterate is better than those accepted before, in the sense of `adaptive_mu_globalization`. */
function makesProgress(s: State): boolean {
  const { options: o, adaptive, residuals, current } = s;
  if (o.adaptive_mu_globalization === 'never-monotone-mode' || o.mehrotra_algorithm) return true;
  if (o.adaptive_mu_globalization === 'obj-constr-filter') {
    const margin = o.filter_margin_fact * Math.min(o.filter_max_margin, residuals.E0);
    return adaptive.filter.accepts(residuals.θ + margin, current.f + margin);
  }
  const { errors } = adaptive;
  if (errors.length < o.adaptive_mu_kkterror_red_iters) return true;
  const error = squaredError(s);
  return errors.some((before) => error <= o.adaptive_mu_kkterror_red_fact * before);
}

function remember(s: State): void {
  const { adaptive, options: o } = s;
  if (o.adaptive_mu_globalization === 'obj-constr-filter') adaptive.filter.add(s.residuals.θ, s.current.f);
  if (o.adaptive_mu_globalization === 'kkt-error') {
    adaptive.errors.push(squaredError(s));
    if (adaptive.errors.length > o.adaptive_mu_kkterror_red_iters) adaptive.errors.shift();
  }
}
