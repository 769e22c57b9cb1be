import { EvaluationError } from '../../src/core/errors.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Errors, Multipliers, Result } from '../../src/nlp/result.js';
import type { LinearStatistics } from '../linear/contract.js';
import type { Iterate } from './iterate.js';
import { optimalityErrors, reducedGradient, type Values, worstViolation } from './optimality.js';
import type { InteriorPointOptions } from './options.js';
import { columnName, type Oracle, rowName } from './oracle.js';
import type { SlackForm } from './slacks.js';
import type { Outcome, Run, State } from './state.js';

/** The user's view of a point of the algorithm. */
interface Held {
  readonly x: Float64Array;
  readonly multipliers: Multipliers;
  /** Values known at x, for an oracle that cannot be asked again. */
  readonly values?: Values;
}

/**
 * The result for an outcome: the point held, clipped into the bounds as stated, with multipliers and errors of the
 * user's problem computed anew. A claim of optimality that these errors do not bear out is lowered.
 */
export function report(
  run: Run,
  oracle: Oracle,
  outcome: Outcome,
  held: Held,
  accurate: (values: Values) => boolean,
  linear: LinearStatistics | null,
): Result {
  const { nlp } = oracle;
  const { honor_original_bounds: honor } = run.options;
  const clipped = honor ? clip(held.x, nlp) : held.x;
  let point = judge(oracle, clipped, held);
  if (outcome.status === 'optimal' && !accurate(point.values) && clipped !== held.x) {
    // Clipping may break a row by more than it mends a bound.
    const unclipped = judge(oracle, held.x, held);
    if (accurate(unclipped.values)) point = unclipped;
  }
  const { status, message } = conclude(outcome, accurate(point.values), point, oracle);
  const { calls } = oracle;
  const total = run.seconds;
  const oracleSeconds = oracle.seconds;
  const linearSeconds = linear ? linear.seconds.analysis + linear.seconds.factor + linear.seconds.solve : 0;
  return {
    status,
    message,
    x: point.values.x,
    objective: point.values.objective,
    constraints: point.values.constraints,
    multipliers: point.multipliers,
    errors: point.errors,
    iterations: run.iteration,
    evaluations: { ...calls, factorizations: linear?.factorizations ?? 0 },
    seconds: {
      total,
      oracle: oracleSeconds,
      linear: linearSeconds,
      other: total - oracleSeconds - linearSeconds,
    },
  };
}

interface Judged {
  readonly values: Values;
  readonly multipliers: Multipliers;
  readonly errors: Errors;
}

/** Evaluates the user's functions at x; where the oracle is gone, the values held are all there is. */
function judge(oracle: Oracle, x: Float64Array, held: Held): Judged {
  const { nlp } = oracle;
  const n = x.length;
  const m = nlp.constraints.lower.length;
  const constraints = new Float64Array(m).fill(Number.NaN);
  const gradient = new Float64Array(n).fill(Number.NaN);
  const J = new Float64Array(nlp.jacobian.row.length).fill(Number.NaN);
  let values: Values = { x, objective: Number.NaN, constraints, gradient, J };
  const { rejected } = oracle.calls;
  const { trouble } = oracle;
  try {
    oracle.objective(x);
    values = { ...values, objective: oracle.value };
    oracle.constraints(x, constraints);
    oracle.gradient(x, gradient);
    oracle.jacobian(x, J);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    values = held.values ?? values;
  }
  oracle.calls.rejected = rejected;
  oracle.trouble = trouble;
  const multipliers = withFixedVariables(nlp, values, held.multipliers);
  return { values, multipliers, errors: optimalityErrors(nlp, values, multipliers) };
}

