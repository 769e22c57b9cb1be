import { EvaluationError, type Stopped } from '../src/core/errors.js';
import { Limits, type LimitsData } from '../src/core/limits.js';
import type { Order, Slot } from '../src/oracle/contract.js';
import { CountingBox } from '../src/oracle/counting.js';
import { Control, Mailbox, type MailboxDescriptor, State } from './mailbox.js';

/** How long the solver sleeps, in milliseconds, before it looks at its limits and whether the host still lives. */
const slice = 50;

/** How long, in milliseconds, a solve that is over waits for answers all together, for a last look at its point. */
const lastLook = 100;

/**
 * A gray box whose numbers come from an oracle host in another thread: writes the question into its mailbox, rings the
 * host's bell and sleeps until the answer is there. Throws the error of the host, a fatal {@link EvaluationError} where
 * the host died, and {@link Stopped} where the solve's limits are reached first; it answers no more then.
 */
export class BlockingClient extends CountingBox {
  readonly #mailbox: Mailbox;
  readonly #control: Int32Array;
  readonly #limits: Limits;
  #hostSeconds = 0;
  /** When the first question was asked after the end. */
  #late: number | undefined;
  #gaveUp: Stopped | undefined;

  /** @param uses how many slots are made: a single one is the mailbox itself, more are copied in and out of it. */
  constructor(
    descriptor: MailboxDescriptor,
    limits: LimitsData = new Limits().data,
    private readonly uses = 1,
  ) {
    super(descriptor);
    this.#mailbox = new Mailbox(descriptor);
    this.#control = new Int32Array(descriptor.control);
    this.#limits = new Limits(limits);
  }

  /** Seconds the host reported as computing; the rest of `statistics.seconds` is waiting and waking. */
  get hostSeconds(): number {
    return this.#hostSeconds;
  }

  override slot(): Slot {
    return this.uses === 1 ? this.#mailbox : super.slot();
  }

  protected override answer(order: Order, slots: readonly Slot[]): void {
    for (const slot of slots) {
      if (slot === this.#mailbox) this.#ask(order);
      else this.#askFor(order, slot);
    }
  }

  #askFor(order: Order, { x, λ, y, J, H }: Slot): void {
    const mailbox = this.#mailbox;
    mailbox.x.set(x);
    if (order === 2) mailbox.λ.set(λ);
    this.#ask(order);
    y.set(mailbox.y);
    if (order >= 1) J.set(mailbox.J);
    if (order === 2) H.set(mailbox.H);
  }

  #ask(order: Order): void {
    if (this.#gaveUp) throw this.#gaveUp;
    this.#checkHost();
    if (this.#limits.over()) this.#late ??= performance.now();
    const mailbox = this.#mailbox;
    mailbox.ask(order);
    Atomics.add(this.#control, Control.bell, 1);
    Atomics.notify(this.#control, Control.bell);
    while (mailbox.state === State.requested) {
      this.#checkHost();
      this.#checkLimits();
      mailbox.sleep(Math.max(1, Math.min(slice, this.#limits.left)));
    }
    const failed = mailbox.state === State.failed;
    mailbox.clear();
    if (failed) throw mailbox.error;
    this.#hostSeconds += mailbox.seconds;
  }

  #checkHost(): void {
    if (Atomics.load(this.#control, Control.alive) === 1) return;
    if (this.#mailbox.state === State.failed) throw this.#mailbox.error;
    throw new EvaluationError('the oracle thread is gone: the network can no longer be evaluated', '', true);
  }

  #checkLimits(): void {
    const over = this.#limits.over();
    if (!over || (this.#late !== undefined && performance.now() - this.#late < lastLook)) return;
    this.#mailbox.withdraw();
    this.#gaveUp = over;
    throw over;
  }
}
