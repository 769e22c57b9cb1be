import { type MessagePort, Worker } from 'node:worker_threads';
import type { ColumnAnswer, ColumnRequest } from '../../solvers/kkt/index.js';
import { EvaluationError, InputError, OutOfMemoryError } from '../../src/core/errors.js';
import { Limits } from '../../src/core/limits.js';
import { revivedError } from '../../src/core/plain-error.js';
import type { HeldPoint } from '../held.js';
import type { Preparation, Run } from '../prepared.js';
import type { Sizes, Solved } from '../task.js';
import { cutShort, type Ending, endingOf, unfinished } from '../unfinished.js';
import { whenOver } from '../when-over.js';
import { requireThread, threadLimits } from './address-space.js';
import { compiled } from './compiled.js';
import { deathOf, unableToBegin } from './death.js';
import { Exchange, type RunNote } from './exchange.js';
import { listen } from './listening.js';
import type { Answer, Order } from './prepared-worker.js';
import { Turns, turnsWake } from './turns.js';
import type { Watch } from './watch.js';

/** A solve that is over by its limits has this long, in milliseconds, to end by itself; then its thread is ended. */
const grace = 250;

/**
 * A thread that holds one prepared problem, and solves it one time after the other. It keeps the process alive only while
 * it solves.
 */
export class PreparedThread {
  readonly #worker: Worker;
  readonly #preparation: Preparation;
  #sizes: Sizes | undefined;
  #exchange: Exchange | undefined;
  #turns: Turns | undefined;
  /** What the thread was told of a run last, where it may solve so again without a word. */
  #note: RunNote | undefined;
  #waiting: { answer: (answer: Answer) => void; fail: (error: unknown) => void } | undefined;
  #gone: unknown;
  #disposed = false;