/** A fixed variable's multipliers take up its reduced gradient. */
function withFixedVariables(nlp: Nlp, values: Values, given: Multipliers): Multipliers {
  const { lower: l, upper: u } = nlp.variables;
  const lower = given.lower.slice();
  const upper = given.upper.slice();
  const r = reducedGradient(nlp, values, given.constraints);
  for (let j = 0; j < r.length; j++) {
    if (l[j] !== u[j]) continue;
    lower[j] = Math.max(r[j]!, 0);
    upper[j] = Math.max(-r[j]!, 0);
  }
  return { constraints: given.constraints, lower, upper };
}

/** `x` with every entry inside its bounds; `x` itself where it is. */
function clip(x: Float64Array, nlp: Nlp): Float64Array {
  const { lower, upper } = nlp.variables;
  if (x.every((value, j) => value >= lower[j]! && value <= upper[j]!)) return x;
  return x.map((value, j) => Math.max(lower[j]!, Math.min(upper[j]!, value)));
}

function conclude(outcome: Outcome, accurate: boolean, point: Judged, { nlp, trouble }: Oracle): Outcome {
  const { status, message: reason } = outcome;
  const failed = status === 'restoration-failed' || status === 'step-failed';
  const message = failed && trouble !== '' ? `${reason}; at a trial point ${trouble}` : reason;
  if (status === 'optimal' && !accurate) {
    const { primal, dual, complementarity } = point.errors;
    const [p, d, c] = [primal, dual, complementarity].map((value) => value.toExponential(1));
    return {
      status: 'acceptable',
      message: `${message}, but errors computed anew are larger: ${p}, ${d}, ${c}`,
    };
  }
  if (status !== 'infeasible' && status !== 'restoration-failed') return { status, message };
  const worst = worstViolation(nlp, point.values);
  if (worst.row < 0 && worst.column < 0) return { status, message };
  const where = worst.row >= 0 ? rowName(nlp, worst.row) : columnName(nlp, worst.column);
  return { status, message: `${message}; largest violation ${worst.amount.toPrecision(3)} at ${where}` };
}

/** The point a state holds, unscaled: the best acceptable iterate where that is why it stopped, else the current one. */
export function heldPoint(s: State, form: SlackForm, outcome: Outcome): Held {
  const useAcceptable = outcome.status !== 'optimal' && outcome.status !== 'infeasible' && s.acceptable;
  const at = useAcceptable || s.current;
  const x = form.userPoint(at.w).slice();
  const multipliers = heldMultipliers(at, form);
  return useAcceptable ? { x, multipliers } : { x, multipliers, values: heldValues(s.current, form, x) };
}

/** The user's functions at an iterate, as far as the algorithm has them: 0 for fixed variables and rows without bounds. */
function heldValues(at: Iterate, form: SlackForm, x: Float64Array): Values {
  const { nlp } = form.oracle;
  const { objective, row, column } = form.unscale;
  const { free } = form.selection;
  const gradient = new Float64Array(x.length);
  for (let k = 0; k < form.core; k++) {
    gradient[free[k]!] = (at.gradient[k]! * (column ? column[k]! : 1)) / objective;
  }
  const J = new Float64Array(nlp.jacobian.row.length);
  form.eachJacobianEntry((entry, k) => {
    const scale = (column ? column[form.jacobian.column[k]!]! : 1) / (row ? row[form.jacobian.row[k]!]! : 1);
    J[entry] = at.J[k]! * scale;
  });
  return { x, objective: at.f / objective, constraints: form.userRows(at.w, at.c), gradient, J };
}

