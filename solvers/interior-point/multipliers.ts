import type { KktSystem } from '../kkt/contract.js';
import { type Iterate, maxNorm } from './iterate.js';
import { isSquare } from './standard-form.js';
import type { State } from './state.js';
import { converged } from './terminate.js';

/**
 * Least-square multipliers (Wächter & Biegler (36)): λ minimizing `‖∇f + Aᵀλ − zL + zU‖₂` from
 *
 *     [ I  Aᵀ ] [ v ]     [ ∇f − zL + zU ]
 *     [ A  0  ] [ λ ] = − [ 0            ]
 *
 * Sets `at.λ`; where the system is singular or an entry exceeds `largest`, λ = 0. Overwrites the Hessian in `kkt`.
 */
export function leastSquareMultipliers(at: Iterate, kkt: KktSystem, largest: number): void {
  const { n, m } = at.form;
  at.λ.fill(0);
  if (m === 0 || largest === 0) return;
  kkt.clearHessian();
  const Σ = new Float64Array(n).fill(1);
  kkt.values.J.set(at.J);
  if (kkt.factor(Σ, 0, 0) !== 'right') return;
  const system = new Float64Array(n + m);
  for (let j = 0; j < n; j++) system[j] = -(at.gradient[j]! - at.zL[j]! + at.zU[j]!);
  kkt.solve(system, system);
  at.λ.set(system.subarray(n));
  if (!(maxNorm(at.λ) <= largest)) at.λ.fill(0);
}

/** Replaces λ by least-square estimates near feasibility, where option `recalc_y` asks for it. */
export function recalculateMultipliers(s: State): void {
  const { recalc_y: when, recalc_y_feas_tol: near, constr_mult_init_max: largest } = s.options;
  if (when === 'no' || (when === 'auto' && !s.quasi) || s.form.barrierDependent) return;
  if (maxNorm(s.current.c) >= near) return;
  const before = s.current.λ.slice();
  leastSquareMultipliers(s.current, s.kkt, largest);
  if (maxNorm(s.current.λ) === 0) s.current.λ.set(before);
}

/**
 * Where the rows hold to rounding and yet no step is acceptable, it is the multipliers that are wrong (they have grown
 * large along dependent rows): leaves in `s.trial` the current point with central bound multipliers μ/slack and
 * least-square λ, to go on from. False where that was done for this μ before.
 */
export function estimateAnew(s: State): boolean {
  const { current, trial, form, μ } = s;
  if (form.m === 0 || s.estimatedAt === μ) return false;
  s.estimatedAt = μ;
  trial.copy(current);
  for (const j of form.withLower) trial.zL[j] = μ / current.slackL[j]!;
  for (const j of form.withUpper) trial.zU[j] = μ / current.slackU[j]!;
  leastSquareMultipliers(trial, s.kkt, Number.MAX_VALUE);
  s.restartSearch();
  return true;
}

/**
 * Ends a square system: at a feasible point, multipliers with z = 0 solve `∇f + Aᵀλ = 0`, whatever the barrier's are. Keeps
 * them where the point is then a solution, as Ipopt does.
 */
export function solveSquareMultipliers(s: State): void {
  const { current, residuals, options, form } = s;
  if (!isSquare(form) || form.barrierDependent) return;
  residuals.measure(current, options);
  const feasible = residuals.primal <= options.tol && residuals.unscaled.primal <= options.constr_viol_tol;
  if (!feasible || converged(s)) return;
  const before = [current.λ.slice(), current.zL.slice(), current.zU.slice()] as const;
  current.zL.fill(0);
  current.zU.fill(0);
  leastSquareMultipliers(current, s.kkt, Number.POSITIVE_INFINITY);
  residuals.measure(current, options);
  if (converged(s)) return;
  current.λ.set(before[0]);
  current.zL.set(before[1]);
  current.zU.set(before[2]);
}
