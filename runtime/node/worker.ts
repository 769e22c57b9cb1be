import './provide.js';
import type { MessagePort } from 'node:worker_threads';
import { Limits, type LimitsData } from '../../src/core/limits.js';
import { type PlainError, plainError } from '../../src/core/plain-error.js';
import type { Iteration } from '../../src/nlp/solver.js';
import { remoteAt } from '../control-plane.js';
import { HeldPoint } from '../held.js';
import { runTask } from '../run.js';
import { dimensionsOf } from '../stated.js';
import type { BoundTask, Solved } from '../task.js';
import { endpoint } from './endpoint.js';
import { busy, idle } from './spare.js';

/** What the main thread listens with. */
export interface Progress {
  iteration(row: Iteration): void;
  /** What a source told of itself. */
  read(facts: unknown): void;
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
  /** Whether anybody looks at the iterations. */
  readonly watched: boolean;
}

/** Errors are answers, since cloning them between threads loses their class. */
export type Reply = { readonly solved: Solved } | { readonly failure: PlainError };

/** A solver thread's entry: solves synchronously; progress rows leave through the port while it computes. */
export default async function work({ task, limits, held, progress, watched }: WiredTask): Promise<Reply> {
  busy();
  const listener = progress && remoteAt<Progress>(endpoint(progress));
  const { variables, constraints } = dimensionsOf(task.problem);
  const point = new HeldPoint(held, variables, constraints);
  try {
    const solved = await runTask(task, {
      limits: new Limits(limits),
      hold: (found) => point.write(found),
      held: () => point.read(),
      assembled: (sizes) => {
        point.sizes = sizes;
      },
      stage: (stage) => {
        point.stage = stage;
      },
      // The replies say nothing: a listener that fails raises the stop flag.
      ...(listener && { read: (facts) => void listener.read(facts).catch(() => {}) }),
      ...(listener && watched && { iteration: (row) => void listener.iteration(row).catch(() => {}) }),
    });
    await listener?.finished();
    return { solved };
  } catch (error) {
    return { failure: plainError(error) };
  } finally {
    progress?.close();
    idle();
  }
}
