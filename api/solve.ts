import { defaultRuntime } from '../runtime/node/runtime.js';
import { runTask } from '../runtime/run.js';
import { options as interiorPointOptions } from '../solvers/interior-point/options.js';
import { InputError } from '../src/core/errors.js';
import { Limits } from '../src/core/limits.js';
import type { Model } from '../src/model/index.js';
import { chooseAll, localBoxes } from './boxes.js';
import { type NetworkChoice, summaryOf } from './engine.js';
import { interruptible } from './interrupt.js';
import { usesOf } from './network-error.js';
import { type SolveOptions, type SortedOptions, sortOptions } from './options.js';
import { needsPolish, polished, warmStartFrom } from './polish.js';
import { type Solution, solutionOf } from './solution.js';

/**
 * Solves a model in a worker thread; the calling thread stays free. Small networks are computed in that worker, others
 * in one oracle host thread per device that all solves share. An abort and `max_wall_time` count from this call on and
 * end the solve within a third of a second, whatever it is waiting for. Throws {@link InputError} for a caller's mistake
 * and what `onIteration` throws; everything else is told by `status`.
 */
export async function solve(model: Model, options: SolveOptions = {}): Promise<Solution> {
  const sorted = sortOptions(options);
  const ctrlC = sorted.interrupt ? interruptible(sorted.signal) : undefined;
  try {
    return await solveInPool(model, sorted, ctrlC?.signal ?? sorted.signal);
  } finally {
    ctrlC?.release();
  }
}

async function solveInPool(
  model: Model,
  sorted: SortedOptions,
  signal: AbortSignal | undefined,
): Promise<Solution> {
  const { solver, choice, own, polish, onIteration: listener, runtime = defaultRuntime() } = sorted;
  const limits = limitsOf(sorted);
  const problem = model.problem();
  const networks = { uses: usesOf(model, problem), tol: tolOf(sorted) };
  const run = async (how: NetworkChoice, warmStart = sorted.warmStart, before = 0) => {
    const chosen = await chooseAll(model, how, (...place) => runtime.available(...place));
    const solved = await runtime.solve(
      {
        problem,
        networks: chosen.map(({ spec }) => spec),
        solver,
        options: own,
        ...(warmStart && { warmStart }),
      },
      {
        limits,
        ...(signal && { signal }),
        ...(listener && { onIteration: (row) => listener({ ...row, iteration: row.iteration + before }) }),
      },
    );
    return { solved, engine: summaryOf(chosen) };
  };
  const { solved, engine } = await run(choice);
  if (!polish || engine?.precision !== 'f32' || !needsPolish(solved.result) || limits.over())
    return solutionOf(model, problem, solved, { ...networks, engine });
  const finish = await run(
    { ...choice, precision: 'f64', device: choice.device === 'webgpu' ? 'cpu' : choice.device },
    warmStartFrom(solved.result),
    solved.result.iterations,
  );
  return solutionOf(model, problem, polished(solved, finish.solved), { ...networks, engine: finish.engine });
}

/**
 * Solves a model in the calling thread, which is blocked meanwhile: with synchronous engines, and with gray boxes that
 * are JavaScript objects. `signal` is looked at only before the start.
 */
export async function solveHere(model: Model, options: SolveOptions = {}): Promise<Solution> {
  const sorted = sortOptions(options);
  const { solver, choice, own, onIteration, signal, warmStart, polish, interrupt } = sorted;
  if (polish) throw new InputError('polish: engines of solveHere compute in f64 already; use solve');
  if (interrupt) throw new InputError('interrupt: Ctrl-C cannot reach a blocked thread; use solve');
  const limits = limitsOf(sorted);
  if (signal?.aborted) limits.raise();
  const problem = model.problem();
  const { boxes, engine } = await localBoxes(model, choice);
  const solved = await runTask(
    { problem, boxes, solver, options: own, ...(warmStart && { warmStart }) },
    { limits, ...(onIteration && { iteration: onIteration }) },
  );
  return solutionOf(model, problem, solved, { uses: usesOf(model, problem), tol: tolOf(sorted), engine });
}

/** The tolerance asked for; every solver here has `tol`, with one default. */
const tolOf = ({ own: { tol } }: SortedOptions): number =>
  typeof tol === 'number' ? tol : interiorPointOptions.tol.default;

/** The limits of a call that begins now. A limit that is no number of seconds is left to the solver to refuse. */
function limitsOf({ own, started }: SortedOptions): Limits {
  const seconds = Number(own['max_wall_time'] ?? Number.POSITIVE_INFINITY);
  return new Limits({ started: performance.timeOrigin + started, ...(seconds > 0 && { seconds }) });
}
