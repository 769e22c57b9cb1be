import { runTask } from '../solvers/pool/run.js';
import { InputError } from '../src/core/errors.js';
import type { Model } from '../src/model/index.js';
import { localBoxes, openBoxes } from './boxes.js';
import type { EngineChoice } from './engine.js';
import { solverPool } from './hosts.js';
import { interruptible } from './interrupt.js';
import { type SolveOptions, sortOptions } from './options.js';
import { needsPolish, polished, warmStartFrom } from './polish.js';
import { type Solution, solutionOf } from './solution.js';

/**
 * Solves a model in a worker thread; the calling thread stays free. Small networks are computed in that worker, others
 * in one oracle host thread that all solves share. Throws {@link InputError} for a caller's mistake and what
 * `onIteration` throws; everything else is told by `status`.
 */
export async function solve(model: Model, options: SolveOptions = {}): Promise<Solution> {
  const sorted = sortOptions(options);
  const { solver, choice, own, polish } = sorted;
  const problem = model.problem();
  const ctrlC = sorted.interrupt ? interruptible(sorted.signal) : undefined;
  const signal = ctrlC?.signal ?? sorted.signal;

  const run = async (how: EngineChoice, warmStart = sorted.warmStart, before = 0, limits = own) => {
    const { boxes, network, release } = await openBoxes(model, how);
    try {
      const listener = sorted.onIteration;
      const solved = await solverPool().solve(
        { problem, boxes, solver, options: limits, ...(warmStart && { warmStart }) },
        {
          ...(signal && { signal }),
          ...(listener && {
            onIteration: (row) => listener({ ...row, iteration: row.iteration + before }),
          }),
        },
      );
      return { solved, network };
    } finally {
      await release();
    }
  };

  try {
    const { solved, network } = await run(choice);
    if (!polish || network?.precision !== 'f32' || !needsPolish(solved.result))
      return solutionOf(model, problem, solved, network);
    const { iterations, seconds } = solved.result;
    const left = typeof own['max_wall_time'] === 'number' ? own['max_wall_time'] - seconds.total : undefined;
    if (left !== undefined && left <= 0) return solutionOf(model, problem, solved, network);
    const finish = await run(
      { ...choice, precision: 'f64', device: choice.device === 'webgpu' ? 'cpu' : choice.device },
      warmStartFrom(solved.result),
      iterations,
      { ...own, ...(left !== undefined && { max_wall_time: left }) },
    );
    return solutionOf(model, problem, polished(solved, finish.solved), finish.network);
  } finally {
    ctrlC?.release();
  }
}

/**
 * Solves a model in the calling thread, which is blocked meanwhile: with synchronous engines, and with gray boxes that
 * are JavaScript objects. `signal` is looked at only before the start.
 */
export async function solveHere(model: Model, options: SolveOptions = {}): Promise<Solution> {
  const { solver, choice, own, onIteration, signal, warmStart, polish, interrupt } = sortOptions(options);
  if (polish) throw new InputError('polish: engines of solveHere compute in f64 already; use solve');
  if (interrupt) throw new InputError('interrupt: Ctrl-C cannot reach a blocked thread; use solve');
  const problem = model.problem();
  const { boxes, network } = localBoxes(model, choice);
  const solved = await runTask(
    { problem, boxes, solver, options: own, ...(warmStart && { warmStart }) },
    { ...(onIteration && { iteration: onIteration }), stopRequested: () => signal?.aborted ?? false },
  );
  return solutionOf(model, problem, solved, network);
}
