/** So long, in milliseconds, messages may wait for a thread that has just answered. */
const moment = 1;

/** Counters in shared memory that threads wait for without blocking, and without a message. */
export class Turns {
  constructor(readonly counters: Int32Array) {}

  at(k: number): number {
    return Atomics.load(this.counters, k);
  }

  /** Counts one up and wakes whoever waits for it. */
  pass(k: number): void {
    Atomics.add(this.counters, k, 1);
    Atomics.notify(this.counters, k);
  }

  /** Waits as {@link past} does, but blocks the thread for a moment first: who blocks is woken sooner. */
  async soonPast(k: number, seen: number): Promise<void> {
    if (this.at(k) === seen) Atomics.wait(this.counters, k, seen, moment);
    return this.past(k, seen);
  }

  /** Waits until counter `k` is not `seen` any more; the process may end meanwhile. */
  async past(k: number, seen: number): Promise<void> {
    // A waking may be late, and meant for the turn before.
    while (this.at(k) === seen) {
      const { async, value } = waitAsync!(this.counters, k, seen);
      if (async) await value;
    }
  }
}

type WaitAsync = (
  counters: Int32Array,
  index: number,
  value: number,
) => { readonly async: boolean; readonly value: unknown };

const { waitAsync } = Atomics as { readonly waitAsync?: WaitAsync };

/** Whether {@link Turns} wake their threads here: other runtimes than Node may let a promise of this kind sleep. */
export const turnsWake = waitAsync !== undefined && !('Deno' in globalThis) && !('Bun' in globalThis);
