/** `min ½zᵀQz + qᵀz  s.t.  Az = b, Gz ≤ h`: n variables, m equalities, p inequalities; matrices by rows. */
export interface QuadraticProgram {
  readonly n: number;
  readonly m: number;
  readonly p: number;
  readonly Q: Float64Array;
  readonly q: Float64Array;
  readonly A: Float64Array;
  readonly b: Float64Array;
  readonly G: Float64Array;
  readonly h: Float64Array;
}
