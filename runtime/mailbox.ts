import { type PlainError, plainError, revivedError } from '../src/core/plain-error.js';
import type { BoxShape, Order, Slot } from '../src/oracle/contract.js';
import { slotLengths } from '../src/oracle/slot.js';

/**
 * States of a mailbox: the client moves `idle`, `done` and `failed` to `requested`, the host moves it on from there. A
 * client that gives up leaves it `withdrawn` for good: the numbers may still be written to.
 */
export const State = { idle: 0, requested: 1, done: 2, failed: 3, withdrawn: 4 } as const;

/** Words of a host's control block, shared by all its mailboxes. */
export const Control = {
  /** Counts requests; the host sleeps on it. */
  bell: 0,
  /** 1 while the host can answer. */
  alive: 1,
  /** For whom the host computes: the ticket of a client, or a network being compiled; 0 for nobody. */
  busy: 2,
  words: 3,
} as const;

const header = { state: 0, order: 1, errorBytes: 2 } as const;
const secondsAt = 16;
const errorAt = 24;
const numbersAt = 4096;

/** What another thread needs to open the same mailbox; structured clone shares the memory. */
export interface MailboxDescriptor extends BoxShape {
  readonly memory: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/**
 * One client's letter box at an oracle host: question `(order, x, λ)` and answer `(y, J, H)` in shared memory.
 *
 * Layout in bytes: 0 state, 4 order, 8 length of the error's text (Int32 each), 16 seconds the host computed (Float64),
 * 24 the error as JSON (UTF-8), 4096 onward the slot's `x, λ, y, J, H` (Float64).
 */
export class Mailbox implements Slot {
  readonly #words: Int32Array;
  readonly #seconds: Float64Array;
  readonly #text: Uint8Array;
  readonly x: Float64Array;
  readonly λ: Float64Array;
  readonly y: Float64Array;
  readonly J: Float64Array;
  readonly H: Float64Array;

  constructor(readonly descriptor: MailboxDescriptor) {
    const { memory } = descriptor;
    const lengths = slotLengths(descriptor);
    this.#words = new Int32Array(memory, 0, 3);
    this.#seconds = new Float64Array(memory, secondsAt, 1);
    this.#text = new Uint8Array(memory, errorAt, numbersAt - errorAt);
    let at = numbersAt;
    const take = (length: number): Float64Array => {
      const view = new Float64Array(memory, at, length);
      at += 8 * length;
      return view;
    };
    this.x = take(lengths.x);
    this.λ = take(lengths.λ);
    this.y = take(lengths.y);
    this.J = take(lengths.J);
    this.H = take(lengths.H);
  }

  get state(): number {
    return Atomics.load(this.#words, header.state);
  }

  get order(): Order {
    return this.#words[header.order] as Order;
  }

  /** Seconds the host spent on the last answer. */
  get seconds(): number {
    return this.#seconds[0]!;
  }

  /** Why there is no answer, of the class it had in the host. */
  get error(): Error {
    const text = new TextDecoder().decode(this.#text.slice(0, this.#words[header.errorBytes]));
    return revivedError(JSON.parse(text) as PlainError);
  }

  /** Client: puts the question that stands in `x` and `λ`; the caller rings the bell. */
  ask(order: Order): void {
    this.#words[header.order] = order;
    Atomics.store(this.#words, header.state, State.requested);
  }

  /** Client: the answer is read. */
  clear(): void {
    Atomics.store(this.#words, header.state, State.idle);
  }

  /** Client: waits no longer for the answer. */
  withdraw(): void {
    Atomics.compareExchange(this.#words, header.state, State.requested, State.withdrawn);
  }

  /** Client: sleeps until the state leaves `requested`, at most `milliseconds`. */
  sleep(milliseconds: number): void {
    Atomics.wait(this.#words, header.state, State.requested, milliseconds);
  }

  /** Host: the answer's numbers are in place. */
  answer(seconds: number): void {
    this.#seconds[0] = seconds;
    this.#post(State.done);
  }

  /** Host: there is no answer. */
  fail(error: unknown): void {
    const text = fitting(plainError(error), this.#text.length);
    this.#text.set(text);
    this.#words[header.errorBytes] = text.length;
    const { state } = this;
    if (state === State.requested) this.#post(State.failed);
    // A client that is not waiting finds the reason when it asks next.
    else if (state !== State.withdrawn) Atomics.store(this.#words, header.state, State.failed);
  }

  /** Anyone: rouses the client so that it looks at the control block. */
  rouse(): void {
    Atomics.notify(this.#words, header.state);
  }

  #post(state: number): void {
    Atomics.compareExchange(this.#words, header.state, State.requested, state);
    Atomics.notify(this.#words, header.state);
  }
}

/** An error as JSON in at most `bytes` bytes, its texts cut where they do not fit. */
function fitting(error: PlainError, bytes: number): Uint8Array {
  for (let cut = bytes; ; cut = Math.floor(cut / 2)) {
    const { message, where } = error;
    const short = { ...error, message: message.slice(0, cut), ...(where && { where: where.slice(0, cut) }) };
    const text = new TextEncoder().encode(JSON.stringify(short));
    if (text.length <= bytes) return text;
  }
}

/** Makes a mailbox at a host whose control block is `control`. */
export function createMailbox(shape: BoxShape, control: SharedArrayBuffer): MailboxDescriptor {
  const numbers = Object.values(slotLengths(shape)).reduce((sum, length) => sum + length, 0);
  return { ...shape, memory: new SharedArrayBuffer(numbersAt + 8 * numbers), control };
}
