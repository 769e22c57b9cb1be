import './provide.js';
import type { MessagePort } from 'node:worker_threads';
import { Limits, type LimitsData } from '../../src/core/limits.js';
import { type PlainError, plainError } from '../../src/core/plain-error.js';
import type { Iteration } from '../../src/nlp/solver.js';
import { remoteAt } from '../control-plane.js';
import { HeldPoint } from '../held.js';
import { runTask } from '../run.js';
import type { BoundTask, Solved } from '../task.js';
import { endpoint } from './endpoint.js';

/** What the main thread listens with. */
export interface Progress {
  iteration(row: Iteration): void;
  /** Answered after all rows before it were seen. */
  finished(): void;
}

/** A task with the wires that connect it to the main thread. */
export interface WiredTask {
  readonly task: BoundTask;
  readonly limits: LimitsData;
  /** Memory of the {@link HeldPoint}. */
  readonly held: SharedArrayBuffer;
  readonly progress?: MessagePort;
}

/** Errors are answers, since cloning them between threads loses their class. */
export type Outcome = { readonly solved: Solved } | { readonly failure: PlainError };

/** A solver thread's entry: solves synchronously; progress rows leave through the port while it computes. */
export default async function work({ task, limits, held, progress }: WiredTask): Promise<Outcome> {
  const listener = progress && remoteAt<Progress>(endpoint(progress));
  const { variables, rows } = task.problem;
  const point = new HeldPoint(held, variables.lower.length, rows.lower.length);
  try {
    const solved = await runTask(task, {
      limits: new Limits(limits),
      hold: (found) => point.write(found),
      assembled: (sizes) => {
        point.sizes = sizes;
      },
      ...(listener && {
        iteration: (row) => {
          // The reply says nothing: a listener that fails raises the stop flag.
          listener.iteration(row).catch(() => {});
        },
      }),
    });
    await listener?.finished();
    return { solved };
  } catch (error) {
    return { failure: plainError(error) };
  } finally {
    progress?.close();
  }
}
