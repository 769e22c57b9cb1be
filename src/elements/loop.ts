/** Terms of one shape, as loops see them: slots of term `t` start at `t · variableSlots` and `t · constantSlots`. */
export interface Table {
  readonly count: number;
  readonly variableSlots: number;
  readonly constantSlots: number;
  readonly variables: Int32Array;
  readonly constants: Float64Array;
  readonly weight: Float64Array;
}

/**
 * Adds `scale(t) · output_j(t)` to `out[place[t · outputs + j]]` for the terms `from ≤ t < to` and all outputs, with
 * `scale(t) = weight[t] · factor[source[t]]`; terms of scale 0 are skipped. `out` may be `x` itself where no term reads
 * what another adds to.
 */
export type Loop = (
  x: Float64Array,
  table: Table,
  source: Int32Array,
  factor: Float64Array,
  place: Int32Array,
  out: Float64Array,
  from?: number,
  to?: number,
) => void;
