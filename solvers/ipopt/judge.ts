import type { Nlp } from '../../src/nlp/contract.js';
import { nameOf } from '../../src/nlp/names.js';
import { completeMultipliers, optimalityErrors } from '../../src/nlp/optimality.js';
import type { Multipliers, Status } from '../../src/nlp/result.js';
import { valuesAt } from '../../src/nlp/values.js';
import type { Point } from '../../src/nlp/verdict.js';

/** Evaluates `nlp` at `x`; what throws there throws here. */
export function judge(nlp: Nlp, x: Float64Array, given: Multipliers): Point {
  const values = valuesAt(nlp, x);
  const multipliers = completeMultipliers(nlp, values, given);
  return { values, multipliers, errors: optimalityErrors(nlp, values, multipliers) };
}

/** Bounds that Ipopt would refuse without saying which. */
export function refusedBounds(nlp: Nlp): { readonly status: Status; readonly message: string } | undefined {
  for (const [kind, bounds] of [
    ['variable', nlp.variables],
    ['row', nlp.constraints],
  ] as const)
    for (let k = 0; k < bounds.lower.length; k++) {
      const [l, u] = [bounds.lower[k]!, bounds.upper[k]!];
      const name = nameOf(kind, bounds, k);
      if (!(l < Number.POSITIVE_INFINITY) || !(u > Number.NEGATIVE_INFINITY))
        return { status: 'invalid-problem', message: `${name} has impossible bounds [${l}, ${u}]` };
      if (l > u)
        return { status: 'infeasible', message: `${name} has lower bound ${l} above upper bound ${u}` };
    }
  return undefined;
}
