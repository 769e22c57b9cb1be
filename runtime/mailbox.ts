import { type PlainError, plainError, revivedError } from '../src/core/plain-error.js';
import type { BoxShape, Order, Slot } from '../src/oracle/contract.js';
import { slotLengths } from '../src/oracle/slot.js';

/**
 * States of a mailbox: the client moves `idle`, `done` and `failed` to `requested`, the host moves it on from there. A
 * client that gives up leaves it `withdrawn` for good: the numbers may still be written to.
 */
export const MailboxState = { idle: 0, requested: 1, done: 2, failed: 3, withdrawn: 4 } as const;

/** Words of a host's control block, shared by all its mailboxes. */
export const Control = {
  /** Counts requests; the host sleeps on it. */
  bell: 0,
  /** 1 while the host can answer. */
  alive: 1,
  /** How many the host computes for; see `Owners`. */
  busy: 2,
  /** Counts changes of the owners, by two each. */
  edition: 3,
  /** The owners, one word each. */
  owners: 4,
  words: 260,
} as const;

const header = { state: 0, order: 1, errorBytes: 2, asked: 3 } as const;
const secondsAt = 16;
const errorAt = 24;
const indicesAt = 4096;

/** What another thread needs to open the same mailbox; structured clone shares the memory. */
export interface MailboxDescriptor extends BoxShape {
  /** Slots that it holds. */
  readonly uses: number;
  readonly memory: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/**
 * One client's letter box at an oracle host, in shared memory: the slots of all its uses of a box, so that both sides read
 * and write the very numbers of the solver, and which of them are asked.
 *
 * Layout in bytes: 0 state, 4 order, 8 length of the error's text, 12 number of slots asked (Int32 each), 16 seconds the
 * host computed (Float64), 24 the error as JSON (UTF-8), 4096 the indices of the slots asked (Int32), then, from a
 * multiple of 8, `x, λ, y, J, H` of each slot (Float64).
 */
export class Mailbox {
  readonly #words: Int32Array;
  readonly #seconds: Float64Array;
  readonly #text: Uint8Array;
  readonly #indices: Int32Array;
  readonly slots: readonly Slot[];
  readonly #places: ReadonlyMap<Slot, number>;

  constructor(readonly descriptor: MailboxDescriptor) {
    const { memory, uses } = descriptor;
    const lengths = slotLengths(descriptor);
    this.#words = new Int32Array(memory, 0, 4);
    this.#seconds = new Float64Array(memory, secondsAt, 1);
    this.#text = new Uint8Array(memory, errorAt, indicesAt - errorAt);
    this.#indices = new Int32Array(memory, indicesAt, uses);
    let at = numbersAt(uses);
    const take = (length: number): Float64Array => {
      const view = new Float64Array(memory, at, length);
      at += 8 * length;
      return view;
    };
    this.slots = Array.from({ length: uses }, () => ({
      x: take(lengths.x),
      λ: take(lengths.λ),
      y: take(lengths.y),
      J: take(lengths.J),
      H: take(lengths.H),
    }));
    this.#places = new Map(this.slots.map((slot, k) => [slot, k]));
  }

  get state(): number {
    return Atomics.load(this.#words, header.state);
  }

  get order(): Order {
    return this.#words[header.order] as Order;
  }

  /** The slots asked. */
  get asked(): Slot[] {
    const { slots } = this;
    return Array.from(this.#indices.subarray(0, this.#words[header.asked]), (k) => slots[k]!);
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

  /** Client: asks some of the slots, whose `x` and `λ` are in place; the caller rings the bell. */
  ask(order: Order, slots: readonly Slot[]): void {
    slots.forEach((slot, k) => {
      const index = this.#places.get(slot);
      if (index === undefined) throw new TypeError('a slot of another gray box was asked');
      this.#indices[k] = index;
    });
    this.#words[header.asked] = slots.length;
    this.#words[header.order] = order;
    Atomics.store(this.#words, header.state, MailboxState.requested);
  }

  /** Client: the answer is read. */
  clear(): void {
    Atomics.store(this.#words, header.state, MailboxState.idle);
  }

  /** Client: waits no longer for the answer. */
  withdraw(): void {
    Atomics.compareExchange(this.#words, header.state, MailboxState.requested, MailboxState.withdrawn);
  }

  /** Client: sleeps until the state leaves `requested`, at most `milliseconds`. */
  sleep(milliseconds: number): void {
    Atomics.wait(this.#words, header.state, MailboxState.requested, milliseconds);
  }

  /** Host: the answer's numbers are in place. */
  answer(seconds: number): void {
    this.#seconds[0] = seconds;
    this.#post(MailboxState.done);
  }

  /** Host: there is no answer. */
  fail(error: unknown): void {
    // A trace would take the room of the message.
    const { stack: _, ...told } = plainError(error);
    const text = fitting(told, this.#text.length);
    this.#text.set(text);
    this.#words[header.errorBytes] = text.length;
    const { state } = this;
    if (state === MailboxState.requested) this.#post(MailboxState.failed);
    // A client that is not waiting finds the reason when it asks next.
    else if (state !== MailboxState.withdrawn) Atomics.store(this.#words, header.state, MailboxState.failed);
  }

  /** Anyone: rouses the client so that it looks at the control block. */
  rouse(): void {
    Atomics.notify(this.#words, header.state);
  }

  #post(state: number): void {
    Atomics.compareExchange(this.#words, header.state, MailboxState.requested, state);
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

/** Where the slots begin: behind the indices. */
const numbersAt = (uses: number): number => indicesAt + 8 * Math.ceil(uses / 2);

/** Makes a mailbox for `uses` uses of a box at a host whose control block is `control`. */
export function createMailbox(shape: BoxShape, uses: number, control: SharedArrayBuffer): MailboxDescriptor {
  const numbers = Object.values(slotLengths(shape)).reduce((sum, length) => sum + length, 0);
  return { ...shape, uses, memory: new SharedArrayBuffer(numbersAt(uses) + 8 * uses * numbers), control };
}
