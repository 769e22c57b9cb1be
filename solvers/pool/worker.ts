import type { MessagePort } from 'node:worker_threads';
import { InputError } from '../../src/core/errors.js';
import type { Iteration, Monitor } from '../../src/nlp/solver.js';
import { remoteAt } from '../../src/oracle/control-plane.js';
import { runTask } from './run.js';
import { StopFlag } from './stop.js';
import type { Solved, SolveTask } from './task.js';

/** What the main thread listens with. */
export interface Progress {
  iteration(row: Iteration): void;
  /** Answered after all rows before it were seen. */
  finished(): void;
}

/** A task with the wires that connect it to the main thread. */
export interface WiredTask {
  readonly task: SolveTask;
  readonly stop: SharedArrayBuffer;
  readonly progress?: MessagePort;
}

/** A caller's mistake is an answer, since cloning an error between threads loses its class. */
export type Outcome = { readonly solved: Solved } | { readonly mistake: string };

/** A solver thread's entry: solves synchronously; progress rows leave through the port while it computes. */
export default async function work({ task, stop, progress }: WiredTask): Promise<Outcome> {
  const flag = new StopFlag(stop);
  const listener = progress && remoteAt<Progress>(progress);
  const monitor: Monitor = { stopRequested: () => flag.raised };
  if (listener) {
    monitor.iteration = (row) => {
      // The reply says nothing: a listener that fails raises the stop flag.
      listener.iteration(row).catch(() => {});
    };
  }
  try {
    const solved = await runTask(task, monitor);
    await listener?.finished();
    return { solved };
  } catch (error) {
    if (error instanceof InputError) return { mistake: error.message };
    throw error;
  } finally {
    progress?.close();
  }
}
