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
  readonly data: LimitsData;
  readonly #flag: Int32Array;

  constructor(data: Partial<LimitsData> = {}) {
    const { flag = sharedBytes(4), started = clock(), seconds = Number.POSITIVE_INFINITY } = data;
    this.data = { flag, started, seconds };
    this.#flag = new Int32Array(flag);
  }

  /** Asks everyone who knows these limits to stop. */
  raise(): void {
    Atomics.store(this.#flag, 0, 1);
  }

  get raised(): boolean {
    return Atomics.load(this.#flag, 0) !== 0;
  }

  /** Seconds since the start. */
  get seconds(): number {
    return (clock() - this.data.started) / 1000;
  }

  /** Milliseconds until time is over; Infinity without a limit. */
  get left(): number {
    return this.data.started + 1000 * this.data.seconds - clock();
  }

  /** Why the call shall end; undefined while it may go on. */
  over(): Stopped | undefined {
    if (this.raised) return new Stopped({ status: 'interrupted', message: 'stopped on request' });
    if (this.left >= 0) return undefined;
    const message = `stopped after ${this.data.seconds} s (max_wall_time)`;
    return new Stopped({ status: 'time-limit', message });
  }
}
