import { Filter } from '../filter.js';
import type { PrimalDual } from '../iterate.js';

/** What the adaptive μ strategy remembers between iterations. */
export class AdaptiveMemory {
  /** Pairs (‖c‖₁, f) of the iterates accepted in free mode. */
  readonly filter = new Filter();
  /** KKT errors of the latest accepted iterates. */
  errors: number[] = [];
  /** Largest μ; −1 until the first iteration. */
  μmax = -1;
  /** Affine-scaling step of the current iterate. */
  affine: PrimalDual | null = null;
  centering: PrimalDual | null = null;
  rhs: PrimalDual | null = null;
}
