import type { Outcome } from '../../../src/nlp/verdict.js';
import type { State } from '../state.js';
import { updateAdaptive } from './adaptive.js';
import { updateMonotone } from './monotone.js';

/** Chooses μ and τ for the current iterate. An outcome says that steps are tiny and μ cannot fall further. */
export function updateBarrier(s: State): Outcome | null {
  // The first iteration of restoration keeps the μ it was started with.
  if (s.first && s.form.barrierDependent) return null;
  const { mu_strategy: strategy, mehrotra_algorithm: mehrotra } = s.options;
  return strategy === 'adaptive' || mehrotra ? updateAdaptive(s) : updateMonotone(s);
}
