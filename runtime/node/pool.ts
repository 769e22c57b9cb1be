import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { Limits } from '../../src/core/limits.js';
import { revivedError } from '../../src/core/plain-error.js';
import { HeldPoint } from '../held.js';
import { dimensionsOf, isSource } from '../stated.js';
import type { BoundTask, Solved } from '../task.js';
import { cutShort, unfinished } from '../unfinished.js';
import { whenOver } from '../when-over.js';
import { requireThread, threadLimits, threadsThatFit } from './address-space.js';
import { compiled } from './compiled.js';
import { deathOf, unableToBegin } from './death.js';
import { listen } from './listening.js';
import { idleTime } from './spare.js';
import type { Watch } from './watch.js';
import type { Reply, WiredTask } from './worker.js';

export interface PoolOptions {
  /** Solves at the same time. Default: one per core. */
  readonly maxThreads?: number;
  /** Limit of each thread's JavaScript heap; typed arrays do not count. Default: that of the process. */
  readonly heapMegabytes?: number;
}

/** A solve that is over by its limits has this long, in milliseconds, to end by itself; then its thread is ended. */
const grace = 250;

/** So often, in milliseconds, a solve that waits for its thread looks whether there is one. */
const watchInterval = 1000;

/**
 * Solver threads. Each solve has one to itself, synchronous inside; as many run at once as there are cores. Idle
 * threads do not keep the process alive and end by themselves.
 */
export class SolverPool {
  #threads: Piscina<WiredTask, Reply>;

  /** Solves that have a thread, or one that begins. */
  #running = 0;
  /** Solves that wait for their turn: a queue of the threads would be forgotten where the last of these dies. */
  readonly #queue: (() => void)[] = [];
  /** Told, of solves that have not begun, that a thread cannot begin. */
  readonly #unbegun = new Map<HeldPoint, (error: unknown) => void>();

  constructor(private readonly options: PoolOptions = {}) {
    this.#threads = this.#open();
  }

  #open(): Piscina<WiredTask, Reply> {
    const { maxThreads = availableParallelism(), heapMegabytes } = this.options;
    const threads = Math.min(maxThreads, threadsThatFit());
    const pool = new Piscina<WiredTask, Reply>({
      filename: fileURLToPath(compiled(import.meta.url, './worker.js')),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: idleTime(),
      concurrentTasksPerWorker: 1,
      execArgv: [], // flags of the main script, such as --input-type, may not fit a worker's
      resourceLimits: threadLimits(threads, heapMegabytes),
      atomics: 'disabled', // an idle thread's event loop keeps turning
    });
    // A thread that dies between solves is replaced; a solve's own failure reaches its caller.
    pool.on('error', (error: Error) => {
      // An answer of a thread that was ended comes too late for anybody.
      if (!error.message.startsWith('Unexpected message') && !this.#failUnbegun(error))
        process.emitWarning(error);
    });
    return pool;
  }

  /** Ends idle threads, of which there are new ones when they are needed, where no solve has any. */
  shrink(): void {
    if (this.#running > 0 || this.size === 0) return;
    void this.#threads.destroy();
    this.#threads = this.#open();
  }

  /** @internal Threads alive now. */
  get threads(): readonly Worker[] {
    return this.#threads.threads;
  }

  /** How many there are. */
  get size(): number {
    return this.#threads.threads.length;
  }

  /** @param again whether to try once more where the thread was dead before the solve began. */
  async solve(task: BoundTask, watch: Watch = {}, again = true): Promise<Solved> {
    const { onIteration, signal, limits = new Limits() } = watch;
    const { variables, constraints } = dimensionsOf(task.problem);
    const held = HeldPoint.create(variables, constraints);
    const stop = new AbortController();
    const stopped = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const watched = onIteration !== undefined;
    const listening = watched || isSource(task.problem) ? listen(onIteration, () => stop.abort()) : undefined;
    const [late, gone] = [new AbortController(), new AbortController()];
    let watchdog: NodeJS.Timeout | undefined;
    let failure: Error | undefined;
    const callOff = whenOver(limits, stopped, grace, () => late.abort());
    let mine = false;
    try {
      await this.#turn(late.signal);
      mine = true;
      if (this.#running > this.size) requireThread('the solver thread');
      const progress = listening && { progress: listening.port };
      const unable = new Promise<never>((_, reject) => {
        this.#unbegun.set(held, (error) => {
          reject(error);
          gone.abort();
        });
      });
      watchdog = setInterval(
        () => this.#failUnbegun(new Error('worker exited before it began')),
        watchInterval,
      );
      const outcome = await Promise.race([
        unable,
        this.#threads.run(
          { task, limits: limits.data, held: held.memory, watched, ...progress },
          {
            transferList: listening ? [listening.port] : [],
            signal: AbortSignal.any([late.signal, gone.signal]),
          },
        ),
      ]);
      if (listening?.failure) throw listening.failure.error;
      if ('failure' in outcome) failure = revivedError(outcome.failure);
      else return outcome.solved;
    } catch (error) {
      if (listening?.failure) throw listening.failure.error;
      const over = late.signal.aborted ? limits.over()?.outcome : deathOf(error, held.stage);
      if (!over) throw held.stage === undefined ? unableToBegin(error, 'the solver thread') : error;
      if (!again || late.signal.aborted || held.stage !== undefined || over.status !== 'evaluation-error') {
        const ending = { ...over, message: `${over.message}${during[held.stage ?? 'waiting']}` };
        const point = held.read();
        const solved = point
          ? cutShort(point, ending, held.sizes, limits)
          : unfinished(task.problem, ending, limits);
        return { ...solved, ...(listening?.facts !== undefined && { facts: listening.facts }) };
      }
    } finally {
      clearInterval(watchdog);
      this.#unbegun.delete(held);
      if (mine) this.#pass();
      callOff();
      listening?.close();
    }
    if (failure === undefined) return this.solve(task, watch, false);
    throw failure;
  }

  /** Waits until another solve may have a thread. */
  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#running < this.#threads.maxThreads) {
      this.#running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.#queue.push(resolve);
      signal.addEventListener('abort', () => {
        const at = this.#queue.indexOf(resolve);
        if (at < 0) return;
        this.#queue.splice(at, 1);
        reject(new Error('over before it began'));
      });
    });
  }

  /** Gives the turn to who waits longest. */
  #pass(): void {
    const next = this.#queue.shift();
    if (next) next();
    else this.#running--;
  }

  /** Fails a solve that waits for a thread where one ended before it began; false where none does. */
  #failUnbegun(error: Error): boolean {
    if (this.#running <= this.size) return false;
    for (const [{ stage }, fail] of this.#unbegun)
      if (stage === undefined) {
        fail(error);
        return true;
      }
    return false;
  }

  /** Ends idle threads; running solves must have ended. */
  async close(): Promise<void> {
    await this.#threads.destroy();
  }
}

/** Where a solve was when it was ended, for its message. */
const during = {
  waiting: ' while it waited for a thread',
  reading: ' while the problem was read',
  building: ' while the problem was built',
  solving: '',
} as const;
