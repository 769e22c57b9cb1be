/**
 * A vector function `y = NN(x)`, `Rⁿ → Rᵐ`, whose inside the optimizer never sees. Synchronous; fills buffers the
 * caller owns. Repeated calls at the same `x` are answered from a cache.
 */
export interface GrayBox {
  readonly inputs: number;
  readonly outputs: number;
  /** Relative accuracy of its numbers: 2⁻⁵² for f64, 2⁻²³ for f32. */
  readonly accuracy: number;
  readonly secondDerivatives: boolean;
  /** Hint that `jacobian` and `hessian` with this λ come next at this `x`: both may be computed in one call. */
  anticipate?(x: Float64Array, λ: Float64Array): void;
  /** `y[outputs]`. */
  value(x: Float64Array, y: Float64Array): void;
  /** `J[outputs × inputs]`, row-major: `J[i·inputs + j] = ∂yᵢ/∂xⱼ`. */
  jacobian(x: Float64Array, J: Float64Array): void;
  /** Lower triangle of `∇²(λᵀNN)`, packed by rows: entry (i, j ≤ i) at `i(i+1)/2 + j`. */
  hessian(x: Float64Array, λ: Float64Array, H: Float64Array): void;
  readonly statistics: OracleStatistics;
}

export interface OracleStatistics {
  readonly values: number;
  readonly jacobians: number;
  readonly hessians: number;
  /** Answers that came from the cache. */
  readonly cached: number;
  /** Wall-clock seconds spent waiting for answers. */
  readonly seconds: number;
}
