import type { Nlp } from './contract.js';
import { columnName, rowName } from './names.js';
import { optimalityErrors, worstViolation } from './optimality.js';
import type { Errors, Multipliers, Status } from './result.js';
import type { Values } from './values.js';

/** Why an algorithm ended. */
export interface Outcome {
  readonly status: Status;
  readonly message: string;
}

/** What a claim must meet, by the options' names: `tol` for scaled errors, the others for unscaled ones. */
export interface Tolerances {
  readonly tol: number;
  readonly dual_inf_tol: number;
  readonly constr_viol_tol: number;
  readonly compl_inf_tol: number;
  readonly acceptable_tol: number;
  readonly acceptable_dual_inf_tol: number;
  readonly acceptable_constr_viol_tol: number;
  readonly acceptable_compl_inf_tol: number;
  readonly bound_relax_factor: number;
}

/** How an algorithm measured what it compared with `tol`. */
export interface Measure {
  /** Scaled objective = objective · user's. */
  readonly objective: number;
  /** Smallest factor of a row, largest factor of a variable. */
  readonly row: number;
  readonly column: number;
  /** s_d and s_c, by which long multipliers relax the dual and complementarity errors (Wächter & Biegler (6)). */
  readonly dual: number;
  readonly complementarity: number;
  /** The bounds that the algorithm had in force, where it widened the stated ones. */
  readonly widened?: Pick<Nlp, 'variables' | 'constraints'>;
  /** True where the algorithm claims to have solved the problem with those, as Ipopt does, not the stated one. */
  readonly claimsWidened?: boolean;
  /** What rounding in the functions explains, scaled. */
  readonly noise: { readonly dual: number; readonly primal: number };
}

/** A point of the user's problem. */
export interface Point {
  readonly values: Values;
  readonly multipliers: Multipliers;
  readonly errors: Errors;
}

/** Factor by which recomputed scaled errors may exceed `tol`: values computed anew differ in rounding. */
const ROUNDING = 2;

/** Whether the errors of `point`, as the user's problem gives them, bear out a claim that it is solved. */
export function bearsOut(
  claim: 'optimal' | 'acceptable',
  nlp: Nlp,
  { values, multipliers, errors }: Point,
  tolerances: Tolerances,
  measure: Measure,
): boolean {
  if (!Number.isFinite(values.objective)) return false;
  const level = levelOf(claim, tolerances);
  const inForce = measure.widened
    ? optimalityErrors({ jacobian: nlp.jacobian, ...measure.widened }, values, multipliers)
    : errors;
  const claimed = measure.claimsWidened ? inForce : errors;
  const within =
    claimed.primal <= level.primal &&
    claimed.dual <= level.dual &&
    claimed.complementarity <= level.complementarity;
  if (!within) return false;
  const size = values.x.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1);
  // Clipping a point into its stated bounds moves every row a little.
  const clipping = Math.max(
    10 * tolerances.bound_relax_factor * size,
    Math.min(0.01 * tolerances.constr_viol_tol, 100 * tolerances.tol),
  );
  const tol = ROUNDING * level.tol;
  const { objective, row, column, noise } = measure;
  const complementarity = Math.min(errors.complementarity, inForce.complementarity);
  return (
    errors.dual * objective <= Math.max(tol * measure.dual * Math.max(1, column), noise.dual) + clipping &&
    inForce.primal * Math.min(1, row) <= Math.max(tol, noise.primal) + clipping &&
    complementarity * objective <= Math.max(tol, noise.primal) * measure.complementarity + clipping
  );
}

function levelOf(claim: 'optimal' | 'acceptable', t: Tolerances) {
  return claim === 'optimal'
    ? {
        tol: t.tol,
        primal: t.constr_viol_tol,
        dual: t.dual_inf_tol,
        complementarity: t.compl_inf_tol,
      }
    : {
        tol: t.acceptable_tol,
        primal: t.acceptable_constr_viol_tol,
        dual: t.acceptable_dual_inf_tol,
        complementarity: t.acceptable_compl_inf_tol,
      };
}

/**
 * What may be said of the point returned: the outcome where its recomputed errors bear it out, else the strongest claim
 * that they do. The one place where a status is decided, for every solver.
 */
export function conclude(
  nlp: Nlp,
  { status, message }: Outcome,
  point: Point,
  tolerances: Tolerances,
  measure: Measure,
): Outcome {
  if (status === 'optimal' || status === 'acceptable') {
    if (bearsOut(status, nlp, point, tolerances, measure)) return { status, message };
    const { primal, dual, complementarity } = point.errors;
    const anew = `${message}, but errors computed anew at the point returned are larger: primal ${digits(primal)}, dual ${digits(dual)}, complementarity ${digits(complementarity)}`;
    if (status === 'optimal' && bearsOut('acceptable', nlp, point, tolerances, measure))
      return { status: 'acceptable', message: anew };
    const defined = Number.isFinite(point.values.objective) && Number.isFinite(primal);
    return { status: defined ? 'step-failed' : 'evaluation-error', message: anew };
  }
  if (status !== 'infeasible' && status !== 'restoration-failed') return { status, message };
  const { amount, row, column } = worstViolation(nlp, point.values);
  if (status === 'infeasible' && amount <= tolerances.tol)
    return { status: 'restoration-failed', message: `${message}, but the point returned violates nothing` };
  if (row < 0 && column < 0) return { status, message };
  const where = row >= 0 ? rowName(nlp, row) : columnName(nlp, column);
  return { status, message: `${message}; largest violation ${amount.toPrecision(3)} at ${where}` };
}

const digits = (value: number): string => value.toExponential(1);
