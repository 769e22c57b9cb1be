import { EvaluationError } from '../../src/core/errors.js';
import type { Device, Evaluation, Order } from '../../src/engine/contract.js';
import { Control, createMailbox, Mailbox, type MailboxDescriptor } from '../mailbox.js';
import { Owners } from '../owners.js';
import type { Hosted, HostStatistics } from '../service.js';
import { shared } from '../share.js';
import type { ExecutableSpec } from '../task.js';
import { compiled } from './compiled.js';
import { HostThread, type RemoteService } from './thread.js';

/** A client's place at a hosted network; the descriptor opens it in any thread. */
export interface Attachment {
  readonly descriptor: MailboxDescriptor;
  /** Gives the place back. A host that goes on computing for it is replaced after a while. */
  detach(): void;
}

/** How long, in milliseconds, a host may go on computing for someone who no longer waits. */
const grace = 1000;

/** Fails the calls under way at a thread that is replaced; they are made again at its successor. */
class Replaced extends EvaluationError {
  constructor() {
    super(`the oracle thread went on for ${grace} ms after the solve had ended and was ended`, '', true);
  }
}

interface Known {
  readonly spec: ExecutableSpec;
  /** One Int32: not 0 once it need not be compiled any more. */
  readonly unwanted: SharedArrayBuffer;
  /** Compiled in the present thread. */
  ready: Promise<Hosted> | undefined;
}

/**
 * An oracle host, seen from the main thread: a thread that computes for many clients, one question at a time. When the
 * thread dies, waiting clients are woken with the error. Where it does not come back from the question of a client that
 * is gone, it is ended, and a new thread takes over what the other clients wait for.
 */
export class OracleHost {
  #running: HostThread | undefined;
  readonly #control = new SharedArrayBuffer(4 * Control.words);
  readonly #words = new Int32Array(this.#control);
  readonly #owners = new Owners(this.#control);
  readonly #networks = new Map<number, Known>();
  readonly #clients = new Map<number, { readonly id: number; readonly mailbox: Mailbox }>();
  #last = 0;
  #dead: Error | undefined;
  /** Pending while it is open whether the thread must be replaced. */
  #verdict: Promise<void> | undefined;

