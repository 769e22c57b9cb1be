import type { Variable } from '../model/index.js';

/** A point of a model with the multipliers of its minimization; what every solver's result holds. */
export interface Point {
  readonly x: ArrayLike<number>;
  readonly multipliers: {
    readonly constraints: ArrayLike<number>;
    readonly lower: ArrayLike<number>;
    readonly upper: ArrayLike<number>;
  };
}

export const valueAt = ({ x }: Pick<Point, 'x'>, { index }: Variable): number => x[index]!;
