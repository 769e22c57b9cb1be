import { runTask } from '../runtime/run.js';
import { InputError } from '../src/core/errors.js';
import { requireModel } from '../src/model/given.js';
import type { Model } from '../src/model/index.js';
import { boxAtBarrier } from './barriers.js';
import { localBoxes } from './boxes.js';
import { limitsOf } from './call.js';
import { usesOf } from './network-error.js';
import { type SolveOptions, sortOptions } from './options.js';
import { wishOf } from './sensitivity.js';
import type { Solution } from './solution.js';
import { solveCall } from './solve-call.js';
import { warmStartOf } from './warm-start.js';

/**
 * Solves a model in the calling thread, which is blocked meanwhile: with synchronous engines, and with gray boxes that
 * are JavaScript objects. `signal` is looked at only before the start.
 */
export async function solveHere(model: Model, options: SolveOptions = {}): Promise<Solution> {
  requireModel(model, 'solveHere');
  const sorted = sortOptions(options);
  const { solver, signal, polish, interrupt, iterates } = sorted;
  if (polish) throw new InputError('polish: engines of solveHere compute in f64 already; use solve');
  if (interrupt) throw new InputError('interrupt: Ctrl-C cannot reach a blocked thread; use solve');
  const limits = limitsOf(sorted);
  if (signal?.aborted) limits.raise();
  const statement = model.statement();
  const uses = usesOf(model, statement);
  return solveCall({
    model,
    statement,
    sorted,
    limits,
    warmStart: warmStartOf(sorted, model, statement, 'solveHere'),
    wish: wishOf(sorted, model, statement),
    uses,
    open: async (choice, tokens) => {
      const { boxes, ...engines } = await localBoxes(model, choice, solver, tokens);
      return {
        ...engines,
        specs: boxes.flatMap((box) => (box.kind === 'smooth' ? [box.spec] : [])),
        solve: ({ statement, barrier, options, warmStart, wish, onIteration }) =>
          runTask(
            {
              problem: statement,
              budget: choice.limits,
              uses,
              boxes: boxes.map((box) => boxAtBarrier(box, barrier)),
              solver,
              options,
              ...(warmStart && { warmStart }),
              ...(wish && { derivatives: wish.request }),
              ...(iterates && { iterates }),
            },
            { limits, ...(onIteration && { iteration: onIteration }) },
          ),
      };
    },
  });
}
