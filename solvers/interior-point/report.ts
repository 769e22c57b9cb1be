import { EvaluationError, isOutOfMemory, Stopped } from '../../src/core/errors.js';
import { type Nlp, NO_BOUND } from '../../src/nlp/contract.js';
import { completeMultipliers, optimalityErrors } from '../../src/nlp/optimality.js';
import type { Multipliers, Result, Seconds } from '../../src/nlp/result.js';
import { unknownValues, type Values } from '../../src/nlp/values.js';
import { bearsOut, conclude, type Measure, type Outcome, type Point } from '../../src/nlp/verdict.js';
import type { KktStatistics } from '../kkt/contract.js';
import type { LinearStatistics } from '../linear/contract.js';
import type { CountedNlp } from './counted-nlp.js';
import { multiplierScales } from './errors.js';
import type { Iterate } from './iterate.js';
import type { SlackForm } from './slacks.js';
import type { Run, State } from './state.js';
import { explainedByNoise } from './terminate.js';

/** The user's view of a point of the algorithm. */
interface Held {
  readonly x: Float64Array;
  readonly multipliers: Multipliers;
  readonly measure: Measure;
  /** Values known at x, for an oracle that cannot be asked again. */
  readonly values?: Values;
  /** A point whose values are known, where those at x are not. */
  readonly instead?: { readonly multipliers: Multipliers; readonly values: Values };
}

/**
 * The result for an outcome: the point held, clipped into the bounds as stated, with multipliers and errors of the
 * user's problem computed anew, and no claim that these errors do not bear out.
 */
export function report(
  run: Run,
  oracle: CountedNlp,
  outcome: Outcome,
  held: Held,
  linear: (KktStatistics & { readonly form: string }) | null,
): Result {
  const { nlp } = oracle;
  const { options } = run;
  const clipped = options.honor_original_bounds ? clip(held.x, nlp) : held.x;
  let point = judge(oracle, clipped, held);
  const { status: claim } = outcome;
  if (
    (claim === 'optimal' || claim === 'acceptable') &&
    clipped !== held.x &&
    !bearsOut(claim, nlp, point, options, held.measure)
  ) {
    // Clipping may break a row by more than it mends a bound.
    const unclipped = judge(oracle, held.x, held);
    if (bearsOut(claim, nlp, unclipped, options, held.measure)) point = unclipped;
  }
  const { status, message } = conclude(nlp, explain(outcome, oracle.trouble), point, options, held.measure);
  return {
    status,
    message,
    x: point.values.x,
    objective: point.values.objective,
    constraints: point.values.constraints,
    multipliers: point.multipliers,
    errors: point.errors,
    iterations: run.iteration,
    evaluations: { ...oracle.calls, factorizations: linear?.factorizations ?? 0 },
    seconds: secondsOf(run, oracle, linear),
    ...(linear && { kkt: { form: linear.form, inGeneral: linear.inGeneral ?? 0 } }),
    ...(run.kernels.size > 0 && { kernels: [...run.kernels] }),
  };
}

/** Where the time went so far. */
export function secondsOf(
  { seconds: total, build }: Run,
  { seconds: oracle }: CountedNlp,
  statistics: LinearStatistics | null,
): Seconds {
  const { analysis, factor, solve } = statistics?.seconds ?? { analysis: 0, factor: 0, solve: 0 };
  const linear = analysis + factor + solve;
  return { total, build, oracle, linear, other: total - build - oracle - linear };
}

/** Evaluates the user's functions at x; where the oracle is gone, the values held are all there is. */
function judge(oracle: CountedNlp, x: Float64Array, held: Held): Point {
  const { nlp } = oracle;
  const fresh = unknownValues(nlp, x);
  let values: Values | undefined;
  let { multipliers } = held;
  const { rejected } = oracle.calls;
  const { trouble } = oracle;
  try {
    oracle.objective(x);
    const objective = oracle.value;
    oracle.constraints(x, fresh.constraints);
    oracle.gradient(x, fresh.gradient);
    oracle.jacobian(x, fresh.J);
    values = { ...fresh, objective };
  } catch (error) {
    if (!(error instanceof EvaluationError || error instanceof Stopped || isOutOfMemory(error))) throw error;
    ({ values, multipliers } = held.values ? held : (held.instead ?? held));
  }
  oracle.calls.rejected = rejected;
  oracle.trouble = trouble;
  if (!values) {
    const unknown = { primal: Number.NaN, dual: Number.NaN, complementarity: Number.NaN };
    return { values: unknownValues(nlp, x), multipliers, errors: unknown };
  }
  multipliers = completeMultipliers(nlp, values, multipliers);
  return { values, multipliers, errors: optimalityErrors(nlp, values, multipliers) };
}

