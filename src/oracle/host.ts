import { Worker } from 'node:worker_threads';
import { compiled } from '../core/compiled.js';
import type { Evaluation, Order } from '../engine/contract.js';
import { remoteAt, revived } from './control-plane.js';
import { Control, Mailbox, type MailboxDescriptor } from './mailbox.js';
import type { ExecutableSpec, Hosted, HostStatistics, OracleService } from './service.js';
import { shared } from './share.js';

/** A client's place at a hosted network; the descriptor opens it in any thread. */
export interface Attachment {
  readonly descriptor: MailboxDescriptor;
  detach(): Promise<void>;
}

/**
 * The oracle host thread, seen from the main thread. It keeps the process alive only while a call is under way; close
 * it to free its memory earlier. When the thread dies, waiting clients are woken with an error.
 */
export class OracleHost {
  readonly #worker: Worker;
  readonly #remote;
  readonly #control = new SharedArrayBuffer(4 * Control.words);
  readonly #mailboxes = new Map<number, Mailbox>();
  readonly #calls = new Set<(error: Error) => void>();
  #reason: string | undefined;

  /** @param entry what runs in the thread; another one only in tests. */
  constructor(entry: URL = compiled(import.meta.url, './host-thread.js')) {
    Atomics.store(new Int32Array(this.#control), Control.alive, 1);
    // Flags of the main script, such as --input-type, may not fit a worker's.
    const options = { workerData: { control: this.#control }, name: 'graybox oracle', execArgv: [] };
    this.#worker = new Worker(entry, options);
    this.#remote = remoteAt<OracleService>(this.#worker);
    let failure = '';
    this.#worker.on('error', (error) => {
      failure = `: ${error instanceof Error ? error.message : String(error)}`;
    });
    this.#worker.on('exit', () => this.#bury(`the oracle thread ended${failure}`));
    this.#worker.unref();
  }

  get alive(): boolean {
    return this.#reason === undefined;
  }

  /** Compiles a network in the host thread. */
  async open(spec: ExecutableSpec): Promise<HostedNetwork> {
    const sent = { ...spec, network: shared(spec.network) };
    return new HostedNetwork(this, await this.call(() => this.#remote.open(sent)));
  }

  /** @internal */
  async attach(id: number): Promise<Attachment> {
    const { ticket, descriptor } = await this.call(() => this.#remote.attach(id));
    this.#mailboxes.set(ticket, new Mailbox(descriptor));
    const detach = async (): Promise<void> => {
      if (this.#mailboxes.delete(ticket) && this.alive) await this.call(() => this.#remote.detach(ticket));
    };
    return { descriptor, detach };
  }

  /** @internal */
  evaluate(id: number, order: Order, x: Float64Array, λ: Float64Array): Promise<Evaluation> {
    return this.call(() => this.#remote.evaluate(id, order, x, λ));
  }

  /** @internal */
  statistics(id: number): Promise<HostStatistics> {
    return this.call(() => this.#remote.statistics(id));
  }

  /** @internal */
  async dispose(id: number): Promise<void> {
    if (this.alive) await this.call(() => this.#remote.dispose(id));
  }

  /** Frees all networks and ends the thread. */
  async close(): Promise<void> {
    if (!this.alive) return;
    await this.call(() => this.#remote.close());
    await this.terminate();
  }

  /** Ends the thread at once, whatever it is doing. */
  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  /** One control-plane call: keeps the process alive meanwhile and fails when the thread ends. */
  private async call<T>(request: () => Promise<T>): Promise<T> {
    if (this.#reason !== undefined) throw new Error(this.#reason);
    this.#worker.ref();
    let fail: (error: Error) => void = () => {};
    try {
      return await new Promise<T>((resolve, reject) => {
        fail = reject;
        this.#calls.add(fail);
        request().then(resolve, reject);
      });
    } catch (error) {
      throw revived(error);
    } finally {
      this.#calls.delete(fail);
      if (this.#calls.size === 0) this.#worker.unref();
    }
  }

  #bury(reason: string): void {
    this.#reason = reason;
    Atomics.store(new Int32Array(this.#control), Control.alive, 0);
    for (const mailbox of this.#mailboxes.values()) mailbox.fail(reason);
    for (const fail of this.#calls) fail(new Error(reason));
  }
}

/** A network compiled in the oracle host. */
export class HostedNetwork {
  constructor(
    private readonly host: OracleHost,
    readonly shape: Hosted,
  ) {}

  get alive(): boolean {
    return this.host.alive;
  }

  /** Makes a mailbox for one client. */
  attach(): Promise<Attachment> {
    return this.host.attach(this.shape.id);
  }

  /** Evaluates once, without blocking; buffers above `order` come back empty. */
  evaluate(
    order: Order,
    x: Float64Array,
    λ: Float64Array = new Float64Array(this.shape.outputs),
  ): Promise<Evaluation> {
    return this.host.evaluate(this.shape.id, order, x, λ);
  }

  statistics(): Promise<HostStatistics> {
    return this.host.statistics(this.shape.id);
  }

  dispose(): Promise<void> {
    return this.host.dispose(this.shape.id);
  }
}