  /** @param entry what runs in the thread; another one only in tests. */
  constructor(private readonly entry: URL = compiled(import.meta.url, './host-thread.js')) {
    Atomics.store(this.#words, Control.alive, 1);
  }

  get alive(): boolean {
    return this.#dead === undefined;
  }

  /** Whether an engine can compute on a device in the host, or why not. */
  available(engine: string, device: Device): Promise<true | string> {
    return this.#thread.call<true | string>((service) => service.available(engine, device));
  }

  /** Compiles a network in the host. After an abort it is wanted no more. */
  async open(spec: ExecutableSpec, signal?: AbortSignal): Promise<HostedNetwork> {
    const id = ++this.#last;
    const unwanted = new SharedArrayBuffer(4);
    const own = { ...spec, programs: shared(spec.programs) };
    this.#networks.set(id, { spec: own, unwanted, ready: undefined });
    const forget = (): void => {
      this.#networks.delete(id);
      Atomics.store(new Int32Array(unwanted), 0, 1);
      this.#doubt(id);
    };
    signal?.addEventListener('abort', forget, { once: true });
    try {
      return new HostedNetwork(this, await this.#call(id, async () => this.#ready(id)));
    } catch (error) {
      this.#networks.delete(id);
      throw error;
    } finally {
      signal?.removeEventListener('abort', forget);
    }
  }

  /** @internal */
  async attach({ id, ...shape }: Hosted, uses: number): Promise<Attachment> {
    const ticket = ++this.#last;
    const descriptor = createMailbox(shape, uses, this.#control);
    this.#clients.set(ticket, { id, mailbox: new Mailbox(descriptor) });
    await this.#call(id, (service) => service.attach(id, ticket, descriptor));
    return { descriptor, detach: () => this.#detach(ticket) };
  }

  /** @internal */
  evaluate(id: number, order: Order, x: Float64Array, λ: Float64Array): Promise<Evaluation> {
    return this.#call(id, (service) => service.evaluate(id, order, x, λ));
  }

  /** @internal */
  statistics(id: number): Promise<HostStatistics> {
    return this.#call(id, (service) => service.statistics(id));
  }

  /** @internal */
  async dispose(id: number): Promise<void> {
    const compiled = this.#networks.get(id)?.ready;
    this.#networks.delete(id);
    if (compiled && this.alive) await this.#running?.call((service) => service.dispose(id));
  }

  /** Frees all networks and ends the thread. */
  async close(): Promise<void> {
    if (!this.alive) return;
    await Promise.race([this.#running?.call((service) => service.close()), pause(grace)]);
    await this.terminate();
  }

  /** Ends the thread, whatever it is doing; clients get an error. */
  async terminate(): Promise<void> {
    if (!this.alive) return;
    const reason = new EvaluationError('the oracle thread ended', '', true);
    const ended = this.#running?.end(reason);
    this.#bury(reason);
    await Promise.race([ended, pause(grace)]);
  }

  get #thread(): HostThread {
    this.#running ??= new HostThread(this.entry, this.#control, (reason) => this.#bury(reason));
    return this.#running;
  }

  /** Compiled by now in the present thread. */
  #ready(id: number): Promise<Hosted> {
    const known = this.#networks.get(id);
    if (!known) throw new EvaluationError('the network was disposed while in use', '', true);
    known.ready ??= this.#thread.call((service) => service.open(id, known.spec, known.unwanted));
    return known.ready;
  }

  /** A call about network `id`, made again where the thread is replaced meanwhile. */
  async #call<T>(id: number, request: (service: RemoteService) => Promise<T>): Promise<T> {
    for (;;) {
      await this.#verdict;
      if (this.#dead) throw this.#dead;
      try {
        await this.#ready(id);
        return await this.#thread.call(request);
      } catch (error) {
        if (!(error instanceof Replaced) || !this.#networks.has(id)) throw error;
      }
    }
  }

  #detach(ticket: number): void {
    if (!this.#clients.delete(ticket) || !this.alive) return;
    this.#doubt(ticket);
    // A thread that ends meanwhile has nothing left to detach from.
    this.#running?.call((service) => service.detach(ticket)).catch(() => {});
  }

  /** Replaces the thread if it is computing for `owner`, who is gone, and for nobody else, and goes on doing so. */
  #doubt(owner: number): void {
    const gone = (id: number): boolean => !this.#clients.has(id) && !this.#networks.has(id);
    const busy = (): boolean => {
      const owners = this.alive ? (this.#owners.read() ?? []) : [];
      return owners.includes(owner) && owners.every(gone);
    };
    if (!busy()) return;
    const verdict = (async () => {
      for (let waited = 0; waited < grace && busy(); waited += 20) await pause(20);
      if (busy()) this.#replace();
    })().finally(() => {
      if (this.#verdict === verdict) this.#verdict = undefined;
    });
    this.#verdict = verdict;
  }

  #replace(): void {
    void this.#running?.end(new Replaced());
    this.#running = undefined;
    this.#owners.clear();
    for (const known of this.#networks.values()) known.ready = undefined;
    for (const [ticket, { id, mailbox }] of this.#clients)
      this.#thread
        .call(async (service) => {
          await this.#ready(id);
          await service.attach(id, ticket, mailbox.descriptor);
        })
        .catch((error) => {
          if (!(error instanceof Replaced)) mailbox.fail(error);
        });
  }

  #bury(reason: Error): void {
    this.#dead = reason;
    Atomics.store(this.#words, Control.alive, 0);
    for (const { mailbox } of this.#clients.values()) mailbox.fail(reason);
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** A network compiled in an oracle host. */
export class HostedNetwork {
  constructor(
    private readonly host: OracleHost,
    readonly shape: Hosted,
  ) {}

  get alive(): boolean {
    return this.host.alive;
  }

  /** Makes a mailbox for one client with so many uses of it. */
  attach(uses = 1): Promise<Attachment> {
    return this.host.attach(this.shape, uses);
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
