import { Stopped } from './errors.js';
import { sharedBytes } from './memory.js';

/** Limits as plain data; structured clone shares the flag. */
export interface LimitsData {
  readonly flag: ArrayBufferLike;
  /** Where the seconds count from, on the clock of {@link clock}. */
  readonly started: number;
  /** Seconds allowed; Infinity for no limit. */
  readonly seconds: number;
}

/** Milliseconds since 1970, finer than `Date` and the same in all threads of a process. */
export const clock = (): number => performance.timeOrigin + performance.now();

/** When a call shall end, in any thread: a flag that its caller raises, and a time limit that counts from its start. */
export class Limits {
  readonly started: number;
  /** Seconds allowed. */
  readonly allowed: number;
  #flag: Int32Array | undefined;
  #raised = false;
  #others: Int32Array[] | undefined;

  constructor({ flag, started = clock(), seconds = Number.POSITIVE_INFINITY }: Partial<LimitsData> = {}) {
    this.started = started;
    this.allowed = seconds;
    if (flag) this.#flag = new Int32Array(flag);
  }

  /** As data; memory for its flag is made when it is first asked for. */
  get data(): LimitsData {
    this.#flag ??= new Int32Array(sharedBytes(4)).fill(this.#raised ? 1 : 0);
    return { flag: this.#flag.buffer, started: this.started, seconds: this.allowed };
  }

  /** Lets the first entry of `flag` stand at 1 once these limits are raised, at 0 until then. */
  mirror(flag: Int32Array): void {
    Atomics.store(flag, 0, this.raised ? 1 : 0);
    this.#others = [...(this.#others ?? []), flag];
  }

  /** Ends what {@link mirror} began. */
  unmirror(flag: Int32Array): void {
    this.#others = this.#others?.filter((other) => other !== flag);
  }

  /** Asks everyone who knows these limits to stop. */
  raise(): void {
    this.#raised = true;
    if (this.#flag) Atomics.store(this.#flag, 0, 1);
    for (const flag of this.#others ?? []) Atomics.store(flag, 0, 1);
  }

  get raised(): boolean {
    return this.#raised || (this.#flag !== undefined && Atomics.load(this.#flag, 0) !== 0);
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (clock() - this.started) / 1000;
  }

  /** Milliseconds until time is over; Infinity without a limit. */
  get left(): number {
    return this.allowed === Number.POSITIVE_INFINITY
      ? this.allowed
      : this.started + 1000 * this.allowed - clock();
  }

  /** Why the call shall end; undefined while it may go on. */
  over(): Stopped | undefined {
    if (this.raised) return new Stopped({ status: 'interrupted', message: 'stopped on request' });
    if (this.left >= 0) return undefined;
    const message = `stopped after ${this.allowed} s (max_wall_time)`;
    return new Stopped({ status: 'time-limit', message });
  }
}
