import { Ticker } from '../core/ticker.js';

/** Nonzeros without repetition, and for each contribution the nonzero it belongs to. */
export interface Merged {
  readonly row: Int32Array;
  readonly column: Int32Array;
  readonly place: Int32Array;
}

/**
 * Merges contributions to a `rows × columns` matrix that meet at one position. Nonzeros are numbered by the first
 * contribution to each, so contributions that come first keep their order and stay contiguous.
 */
export function mergeContributions(
  rows: number,
  columns: number,
  all: Contributions,
  ticker: Ticker = new Ticker(),
): Merged {
  const { row, column } = all;
  const byColumn = countingSort(column, columns);
  ticker.check();
  const order = countingSort(row, rows, byColumn);
  ticker.check();
  const count = row.length;
  const leader = new Int32Array(count);
  let distinct = 0;
  for (let k = 0, first = -1; k < count; k++) {
    const own = order[k]!;
    if (k === 0 || row[own] !== row[first] || column[own] !== column[first]) {
      first = own;
      distinct++;
    }
    leader[own] = first;
  }
  const merged = {
    row: new Int32Array(distinct),
    column: new Int32Array(distinct),
    place: new Int32Array(count),
  };
  for (let k = 0, next = 0; k < count; k++) {
    if (leader[k] === k) {
      merged.place[k] = next;
      merged.row[next] = row[k]!;
      merged.column[next++] = column[k]!;
    } else merged.place[k] = merged.place[leader[k]!]!;
  }
  return merged;
}

/** Indices ordered by key, stable; `order` (default 0, 1, …) is the order to keep among equals. */
function countingSort(key: Int32Array, keys: number, order?: Int32Array): Int32Array {
  const start = new Int32Array(keys + 1);
  for (let k = 0; k < key.length; k++) start[key[k]! + 1]!++;
  for (let k = 0; k < keys; k++) start[k + 1]! += start[k]!;
  const sorted = new Int32Array(key.length);
  for (let k = 0; k < key.length; k++) {
    const index = order === undefined ? k : order[k]!;
    sorted[start[key[index]!]!++] = index;
  }
  return sorted;
}

/** Collects contributions, at most `capacity` of them. */
export class Contributions {
  readonly #row: Int32Array;
  readonly #column: Int32Array;
  #length = 0;

  constructor(capacity: number) {
    this.#row = new Int32Array(capacity);
    this.#column = new Int32Array(capacity);
  }

  get row(): Int32Array {
    return this.#row.subarray(0, this.#length);
  }

  get column(): Int32Array {
    return this.#column.subarray(0, this.#length);
  }

  add(row: number, column: number): void {
    this.#row[this.#length] = row;
    this.#column[this.#length++] = column;
  }
}
