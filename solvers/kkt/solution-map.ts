/**
 * A solution w(θ) given by equations R(w, θ) = 0 (KKT conditions on the active rows, a smoothed or a homogeneous system), with
 * K = ∂R/∂w factored at it and held. By the implicit function theorem dw = −K⁻¹ ∂R/∂θ dθ, and for a scalar of w with
 * cotangent w̄ the gradient is θ̄ = −(∂R/∂θ)ᵀ K⁻ᵀ w̄ (Krantz & Parks; Amos & Kolter, arXiv 1703.00443; Agrawal et al., arXiv
 * 1904.09043). What differs between quadratic, cone and nonlinear programs is R alone.
 */
export interface SolutionMap<Point, Direction, Gradient> {
  /** R at the solution held: how well it satisfies the equations. */
  residual(): Point;
  /**
   * Overwrites r with K⁻¹ r, or K⁻ᵀ r, by the factorization held, refined; returns the residual left relative to r, the
   * largest of each part that is solved for itself.
   */
  solve(r: Point, transposed: boolean): Float64Array;
  /** −(∂R/∂θ)ᵀ u. */
  pullback(u: Point): Gradient;
  /** −∂R/∂θ dθ. */
  pushforward(direction: Direction): Point;
  /** Lets go of the factorization. */
  dispose(): void;
}
