/** Tells a dismissed thread whose event loop turns to leave. */
export const dismissal = 'dismissed';

const word = { dismissed: 0, native: 1, words: 2 } as const;

/**
 * What ties a host's thread to whoever started it, in shared memory: whether it was dismissed, and whether it is inside
 * native code. JavaScript can be ended anywhere; a thread that is ended inside ONNX Runtime takes the whole process down
 * when it comes back from there, so it has to leave by itself.
 */
export class Tether {
  readonly #words: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(4 * word.words)) {
    this.#words = new Int32Array(memory);
  }

  get dismissed(): boolean {
    return Atomics.load(this.#words, word.dismissed) !== 0;
  }

  /** Owner: lets the thread begin nothing more. True where it may be ended at once. */
  dismiss(): boolean {
    Atomics.store(this.#words, word.dismissed, 1);
    return !this.native;
  }

  get native(): boolean {
    return Atomics.load(this.#words, word.native) !== 0;
  }

  /** Owner: waits, blocking, until the thread is not in native code, or until `performance.now()` is `until`. */
  wait(until: number): void {
    for (let left = until - performance.now(); this.native && left > 0; left = until - performance.now())
      Atomics.wait(this.#words, word.native, 1, left);
  }

  /** Thread: says that it goes into native code, which it must not where it was dismissed, or that it came back. */
  set native(inside: boolean) {
    Atomics.store(this.#words, word.native, inside ? 1 : 0);
    Atomics.notify(this.#words, word.native);
  }
}
