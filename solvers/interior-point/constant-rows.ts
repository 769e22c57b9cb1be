import type { Structure } from '../../src/core/structure/structure.js';
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
  const entered = enteredRows(nlp.jacobian, fixed);
  return new Set(rows.filter((i) => !entered[i]));
}

/** The latest of each Jacobian: a problem that is solved again mostly has the same fixed variables. */
const latest = new WeakMap<Structure, { readonly fixed: Uint8Array; readonly entered: Uint8Array }>();

/** 1 for a row that a free variable enters. */
function enteredRows(jacobian: Structure, fixed: Uint8Array): Uint8Array {
  const before = latest.get(jacobian);
  if (before?.fixed.every((value, j) => value === fixed[j])) return before.entered;
  const entered = new Uint8Array(jacobian.rows);
  jacobian.each(new Float64Array(jacobian.length), (row, column) => {
    if (!fixed[column]) entered[row] = 1;
  });
  latest.set(jacobian, { fixed, entered });
  return entered;
}
