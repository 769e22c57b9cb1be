import type { Limits } from '../../src/core/limits.js';
import type { Monitor } from '../../src/nlp/solver.js';

/** What a caller may attach to a solve in the pool. */
export interface Watch {
  /** Called in the main thread once per iteration, a little later than the solver; `false` stops the solve. */
  onIteration?: NonNullable<Monitor['iteration']>;
  /** Aborting ends the solve with status `interrupted` and its best point. */
  signal?: AbortSignal;
  /** Default: none but the solver's own. */
  limits?: Limits;
}