/** `x` with every entry inside its bounds; `x` itself where it is. */
function clip(x: Float64Array, nlp: Nlp): Float64Array {
  const { lower, upper } = nlp.variables;
  if (x.every((value, j) => value >= lower[j]! && value <= upper[j]!)) return x;
  return x.map((value, j) => Math.max(lower[j]!, Math.min(upper[j]!, value)));
}

/** A failed step's outcome with what was undefined at the last trial point. */
function explain(outcome: Outcome, trouble: string): Outcome {
  const failed = outcome.status === 'restoration-failed' || outcome.status === 'step-failed';
  if (!failed || trouble === '') return outcome;
  return { ...outcome, message: `${outcome.message}; at a trial point ${trouble}` };
}

/** A start that nothing is known of but its place. */
export function startHeld(nlp: Nlp, start: Float64Array): Held {
  const zero = (length: number): Float64Array => new Float64Array(length);
  const m = nlp.constraints.lower.length;
  return {
    x: start,
    multipliers: { constraints: zero(m), lower: zero(start.length), upper: zero(start.length) },
    measure: { objective: 1, row: 1, column: 1, dual: 1, complementarity: 1, noise: { dual: 0, primal: 0 } },
  };
}

/** The point a state holds, unscaled: the best acceptable iterate where that is why it stopped, else the current one. */
export function heldPoint(s: State, form: SlackForm, outcome: Outcome): Held {
  const useAcceptable = outcome.status !== 'optimal' && outcome.status !== 'infeasible' && s.acceptable.best;
  const held = (at: Pick<Iterate, 'w' | 'λ' | 'zL' | 'zU'>) => ({
    x: form.userPoint(at.w).slice(),
    multipliers: heldMultipliers(at, form),
    measure: measureOf(s, form, at),
  });
  const current = held(s.current);
  const known = { ...current, values: heldValues(s.current, form, current.x) };
  return useAcceptable ? { ...held(useAcceptable), instead: known } : known;
}

/** The user's functions at an iterate, as far as the algorithm has them: 0 for fixed variables and rows without bounds. */
function heldValues(at: Iterate, form: SlackForm, x: Float64Array): Values {
  const { objective, column } = form.unscale;
  const { free } = form.selection;
  const gradient = new Float64Array(x.length);
  for (let k = 0; k < form.core; k++) {
    gradient[free[k]!] = (at.gradient[k]! * (column ? column[k]! : 1)) / objective;
  }
  const J = form.userJacobian(at.J);
  return { x, objective: at.f / objective, constraints: form.userRows(at.w, at.c), gradient, J };
}

/** The user's multipliers at an iterate. */
export function heldMultipliers(
  { λ, zL, zU }: Pick<Iterate, 'λ' | 'zL' | 'zU'>,
  form: SlackForm,
): Multipliers {
  const { nlp } = form.oracle;
  const n = nlp.variables.lower.length;
  const { objective, row, column } = form.unscale;
  const { free, rows } = form.selection;
  const constraints = new Float64Array(nlp.constraints.lower.length);
  for (let i = 0; i < rows.length; i++) {
    const value = (λ[i]! * (row ? row[i]! : 1)) / objective;
    // A bound that does not exist has no multiplier; what is left of one is rounding.
    const { lower: gL, upper: gU } = nlp.constraints;
    const noLower = gL[rows[i]!]! <= -NO_BOUND;
    const noUpper = gU[rows[i]!]! >= NO_BOUND;
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

/** How the algorithm measured the errors of an iterate. */
function measureOf(s: State, form: SlackForm, at: Pick<Iterate, 'λ' | 'zL' | 'zU'>): Measure {
  const { objective, row, column } = form.unscale;
  const { sd, sc } = multiplierScales(form, at, s.options.s_max);
  return {
    objective,
    row: row ? row.reduce((least, value) => Math.min(least, value), 1) : 1,
    column: column ? column.reduce((largest, value) => Math.max(largest, value), 1) : 1,
    dual: sd,
    complementarity: sc,
    widened: widenedBounds(form.oracle.nlp, form),
    noise: explainedByNoise(s),
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
