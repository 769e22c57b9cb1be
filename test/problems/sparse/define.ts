import type { Model } from '../../../src/model/index.js';

/** A family of problems that grows with `size`, with a sparse Jacobian and Hessian. */
export interface SparseProblem {
  readonly name: string;
  readonly source: string;
  /** What `size` counts: intervals, points per side, variables. */
  readonly size: string;
  variables(size: number): number;
  rows(size: number): number;
  /** Best objective known: of every size (`exact`) or as the limit of large sizes. */
  readonly objective?: { readonly value: number; readonly exact: boolean };
  build(size: number): Model;
}
