import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';

/** Blocks of variables, by their first and last index. */
export class Blocks {
  #list: (readonly [first: number, last: number])[] = [];

  get length(): number {
    return this.#list.length;
  }

  /** Variables `first` … `last` of so many. */
  add(first: number, last: number, count: number): void {
    if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last >= count)
      throw new InputError(
        `block ${told(first)} … ${told(last)}: these are not indices of the ${count} variables`,
      );
    if (this.#list.some(([start, end]) => first <= end && start <= last))
      throw new InputError(`block ${first} … ${last}: some of its variables are in a block already`);
    if (first <= last) this.#list.push([first, last]);
  }

  /** Takes out what has variables from `from` to `to − 1`. */
  withdraw([from, to]: readonly [from: number, to: number]): void {
    this.#list = this.#list.filter(([first, last]) => last < from || first >= to);
  }

  /** Column → block, −1 for those outside. */
  partition(count: number): Int32Array {
    const partition = new Int32Array(count).fill(-1);
    for (const [block, [first, last]] of this.#list.entries()) partition.fill(block, first, last + 1);
    return partition;
  }
}
