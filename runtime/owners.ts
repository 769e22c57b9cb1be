import { Control } from './mailbox.js';

/**
 * For whom an oracle host computes now, in its control block: the tickets of clients whose questions are answered
 * together, or a network that is compiled. The host writes, its owner's thread reads.
 */
export class Owners {
  readonly #words: Int32Array;

  constructor(control: SharedArrayBuffer) {
    this.#words = new Int32Array(control);
  }

  /** At most so many. */
  static readonly most = Control.words - Control.owners;

  /** Host: begins to compute for them; for nobody where there are none. */
  set(owners: readonly number[]): void {
    const words = this.#words;
    // Odd while they are written, so that no reader takes a mixture.
    Atomics.add(words, Control.edition, 1);
    for (const [k, owner] of owners.entries()) Atomics.store(words, Control.owners + k, owner);
    Atomics.store(words, Control.busy, owners.length);
    Atomics.add(words, Control.edition, 1);
  }

  /** Owner: for whom, at some moment during the call; undefined where that changed all the time. */
  read(): readonly number[] | undefined {
    const words = this.#words;
    for (let attempt = 0; attempt < 100; attempt++) {
      const edition = Atomics.load(words, Control.edition);
      const count = Atomics.load(words, Control.busy);
      const owners = Array.from({ length: count }, (_, k) => Atomics.load(words, Control.owners + k));
      if ((edition & 1) === 0 && Atomics.load(words, Control.edition) === edition) return owners;
    }
    return undefined;
  }

  /** Owner: forgets them once the host's thread is gone, wherever that stopped. */
  clear(): void {
    Atomics.store(this.#words, Control.edition, 0);
    Atomics.store(this.#words, Control.busy, 0);
  }
}
