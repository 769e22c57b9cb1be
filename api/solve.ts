import { defaultRuntime } from '../runtime/node/runtime.js';
import type { Available } from '../src/engine/choose.js';
import { requireModel } from '../src/model/given.js';
import type { Model } from '../src/model/index.js';
import { atBarrier } from './barriers.js';
import { chooseAll, usesOfBox } from './boxes.js';
import { limitsOf } from './call.js';
import { engineOf, type NetworkChoice, summaryOf } from './engine.js';
import { interruptible } from './interrupt.js';
import { usesOf } from './network-error.js';
import { type SolveOptions, type SortedOptions, sortOptions } from './options.js';
import { wishOf } from './sensitivity.js';
import type { Solution } from './solution.js';
import { type Call, type Opened, solveCall } from './solve-call.js';
import { warmStartOf } from './warm-start.js';

/**
 * Solves a model in a worker thread; the calling thread stays free. Small networks are computed in that worker, others
 * in one oracle host thread per device that all solves share. An abort and `max_wall_time` count from this call on and
 * end the solve within a third of a second, whatever it is waiting for. Throws {@link InputError} for a caller's mistake
 * and what `onIteration` throws; everything else is told by `status`.
 */
export async function solve(model: Model, options: SolveOptions = {}): Promise<Solution> {
  requireModel(model, 'solve');
  const sorted = sortOptions(options);
  const ctrlC = sorted.interrupt ? interruptible(sorted.signal) : undefined;
  try {
    const statement = model.statement();
    const call = {
      model,
      statement,
      sorted,
      limits: limitsOf(sorted),
      warmStart: warmStartOf(sorted, model, statement, 'solve'),
      wish: wishOf(sorted, model, statement),
      uses: usesOf(model, statement),
    };
    return await solveCall({
      ...call,
      open: (choice, boxes) => openInPool(call, choice, boxes, ctrlC?.signal ?? sorted.signal),
    });
  } finally {
    ctrlC?.release();
  }
}

/** Gray boxes for solves in threads of the pool, whose engines are chosen by what the runtime has. */
export async function openInPool(
  { model, sorted, limits, uses }: Omit<Call, 'open'>,
  choice: NetworkChoice,
  boxes: readonly unknown[] | undefined,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const { solver, runtime = defaultRuntime(), iterates } = sorted;
  const available: Available = (...place) => runtime.available(...place);
  const chosen = await chooseAll(model, choice, solver, available, boxes);
  remarkOn(chosen, sorted);
  return {
    specs: chosen.map(({ spec }) => spec),
    engine: summaryOf(chosen),
    engines: chosen.map(engineOf),
    solve: ({ statement, barrier, options, warmStart, wish, onIteration }) =>
      runtime.solve(
        {
          problem: statement,
          budget: choice.limits,
          networks: chosen.map(({ spec }, k) => ({
            spec: atBarrier(spec, barrier),
            uses: usesOfBox(statement, k),
          })),
          uses,
          solver,
          options,
          ...(warmStart && { warmStart }),
          ...(wish && { derivatives: wish.request }),
          ...(iterates && { iterates }),
        },
        { limits, ...(signal && { signal }), ...(onIteration && { onIteration }) },
      ),
  };
}

/** Tells what the user should know of engines that were chosen. */
export function remarkOn(
  chosen: readonly { readonly note?: string; readonly degraded?: boolean }[],
  { watched, remark }: SortedOptions,
): void {
  for (const { note, degraded } of chosen) if (note !== undefined && (degraded || watched)) remark(note);
}
