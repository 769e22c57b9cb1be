/// <reference lib="esnext.disposable" preserve="true" />
import './provide.js';
import { availableParallelism } from 'node:os';
import { InputError } from '../../src/core/errors.js';
import { optionsOf, told } from '../../src/core/given.js';
import { Limits } from '../../src/core/limits.js';
import type { Device } from '../../src/engine/contract.js';
import { Control } from '../mailbox.js';
import { isSource } from '../stated.js';
import type { ExecutableSpec, Solved, SolveTask } from '../task.js';
import { endingOf, unfinished } from '../unfinished.js';
import { type Bound, bind } from './bind.js';
import { Hosts, type Lease } from './hosts.js';
import { SolverPool } from './pool.js';
import { PreparedThread } from './prepared.js';
import { whileShort } from './spare.js';
import type { Watch } from './watch.js';

/** How much of the machine a {@link Runtime} may use; whole numbers above 0. */
export interface RuntimeOptions {
  /** Solves at the same time, each in a thread of its own; others wait. Default: one per core. */
  readonly threads?: number | undefined;
  /** Threads that compute networks on one device, one question at a time each. Default: 1. */
  readonly hosts?: number | undefined;
  /** MiB of JavaScript heap of each solver thread; arrays of numbers do not count. Default: that of the process. */
  readonly memory?: number | undefined;
}

/** @internal */
export interface Insides {
  /** What runs in oracle hosts; another one only in tests. */
  readonly hostEntry?: URL;
}

/** Solver threads and oracle hosts. Idle threads do not keep the process alive. */
export class Runtime {
  readonly #pool: SolverPool;
  readonly #hosts: Hosts;
  readonly #running = new Set<Promise<unknown>>();
  readonly #prepared = new Set<PreparedThread>();
  readonly #memory: number | undefined;
  readonly #unwatch: () => void;
  /** @internal Solves that run at the same time. */
  readonly concurrency: number;
  #closed: Promise<void> | undefined;

  constructor(options: RuntimeOptions = {}, { hostEntry }: Insides = {}) {
    const { threads, hosts = 1, memory } = optionsOf(options, 'openRuntime', ['threads', 'hosts', 'memory']);
    for (const [name, value] of Object.entries({ threads, hosts, memory }))
      if (value !== undefined && !(Number.isInteger(value) && value > 0))
        throw new InputError(`openRuntime: ${name} is ${told(value)}, not a whole number above 0`);
    this.#pool = new SolverPool({
      ...(threads !== undefined && { maxThreads: threads }),
      ...(memory !== undefined && { heapMegabytes: memory }),
    });
    this.#hosts = new Hosts(hosts, hostEntry);
    this.#memory = memory;
    this.#unwatch = whileShort(() => {
      this.#pool.shrink();
      this.#hosts.shrink();
    });
    this.concurrency = threads ?? availableParallelism();
  }

  /** @internal Solves in a thread of this runtime. */
  async solve(task: SolveTask, watch: Watch): Promise<Solved> {
    this.#check();
    const running = this.#solve(task, watch);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /**
   * @internal A prepared problem in a thread of its own, opened; `release` gives back what it holds at oracle hosts; `alive` tells
   * whether they and the thread can still answer.
   */
  async prepare(
    task: Omit<SolveTask, 'options' | 'warmStart'>,
    limits: Limits,
  ): Promise<{ readonly thread: PreparedThread; alive(): boolean; release(): void }> {
    this.#check();
    const bound = await bind(task, this.#hosts, limits, undefined);
    const { problem, ...rest } = bound.task;
    if (isSource(problem)) throw new InputError('prepare: the problem must be read first');
    const thread = new PreparedThread({ ...rest, problem }, this.#memory);
    const release = (): void => {
      this.#prepared.delete(thread);
      bound.release();
    };
    const hosts = rest.boxes.flatMap((box) =>
      box.kind === 'mailbox' ? [new Int32Array(box.mailbox.control)] : [],
    );
    const alive = (): boolean =>
      thread.alive && hosts.every((words) => Atomics.load(words, Control.alive) === 1);
    this.#prepared.add(thread);
    try {
      await thread.open(limits);
      return { thread, alive, release };
    } catch (error) {
      await thread.end();
      release();
      throw error;
    }
  }

  /** @internal Whether an engine can compute on a device in the hosts, or why not. */
  available(engine: string, device: Device): Promise<true | string> {
    this.#check();
    return this.#hosts.available(engine, device);
  }

  /** @internal A right to use a network, compiled in an oracle host of this runtime. */
  lease(spec: ExecutableSpec): Lease {
    this.#check();
    return this.#hosts.lease(spec);
  }

  /** Ends its threads and frees compiled networks once running solves have ended; nothing begins any more. */
  close(): Promise<void> {
    this.#closed ??= (async () => {
      this.#unwatch();
      await Promise.allSettled(this.#running);
      await Promise.allSettled([...this.#prepared].map((thread) => thread.end()));
      await this.#pool.close();
      await this.#hosts.close();
    })();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #solve(task: SolveTask, watch: Watch): Promise<Solved> {
    const { limits = new Limits(), signal } = watch;
    let bound: Bound | undefined;
    try {
      bound = await bind(task, this.#hosts, limits, signal);
      return await this.#pool.solve(bound.task, { ...watch, limits });
    } catch (error) {
      const ending = endingOf(error);
      if (!ending) throw error;
      return unfinished(task.problem, ending, limits);
    } finally {
      bound?.release();
    }
  }

  /** @internal Threads that solve, for tests that end them. */
  get threads(): readonly { terminate(): Promise<number> }[] {
    return [...this.#pool.threads, ...this.#prepared];
  }

  /** @internal Ends the oracle hosts, whatever they do, as an accident would. */
  endHosts(): void {
    this.#hosts.terminate();
  }

  #check(): void {
    if (this.#closed) throw new InputError('the runtime was closed: open another one with openRuntime');
  }
}

/** Opens solver threads and oracle hosts apart from the process's own; give it to the verbs as their option `runtime`. */
export const openRuntime = (options: RuntimeOptions = {}): Runtime => new Runtime(options);

let own: Runtime | undefined;

/** The process's own runtime, opened when it is first needed. */
export function defaultRuntime(): Runtime {
  own ??= new Runtime();
  return own;
}

/**
 * Closes the process's own runtime after running solves have ended. Not needed for the process to exit; it frees memory
 * earlier. A later solve opens another one.
 */
export async function shutdown(): Promise<void> {
  const closing = own;
  own = undefined;
  await closing?.close();
}
