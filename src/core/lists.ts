// One class a type, written out: a generic one would make every access polymorphic.

/** A list of bytes that grows in one typed array. */
export class Uint8List {
  data: Uint8Array;
  length = 0;

  constructor(capacity = 16) {
    this.data = new Uint8Array(Math.max(1, capacity));
  }

  push(value: number): void {
    if (this.length === this.data.length) this.#grow(this.length + 1);
    this.data[this.length++] = value;
  }

  /** Appends `from[start]` … `from[end − 1]`; `from` may be this list's own data. */
  append(from: ArrayLike<number>, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.data.length) this.#grow(length);
    for (let k = start, at = this.length; k < end; k++) this.data[at++] = from[k]!;
    this.length = length;
  }

  /** Makes room for `length` numbers in all, which may then be written to `data` directly. */
  reserve(length: number): void {
    if (length > this.data.length) this.#grow(length);
  }

  /** What it holds, without a copy: valid until the list changes. */
  view(): Uint8Array {
    return this.data.subarray(0, this.length);
  }

  toArray(): Uint8Array {
    return this.data.slice(0, this.length);
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, 2 * this.data.length));
    larger.set(this.data);
    this.data = larger;
  }
}

/** A list of 32-bit integers that grows in one typed array. */
export class Int32List {
  data: Int32Array;
  length = 0;

  constructor(capacity = 16) {
    this.data = new Int32Array(Math.max(1, capacity));
  }

  push(value: number): void {
    if (this.length === this.data.length) this.#grow(this.length + 1);
    this.data[this.length++] = value;
  }

  /** Appends `from[start]` … `from[end − 1]`; `from` may be this list's own data. */
  append(from: ArrayLike<number>, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.data.length) this.#grow(length);
    for (let k = start, at = this.length; k < end; k++) this.data[at++] = from[k]!;
    this.length = length;
  }

  /** Makes room for `length` numbers in all, which may then be written to `data` directly. */
  reserve(length: number): void {
    if (length > this.data.length) this.#grow(length);
  }

  /** What it holds, without a copy: valid until the list changes. */
  view(): Int32Array {
    return this.data.subarray(0, this.length);
  }

  toArray(): Int32Array {
    return this.data.slice(0, this.length);
  }

  #grow(needed: number): void {
    const larger = new Int32Array(Math.max(needed, 2 * this.data.length));
    larger.set(this.data);
    this.data = larger;
  }
}

/** A list of doubles that grows in one typed array. */
export class Float64List {
  data: Float64Array;
  length = 0;

  constructor(capacity = 16) {
    this.data = new Float64Array(Math.max(1, capacity));
  }

  push(value: number): void {
    if (this.length === this.data.length) this.#grow(this.length + 1);
    this.data[this.length++] = value;
  }

  /** Appends `from[start]` … `from[end − 1]`; `from` may be this list's own data. */
  append(from: ArrayLike<number>, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > this.data.length) this.#grow(length);
    for (let k = start, at = this.length; k < end; k++) this.data[at++] = from[k]!;
    this.length = length;
  }

  /** Makes room for `length` numbers in all, which may then be written to `data` directly. */
  reserve(length: number): void {
    if (length > this.data.length) this.#grow(length);
  }

  /** What it holds, without a copy: valid until the list changes. */
  view(): Float64Array {
    return this.data.subarray(0, this.length);
  }

  toArray(): Float64Array {
    return this.data.slice(0, this.length);
  }

  #grow(needed: number): void {
    const larger = new Float64Array(Math.max(needed, 2 * this.data.length));
    larger.set(this.data);
    this.data = larger;
  }
}
