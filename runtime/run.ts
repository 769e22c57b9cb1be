import { Limits } from '../src/core/limits.js';
import { outputError } from '../src/formulate/index.js';
import { extract } from '../src/model/extract/extract.js';
import { assemble } from '../src/nlp/assemble.js';
import type { Monitor, WarmStart } from '../src/nlp/solver.js';
import { unevaluated } from '../src/nlp/unevaluated.js';
import type { GrayBox } from '../src/oracle/contract.js';
import { LocalBox } from '../src/oracle/local.js';
import { BlockingClient } from './client.js';
import { openExecutable } from './open.js';
import { loadSolver } from './solvers.js';
import { openSource, type Source } from './source.js';
import { isSource, type Stated } from './stated.js';
import type { BoundTask, BoxBinding, Sizes, Solved } from './task.js';
import { endingOf, unfinished } from './unfinished.js';

/** How far a running task has come. */
export type Stage = 'reading' | 'building' | 'solving';

/** What a running task tells, and when it shall end. */
export interface Surroundings {
  readonly limits?: Limits;
  readonly iteration?: Monitor['iteration'];
  readonly hold?: Monitor['hold'];
  readonly stage?: (stage: Stage) => void;
  /** Called once a source is read, with what it tells of itself. */
  readonly read?: (facts: unknown) => void;
  /** Called once the problem is assembled. */
  readonly assembled?: (sizes: Sizes) => void;
}

/** Runs one solve in the calling thread: opens its gray boxes, assembles, solves, and frees what it opened. */
export async function runTask(task: BoundTask, surroundings: Surroundings = {}): Promise<Solved> {
  const { limits = new Limits() } = surroundings;
  const opened: OpenBox[] = [];
  let stated = task.problem;
  try {
    let { warmStart } = task;
    let told = {};
    if (isSource(stated)) {
      surroundings.stage?.('reading');
      const { problem, start, facts, ...own } = openSource(stated, limits);
      stated = problem;
      warmStart = { ...own.warmStart, ...warmStart };
      told = { facts };
      surroundings.read?.(facts);
      surroundings.hold?.(unevaluated('time-limit', '', start, problem.rows.lower.length));
    }
    const solved = await solveWithin(
      { ...task, problem: stated, warmStart },
      { ...surroundings, limits },
      opened,
    );
    return { ...solved, ...told };
  } catch (error) {
    const ending = endingOf(error);
    if (!ending) throw error;
    return unfinished(stated, ending, limits);
  } finally {
    for (const { dispose } of opened) await dispose();
  }
}

interface Read extends Omit<BoundTask, 'problem' | 'warmStart'> {
  readonly problem: Exclude<Stated, Source>;
  readonly warmStart: WarmStart | undefined;
}

async function solveWithin(
  task: Read,
  { limits, iteration, hold, stage, assembled }: Surroundings & { readonly limits: Limits },
  opened: OpenBox[],
): Promise<Solved> {
  stage?.('building');
  const solver = await loadSolver(task.solver);
  for (const binding of task.boxes) {
    checkLimits(limits);
    opened.push(await openBox(binding, limits));
  }
  checkLimits(limits);
  const boxes = opened.map(({ box }) => box);
  const problem = 'tape' in task.problem ? extract(task.problem, limits) : task.problem;
  const nlp = assemble(problem, boxes, limits);
  const sizes = {
    variables: nlp.variables.lower.length,
    constraints: nlp.constraints.lower.length,
    jacobianNonzeros: nlp.jacobian.nonzeros,
    hessianNonzeros: nlp.hessian.nonzeros,
  };
  assembled?.(sizes);
  checkLimits(limits);
  stage?.('solving');
  const monitor: Monitor = {
    started: limits.data.started - performance.timeOrigin,
    stopRequested: () => limits.raised,
    ...(iteration && { iteration }),
    ...(hold && { hold }),
  };
  const result = await solver.solve(nlp, task.options ?? {}, monitor, task.warmStart);
  const oracles = boxes.map((box) => box.statistics);
  const hurried = result.status === 'interrupted' || result.status === 'time-limit';
  if (hurried || !task.uses) return { result, sizes, oracles };
  return { result, sizes, oracles, networkErrors: task.uses.map((use) => outputError(use, result.x)) };
}

function checkLimits(limits: Limits): void {
  const over = limits.over();
  if (over) throw over;
}

interface OpenBox {
  readonly box: GrayBox;
  dispose(): void | Promise<void>;
}

async function openBox(binding: BoxBinding, { data: limits }: Limits): Promise<OpenBox> {
  if (binding.kind === 'ready') return { box: binding.box, dispose() {} };
  if (binding.kind === 'mailbox') return { box: new BlockingClient(binding.mailbox, limits), dispose() {} };
  const { spec } = binding;
  const executable = await openExecutable(spec);
  return {
    box: new LocalBox(executable, true, { name: spec.programs.name, limits }),
    dispose: () => executable.dispose(),
  };
}
