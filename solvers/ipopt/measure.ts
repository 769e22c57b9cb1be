import { type Bounds, isFixed, isFree, type Nlp } from '../../src/nlp/contract.js';
import type { Measure, Point, Tolerances } from '../../src/nlp/verdict.js';
import type { IpoptOptions } from './options.js';

/** Ipopt's defaults where the caller leaves a tolerance open. */
const DEFAULTS = {
  tol: 1e-8,
  dual_inf_tol: 1,
  constr_viol_tol: 1e-4,
  compl_inf_tol: 1e-4,
  acceptable_tol: 1e-6,
  acceptable_dual_inf_tol: 1e10,
  acceptable_constr_viol_tol: 1e-2,
  acceptable_compl_inf_tol: 1e-2,
  bound_relax_factor: 1e-8,
  s_max: 100,
  nlp_scaling_max_gradient: 100,
  nlp_scaling_min_value: 1e-8,
  obj_scaling_factor: 1,
} as const;

type Numbers = { readonly [Name in keyof typeof DEFAULTS]: number };

/** The tolerances and scaling constants that one solve ran with. */
export function numbersOf(options: Partial<IpoptOptions> | undefined): Numbers & Tolerances {
  const given = Object.entries(DEFAULTS).map(([name, value]) => [name, Number(options?.[name] ?? value)]);
  return Object.fromEntries(given) as Numbers;
}

/**
 * How Ipopt measured errors: by the user's factors, or by its gradient-based scaling (Wächter & Biegler §3.8) from the
 * first derivatives that it asked for; and s_d, s_c from the multipliers it returned.
 */
export function measureOf(
  nlp: Nlp,
  numbers: Numbers,
  method: 'gradient-based' | 'user-scaling' | 'none',
  first: { readonly gradient?: Float64Array; readonly jacobian?: Float64Array },
  { values, multipliers: { constraints, lower, upper } }: Point,
): Measure {
  const factor = (largest: number): number =>
    method === 'gradient-based' && largest > numbers.nlp_scaling_max_gradient
      ? Math.max(numbers.nlp_scaling_max_gradient / largest, numbers.nlp_scaling_min_value)
      : 1;
  const { variables: v, constraints: g, jacobian } = nlp;
  let steepest = 0;
  first.gradient?.forEach((value, j) => {
    if (!isFixed(v, j)) steepest = Math.max(steepest, Math.abs(value));
  });
  const rows = new Float64Array(g.lower.length);
  if (first.jacobian)
    jacobian.each(first.jacobian, (i, j, value) => {
      if (!isFixed(v, j)) rows[i] = Math.max(rows[i]!, Math.abs(value));
    });
  const user = method === 'user-scaling' ? nlp.scaling : undefined;
  const extra = Math.abs(numbers.obj_scaling_factor);
  const objective = extra * (user?.objective ?? factor(steepest * extra));
  const row = (i: number): number => user?.constraints?.[i] ?? factor(rows[i]!);
  let [z, λ, bounds] = [0, 0, 0];
  for (let j = 0; j < lower.length; j++) {
    if (isFixed(v, j)) continue;
    z += objective * (Math.abs(lower[j]!) + Math.abs(upper[j]!));
    bounds += Number(Number.isFinite(v.lower[j]!)) + Number(Number.isFinite(v.upper[j]!));
  }
  for (let i = 0; i < constraints.length; i++) {
    if (isFree(g, i)) continue;
    const size = (objective * Math.abs(constraints[i]!)) / row(i);
    λ += size;
    if (isFixed(g, i)) continue;
    // The slack of an inequality has the row's multiplier for its own bound.
    z += size;
    bounds += Number(Number.isFinite(g.lower[i]!)) + Number(Number.isFinite(g.upper[i]!));
  }
  const { s_max: most } = numbers;
  const mean = (sum: number, count: number): number => Math.max(most, sum / Math.max(1, count)) / most;
  return {
    objective,
    row: rows.reduce((least, _, i) => Math.min(least, row(i)), 1),
    column: user?.variables?.reduce((largest, value) => Math.max(largest, value), 1) ?? 1,
    dual: mean(λ + z, constraints.length + bounds),
    complementarity: mean(z, bounds),
    widened: {
      variables: { ...v, ...widen(v, values.x, numbers) },
      constraints: { ...g, ...widen(g, values.constraints, numbers) },
    },
    claimsWidened: true,
    noise: { dual: 0, primal: 0 },
  };
}

/**
 * Bounds moved to where `values` violate them, as far as Ipopt may widen them: by bound_relax_factor, relative to their
 * size (§3.5; newer versions widen less). Equalities stay.
 */
function widen(bounds: Bounds, values: Float64Array, { bound_relax_factor: factor }: Numbers): Bounds {
  const room = (bound: number): number => factor * Math.max(1, Math.abs(bound));
  const lower = bounds.lower.map((l, k) =>
    isFixed(bounds, k) ? l : Math.min(l, Math.max(values[k]!, l - room(l))),
  );
  const upper = bounds.upper.map((u, k) =>
    isFixed(bounds, k) ? u : Math.max(u, Math.min(values[k]!, u + room(u))),
  );
  return { lower, upper };
}
