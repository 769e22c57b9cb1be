import { rowName } from '../../src/nlp/names.js';
import type { Outcome } from '../../src/nlp/verdict.js';
import type { CountedNlp } from './counted-nlp.js';
import type { InteriorPointOptions } from './options.js';
import type { Selection } from './slacks.js';

/**
 * The selection without the rows that no free variable enters, which hold at every point or at none: such a row would have
 * a multiplier that nothing determines. An outcome names one that does not hold. A row that is undefined at `x` stays.
 */
export function withoutConstantRows(
  oracle: CountedNlp,
  selection: Selection,
  x: Float64Array,
  options: InteriorPointOptions,
): Selection | Outcome {
  const { nlp } = oracle;
  const { lower, upper } = nlp.constraints;
  const constant = constantRows(oracle, selection);
  if (constant.size === 0) return selection;
  const g = new Float64Array(lower.length).fill(Number.NaN);
  oracle.constraints(x, g);
  for (const i of constant) {
    if (Number.isNaN(g[i]!)) {
      constant.delete(i);
      continue;
    }
    const size = Math.max(1, ...[lower[i]!, upper[i]!].map(Math.abs).filter(Number.isFinite));
    const room = Math.max(options.tol, options.bound_relax_factor) * size;
    if (g[i]! >= lower[i]! - room && g[i]! <= upper[i]! + room) continue;
    return {
      status: 'infeasible',
      message: `no free variable enters ${rowName(nlp, i)}, whose value ${g[i]} is outside [${lower[i]}, ${upper[i]}]`,
    };
  }
  return { ...selection, rows: selection.rows.filter((i) => !constant.has(i)) };
}

function constantRows({ nlp }: CountedNlp, { fixed, rows }: Selection): Set<number> {
  const constant = new Set(rows);
  const { jacobian } = nlp;
  jacobian.each(new Float64Array(jacobian.length), (row, column) => {
    if (!fixed[column]) constant.delete(row);
  });
  return constant;
}
