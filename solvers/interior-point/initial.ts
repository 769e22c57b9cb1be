import type { WarmStart } from '../../src/nlp/solver.js';
import { averageComplementarity } from './errors.js';
import type { Iterate } from './iterate.js';
import { leastSquareMultipliers } from './multipliers.js';
import type { InteriorPointOptions } from './options.js';
import type { SlackForm } from './slacks.js';
import { isSquare } from './standard-form.js';
import type { State } from './state.js';

/** Relative shifts of the start tried in turn where a function is undefined there. */
const SHIFTS = [1e-4, -1e-4, 1e-2, -1e-2, 0.1, -0.1, 1, -1, 10, -10];

/**
 * Sets the first iterate (Wächter & Biegler §3.6): the start moved inside its bounds, slacks from their rows, bound
 * multipliers, least-square row multipliers; and the first μ. False where functions are undefined at the start and at
 * the points tried near it.
 */
export function initialize(
  s: State,
  form: SlackForm,
  start: Float64Array,
  warm: WarmStart | undefined,
): boolean {
  const { options: o, current } = s;
  const multipliers = warm?.multipliers;
  setBarrierStart(s, warm);
  if (!placeStart(s, form, start, multipliers !== undefined)) return false;
  if (multipliers) {
    takeMultipliers(s, form, multipliers);
    if (warm?.barrier === undefined) {
      const least = Math.min(o.tol, o.compl_inf_tol) / (o.barrier_tol_factor + 1);
      s.μ = Math.max(least, Math.min(o.mu_init, averageComplementarity(current)));
      s.τ = Math.max(o.tau_min, 1 - s.μ);
    }
    return true;
  }
  for (const j of form.withLower) {
    current.zL[j] = firstMultiplier(o, s.μ, current.slackL[j]!);
  }
  for (const j of form.withUpper) {
    current.zU[j] = firstMultiplier(o, s.μ, current.slackU[j]!);
  }
  if (!isSquare(form) && o.constr_mult_init_max > 0)
    leastSquareMultipliers(current, s.kkt, o.constr_mult_init_max);
  return true;
}

const firstMultiplier = (o: InteriorPointOptions, μ: number, slack: number): number =>
  o.bound_mult_init_method === 'constant' ? o.bound_mult_init_val : μ / slack;

function setBarrierStart(s: State, warm: WarmStart | undefined): void {
  s.μ = warm?.barrier !== undefined && warm.barrier > 0 ? warm.barrier : s.options.mu_init;
  s.τ = Math.max(s.options.tau_min, 1 - s.μ);
}

/** Places x and slacks inside their bounds and evaluates f and c; tries nearby points where that fails. */
function placeStart(s: State, form: SlackForm, start: Float64Array, warm: boolean): boolean {
  const { current, options } = s;
  const { column } = form.unscale;
  const free = form.selection.free;
  const place = (shift: number): boolean => {
    for (let k = 0; k < form.core; k++) {
      const x = start[free[k]!]!;
      const moved = Number.isFinite(x) ? x + shift * Math.max(1, Math.abs(x)) : shift;
      current.w[k] = column ? moved * column[k]! : moved;
    }
    const { push, fraction } = corePush(options, warm);
    moveInside(current, 0, form.core, push, fraction);
    if (!form.rowValues(current.w)) return false;
    const slack = slackPush(options, warm);
    moveInside(current, form.core, form.n, slack.push, slack.fraction);
    current.measureSlacks();
    return current.evaluate(s.μ) && current.linearize(s.μ, false);
  };
  if (place(0)) return true;
  s.startTrouble = form.oracle.trouble;
  return options.start_recovery && SHIFTS.some(place);
}

const corePush = (o: InteriorPointOptions, warm: boolean): { push: number; fraction: number } =>
  warm
    ? { push: o.warm_start_bound_push, fraction: o.warm_start_bound_frac }
    : { push: o.bound_push, fraction: o.bound_frac };

const slackPush = (o: InteriorPointOptions, warm: boolean): { push: number; fraction: number } =>
  warm ? corePush(o, true) : { push: o.slack_bound_push, fraction: o.slack_bound_frac };

/** Moves the entries from `first` to `end` into the interior: κ₁ max(1, |bound|), at most κ₂ of the gap (§3.6). */
function moveInside(at: Iterate, first: number, end: number, push: number, fraction: number): void {
  const { lower, upper } = at.form;
  for (let j = first; j < end; j++) {
    const gap = upper[j]! - lower[j]!;
    if (upper[j]! < Number.POSITIVE_INFINITY) {
      const distance = Math.min(push * Math.max(1, Math.abs(upper[j]!)), fraction * gap);
      at.w[j] = Math.min(at.w[j]!, upper[j]! - distance);
    }
    if (lower[j]! > Number.NEGATIVE_INFINITY) {
      const distance = Math.min(push * Math.max(1, Math.abs(lower[j]!)), fraction * gap);
      at.w[j] = Math.max(at.w[j]!, lower[j]! + distance);
    }
  }
}

/** The user's multipliers, scaled; those of slacks follow from their rows'. Bound multipliers are kept off 0. */
function takeMultipliers(s: State, form: SlackForm, given: NonNullable<WarmStart['multipliers']>): void {
  const { current, options: o } = s;
  const { objective, row, column } = form.unscale;
  const most = o.warm_start_mult_init_max;
  const limit = (value: number): number => Math.max(-most, Math.min(most, value));
  for (let i = 0; i < form.m; i++) {
    current.λ[i] = limit((given.constraints[form.selection.rows[i]!]! * objective) / (row ? row[i]! : 1));
  }
  const bound = (user: Float64Array, sign: 1 | -1, j: number): number => {
    if (j >= form.core) return Math.max(0, sign * current.λ[form.attachedRow[j - form.core]!]!);
    return (user[form.selection.free[j]!]! * objective) / (column ? column[j]! : 1);
  };
  const offZero = (z: number): number => limit(Math.max(z, o.warm_start_mult_bound_push));
  for (const j of form.withLower) current.zL[j] = offZero(bound(given.lower, -1, j));
  for (const j of form.withUpper) current.zU[j] = offZero(bound(given.upper, 1, j));
}
