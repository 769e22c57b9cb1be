import type { CountedNlp } from './counted-nlp.js';
import type { InteriorPointOptions } from './options.js';

/** Factors of the scaled problem: `f̂ = objective·f`, `ĝᵢ = row[i]·gᵢ`, `x̂ⱼ = column[j]·xⱼ`. */
export interface Scaling {
  readonly objective: number;
  readonly row: Float64Array;
  /** Null: all 1. */
  readonly column: Float64Array | null;
}

/**
 * Chooses the factors at `x`, the user's start. Gradient-based (Wächter & Biegler §3.8): no derivative of f or of a row
 * shall exceed `nlp_scaling_max_gradient` at the start; nothing is scaled up. `fixed` marks columns that do not count.
 */
export function chooseScaling(
  oracle: CountedNlp,
  x: Float64Array,
  fixed: Uint8Array,
  options: InteriorPointOptions,
): Scaling {
  const { nlp } = oracle;
  const m = nlp.constraints.lower.length;
  const row = new Float64Array(m).fill(1);
  const extra = options.obj_scaling_factor;
  if (options.nlp_scaling_method === 'none') return { objective: extra, row, column: null };
  if (options.nlp_scaling_method === 'user-scaling') {
    const user = nlp.scaling;
    return {
      objective: (user?.objective ?? 1) * extra,
      row: user?.constraints ?? row,
      column: user?.variables ?? null,
    };
  }

  const gradient = new Float64Array(x.length);
  let objective = extra;
  if (oracle.gradient(x, gradient)) {
    let largest = 0;
    for (let j = 0; j < x.length; j++) if (!fixed[j]) largest = Math.max(largest, Math.abs(gradient[j]!));
    objective *= factor(largest * extra, options);
  }
  const values = new Float64Array(nlp.jacobian.length);
  if (m > 0 && oracle.jacobian(x, values)) {
    const largest = new Float64Array(m);
    nlp.jacobian.each(values, (i, j, value) => {
      if (!fixed[j]) largest[i] = Math.max(largest[i]!, Math.abs(value));
    });
    for (let i = 0; i < m; i++) row[i] = factor(largest[i]!, options);
  }
  return { objective, row, column: null };
}

const factor = (largest: number, options: InteriorPointOptions): number =>
  largest > options.nlp_scaling_max_gradient
    ? Math.max(options.nlp_scaling_max_gradient / largest, options.nlp_scaling_min_value)
    : 1;