  constructor(preparation: Preparation, heapMegabytes?: number) {
    this.#preparation = preparation;
    requireThread('the thread of a prepared problem');
    this.#worker = new Worker(compiled(import.meta.url, './prepared-worker.js'), {
      name: 'graybox prepared',
      execArgv: [], // flags of the main script, such as --input-type, may not fit a worker's
      resourceLimits: threadLimits(1, heapMegabytes),
    });
    this.#worker.on('message', (answer: Answer) => this.#waiting?.answer(answer));
    this.#worker.on('error', (error) =>
      this.#fail(this.#sizes ? error : unableToBegin(error, 'the thread of a prepared problem')),
    );
    this.#worker.on('exit', (code) => this.#fail(new Error(`worker exited with code ${code}`)));
    this.#worker.unref();
  }

  /** Whether it can solve again. */
  get alive(): boolean {
    return this.#gone === undefined;
  }

  /** Takes the problem apart and assembles it; what a caller did wrong is thrown. */
  async open(limits: Limits): Promise<void> {
    const answer = await this.#ask({
      kind: 'open',
      preparation: this.#preparation,
      limits: limits.data,
    }).catch((error) => {
      const ending = this.#disposed ? undefined : deathOf(error, undefined);
      if (ending === undefined) throw error;
      throw ending.status === 'out-of-memory'
        ? new OutOfMemoryError(ending.message)
        : new EvaluationError(ending.message, '', true);
    });
    if ('failure' in answer) throw revivedError(answer.failure);
    if (!('opened' in answer)) return;
    this.#sizes = answer.opened;
    this.#exchange = new Exchange(answer.opened, answer.told, answer.memory);
    if (turnsWake) this.#turns = new Turns(this.#exchange.turns);
  }

  async solve(run: Run, { limits = new Limits(), signal, onIteration }: Watch = {}): Promise<Solved> {
    const sizes = this.#sizes!;
    const exchange = this.#exchange!;
    const { held, flag } = exchange;
    const stop = onIteration && new AbortController();
    const signals = [signal, stop?.signal].filter((one) => one !== undefined);
    const stopped = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
    const listening = onIteration && listen(onIteration, () => stop!.abort());
    let late: Ending | undefined;
    let failure: Error;
    const callOff = whenOver(limits, stopped, grace, () => {
      late = limits.over()?.outcome;
      void this.end();
    });
    limits.mirror(flag);
    try {
      const note = exchange.put(run, limits);
      const before = this.#note;
      this.#note = note;
      const answer =
        listening === undefined && before && this.#turns && isSame(before, note)
          ? await this.#again(exchange, this.#turns)
          : await this.#ask(
              { kind: 'solve', note, ...(listening && { progress: listening.port }) },
              listening ? [listening.port] : [],
            );
      if (listening?.failure) throw listening.failure.error;
      if ('solved' in answer) {
        const { result, ...rest } = answer.solved;
        return { ...rest, sizes, result: { ...held.read()!, ...result } };
      }
      if (!('failure' in answer)) throw new TypeError('a prepared thread gave another answer');
      failure = revivedError(answer.failure);
    } catch (error) {
      if (listening?.failure) throw listening.failure.error;
      const ending = late ?? (this.#disposed ? undefined : deathOf(error, held.stage));
      if (ending === undefined) throw error;
      return this.#ended(held, run, ending, limits);
    } finally {
      callOff();
      limits.unmirror(flag);
      listening?.close();
    }
    const ending = endingOf(failure);
    if (ending === undefined) throw failure;
    return this.#ended(held, run, ending, limits);
  }

  /** Derivatives of its last solution. */
  async derivatives(request: ColumnRequest): Promise<ColumnAnswer> {
    const answer = await this.#ask({ kind: 'derive', request });
    if ('failure' in answer) throw revivedError(answer.failure);
    return (answer as { readonly derivatives: ColumnAnswer }).derivatives;
  }

  /** The point held where a solve was ended, or the start. */
  #ended(held: HeldPoint, { start }: Run, ending: Ending, limits: Limits): Solved {
    const point = held.read();
    if (point) return cutShort(point, ending, this.#sizes!, limits);
    const { problem } = this.#preparation;
    const variables = { ...problem.variables, ...(start && { start }) };
    return unfinished({ ...problem, variables } as typeof problem, ending, limits);
  }

  /** Frees what it holds and ends it. */
  async close(): Promise<void> {
    if (this.alive && this.#waiting === undefined)
      await this.#ask({ kind: 'dispose' }).catch(() => undefined);
    await this.end();
  }

  /** Ends it, whatever it is doing. */
  async end(): Promise<void> {
    this.#disposed = true;
    this.#fail(new InputError('the prepared problem was disposed of'));
    await this.#worker.terminate();
  }

  /** @internal Ends it as an accident would. */
  terminate(): Promise<number> {
    return this.#worker.terminate();
  }

  #ask(order: Order, transfer: readonly MessagePort[] = []): Promise<Answer> {
    return this.#answerTo(() => this.#worker.postMessage(order, transfer));
  }

  /** Orders what was ordered before, with the numbers that stand in the exchange. */
  #again(exchange: Exchange, turns: Turns): Promise<Answer> {
    return this.#answerTo(() => {
      const seen = turns.at(1);
      turns.pass(0);
      // A solve that failed answers by message; what then still waits finds nothing to do.
      void turns.past(1, seen).then(() => this.#waiting?.answer({ solved: exchange.answered() }));
    });
  }

  async #answerTo(order: () => void): Promise<Answer> {
    if (this.#gone !== undefined) throw this.#gone;
    this.#worker.ref();
    try {
      const answer = await new Promise<Answer>((resolve, reject) => {
        this.#waiting = { answer: resolve, fail: reject };
        order();
      });
      return answer;
    } finally {
      this.#waiting = undefined;
      this.#worker.unref();
    }
  }

  #fail(reason: unknown): void {
    this.#gone ??= reason;
    this.#waiting?.fail(reason);
  }
}

/** Whether two runs differ in their numbers alone. */
function isSame(a: RunNote, b: RunNote): boolean {
  if (a.derivatives || b.derivatives || a.iterates !== b.iterates) return false;
  const [before, now] = [a.options ?? {}, b.options ?? {}];
  const keys = Object.keys(now);
  return keys.length === Object.keys(before).length && keys.every((key) => Object.is(now[key], before[key]));
}
