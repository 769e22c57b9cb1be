import type { Limits } from './limits.js';

/** So many ticks pass between two looks at the limits. */
const ticksPerLook = 4096;

/** Lets inner loops look at the limits of a call: a tick costs next to nothing and should stand for less than 10 µs. */
export class Ticker {
  #ticks = 0;

  /** Without limits it never ends anything. */
  constructor(readonly limits?: Limits) {}

  /** Looks at the limits now and then; throws `Stopped` where they are reached. */
  tick(): void {
    if (++this.#ticks < ticksPerLook) return;
    this.#ticks = 0;
    this.check();
  }

  /** Looks at the limits now. */
  check(): void {
    const over = this.limits?.over();
    if (over) throw over;
  }
}
