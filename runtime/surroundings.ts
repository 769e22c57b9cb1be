import type { Limits } from '../src/core/limits.js';
import type { Held } from '../src/nlp/result.js';
import type { Monitor } from '../src/nlp/solver.js';
import type { Sizes } from './task.js';

/** How far a running task has come. */
export type Stage = 'reading' | 'building' | 'solving';

/** What a running task tells, and when it shall end. */
export interface Surroundings {
  readonly limits?: Limits;
  readonly iteration?: Monitor['iteration'];
  readonly hold?: Monitor['hold'];
  /** The last point that `hold` was told, for a solve that ends by an error: the solver's own report may need memory too. */
  readonly held?: () => Held | undefined;
  readonly stage?: (stage: Stage) => void;
  /** Called once a source is read, with what it tells of itself. */
  readonly read?: (facts: unknown) => void;
  /** Called once the problem is assembled. */
  readonly assembled?: (sizes: Sizes) => void;
}
