import { mix } from '../core/hash.js';
import { HashIndex } from '../core/hash-index.js';

/** Keeps one array for each set of columns. */
export class ColumnSets {
  readonly #sets = new Arrays();
  /** Lists as they were given, with the set of each. */
  readonly #lists = new Arrays();
  readonly #setOf: number[] = [];

  /** The number of the set of these columns, which may come in any order and repeatedly. */
  of(list: Int32Array): number {
    const known = this.#lists.find(list);
    if (known >= 0) return this.#setOf[known]!;
    const columns = distinct(list);
    let set = this.#sets.find(columns);
    if (set < 0) set = this.#sets.add(columns);
    this.#setOf[this.#lists.add(list)] = set;
    return set;
  }

  /** Ascending. */
  columns(set: number): Int32Array {
    return this.#sets.at(set);
  }
}

/** Numbered arrays, found by content. */
class Arrays {
  readonly #arrays: Int32Array[] = [];
  readonly #index = new HashIndex();

  find(wanted: Int32Array): number {
    let hash = wanted.length;
    for (let k = 0; k < wanted.length; k++) hash = mix(hash, wanted[k]!);
    for (let place = this.#index.first(hash); place >= 0; place = this.#index.next())
      if (same(this.#arrays[place]!, wanted)) return place;
    return -1;
  }

  /** Adds what was not found just now. */
  add(array: Int32Array): number {
    const place = this.#index.add();
    this.#arrays[place] = array;
    return place;
  }

  at(place: number): Int32Array {
    return this.#arrays[place]!;
  }
}

function same(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}

function distinct(list: Int32Array): Int32Array {
  const sorted = list.slice().sort();
  let count = 0;
  for (let k = 0; k < sorted.length; k++)
    if (k === 0 || sorted[k] !== sorted[count - 1]) sorted[count++] = sorted[k]!;
  return sorted.slice(0, count);
}
