import { EvaluationError } from '../src/core/errors.js';
import type { Device, Evaluation, Executable, Order, Precision } from '../src/engine/contract.js';
import { openEngine } from '../src/engine/open.js';
import type { BoxShape, Slot } from '../src/oracle/contract.js';
import { failureOf, type Place } from '../src/oracle/failure.js';
import { boxShape } from '../src/oracle/local.js';
import { byInputs, makeSlot } from '../src/oracle/slot.js';
import { moving } from './control-plane.js';
import { Control, Mailbox, type MailboxDescriptor, MailboxState } from './mailbox.js';
import { Owners } from './owners.js';
import { interned } from './share.js';
import type { ExecutableSpec } from './task.js';
import type { Tether } from './tether.js';
import { turn } from './turn.js';

/** A network held by an oracle host, as its users see it. */
export interface Hosted extends BoxShape {
  readonly id: number;
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
}

/** What a hosted network did so far. */
export interface HostStatistics {
  /** Calls of the engine, each for one or many points. */
  readonly calls: number;
  /** Points answered, by order. */
  readonly values: number;
  readonly jacobians: number;
  readonly hessians: number;
  /** Seconds spent computing. */
  readonly seconds: number;
  /** Mailboxes attached now. */
  readonly clients: number;
}

interface Entry {
  readonly executable: Executable;
  readonly shape: BoxShape;
  readonly place: Place;
  /** Slots answered, by order. */
  readonly calls: [number, number, number];
  /** Calls of the engine. */
  runs: number;
  seconds: number;
}

/** A client that waits for an answer. */
interface Request {
  readonly ticket: number;
  readonly mailbox: Mailbox;
}

/** What is computed by one call of an engine. */
interface Computation {
  readonly id: number;
  readonly order: Order;
  readonly slots: readonly Slot[];
}

/** At most this long does the host sleep unasked, in milliseconds. */
const nap = 1000;

/** What a host is made of. */
export interface Ties {
  readonly control: SharedArrayBuffer;
  /** Ties it to its owner, who may dismiss it. Default: nobody dismisses it. */
  readonly tether?: Tether;
  /** Compiles programs. */
  readonly open: (spec: ExecutableSpec) => Promise<Executable>;
  /** Whether an engine leaves JavaScript for long. Default: none does. */
  readonly native?: (engine: string) => boolean;
  /** Ends the thread once it was dismissed. */
  readonly depart?: () => void;
}

/**
 * The oracle host: owns executables and answers the mailboxes of their clients, one evaluation at a time; what several
 * clients ask of one network meanwhile is answered by one call of its engine. Its methods are the control plane, called
 * from the main thread; `serve` is the data plane.
 */
export class OracleService {
  readonly #words: Int32Array;
  readonly #owners: Owners;
  readonly #entries = new Map<number, Entry>();
  readonly #clients = new Map<number, { readonly mailbox: Mailbox; readonly id: number }>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly ties: Ties) {
    this.#words = new Int32Array(ties.control);
    this.#owners = new Owners(ties.control);
    Atomics.store(this.#words, Control.alive, 1);
  }

  /** Whether an engine can compute on a device here, or why not. */
  async available(engine: string, device: Device): Promise<true | string> {
    return (await openEngine(engine)).available(device);
  }

