import { EvaluationError } from '../core/errors.js';
import type { Order } from '../engine/contract.js';
import { CachedBox } from './cached.js';
import { Control, Mailbox, type MailboxDescriptor, State } from './mailbox.js';

/** How long the solver sleeps, in milliseconds, before it checks that the host still lives. */
const slice = 200;

/**
 * A gray box whose numbers come from an oracle host in another thread: writes the question into its mailbox, rings the
 * host's bell and sleeps until the answer is there. A host that died makes it throw a fatal {@link EvaluationError}.
 */
export class BlockingClient extends CachedBox {
  readonly #mailbox: Mailbox;
  readonly #control: Int32Array;
  #hostSeconds = 0;

  constructor(descriptor: MailboxDescriptor) {
    const mailbox = new Mailbox(descriptor);
    super(descriptor, mailbox);
    this.#mailbox = mailbox;
    this.#control = new Int32Array(descriptor.control);
  }

  /** Seconds the host reported as computing; the rest of `statistics.seconds` is waiting and waking. */
  get hostSeconds(): number {
    return this.#hostSeconds;
  }

  protected override evaluate(order: Order, x: Float64Array, λ: Float64Array): void {
    const mailbox = this.#mailbox;
    mailbox.ask(order, x, λ);
    Atomics.add(this.#control, Control.bell, 1);
    Atomics.notify(this.#control, Control.bell);
    while (mailbox.state === State.requested) {
      if (Atomics.load(this.#control, Control.alive) !== 1) {
        throw new EvaluationError(
          'the oracle thread is gone: the network can no longer be evaluated',
          '',
          true,
        );
      }
      mailbox.sleep(slice);
    }
    if (mailbox.state === State.failed) throw new EvaluationError(mailbox.error, '', true);
    this.#hostSeconds += mailbox.seconds;
  }
}
