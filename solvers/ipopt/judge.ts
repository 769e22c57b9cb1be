import type { Bounds, Nlp } from '../../src/nlp/contract.js';
import { optimalityErrors } from '../../src/nlp/optimality.js';
import type { Errors, Multipliers, Status } from '../../src/nlp/result.js';

/** A point with what the problem's own functions say of it. */
export interface Judged {
  readonly x: Float64Array;
  readonly objective: number;
  readonly constraints: Float64Array;
  readonly multipliers: Multipliers;
  readonly errors: Errors;
}

/** Entry `k` of the variables or rows as messages call it. */
export const nameOf = (kind: 'variable' | 'row', { names }: Bounds, k: number): string =>
  names?.[k] === undefined ? `${kind} ${k}` : `${kind} '${names[k]}'`;

/** Evaluates `nlp` at `x`; what throws there throws here. */
export function judge(nlp: Nlp, x: Float64Array, given: Multipliers): Judged {
  const constraints = new Float64Array(nlp.constraints.lower.length);
  const objective = nlp.objective(x);
  nlp.constraintValues(x, constraints);
  const multipliers = complete(nlp, x, given);
  return { x, objective, constraints, multipliers, errors: optimalityErrors(nlp, x, multipliers) };
}

/**
 * Completes what Ipopt returns: a row without bounds has no multiplier (newer versions leave dust there), and a fixed
 * variable, which Ipopt takes out, takes up the reduced gradient.
 */
function complete(nlp: Nlp, x: Float64Array, given: Multipliers): Multipliers {
  const { lower: gL, upper: gU } = nlp.constraints;
  const constraints = given.constraints.map((λ, i) =>
    gL[i] === Number.NEGATIVE_INFINITY && gU[i] === Number.POSITIVE_INFINITY ? 0 : λ,
  );
  const { lower: xL, upper: xU } = nlp.variables;
  if (!xL.some((value, j) => value === xU[j])) return { ...given, constraints };
  const reduced = new Float64Array(x.length);
  const J = new Float64Array(nlp.jacobian.row.length);
  nlp.gradient(x, reduced);
  nlp.jacobianValues(x, J);
  for (let k = 0; k < J.length; k++)
    reduced[nlp.jacobian.column[k]!]! += J[k]! * constraints[nlp.jacobian.row[k]!]!;
  const [lower, upper] = [given.lower.slice(), given.upper.slice()];
  for (let j = 0; j < x.length; j++) {
    if (xL[j] !== xU[j]) continue;
    lower[j] = Math.max(reduced[j]!, 0);
    upper[j] = Math.max(-reduced[j]!, 0);
  }
  return { constraints, lower, upper };
}

/** The row or variable that is furthest outside its bounds, in words; empty when none is. */
export function worstViolation(nlp: Nlp, { x, constraints }: Judged): string {
  let [worst, where] = [0, ''];
  for (const [kind, bounds, values] of [
    ['row', nlp.constraints, constraints],
    ['variable', nlp.variables, x],
  ] as const)
    for (let k = 0; k < values.length; k++) {
      const violation = Math.max(bounds.lower[k]! - values[k]!, values[k]! - bounds.upper[k]!);
      if (violation > worst) [worst, where] = [violation, nameOf(kind, bounds, k)];
    }
  return where && `largest violation ${worst.toPrecision(3)} at ${where}`;
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
