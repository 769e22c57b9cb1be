import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Crew, Job, JobOutcome } from '../../solvers/batch/crew.js';
import { revivedError } from '../../src/core/plain-error.js';
import { requireThread, threadLimits } from './address-space.js';
import { type Answer, BUSY, DEAD, IDLE } from './batch-state.js';
import { compiled } from './compiled.js';

/** How long an answer may take: milliseconds, or times what this thread needed for its own part, whichever is more. */
export interface Patience {
  readonly least: number;
  readonly times: number;
}

/** So often, in milliseconds, who waits looks whether the thread is still there. */
const beat = 200;

/** One thread of the crew. It keeps no process alive. */
class BatchThread {
  readonly #worker: Worker;
  readonly #state = new Int32Array(new SharedArrayBuffer(4));
  readonly #answers: MessagePort;
  #ended = false;

  constructor() {
    requireThread('a thread for quadratic programs');
    const { port1, port2 } = new MessageChannel();
    this.#answers = port1;
    this.#worker = new Worker(compiled(import.meta.url, './batch-thread.js'), {
      workerData: { state: this.#state, answers: port2 },
      transferList: [port2],
      name: 'graybox quadratic programs',
      execArgv: [],
      resourceLimits: threadLimits(1),
    });
    this.#worker.on('error', () => {});
    this.#worker.once('exit', () => this.#end());
    this.#worker.unref();
    port1.unref();
  }

  get ended(): boolean {
    return this.#ended;
  }

  #end(): void {
    this.#ended = true;
    this.#answers.close();
  }

  /** Whether it is known, without a turn of the event loop, that it runs no more: of a thread that was asked before. */
  get #stopped(): boolean {
    return this.#worker.performance.eventLoopUtilization().idle < 0;
  }

  start(job: Job): void {
    void this.#stopped;
    Atomics.store(this.#state, 0, BUSY);
    this.#worker.postMessage(job);
  }

  /** Blocks until the answer is there. */
  finish(patience: number): JobOutcome | Error | string {
    const until = performance.now() + patience;
    while (Atomics.load(this.#state, 0) === BUSY) {
      if (performance.now() > until) return this.#give('gave no answer');
      Atomics.wait(this.#state, 0, BUSY, beat);
      // A thread that is ended from outside, or for its heap, calls no handler.
      if (Atomics.load(this.#state, 0) === BUSY && this.#stopped) return this.#give('died');
    }
    if (Atomics.load(this.#state, 0) === DEAD) return this.#give('died');
    Atomics.store(this.#state, 0, IDLE);
    const received = receiveMessageOnPort(this.#answers) as { message: Answer } | undefined;
    if (received === undefined) return this.#give('lost its answer');
    const { message } = received;
    return 'outcome' in message ? message.outcome : revivedError(message.failure);
  }

  #give(why: string): string {
    this.#end();
    void this.#worker.terminate();
    return `the thread ${why}`;
  }

  terminate(): Promise<number> {
    return this.#worker.terminate();
  }
}

/** Threads that solve parts of batches while the thread that asks does its own and then sleeps. */
export class BatchCrew implements Crew {
  readonly #threads: BatchThread[] = [];
  readonly #patience: Patience;

  constructor(patience: Patience = { least: 60_000, times: 50 }) {
    this.#patience = patience;
  }

  /** Has at least that many threads. */
  hire(count: number): void {
    for (let k = 0; k < count; k++) if (this.#threads[k]?.ended ?? true) this.#threads[k] = new BatchThread();
  }

  run(jobs: readonly Job[], meanwhile: () => void): (JobOutcome | Error | string)[] {
    this.hire(jobs.length);
    const began = performance.now();
    const threads = jobs.map((job, k) => {
      const thread = this.#threads[k]!;
      thread.start(job);
      return thread;
    });
    meanwhile();
    const { least, times } = this.#patience;
    const patience = Math.max(least, times * (performance.now() - began));
    return threads.map((thread) => thread.finish(patience));
  }

  /** Ends all threads; resolves when they are gone. */
  async dismiss(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

const crew = new BatchCrew();

/** The crew of this thread, with at least `threads` threads. */
export function batchCrew(threads: number): BatchCrew {
  crew.hire(threads);
  return crew;
}
