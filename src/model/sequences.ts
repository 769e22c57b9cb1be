/** Numbers sequences of small whole numbers: equal sequences lead from 0 to one state, different ones to different. */
export class Sequences {
  readonly #next = new Map<number, number>();
  #count = 0;

  /** The state after `symbol`, `0 ≤ symbol < 2²⁶`. */
  step(state: number, symbol: number): number {
    const key = state * 2 ** 26 + symbol;
    let next = this.#next.get(key);
    if (next === undefined) {
      next = ++this.#count;
      this.#next.set(key, next);
    }
    return next;
  }
}

/** Numbers values by first use, from 0. */
export class Numbering<T> {
  readonly #numbers = new Map<T, number>();

  of(value: T): number {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(value, number);
    }
    return number;
  }
}
