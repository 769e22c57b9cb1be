import { Worker } from 'node:worker_threads';
import { EvaluationError, OutOfMemoryError } from '../../src/core/errors.js';
import { remoteAt, revived } from '../control-plane.js';
import type { OracleService } from '../service.js';
import { dismissal, Tether } from '../tether.js';
import { requireThread, threadLimits } from './address-space.js';
import { unableToBegin } from './death.js';
import { endpoint } from './endpoint.js';
import { careFor } from './last-exit.js';

/** The methods of the service, each answered by a promise. */
export type RemoteService = ReturnType<typeof remoteAt<OracleService>>;

/**
 * The worker thread of an oracle host with its control plane. It keeps the process alive only while a call is under way;
 * calls fail when it ends.
 */
export class HostThread {
  readonly #worker: Worker;
  readonly #remote: RemoteService;
  readonly #exited: Promise<unknown>;
  readonly #tether = new Tether();
  readonly #calls = new Set<(error: Error) => void>();
  #ended: Error | undefined;

  /** @param died called when the thread ends by itself, with the reason. */
  constructor(entry: URL, control: SharedArrayBuffer, died: (reason: Error) => void) {
    requireThread('the oracle thread');
    // Flags of the main script, such as --input-type, may not fit a worker's.
    this.#worker = new Worker(entry, {
      workerData: { control, tether: this.#tether.memory },
      name: 'graybox oracle',
      execArgv: [],
      resourceLimits: threadLimits(1),
    });
    this.#remote = remoteAt<OracleService>(endpoint(this.#worker));
    let reason: Error = new EvaluationError('the oracle thread ended', '', true);
    this.#worker.on('error', (error) => {
      reason = reasonOf(error);
    });
    this.#exited = new Promise((resolve) => this.#worker.once('exit', resolve));
    const carefree = careFor(this.#tether);
    this.#worker.once('exit', () => {
      carefree();
      if (this.#ended) return;
      this.#fail(reason);
      died(reason);
    });
    this.#worker.unref();
  }

  /** One call of the service. */
  async call<T>(request: (service: RemoteService) => Promise<T>): Promise<T> {
    if (this.#ended) throw this.#ended;
    this.#worker.ref();
    let fail: (error: Error) => void = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject;
        this.#calls.add(fail);
        request(this.#remote).then(resolve, reject);
      });
    } catch (error) {
      throw revived(error);
    } finally {
      this.#calls.delete(fail);
      if (this.#calls.size === 0) this.#worker.unref();
    }
  }

  /**
   * Ends the thread, whatever it is doing; calls fail with `reason` at once. Resolves when the thread is gone, which takes
   * as long as a call into native code takes: it leaves by itself then.
   */
  async end(reason: Error): Promise<void> {
    this.#fail(reason);
    if (this.#tether.dismiss()) void this.#worker.terminate();
    else this.#worker.postMessage(dismissal);
    await this.#exited;
  }

  #fail(reason: Error): void {
    this.#ended ??= reason;
    for (const fail of this.#calls) fail(reason);
    this.#calls.clear();
    this.#worker.unref();
  }
}

function reasonOf(error: unknown): Error {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new OutOfMemoryError(
      'the oracle thread ran out of heap memory: raise it with node --max-old-space-size=…',
    );
  const told = unableToBegin(error, 'the oracle thread');
  const message = told instanceof Error ? told.message : String(told);
  return new EvaluationError(told === error ? `the oracle thread ended: ${message}` : message, '', true);
}
