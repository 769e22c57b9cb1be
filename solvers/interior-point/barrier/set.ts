import type { State } from '../state.js';

/** Changes μ and τ; the filter, the watchdog and soft restoration start afresh. */
export function setBarrier(s: State, μ: number, τ: number): void {
  const changed = μ !== s.μ;
  s.μ = μ;
  s.τ = τ;
  s.restartSearch();
  if (!changed || !s.form.barrierDependent) return;
  const { form, current } = s;
  current.f = form.objective(current.w, μ);
  form.gradient(current.w, μ, current.gradient);
  current.known.forget();
  form.knownCurvature(μ, s.kkt.values.curvature);
  s.newton.isFactored = false;
  s.residuals.measure(current, s.options);
}
