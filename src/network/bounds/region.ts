import { InputError } from '../../core/errors.js';
import { numberOf, numbersOf, optionsOf, spreadOf } from '../../core/given.js';
import type { Around } from './centre.js';

/** Where inputs lie: `lower ≤ x ≤ upper` and, with `norm1`, `‖x − center‖₁ ≤ norm1`. One number is for all inputs. */
export interface Box {
  readonly lower: number | ArrayLike<number>;
  readonly upper: number | ArrayLike<number>;
  /** Default the middle of the box. */
  readonly center?: ArrayLike<number>;
  readonly norm1?: number;
}

/** A box, cut by an ℓ1 ball where one is given, as a nearest point of the box to the ball's centre and ways from there. */
export class Region {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** How far `x` may go up and down from `#base` if nothing else moves, and how far in all. */
  readonly #base: Float64Array;
  readonly #up: Float64Array;
  readonly #down: Float64Array;
  readonly #radius: number;
  /** A guess of what is not worth to be looked at, relative to the steepest. */
  #floor = 0.5;
  /** Room for those that are. */
  readonly #gains: Float64Array;
  readonly #rooms: Float64Array;

  constructor(lower: Float64Array, upper: Float64Array, center?: Float64Array, norm1?: number) {
    this.#base = Float64Array.from(lower, (low, i) => {
      const middle = center?.[i] ?? low + (upper[i]! - low) / 2;
      return Math.min(Math.max(middle, low), upper[i]!);
    });
    this.#gains = new Float64Array(lower.length);
    this.#rooms = new Float64Array(lower.length);
    const spent = center ? this.#base.reduce((sum, b, i) => sum + Math.abs(b - center[i]!), 0) : 0;
    this.#radius = norm1 === undefined ? Number.POSITIVE_INFINITY : norm1 - spent;
    if (this.#radius < 0)
      throw new InputError(
        `bounds: the box is ${spent.toPrecision(4)} away from the center, further than norm1 = ${norm1}`,
      );
    const reach = (room: number): number => Math.min(room, this.#radius);
    this.#up = this.#base.map((b, i) => reach(upper[i]! - b));
    this.#down = this.#base.map((b, i) => reach(b - lower[i]!));
    this.lower = this.#base.map((b, i) => b - this.#down[i]!);
    this.upper = this.#base.map((b, i) => b + this.#up[i]!);
  }

  /** Whether the ball cuts the box. */
  get cut(): boolean {
    return this.#radius < Number.POSITIVE_INFINITY;
  }

  /** Inputs `from … from + count − 1` around the point that all ways start from. */
  around(from: number, count: number): Around {
    const radius = Float64Array.from({ length: count }, (_, i) =>
      Math.max(this.#up[from + i]!, this.#down[from + i]!),
    );
    return { middle: this.#base.subarray(from, from + count), radius, all: this.#radius };
  }

  /** What {@link Rows.gains} takes for `max ± a·(x − base)`: rooms, and 1 where there is any. */
  ways(sign: 1 | -1): Float64Array {
    const [up, down] = sign > 0 ? [this.#up, this.#down] : [this.#down, this.#up];
    const n = up.length;
    const table = new Float64Array(4 * n);
    for (let i = 0; i < n; i++) {
      const own = [up[i]!, -down[i]!, up[i]! > 0 ? 1 : 0, down[i]! > 0 ? -1 : 0];
      own.forEach((value, k) => {
        table[k * n + i] = value;
      });
    }
    return table;
  }

  /** `max ± a·(x − base)` over the region, `a` from `at` on, from what {@link Rows.gains} found. */
  most(a: Float64Array, at: number, sign: 1 | -1, whole: number, top: number, steepest: number): number {
    if (!this.cut || !(whole > 0)) return whole;
    // All of the radius goes the steepest way where there is room for it.
    const all = this.#radius * steepest;
    return Math.min(whole, top >= all * (1 - 1e-12) ? all : this.#knapsack(a, at, sign, steepest));
  }

  /**
   * `max Σ gain·d` over `0 ≤ d ≤ room`, `Σ d ≤ radius`: the steepest first, found by parting them around one of them again and
   * again (Hoare's selection), without an order of all. Only those above a floor are parted at first; it is guessed by the row
   * before, whose last one taken was near.
   */
  #knapsack(a: Float64Array, at: number, sign: 1 | -1, largest: number): number {
    const floor = this.#floor * largest;
    const above = this.#collect(a, at, sign, floor, Number.POSITIVE_INFINITY);
    let [total, left, price] = this.#steepest(above, this.#radius);
    if (left > 0) {
      const [more, , last] = this.#steepest(this.#collect(a, at, sign, 0, floor), left);
      total += more;
      price = last;
    }
    this.#floor = (0.8 * price) / largest;
    return total;
  }

  /** Gains in `(low, high]` with their rooms; how many. */
  #collect(a: Float64Array, at: number, sign: 1 | -1, low: number, high: number): number {
    const [up, down] = sign > 0 ? [this.#up, this.#down] : [this.#down, this.#up];
    const [gains, rooms] = [this.#gains, this.#rooms];
    let count = 0;
    for (let i = 0; i < up.length; i++) {
      const slope = a[at + i]!;
      const gain = slope < 0 ? -slope : slope;
      if (!(gain > low && gain <= high)) continue;
      const own = slope > 0 ? up[i]! : down[i]!;
      if (own === 0) continue;
      gains[count] = gain;
      rooms[count++] = own;
    }
    return count;
  }

  /** What the steepest of the first `count` bring with `radius` to share out, what is left of it, and the gain of the last. */
  #steepest(count: number, radius: number): [total: number, left: number, price: number] {
    const [gains, rooms] = [this.#gains, this.#rooms];
    let [from, to, total, left, price] = [0, count, 0, radius, 0];
    while (from < to && left > 0) {
      const pivot = gains[(from + to) >> 1]!;
      // Those above it first, then those equal to it.
      let [k, last, here, brings] = [from, to, 0, 0];
      let equal = from;
      while (k < last) {
        const gain = gains[k]!;
        const room = rooms[k]!;
        if (gain < pivot) {
          last--;
          gains[k] = gains[last]!;
          rooms[k] = rooms[last]!;
          gains[last] = gain;
          rooms[last] = room;
        } else {
          if (gain > pivot) {
            here += room;
            brings += gain * room;
            gains[k] = gains[equal]!;
            rooms[k] = rooms[equal]!;
            gains[equal] = gain;
            rooms[equal] = room;
            equal++;
          }
          k++;
        }
      }
      if (here >= left && equal > from) {
        to = equal;
        continue;
      }
      total += brings;
      left -= here;
      for (k = equal; k < last && left > 0; k++) {
        const own = Math.min(rooms[k]!, left);
        total += pivot * own;
        left -= own;
      }
      price = pivot;
      from = last;
    }
    return [total, left, price];
  }
}

const known = ['lower', 'upper', 'center', 'norm1'];

/** The region that a caller gave for a network of `n` inputs. */
export function regionOf(given: Box, n: number, where = 'bounds'): Region {
  const box = optionsOf(given, `${where}: the box`);
  const stranger = Object.keys(box).find((key) => !known.includes(key));
  if (stranger !== undefined)
    throw new InputError(`${where}: the box has '${stranger}'; known are ${known.join(', ')}`);
  const lower = spreadOf(box.lower, n, `${where}: lower`);
  const upper = spreadOf(box.upper, n, `${where}: upper`);
  if (lower === undefined || upper === undefined)
    throw new InputError(`${where}: the box has no ${lower ? 'upper' : 'lower'}; give both, finite`);
  const odd = lower.findIndex((low, i) => low > upper[i]!);
  if (odd >= 0)
    throw new InputError(`${where}: lower[${odd}] = ${lower[odd]} is above upper[${odd}] = ${upper[odd]}`);
  const center =
    box.center === undefined ? undefined : numbersOf(box.center, `${where}: center`, { length: n });
  if (box.norm1 === undefined) return new Region(lower, upper, center);
  const norm1 = numberOf(box.norm1, `${where}: norm1`);
  if (norm1 < 0) throw new InputError(`${where}: norm1 is ${norm1}, not a radius`);
  const middle = center ?? lower.map((low, i) => low + (upper[i]! - low) / 2);
  return new Region(lower, upper, middle, norm1);
}
