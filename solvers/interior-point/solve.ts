import { EvaluationError, isOutOfMemory, Stopped } from '../../src/core/errors.js';
import { readOptions } from '../../src/core/options.js';
import { checkBoundArrays } from '../../src/nlp/bounds.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { isSolved, type Result } from '../../src/nlp/result.js';
import type { Monitor, WarmStart } from '../../src/nlp/solver.js';
import type { Outcome } from '../../src/nlp/verdict.js';
import { checkedWarmStart } from '../../src/nlp/warm-start.js';
import type { KktSystem } from '../kkt/contract.js';
import { KeptSolution } from '../kkt/kept.js';
import type { OpenLinearSolver } from '../linear/contract.js';
import { withoutConstantRows } from './constant-rows.js';
import { CountedNlp } from './counted-nlp.js';
import { initialize } from './initial.js';
import { MainPhase } from './main-phase.js';
import { type InteriorPointOptions, options as table } from './options.js';
import { heldPoint, report, startHeld } from './report.js';
import { chooseScaling } from './scaling.js';
import { SlackForm, select } from './slacks.js';
import { Run, State } from './state.js';
import { solveWithoutVariables } from './trivial.js';
import { checkProblem } from './validate.js';

/** Solves `nlp` with the linear solver that `open` makes. */
export function solveWith(
  open: OpenLinearSolver,
  nlp: Nlp,
  given?: Partial<InteriorPointOptions>,
  monitor?: Monitor,
  warm?: WarmStart,
): Result {
  const { result, kkt } = attempt(open, nlp, given, monitor, warm);
  kkt?.dispose();
  return result;
}

/**
 * The same, but a solution keeps its KKT system for derivatives: the caller owns `kept` and disposes of it. Null where there is
 * no solution, or no exact Hessian.
 */
export function solveAndKeep(
  open: OpenLinearSolver,
  nlp: Nlp,
  given?: Partial<InteriorPointOptions>,
  monitor?: Monitor,
  warm?: WarmStart,
): { readonly result: Result; readonly kept: KeptSolution | null } {
  const { result, kkt } = attempt(open, nlp, given, monitor, warm);
  if (kkt && isSolved(result.status) && kkt.memory === null)
    return { result, kept: new KeptSolution(nlp, result, kkt) };
  kkt?.dispose();
  return { result, kept: null };
}

/**
 * One of many solves of a problem: keeps its KKT system whatever became of it, and begins with that of the solve `before`
 * where it suits, which is given up. `kept` is null without an exact Hessian.
 */
export function solveAgain(
  open: OpenLinearSolver,
  nlp: Nlp,
  given: Partial<InteriorPointOptions> | undefined,
  monitor: Monitor | undefined,
  warm: WarmStart | undefined,
  before: KeptSolution | null,
): { readonly result: Result; readonly kept: KeptSolution | null } {
  const { result, kkt, how } = attempt(open, nlp, given, monitor, warm, before);
  before?.dispose();
  if (kkt?.memory === null) return { result, kept: new KeptSolution(nlp, result, kkt, how) };
  kkt?.dispose();
  return { result, kept: null };
}

/** A result with the KKT system that led there, where one was opened. */
interface Attempt {
  readonly result: Result;
  readonly kkt?: KktSystem;
  /** How that is opened, as text. */
  readonly how?: string;
}

