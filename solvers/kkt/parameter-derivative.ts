/** How the problem's functions depend on one parameter p at the solution. A bound of a row that moves by dp counts as −1. */
export interface ParameterDerivative {
  /** `∂(∇ₓL)/∂p`, length n, with `L = f + λᵀg`. */
  readonly lagrangian: Float64Array;
  /** `∂g/∂p`, length m. */
  readonly constraints: Float64Array;
  /** `∂xL/∂p` and `∂xU/∂p` of variables that are not fixed, length n; left out: 0. */
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
}