  /** Compiles programs; the caller chooses their `id`. Nothing begins once the word in `unwanted` is not 0. */
  async open(id: number, spec: ExecutableSpec, unwanted = new SharedArrayBuffer(4)): Promise<Hosted> {
    const programs = interned(spec.programs);
    const word = new Int32Array(unwanted);
    const executable = await this.#exclusively(
      () => (Atomics.load(word, 0) === 0 ? [id] : []),
      () => this.#outside(spec.engine, () => this.ties.open({ ...spec, programs })),
    );
    const { engine, device, precision } = executable;
    const shape = boxShape(executable);
    const place = { engine, network: programs.name };
    this.#entries.set(id, { executable, shape, place, calls: [0, 0, 0], runs: 0, seconds: 0 });
    return { id, engine, device, precision, ...shape };
  }

  /** Serves one more client of network `id`, under a `ticket` of the caller's choice. */
  attach(id: number, ticket: number, descriptor: MailboxDescriptor): void {
    this.#entry(id);
    this.#clients.set(ticket, { mailbox: new Mailbox(descriptor), id });
    this.#ring(); // it may have asked already
  }

  detach(ticket: number): void {
    this.#clients.delete(ticket);
  }

  /** One evaluation through the control plane, derivatives by x; buffers above `order` come back empty. */
  async evaluate(id: number, order: Order, x: Float64Array, λ: Float64Array): Promise<Evaluation> {
    const entry = this.#entry(id);
    const slot = { ...makeSlot(entry.shape), x, λ };
    await this.#exclusively(
      () => [id],
      () => this.#compute({ id, order, slots: [slot] }),
    );
    const nothing = new Float64Array(0);
    const asked = { y: slot.y, J: order >= 1 ? slot.J : nothing, H: order === 2 ? slot.H : nothing };
    const answer = byInputs(entry.shape, asked);
    return moving(answer, [
      answer.y.buffer,
      ...(order >= 1 ? [answer.J.buffer] : []),
      ...(order === 2 ? [answer.H.buffer] : []),
    ] as ArrayBuffer[]);
  }

  statistics(id: number): HostStatistics {
    const { calls, runs, seconds } = this.#entry(id);
    const clients = [...this.#clients.values()].filter((client) => client.id === id).length;
    return { calls: runs, values: calls[0], jacobians: calls[1], hessians: calls[2], seconds, clients };
  }

  /** Frees a network; clients that still ask get an error. */
  async dispose(id: number): Promise<void> {
    const entry = this.#entry(id);
    this.#entries.delete(id);
    await this.#exclusively(
      () => [id],
      () => this.#outside(entry.place.engine, () => entry.executable.dispose()),
    );
  }

  /** Frees everything and ends `serve`. */
  async close(): Promise<void> {
    Atomics.store(this.#words, Control.alive, 0);
    this.#ring();
    for (const id of [...this.#entries.keys()]) await this.dispose(id);
    for (const { mailbox } of this.#clients.values()) mailbox.rouse();
    this.#clients.clear();
  }

  /** Answers mailboxes until `close`. */
  async serve(): Promise<void> {
    while (Atomics.load(this.#words, Control.alive) === 1 && !this.ties.tether?.dismissed) {
      const bell = Atomics.load(this.#words, Control.bell);
      if (await this.#answerAll())
        await turn(); // lets control messages in
      else await rung(this.#words, bell);
    }
  }

  /** Answers everybody who waits now, those who ask the same of one network together; false where nobody does. */
  async #answerAll(): Promise<boolean> {
    const groups = new Map<string, { id: number; order: Order; requests: Request[] }>();
    for (const [ticket, { mailbox, id }] of this.#clients) {
      if (mailbox.state !== MailboxState.requested) continue;
      const { order } = mailbox;
      const key = `${id} ${order}`;
      const group = groups.get(key) ?? { id, order, requests: [] };
      groups.set(key, group);
      group.requests.push({ ticket, mailbox });
    }
    for (const { id, order, requests } of groups.values())
      for (let k = 0; k < requests.length; k += Owners.most)
        await this.#answer(id, order, requests.slice(k, k + Owners.most));
    return groups.size > 0;
  }

  /** Answers clients by one call of the engine; where that fails each by itself, so that none suffers for another. */
  async #answer(id: number, order: Order, requests: readonly Request[]): Promise<void> {
    const begin = performance.now();
    let asked = requests;
    const begun = (): number[] => {
      asked = requests.filter(({ mailbox }) => mailbox.state === MailboxState.requested);
      return asked.map(({ ticket }) => ticket);
    };
    try {
      await this.#exclusively(begun, () =>
        this.#compute({ id, order, slots: asked.flatMap(({ mailbox }) => mailbox.asked) }),
      );
    } catch (error) {
      if (asked.length > 1) for (const request of asked) await this.#answer(id, order, [request]);
      else for (const { mailbox } of requests) mailbox.fail(error);
      return;
    }
    const seconds = (performance.now() - begin) / 1000;
    for (const { mailbox } of asked) mailbox.answer(seconds);
  }

  async #compute({ id, order, slots }: Computation): Promise<void> {
    const entry = this.#entry(id);
    const begin = performance.now();
    try {
      await this.#outside(entry.place.engine, () => entry.executable.evaluate(order, slots));
    } catch (error) {
      throw failureOf(error, entry.place);
    }
    entry.calls[order] += slots.length;
    entry.runs++;
    entry.seconds += (performance.now() - begin) / 1000;
  }

  #ring(): void {
    Atomics.add(this.#words, Control.bell, 1);
    Atomics.notify(this.#words, Control.bell);
  }

  /**
   * Calls of an executable must not overlap, and two at once would only share the same cores. `owners` says, when its turn
   * comes, whom the work is for: tickets, or a network; it does not begin where it is for nobody any more. Whoever gives up
   * looks at the owners afterwards, so that one of the two sees the other.
   */
  #exclusively<T>(owners: () => readonly number[], work: () => T | Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      if (this.ties.tether?.dismissed) return await new Promise<T>(() => {});
      this.#owners.set(owners());
      try {
        // Once more: who gave up meanwhile did not see that it is computed for him.
        const last = owners();
        if (last.length === 0) throw new EvaluationError('nobody waits for it any more', '', true);
        return await work();
      } finally {
        this.#owners.set([]);
      }
    });
    this.#turn = result.then(ignore, ignore);
    return result;
  }

  /** Calls an engine, which may go into native code. Whoever was dismissed meanwhile touches nothing any more. */
  async #outside<T>(engine: string, call: () => T | Promise<T>): Promise<T> {
    const { tether, native, depart } = this.ties;
    if (!tether) return await call();
    const leaves = native?.(engine) ?? false;
    if (leaves) tether.native = true;
    try {
      if (!tether.dismissed) return await call();
    } finally {
      tether.native = false;
      if (tether.dismissed) depart?.();
    }
    return new Promise(() => {});
  }

  #entry(id: number): Entry {
    const entry = this.#entries.get(id);
    if (!entry) throw new EvaluationError('the network was disposed while in use', '', true);
    return entry;
  }
}

const ignore = (): void => {};

interface WaitAsync {
  waitAsync(
    words: Int32Array,
    index: number,
    value: number,
    milliseconds: number,
  ): { async: false; value: string } | { async: true; value: Promise<string> };
}

/** Resolves when the bell no longer shows `seen`, or after a nap. */
async function rung(words: Int32Array, seen: number): Promise<void> {
  const waiting = (Atomics as unknown as WaitAsync).waitAsync(words, Control.bell, seen, nap);
  if (waiting.async) await waiting.value;
}
