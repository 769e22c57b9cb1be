import type { Factor } from '../core/structure/piece.js';
import type { Order, Slot } from '../engine/contract.js';

export type { Order, Slot } from '../engine/contract.js';

/** What a gray box `y = NN(x)`, `Rⁿ → Rᵐ`, is, apart from how it computes. */
export interface BoxShape {
  /** n. */
  readonly inputs: number;
  /** m. */
  readonly outputs: number;
  /** Relative accuracy of its numbers: 2⁻⁵² for f64, 2⁻²³ for f32. */
  readonly accuracy: number;
  readonly secondDerivatives: boolean;
  /**
   * Where NN begins with an affine map `z = Bx + c` to fewer numbers: B, `k × n`. `J` and `H` of its slots are then
   * derivatives by z.
   */
  readonly through?: Factor;
}

/**
 * A vector function whose inside the optimizer never sees. Stateless and plural: it remembers nothing between calls, and
 * answers many uses in one. The buffers of a use belong to that use; in a mailbox they are views of the shared memory.
 */
export interface GrayBox {
  readonly shape: BoxShape;
  /** Buffers for one more use; `H` is empty where there are no second derivatives. */
  slot(): Slot;
  /**
   * Answers slots made by this box: `y` (order 0), `y` and `J` (1), or `y`, `J` and `H` (2); what belongs to a higher
   * order is left as it is. Synchronous. Throws a fatal `EvaluationError` where it can never answer again.
   */
  evaluate(order: Order, slots: readonly Slot[]): void;
  readonly statistics: OracleStatistics;
}

/** What a gray box was asked for since it was opened. */
export interface OracleStatistics {
  /** Calls of `evaluate`. */
  readonly calls: number;
  /** Slots answered, by order. */
  readonly values: number;
  readonly jacobians: number;
  readonly hessians: number;
  /** Wall-clock seconds until the answers were there. */
  readonly seconds: number;
}
