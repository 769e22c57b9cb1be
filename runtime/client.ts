import { EvaluationError, type Stopped } from '../src/core/errors.js';
import { Limits, type LimitsData } from '../src/core/limits.js';
import type { Order, Slot } from '../src/oracle/contract.js';
import { CountingBox } from '../src/oracle/counting.js';
import { Control, Mailbox, type MailboxDescriptor, MailboxState } from './mailbox.js';

/** How long the solver sleeps, in milliseconds, before it looks at its limits and whether the host still lives. */
const slice = 50;

/** How long, in milliseconds, a solve that is over waits for answers all together, for a last look at its point. */
const lastLook = 100;

/**
 * A gray box whose numbers come from an oracle host in another thread: its slots lie in a mailbox; it rings the host's
 * bell, once for all slots asked, and sleeps until the answers are there. Throws the error of the host, a fatal {@link EvaluationError} where
 * the host died, and {@link Stopped} where the solve's limits are reached first; it answers no more then.
 */
export class BlockingClient extends CountingBox {
  readonly #mailbox: Mailbox;
  readonly #control: Int32Array;
  #limits: Limits;
  #hostSeconds = 0;
  /** When the first question was asked after the end. */
  #late: number | undefined;
  #gaveUp: Stopped | undefined;

  /** Slots handed out. */
  #given = 0;

  constructor(descriptor: MailboxDescriptor, limits: LimitsData = new Limits().data) {
    super(descriptor);
    this.#mailbox = new Mailbox(descriptor);
    this.#control = new Int32Array(descriptor.control);
    this.#limits = new Limits(limits);
  }

  /** Another solve begins, which ends by these limits. */
  begin(limits: LimitsData): void {
    this.#limits = new Limits(limits);
    this.#late = undefined;
  }

  /** Seconds the host reported as computing; the rest of `statistics.seconds` is waiting and waking. */
  get hostSeconds(): number {
    return this.#hostSeconds;
  }

  /** The next slot of the mailbox, which was made for so many uses. */
  override slot(): Slot {
    const slot = this.#mailbox.slots[this.#given++];
    if (slot === undefined)
      throw new TypeError(`the mailbox has slots for ${this.#mailbox.slots.length} uses of its box, no more`);
    return slot;
  }

  protected override answer(order: Order, slots: readonly Slot[]): void {
    if (slots.length === 0) return;
    if (this.#gaveUp) throw this.#gaveUp;
    this.#checkHost();
    if (this.#limits.over()) this.#late ??= performance.now();
    const mailbox = this.#mailbox;
    mailbox.ask(order, slots);
    Atomics.add(this.#control, Control.bell, 1);
    Atomics.notify(this.#control, Control.bell);
    while (mailbox.state === MailboxState.requested) {
      this.#checkHost();
      this.#checkLimits();
      mailbox.sleep(Math.max(1, Math.min(slice, this.#limits.left)));
    }
    const failed = mailbox.state === MailboxState.failed;
    mailbox.clear();
    if (failed) throw mailbox.error;
    this.#hostSeconds += mailbox.seconds;
  }

  #checkHost(): void {
    if (Atomics.load(this.#control, Control.alive) === 1) return;
    if (this.#mailbox.state === MailboxState.failed) throw this.#mailbox.error;
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
