/** What the search for a ray remembers between iterates. */
export interface Divergence {
  /** Size of the first iterate and of the one last tested. */
  first: number;
  tested: number;
  /** The latest iterate that met `constr_viol_tol` and was not large, or the first one: where rays begin. */
  base: Float64Array | null;
}
