import { Int32List } from './lists.js';

/**
 * Places 0, 1, 2, … of a list by the hashes of what stands there (open addressing). Those of one hash come one after
 * the other: `first`, then `next` until −1; then `add` takes the next place for that hash.
 */
export class HashIndex {
  readonly #hashes = new Int32List();
  /** A place plus 1, 0 where free. */
  #table = new Int32Array(64);
  #hash = 0;
  #slot = 0;

  first(hash: number): number {
    this.#hash = hash;
    this.#slot = hash & (this.#table.length - 1);
    return this.#scan();
  }

  next(): number {
    this.#slot = (this.#slot + 1) & (this.#table.length - 1);
    return this.#scan();
  }

  add(): number {
    this.#hashes.push(this.#hash);
    const { length } = this.#hashes;
    this.#table[this.#slot] = length;
    if (2 * length > this.#table.length) this.#grow();
    return length - 1;
  }

  #scan(): number {
    const mask = this.#table.length - 1;
    for (; ; this.#slot = (this.#slot + 1) & mask) {
      const place = this.#table[this.#slot]! - 1;
      if (place < 0 || this.#hashes.data[place] === this.#hash) return place;
    }
  }

  #grow(): void {
    const table = new Int32Array(4 * this.#table.length);
    const mask = table.length - 1;
    for (let place = 0; place < this.#hashes.length; place++) {
      let slot = this.#hashes.data[place]! & mask;
      while (table[slot]! > 0) slot = (slot + 1) & mask;
      table[slot] = place + 1;
    }
    this.#table = table;
  }
}