/** The user's multipliers at an iterate. */
function heldMultipliers({ λ, zL, zU }: Pick<Iterate, 'λ' | 'zL' | 'zU'>, form: SlackForm): Multipliers {
  const { nlp } = form.oracle;
  const n = nlp.variables.lower.length;
  const { objective, row, column } = form.unscale;
  const { free, rows } = form.selection;
  const constraints = new Float64Array(nlp.constraints.lower.length);
  for (let i = 0; i < rows.length; i++) {
    const value = (λ[i]! * (row ? row[i]! : 1)) / objective;
    // A bound that does not exist has no multiplier; what is left of one is rounding.
    const { lower: gL, upper: gU } = nlp.constraints;
    const noLower = gL[rows[i]!] === Number.NEGATIVE_INFINITY;
    const noUpper = gU[rows[i]!] === Number.POSITIVE_INFINITY;
    constraints[rows[i]!] = noUpper ? Math.min(value, 0) : noLower ? Math.max(value, 0) : value;
  }
  const lower = new Float64Array(n);
  const upper = new Float64Array(n);
  for (let k = 0; k < free.length; k++) {
    const factor = (column ? column[k]! : 1) / objective;
    lower[free[k]!] = zL[k]! * factor;
    upper[free[k]!] = zU[k]! * factor;
  }
  return { constraints, lower, upper };
}

/**
 * Whether the errors of a point, computed anew, bear out `optimal`: the unscaled tolerances for the problem as stated, and
 * E₀ ≤ tol for the widened bounds that were in force, but for what clipping costs.
 */
export function isAccurate(s: State, form: SlackForm, o: InteriorPointOptions): (values: Values) => boolean {
  const { nlp } = form.oracle;
  const widened = widenedBounds(nlp, form);
  const { objective, row, column } = form.unscale;
  const { sd, sc } = s.residuals;
  return (values) => {
    const multipliers = heldMultipliers(s.current, form);
    const stated = optimalityErrors(nlp, values, multipliers);
    const { primal, complementarity: product } = optimalityErrors(
      { jacobian: nlp.jacobian, ...widened },
      values,
      multipliers,
    );
    const complementarity = Math.min(stated.complementarity, product);
    const dual = freeStationarity(nlp, values, multipliers);
    const widening = 10 * o.bound_relax_factor * Math.max(1, largestIn(values.x));
    const clipping = Math.max(widening, Math.min(0.01 * o.constr_viol_tol, 100 * o.tol));
    return (
      dual <= o.dual_inf_tol &&
      stated.primal <= o.constr_viol_tol &&
      stated.complementarity <= o.compl_inf_tol &&
      dual * objective <= 2 * o.tol * sd * Math.max(1, largestIn(column)) + clipping &&
      primal * Math.min(1, least(row)) <= 2 * o.tol + clipping &&
      complementarity * objective <= 2 * o.tol * sc + clipping
    );
  };
}

/** The user's bounds as the algorithm saw them at its end. */
function widenedBounds(nlp: Nlp, form: SlackForm): Pick<Nlp, 'variables' | 'constraints'> {
  const { variables, constraints } = nlp;
  const x = { ...variables, lower: variables.lower.slice(), upper: variables.upper.slice() };
  const g = { ...constraints, lower: constraints.lower.slice(), upper: constraints.upper.slice() };
  const { column } = form.unscale;
  for (let k = 0; k < form.n; k++) {
    const factor = column ? column[k]! : 1;
    const slack = k >= form.core;
    const to = slack ? g : x;
    const at = slack ? form.selection.rows[form.attachedRow[k - form.core]!]! : form.selection.free[k]!;
    to.lower[at] = form.lower[k]! / factor;
    to.upper[at] = form.upper[k]! / factor;
  }
  return { variables: x, constraints: g };
}

/** Stationarity error over the variables that are not fixed. */
function freeStationarity(nlp: Nlp, values: Values, { constraints, lower, upper }: Multipliers): number {
  const r = reducedGradient(nlp, values, constraints);
  let found = 0;
  for (let j = 0; j < r.length; j++) {
    if (nlp.variables.lower[j] === nlp.variables.upper[j]) continue;
    const error = Math.abs(r[j]! - lower[j]! + upper[j]!);
    if (!(error <= found)) found = error;
  }
  return found;
}

function largestIn(values: Float64Array | null): number {
  let found = 0;
  if (values) for (const value of values) found = Math.max(found, Math.abs(value));
  return found;
}

function least(values: Float64Array | null): number {
  let found = 1;
  if (values) for (const value of values) found = Math.min(found, value);
  return found;
}
