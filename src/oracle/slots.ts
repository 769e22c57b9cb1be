import type { Factor } from '../core/structure/piece.js';
import type { Order } from '../engine/contract.js';

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
   * Where NN begins with an affine map `z = Bx + b` to fewer numbers: B, `k × n`. `J` and `H` of its slots are then those
   * by z, `∂NN/∂x = J·B` and `∇²(λᵀNN) = BᵀHB`.
   */
  readonly through?: Factor;
}

/**
 * The buffers of one use of a gray box: its question `x`, `λ` and its answer. The use owns them and writes the question
 * in place; in a mailbox they are views of the shared memory itself. With `w = k` where the box has a factor B, `n` else:
 */
export interface Slot {
  /** `[n]`. */
  readonly x: Float64Array;
  /** `[m]`; read at order 2 only. */
  readonly λ: Float64Array;
  /** `[m]`. */
  readonly y: Float64Array;
  /** `[m × w]` by rows: `J[i·w + j] = ∂yᵢ/∂xⱼ` (or by zⱼ). */
  readonly J: Float64Array;
  /** Lower triangle of `∇²(λᵀNN)` by x (or z), packed by rows: entry (i, j ≤ i) at `i(i+1)/2 + j`, `w(w+1)/2` in all; empty without second derivatives. */
  readonly H: Float64Array;
}

/**
 * A vector function whose inside the optimizer never sees. Stateless and plural: it remembers nothing between calls, and
 * answers many uses in one call.
 */
export interface PluralBox {
  readonly shape: BoxShape;
  /** Buffers for one more use. */
  slot(): Slot;
  /**
   * Fills `y` (order 0), `y` and `J` (1) or `y`, `J` and `H` (2) of slots made by this box; what belongs to a higher order
   * is left as it is. Synchronous. Throws a fatal {@link EvaluationError} where it can never answer again.
   */
  evaluate(order: Order, slots: readonly Slot[]): void;
  readonly statistics: BoxStatistics;
}

/** What a gray box was asked for since it was opened. */
export interface BoxStatistics {
  /** Calls of `evaluate`. */
  readonly calls: number;
  /** Slots answered, by order. */
  readonly values: number;
  readonly jacobians: number;
  readonly hessians: number;
  /** Wall-clock seconds until the answers were there. */
  readonly seconds: number;
}