function attempt(
  open: OpenLinearSolver,
  nlp: Nlp,
  given: Partial<InteriorPointOptions> = {},
  monitor: Monitor = {},
  warmStart?: WarmStart,
  before: KeptSolution | null = null,
): Attempt {
  const options = withMehrotra(readOptions(table, given, 'interior-point'), given);
  checkBoundArrays(nlp, 'interior-point');
  const sizes = { variables: nlp.variables.lower.length, constraints: nlp.constraints.lower.length };
  const warm = checkedWarmStart(warmStart, sizes, 'interior-point');
  const start = startingPoint(nlp, warm);
  const how = JSON.stringify([options.kkt, options.linear_solver_options]);
  const run = new Run(options, open, monitor, (shape) => before?.handOver(shape, how));
  const oracle = new CountedNlp(nlp, options.nlp_infinity);
  const refused = checkProblem(nlp, options, start);
  if (refused) return { result: refused };
  const all = select(nlp, options.nlp_infinity);
  if (all.free.length === 0) {
    try {
      return { result: solveWithoutVariables(run, oracle, start) };
    } catch (error) {
      return { result: report(run, oracle, outcomeOf(error, oracle), startHeld(nlp, start), null) };
    }
  }

  let s: State | null = null;
  let form: SlackForm | null = null;
  let started = false;
  let outcome: Outcome;
  try {
    const selection = withoutConstantRows(oracle, all, start, options);
    if ('status' in selection) return { result: report(run, oracle, selection, startHeld(nlp, start), null) };
    form = new SlackForm(oracle, selection, chooseScaling(oracle, start, selection.fixed, options), options);
    const limitedMemory =
      options.hessian_approximation === 'limited-memory' || nlp.secondDerivatives === false;
    const phase = new MainPhase(form);
    s = new State(run, form, phase, limitedMemory, null);
    started = initialize(s, form, start, warm);
    outcome = started
      ? explained(phase.solve(s), s.startTrouble)
      : { status: 'evaluation-error', message: `functions are undefined at the start: ${s.startTrouble}` };
  } catch (error) {
    outcome = outcomeOf(error, oracle);
  }
  const statistics = s ? { ...s.kkt.statistics, form: s.kkt.form } : null;
  const held = s && form && started ? heldPoint(s, form, outcome) : startHeld(nlp, start);
  return { result: report(run, oracle, outcome, held, statistics), ...(s && { kkt: s.kkt, how }) };
}

/** Where the start was undefined and the algorithm, begun near it, got nowhere, that start is why. */
function explained({ status, message }: Outcome, trouble: string): Outcome {
  const failed = status === 'step-failed' || status === 'restoration-failed' || status === 'evaluation-error';
  if (trouble === '' || !failed) return { status, message };
  return {
    status: 'evaluation-error',
    message: `functions are undefined at the start: ${trouble}; begun near it: ${message}`,
  };
}

/** Turns what ended the algorithm from inside into an outcome; anything unexpected goes on. */
function outcomeOf(error: unknown, oracle: CountedNlp): Outcome {
  if (error instanceof Stopped) return error.outcome;
  if (error instanceof EvaluationError) {
    const where = error.where === '' ? '' : ` (${error.where})`;
    return {
      status: 'evaluation-error',
      message: `${error.message}${where}${oracle.trouble ? `; ${oracle.trouble}` : ''}`,
    };
  }
  if (isOutOfMemory(error)) return { status: 'out-of-memory', message: error.message };
  throw error;
}

/** Mehrotra's algorithm changes the defaults of what the caller left open, as in Ipopt. */
function withMehrotra(
  options: InteriorPointOptions,
  given: Partial<InteriorPointOptions>,
): InteriorPointOptions {
  if (!options.mehrotra_algorithm) return options;
  return {
    ...options,
    bound_push: given.bound_push ?? 10,
    bound_frac: given.bound_frac ?? 0.2,
    slack_bound_push: given.slack_bound_push ?? 10,
    slack_bound_frac: given.slack_bound_frac ?? 0.2,
    bound_mult_init_val: given.bound_mult_init_val ?? 10,
    constr_mult_init_max: given.constr_mult_init_max ?? 0,
    alpha_for_y: given.alpha_for_y ?? 'bound-mult',
  };
}

function startingPoint(nlp: Nlp, warm: WarmStart | undefined): Float64Array {
  const { lower, upper } = nlp.variables;
  const n = lower.length;
  const start = (warm?.x ?? nlp.variables.start).slice();
  for (let j = 0; j < n; j++) if (lower[j] === upper[j]) start[j] = lower[j]!;
  return start;
}
