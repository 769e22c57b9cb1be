/** Vectors whose outer products are still to be added to a block: `u vᵀ`, four at a time. */
const batch = 4;

/**
 * Adds symmetric products of few vectors to a packed lower triangle: entry (i, j ≤ i) of a block of `order` columns
 * stands at `i(i + 1)/2 + j`.
 */
export class OuterProducts {
  readonly #left: Float64Array[];
  readonly #right: Float64Array[];
  #waiting = 0;

  constructor(readonly order: number) {
    this.#left = Array.from({ length: batch }, () => new Float64Array(order));
    this.#right = Array.from({ length: batch }, () => new Float64Array(order));
  }

  /** Adds `2u vᵀ` where u is a multiple of v to the block at `out[first]`, at the latest in {@link flush}. */
  square(u: Float64Array, v: Float64Array, out: Float64Array, first: number): void {
    this.#put(2, u, v, out, first);
  }

  /** Adds `u vᵀ + v uᵀ`. */
  symmetric(u: Float64Array, v: Float64Array, out: Float64Array, first: number): void {
    this.#put(1, u, v, out, first);
    this.#put(1, v, u, out, first);
  }

  flush(out: Float64Array, first: number): void {
    if (this.#waiting === 0) return;
    for (let k = this.#waiting; k < batch; k++) {
      this.#left[k]!.fill(0);
      this.#right[k]!.fill(0);
    }
    if (this.#waiting > 2) this.#addFour(out, first);
    else this.#addTwo(out, first);
    this.#waiting = 0;
  }

  #addTwo(out: Float64Array, first: number): void {
    const [a, b] = this.#left as [Float64Array, Float64Array];
    const [p, q] = this.#right as [Float64Array, Float64Array];
    for (let i = 0, at = first; i < this.order; i++) {
      const [ai, bi] = [a[i]!, b[i]!];
      for (let j = 0; j <= i; j++, at++) out[at]! += ai * p[j]! + bi * q[j]!;
    }
  }

  #addFour(out: Float64Array, first: number): void {
    const [a, b, c, d] = this.#left as [Float64Array, Float64Array, Float64Array, Float64Array];
    const [p, q, r, s] = this.#right as [Float64Array, Float64Array, Float64Array, Float64Array];
    for (let i = 0, at = first; i < this.order; i++) {
      const [ai, bi, ci, di] = [a[i]!, b[i]!, c[i]!, d[i]!];
      for (let j = 0; j <= i; j++, at++) out[at]! += ai * p[j]! + bi * q[j]! + ci * r[j]! + di * s[j]!;
    }
  }

  #put(factor: number, u: Float64Array, v: Float64Array, out: Float64Array, first: number): void {
    const left = this.#left[this.#waiting]!;
    for (let i = 0; i < this.order; i++) left[i] = factor * u[i]!;
    this.#right[this.#waiting]!.set(v.subarray(0, this.order));
    if (++this.#waiting === batch) this.flush(out, first);
  }
}
