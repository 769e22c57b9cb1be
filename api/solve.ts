import { defaultRuntime } from '../runtime/node/runtime.js';
import type { Available } from '../src/engine/choose.js';
import { requireModel } from '../src/model/given.js';
import type { Model } from '../src/model/index.js';
import { isSingle } from '../src/oracle/local.js';
import { atBarrier, atBarriers, barriersOf } from './barriers.js';
import { chooseAll, usesOfBox } from './boxes.js';
import { iterationsOf, limitsOf, tolOf } from './call.js';
import { engineOf, type NetworkChoice, summaryOf } from './engine.js';
import { interruptible } from './interrupt.js';
import { solveKinks } from './kinks.js';
import { usesOf } from './network-error.js';
import { networkLines } from './network-report.js';
import { type SolveOptions, type SortedOptions, sortOptions } from './options.js';
import { finishing, needsPolish, polished, warmStartFrom } from './polish.js';
import { wishOf } from './sensitivity.js';
import { type Solution, solutionOf } from './solution.js';
import type { Stage } from './stages.js';
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
  const {
    solver,
    choice,
    own,
    polish,
    onIteration: listener,
    remark,
    watched,
    runtime = defaultRuntime(),
  } = sorted;
  const limits = limitsOf(sorted);
  const statement = model.statement();
  const warm = warmStartOf(sorted, model, statement, 'solve');
  const uses = usesOf(model, statement);
  const wish = wishOf(sorted, model, statement);
  const asked = { uses, tol: tolOf(sorted), wish, log: sorted.log };
  const run = async (how: NetworkChoice, warmStart = warm, before = 0, stage: Stage = { statement }) => {
    const available: Available = (...place) => runtime.available(...place);
    const chosen = await chooseAll(model, how, solver, available, stage.boxes);
    const engine = summaryOf(chosen);
    const engines = chosen.map(engineOf);
    if (before === 0)
      for (const line of networkLines({ uses, boxes: model.grayBoxes, engines })) sorted.log?.(line);
    for (const { note, degraded } of chosen) if (note !== undefined && (degraded || watched)) remark(note);
    const at = (barrier: number, from: typeof warmStart, done: number) =>
      runtime.solve(
        {
          problem: stage.statement,
          networks: chosen.map(({ spec }, k) => ({
            spec: atBarrier(spec, barrier),
            uses: usesOfBox(stage.statement, k),
          })),
          uses,
          solver,
          options: { ...own, ...stage.options },
          ...(from && { warmStart: from }),
          ...(wish && { derivatives: wish.request }),
          ...(sorted.iterates && { iterates: true }),
        },
        {
          limits,
          ...(signal && { signal }),
          ...(listener && { onIteration: (row) => listener({ ...row, iteration: row.iteration + done }) }),
        },
      );
    const barriers = barriersOf(chosen.map(({ spec }) => spec));
    const solved = await atBarriers(barriers, warmStart, before, at, limits);
    return { solved, engine, engines };
  };
  const { solved, engine, engines } = await solveKinks({
    model,
    statement,
    tol: asked.tol,
    iterations: iterationsOf(sorted),
    warmStart: warm,
    derivatives: wish !== undefined,
    tell: (line) => (watched ? remark(line) : undefined),
    run: (stage, before) => run(choice, stage.warmStart, before, stage),
  });
  if (!polish || !isSingle(engine?.precision) || !needsPolish(solved.result) || limits.over())
    return solutionOf(model, statement, solved, { ...asked, engine, engines });
  const finish = await run(finishing(choice), warmStartFrom(solved.result), solved.result.iterations);
  return solutionOf(model, statement, polished(solved, finish.solved), {
    ...asked,
    engine: finish.engine,
    engines: finish.engines,
  });
}
