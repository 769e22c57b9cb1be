import type { Ending } from '../runtime/unfinished.js';
import type { Limits } from '../src/core/limits.js';

/** What the solves that make one call may take together. */
export class Allowance {
  /** Iterations of the solves so far. */
  taken = 0;

  /** @param most the caller's limit of iterations. */
  constructor(
    private readonly most: number,
    private readonly limits: Limits,
  ) {}

  /** Iterations that the next solve may take, at most `own`; undefined where the caller's own limit says it. */
  next(own?: number): number | undefined {
    if (this.taken === 0) return own === undefined ? undefined : Math.min(own, this.most);
    return Math.min(own ?? this.most, this.most - this.taken);
  }

  /** Why no further solve may begin; undefined while one may. */
  get over(): Ending | undefined {
    if (this.taken > 0 && this.taken >= this.most)
      return { status: 'iteration-limit', message: `stopped after ${this.most} iterations (max_iter)` };
    return this.limits.over()?.outcome;
  }
}
