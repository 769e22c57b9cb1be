import { runTask } from '../runtime/run.js';
import { InputError } from '../src/core/errors.js';
import { requireModel } from '../src/model/given.js';
import type { Model } from '../src/model/index.js';
import type { Iteration } from '../src/nlp/solver.js';
import { atBarriers, barriersOf, boxAtBarrier } from './barriers.js';
import { localBoxes } from './boxes.js';
import { iterationsOf, limitsOf, tolOf } from './call.js';
import { solveKinks } from './kinks.js';
import { usesOf } from './network-error.js';
import { networkLines } from './network-report.js';
import { type SolveOptions, sortOptions } from './options.js';
import { wishOf } from './sensitivity.js';
import { type Solution, solutionOf } from './solution.js';
import type { Stage } from './stages.js';
import { warmStartOf } from './warm-start.js';

/**
 * Solves a model in the calling thread, which is blocked meanwhile: with synchronous engines, and with gray boxes that
 * are JavaScript objects. `signal` is looked at only before the start.
 */
export async function solveHere(model: Model, options: SolveOptions = {}): Promise<Solution> {
  requireModel(model, 'solveHere');
  const sorted = sortOptions(options);
  const { solver, choice, own, onIteration, signal, polish, interrupt, remark, watched } = sorted;
  if (polish) throw new InputError('polish: engines of solveHere compute in f64 already; use solve');
  if (interrupt) throw new InputError('interrupt: Ctrl-C cannot reach a blocked thread; use solve');
  const limits = limitsOf(sorted);
  if (signal?.aborted) limits.raise();
  const statement = model.statement();
  const warmStart = warmStartOf(sorted, model, statement, 'solveHere');
  const uses = usesOf(model, statement);
  const wish = wishOf(sorted, model, statement);
  const run = async (stage: Stage, before: number) => {
    const { boxes, engine, engines } = await localBoxes(model, choice, solver, stage.boxes);
    if (before === 0)
      for (const line of networkLines({ uses, boxes: model.grayBoxes, engines })) sorted.log?.(line);
    const at = (barrier: number, from: typeof warmStart, done: number) =>
      runTask(
        {
          problem: stage.statement,
          uses,
          boxes: boxes.map((box) => boxAtBarrier(box, barrier)),
          solver,
          options: { ...own, ...stage.options },
          ...(from && { warmStart: from }),
          ...(wish && { derivatives: wish.request }),
          ...(sorted.iterates && { iterates: true }),
        },
        {
          limits,
          ...(onIteration && {
            iteration: (row: Iteration) => onIteration({ ...row, iteration: row.iteration + done }),
          }),
        },
      );
    const specs = boxes.flatMap((box) => (box.kind === 'smooth' ? [box.spec] : []));
    const solved = await atBarriers(barriersOf(specs), stage.warmStart, before, at, limits);
    return { solved, engine, engines };
  };
  const tol = tolOf(sorted);
  const { solved, engine, engines } = await solveKinks({
    model,
    statement,
    tol,
    iterations: iterationsOf(sorted),
    warmStart,
    derivatives: wish !== undefined,
    run,
    tell: (line) => (watched ? remark(line) : undefined),
  });
  return solutionOf(model, statement, solved, { uses, tol, engine, engines, wish, log: sorted.log });
}
