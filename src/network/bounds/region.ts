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
  /** What all of it sums up to at most. */
  readonly radius: number;

  constructor(lower: Float64Array, upper: Float64Array, center?: Float64Array, norm1?: number) {
    this.#base = Float64Array.from(lower, (low, i) => {
      const middle = center?.[i] ?? low + (upper[i]! - low) / 2;
      return Math.min(Math.max(middle, low), upper[i]!);
    });
    const spent = center ? this.#base.reduce((sum, b, i) => sum + Math.abs(b - center[i]!), 0) : 0;
    this.radius = norm1 === undefined ? Number.POSITIVE_INFINITY : norm1 - spent;
    if (this.radius < 0)
      throw new InputError(
        `bounds: the box is ${spent.toPrecision(4)} away from the center, further than norm1 = ${norm1}`,
      );
    const reach = (room: number): number => Math.min(room, this.radius);
    this.#up = this.#base.map((b, i) => reach(upper[i]! - b));
    this.#down = this.#base.map((b, i) => reach(b - lower[i]!));
    this.lower = this.#base.map((b, i) => b - this.#down[i]!);
    this.upper = this.#base.map((b, i) => b + this.#up[i]!);
  }

  /** Whether the ball cuts the box. */
  get cut(): boolean {
    return this.radius < Number.POSITIVE_INFINITY;
  }

  /** Inputs `from … from + count − 1` around the point that all ways start from. */
  around(from: number, count: number): Around {
    const radius = Float64Array.from({ length: count }, (_, i) =>
      Math.max(this.#up[from + i]!, this.#down[from + i]!),
    );
    return { middle: this.#base.subarray(from, from + count), radius, all: this.radius };
  }

  /** What {@link Rows.most} takes for `max ± a·(x − base)`: rooms, and 1 where there is any. */
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
}

/** The region that a caller gave for a network of `n` inputs. */
export function regionOf(given: Box, n: number, where = 'bounds'): Region {
  const box = optionsOf(given, `${where}: the box`, ['lower', 'upper', 'center', 'norm1']);
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
