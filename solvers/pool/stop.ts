/** A flag in shared memory by which one thread asks another to stop. */
export class StopFlag {
  readonly #word: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#word = new Int32Array(memory);
  }

  raise(): void {
    Atomics.store(this.#word, 0, 1);
  }

  get raised(): boolean {
    return Atomics.load(this.#word, 0) !== 0;
  }
}
