import type { Structure } from '../core/structure/structure.js';
import type { Order } from '../oracle/contract.js';

export type { Order } from '../oracle/contract.js';

/** Lower and upper bounds of a vector; ±Infinity where there is none. `lower[i] === upper[i]` fixes entry `i`. */
export interface Bounds {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  /** Names for messages; entry `i` is called by its index when absent. */
  readonly names?: readonly string[];
}

/** Bounds of this size and more are none (Ipopt's `nlp_lower_bound_inf`, `nlp_upper_bound_inf`). */
export const NO_BOUND = 1e19;

/** Whether entry `k` has one value only. */
export const isFixed = ({ lower, upper }: Bounds, k: number): boolean => lower[k] === upper[k];

/** Whether entry `k` has no bound of a size below `infinity`. */
export const isFree = ({ lower, upper }: Bounds, k: number, infinity = NO_BOUND): boolean =>
  lower[k]! <= -infinity && upper[k]! >= infinity;

/**
 * A nonlinear program: minimize `f(x)` subject to `gL ≤ g(x) ≤ gU`, `xL ≤ x ≤ xU`, with `x ∈ Rⁿ`, `g(x) ∈ Rᵐ`.
 *
 * Structure is fixed at construction; evaluation fills buffers that the caller owns and is synchronous.
 * A point where a function is undefined yields NaN or ±Infinity in the buffer (it does not throw); an oracle that
 * cannot go on throws {@link EvaluationError} with `fatal`.
 */
export interface Nlp {
  readonly variables: Bounds & { readonly start: Float64Array };
  readonly constraints: Bounds;
  /** m × n. */
  readonly jacobian: Structure;
  /** n × n, symmetric: `∇²(σ f + λᵀ g)`. */
  readonly hessian: Structure;
  /** Column → block of columns that only columns marked −1 couple with others: a network in full space, a contingency. */
  readonly partition?: Int32Array;
  /**
   * The same problem with all second derivatives, where those by columns that no solve moves were left out. Both share their
   * bounds.
   */
  readonly withHeld?: () => Nlp;
  /** False where `hessianValues` cannot be called; the solver then uses a quasi-Newton approximation. Default true. */
  readonly secondDerivatives?: boolean;
  /** Relative accuracy of the function values: 2⁻⁵² unless an oracle computes in f32. Default 2⁻⁵². */
  readonly accuracy?: number;
  /** User scaling factors; a solver applies them when asked to (`nlp_scaling_method: user-scaling`). */
  readonly scaling?: {
    readonly objective: number;
    readonly variables?: Float64Array;
    readonly constraints?: Float64Array;
  };

  /**
   * Asks all gray boxes, all uses of one in a single call, for what the evaluations at `x` up to `order` need: values
   * (0), the Jacobian (1), the Hessian with these σ and λ (2). An evaluation asks for what was not asked for before, so
   * this never changes a result; asking for the highest order that will be needed saves calls.
   */
  ask(x: Float64Array, order: Order, σ: number, λ: Float64Array): void;
  objective(x: Float64Array): number;
  gradient(x: Float64Array, out: Float64Array): void;
  constraintValues(x: Float64Array, out: Float64Array): void;
  jacobianValues(x: Float64Array, out: Float64Array): void;
  hessianValues(x: Float64Array, σ: number, λ: Float64Array, out: Float64Array): void;
  /** Seconds spent so far inside gray-box oracles, 0 without any. */
  oracleSeconds?(): number;
}
