import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { compiled } from '../../src/core/compiled.js';
import { InputError } from '../../src/core/errors.js';
import type { Monitor } from '../../src/nlp/solver.js';
import { exposeAt } from '../../src/oracle/control-plane.js';
import { StopFlag } from './stop.js';
import type { Solved, SolveTask } from './task.js';
import { outOfMemory } from './unfinished.js';
import type { Outcome, Progress, WiredTask } from './worker.js';

/** What a caller may attach to a solve in the pool. */
export interface Watch {
  /** Called in the main thread once per iteration, a little later than the solver; `false` stops the solve. */
  onIteration?: NonNullable<Monitor['iteration']>;
  /** Aborting ends the solve with status `interrupted` and its best point. */
  signal?: AbortSignal;
}

export interface PoolOptions {
  /** Solves at the same time. Default: one per core. */
  readonly maxThreads?: number;
  /** Limit of each thread's JavaScript heap; typed arrays do not count. Default: that of the process. */
  readonly heapMegabytes?: number;
}

/** An idle thread is kept this long, in milliseconds, for the next solve. */
const idleTimeout = 5000;

/**
 * Solver threads. Each solve has one to itself, synchronous inside; as many run at once as there are cores. Idle
 * threads do not keep the process alive and end by themselves.
 */
export class SolverPool {
  readonly #threads: Piscina<WiredTask, Outcome>;

  constructor({ maxThreads = availableParallelism(), heapMegabytes }: PoolOptions = {}) {
    this.#threads = new Piscina<WiredTask, Outcome>({
      filename: fileURLToPath(compiled(import.meta.url, './worker.js')),
      minThreads: 0,
      maxThreads,
      idleTimeout,
      concurrentTasksPerWorker: 1,
      execArgv: [], // flags of the main script, such as --input-type, may not fit a worker's
      ...(heapMegabytes && { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } }),
      atomics: 'disabled', // an idle thread's event loop keeps turning
    });
    // A thread that dies between solves is replaced; a solve's own failure reaches its caller.
    this.#threads.on('error', (error: Error) => process.emitWarning(error));
  }

  /** Threads alive now. */
  get size(): number {
    return this.#threads.threads.length;
  }

  async solve(task: SolveTask, watch: Watch = {}): Promise<Solved> {
    const { onIteration, signal } = watch;
    const flag = new StopFlag();
    const stop = (): void => flag.raise();
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const listening = onIteration && listen(onIteration, flag);
    try {
      const wired = { task, stop: flag.memory, ...(listening && { progress: listening.port }) };
      const outcome = await this.#threads.run(wired, { transferList: listening ? [listening.port] : [] });
      if (listening?.failure) throw listening.failure.error;
      if ('mistake' in outcome) throw new InputError(outcome.mistake);
      return outcome.solved;
    } catch (error) {
      if (isOutOfMemory(error)) return outOfMemory(task.problem);
      throw error;
    } finally {
      signal?.removeEventListener('abort', stop);
      listening?.close();
    }
  }

  /** Ends idle threads; running solves must have ended. */
  async close(): Promise<void> {
    await this.#threads.destroy();
  }
}

function listen(onIteration: NonNullable<Watch['onIteration']>, flag: StopFlag) {
  const { port1, port2 } = new MessageChannel();
  const listening = {
    port: port2,
    failure: undefined as { error: unknown } | undefined,
    close: () => port1.close(),
  };
  const progress: Progress = {
    iteration(row) {
      if (listening.failure) return;
      try {
        if (onIteration(row) === false) flag.raise();
      } catch (error) {
        listening.failure = { error };
        flag.raise();
      }
    },
    finished() {},
  };
  exposeAt(progress, port1);
  return listening;
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
