import { assemble } from '../../src/nlp/assemble.js';
import type { Monitor } from '../../src/nlp/solver.js';
import { BlockingClient } from '../../src/oracle/client.js';
import type { GrayBox } from '../../src/oracle/contract.js';
import { LocalBox } from '../../src/oracle/local.js';
import { openExecutable } from '../../src/oracle/open.js';
import { loadSolver } from './solvers.js';
import type { BoxDescriptor, Solved, SolveTask } from './task.js';

/** Runs one solve in the calling thread: opens its gray boxes, assembles, solves, and frees what it opened. */
export async function runTask(task: SolveTask, monitor: Monitor = {}): Promise<Solved> {
  const solver = await loadSolver(task.solver);
  const opened: OpenBox[] = [];
  try {
    for (const descriptor of task.boxes) opened.push(await openBox(descriptor));
    const boxes = opened.map(({ box }) => box);
    const nlp = assemble(task.problem, boxes);
    const result = await solver.solve(nlp, task.options ?? {}, monitor, task.warmStart);
    const sizes = {
      variables: nlp.variables.lower.length,
      constraints: nlp.constraints.lower.length,
      jacobianNonzeros: nlp.jacobian.row.length,
      hessianNonzeros: nlp.hessian.row.length,
    };
    return { result, sizes, oracles: boxes.map((box) => box.statistics) };
  } finally {
    for (const { dispose } of opened) await dispose();
  }
}

interface OpenBox {
  readonly box: GrayBox;
  dispose(): void | Promise<void>;
}

async function openBox(descriptor: BoxDescriptor): Promise<OpenBox> {
  if (descriptor.kind === 'ready') return { box: descriptor.box, dispose() {} };
  if (descriptor.kind === 'mailbox') return { box: new BlockingClient(descriptor.mailbox), dispose() {} };
  const { executable, secondDerivatives } = await openExecutable(descriptor.spec);
  return { box: new LocalBox(executable, secondDerivatives), dispose: () => executable.dispose() };
}
