import type { Solved } from '../runtime/task.js';
import type { Limits } from '../src/core/limits.js';
import { type NetworkUse, rangeRemarks } from '../src/formulate/index.js';
import type { Model } from '../src/model/index.js';
import type { Statement } from '../src/model/statement.js';
import type { Iteration, Monitor, WarmStart } from '../src/nlp/solver.js';
import { isSingle } from '../src/oracle/local.js';
import { Allowance } from './allowance.js';
import { atBarriers, barriersOf } from './barriers.js';
import { iterationsOf, tolOf } from './call.js';
import type { EngineSummary, NetworkChoice } from './engine.js';
import { solveKinks } from './kinks.js';
import { networkLines } from './network-report.js';
import type { SortedOptions } from './options.js';
import { endedBy, finishing, needsPolish, polished, warmStartFrom } from './polish.js';
import type { Wish } from './sensitivity.js';
import { type Solution, solutionOf } from './solution.js';
import type { Stage } from './stages.js';

/** One run of the solver. */
export interface SolverRun {
  readonly statement: Statement;
  /** Of smooth quadratic programs; those whose own is larger keep it. */
  readonly barrier: number;
  readonly options: Readonly<Record<string, unknown>>;
  readonly warmStart: WarmStart | undefined;
  /** Derivatives that come with its solution. */
  readonly wish: Wish | undefined;
  readonly onIteration: Monitor['iteration'] | undefined;
}

/** Gray boxes for runs of the solver, where these take place. */
export interface Opened {
  /** What is known of the boxes. */
  readonly specs: readonly object[];
  readonly engine: EngineSummary | undefined;
  readonly engines: readonly (EngineSummary | undefined)[];
  solve(run: SolverRun): Promise<Solved>;
}

/** What a call of `solve` and its like asks for. */
export interface Call {
  readonly model: Model;
  readonly statement: Statement;
  readonly sorted: SortedOptions;
  readonly limits: Limits;
  readonly warmStart: WarmStart | undefined;
  readonly wish: Wish | undefined;
  readonly uses: readonly NetworkUse[];
  /** Opens gray boxes: the model's own, or these in their place. */
  open(choice: NetworkChoice, boxes: readonly unknown[] | undefined): Promise<Opened>;
}

/**
 * Answers a call: by one run of the solver, or by several where kinks are settled, barriers of quadratic programs come down or
 * a solve is finished in f64. `max_iter` and `max_wall_time` hold for all of them together.
 */
export async function solveCall(call: Call): Promise<Solution> {
  const { model, statement, sorted, limits, warmStart, wish, uses } = call;
  const { choice, own, polish, onIteration, log, watched, remark } = sorted;
  const tol = tolOf(sorted);
  const allowance = new Allowance(iterationsOf(sorted), limits);
  let told = false;
  const run = async (stage: Stage, how: NetworkChoice) => {
    const opened = await call.open(how, stage.boxes);
    const { specs, engine, engines } = opened;
    if (log && !told) for (const line of networkLines({ uses, boxes: model.grayBoxes, engines })) log(line);
    told = true;
    const at = async (barrier: number, from: WarmStart | undefined, isLast: boolean): Promise<Solved> => {
      const { taken: done } = allowance;
      const most = allowance.next(stage.iterations);
      const solved = await opened.solve({
        statement: stage.statement,
        barrier,
        options: { ...own, ...stage.options, ...(most !== undefined && { max_iter: most }) },
        warmStart: from,
        wish: isLast ? wish : undefined,
        onIteration: onIteration && after(done, onIteration, limits),
      });
      allowance.taken += solved.result.iterations;
      const over = done > 0 && solved.result.status === 'iteration-limit' ? allowance.over : undefined;
      return over ? endedBy(solved, over) : solved;
    };
    return { solved: await atBarriers(barriersOf(specs), stage.warmStart, allowance, at), engine, engines };
  };
  const tell = (line: string): void => {
    log?.(line);
    if (watched) remark(line);
  };
  const found = await solveKinks({
    model,
    statement,
    tol,
    warmStart,
    derivatives: wish !== undefined,
    allowance,
    tell,
    run: (stage) => run(stage, polish && stage.answers ? finishing(choice) : choice),
  });
  const asked = { uses, tol, wish, log };
  const { solved, engine, engines } = found;
  for (const line of rangeRemarks(model, solved.result.x)) tell(line);
  if (!polish || !isSingle(engine?.precision) || !needsPolish(solved.result))
    return solutionOf(model, statement, solved, { ...asked, engine, engines });
  const { over } = allowance;
  if (over) return solutionOf(model, statement, endedBy(solved, over), { ...asked, engine, engines });
  const finish = await run({ statement, warmStart: warmStartFrom(solved.result) }, finishing(choice));
  return solutionOf(model, statement, polished(solved, finish.solved), {
    ...asked,
    engine: finish.engine,
    engines: finish.engines,
  });
}

/** Hears of iterations that follow `done` others. A stop that reaches a run too late is one for those after it. */
const after =
  (done: number, listener: NonNullable<Monitor['iteration']>, limits: Limits) =>
  (row: Iteration): boolean | void => {
    const go = listener({ ...row, iteration: row.iteration + done });
    if (go === false) limits.raise();
    return go;
  };
