import type { Runtime } from '../runtime/node/runtime.js';
import { type SolverName, solverNames } from '../runtime/solvers.js';
import type { InteriorPointOptions } from '../solvers/interior-point/index.js';
import { InputError } from '../src/core/errors.js';
import { flagOf, functionOf, numberOf, optionsOf, told } from '../src/core/given.js';
import { oneLine } from '../src/core/shown.js';
import { oneOf } from '../src/engine/choose.js';
import type { Monitor } from '../src/nlp/solver.js';
import type { NetworkChoice } from './engine.js';
import { progressPrinter } from './progress.js';
import type { Cotangent, SensitivityParameters } from './sensitivity.js';
import type { Shift } from './shift.js';
import { adoptIpoptOptions } from './solver-options.js';
import type { StartFrom } from './warm-start.js';

/** What concerns one solve and not the problem. */
export interface SolveWatch {
  /** Called once per iteration; returning `false` stops the solve with status `interrupted`. */
  readonly onIteration?: Monitor['iteration'] | undefined;
  /** Whether rows of `onIteration` carry the iterate, as `row.x`. Default false: it is copied between threads. */
  readonly iterates?: boolean | undefined;
  /** Told line by line what computes the networks, the table of iterations, and how it ended; `true` writes to the console. */
  readonly log?: boolean | ((line: string) => void) | undefined;
  /** Aborting ends the solve with status `interrupted` and its best point. */
  readonly signal?: AbortSignal | undefined;
  /** Ctrl-C ends this solve like an abort. Default false. */
  readonly interrupt?: boolean | undefined;
  /** A solution, also one saved by `JSON.stringify`, or a point with multipliers. */
  readonly warmStart?: StartFrom | undefined;
  /** Moves the warm start along a horizon first. */
  readonly shift?: Shift | undefined;
  /** Parameters by which the solution is differentiated: `solution.sensitivity`. */
  readonly sensitivity?: SensitivityParameters | undefined;
  /** A scalar of the solution that is differentiated by all parameters: `solution.adjoint`. */
  readonly adjoint?: Cotangent | undefined;
  /** `performance.now()` from which the time limit counts, where reading the problem shall count. Default: the call. */
  readonly started?: number | undefined;
  /** Told, in one line, what is ignored and what `auto` chose that the user should know of. Default: warnings where it matters. */
  readonly onRemark?: ((remark: string) => void) | undefined;
}

type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * Options of a solve: those of the solver under Ipopt's names (`tol`, `max_iter`, `mu_strategy`, …), checked by its table.
 * JavaScript callers may give options that only Ipopt has beside them: `interior-point` ignores these with a remark.
 */
export interface SolveOptions extends NetworkChoice, SolveWatch, Optional<InteriorPointOptions> {
  /** Default `interior-point`. */
  readonly solver?: SolverName | undefined;
  /** Options that only Ipopt has, as `{ linear_solver: 'ma57' }`. */
  readonly ipopt?: { readonly [option: string]: string | number | boolean } | undefined;
  /** Whose threads solve and compute. Default: the process's own. */
  readonly runtime?: Runtime | undefined;
  /** After a solve in f32, finish in f64 from its point and multipliers. Default false. */
  readonly polish?: boolean | undefined;
}

/** The options by whom they concern. */
export interface SortedOptions {
  readonly solver: SolverName;
  readonly choice: NetworkChoice;
  readonly onIteration: Monitor['iteration'] | undefined;
  readonly iterates: boolean;
  readonly log: ((line: string) => void) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly interrupt: boolean;
  readonly polish: boolean;
  readonly warmStart: StartFrom | undefined;
  readonly shift: Shift | undefined;
  readonly sensitivity: SensitivityParameters | undefined;
  readonly adjoint: Cotangent | undefined;
  readonly started: number;
  readonly runtime: Runtime | undefined;
  readonly remark: (remark: string) => void;
  /** Whether the caller listens to remarks. */
  readonly watched: boolean;
  readonly own: Record<string, unknown>;
}

const callNames = [
  ...['solver', 'engine', 'device', 'precision', 'threads', 'kinks', 'limits', 'onIteration', 'iterates'],
  ...['log', 'signal', 'interrupt', 'polish', 'warmStart', 'shift', 'runtime', 'onRemark', 'ipopt'],
  ...['sensitivity', 'adjoint'],
];

/** `more`: what the call takes besides, which an unknown name may have meant. */
export function sortOptions(given: SolveOptions, more: readonly string[] = []): SortedOptions {
  const options = optionsOf(given, 'solve');
  const { solver = 'interior-point', engine, device, precision, threads, kinks, limits, ...others } = options;
  const {
    onIteration,
    iterates = false,
    log,
    signal,
    interrupt = false,
    polish = false,
    warmStart,
    shift,
    ...own
  } = others;
  const { started = performance.now(), runtime, onRemark, ipopt, sensitivity, adjoint, ...rest } = own;
  oneOf('solver', solver, solverNames);
  functionOf(onIteration, 'onIteration');
  functionOf(onRemark, 'onRemark');
  flagOf(iterates, 'iterates');
  if (log !== undefined && typeof log !== 'boolean') functionOf(log, 'log');
  flagOf(interrupt, 'interrupt');
  flagOf(polish, 'polish');
  numberOf(started, 'started');
  if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal))
    throw new InputError(`signal is ${told(signal)}, not an AbortSignal`);
  if (runtime !== undefined && !(typeof runtime === 'object' && runtime !== null && 'lease' in runtime))
    throw new InputError(`runtime is ${told(runtime)}, not what openRuntime gives`);
  const set = Object.fromEntries(
    Object.entries({ ...rest, ...optionsOf(ipopt, 'ipopt') }).filter(([, value]) => value !== undefined),
  );
  const remark = onRemark ?? warn;
  const ofSolver = solver === 'interior-point' ? adopted(set, remark, [...more, ...callNames]) : set;
  const choice = { engine, device, precision, threads, kinks, limits };
  const tell = log === true ? (line: string): void => console.log(line) : log || undefined;
  return {
    solver,
    choice,
    onIteration: tell ? printing(tell, onIteration) : onIteration,
    iterates,
    log: tell,
    signal,
    interrupt,
    polish,
    warmStart,
    shift,
    sensitivity,
    adjoint,
    started,
    runtime,
    remark,
    watched: onRemark !== undefined,
    own: ofSolver,
  };
}

/** Prints every row, then hands it on. */
function printing(
  tell: (line: string) => void,
  onIteration: Monitor['iteration'] | undefined,
): NonNullable<Monitor['iteration']> {
  const print = progressPrinter(tell, false);
  return (row) => {
    print(row);
    return onIteration?.(row);
  };
}

function adopted(
  given: Readonly<Record<string, unknown>>,
  tell: (remark: string) => void,
  more: readonly string[],
): Record<string, unknown> {
  const { options, remark } = adoptIpoptOptions(given, more);
  if (remark !== undefined) tell(`interior-point: ${remark}`);
  return options;
}

function warn(told: string): void {
  const remark = oneLine(told);
  if (typeof process === 'undefined') console.warn(remark);
  else process.emitWarning(remark);
}
