import { InputError } from '../../src/core/errors.js';
import type { Bounds, Nlp } from '../../src/nlp/contract.js';
import { columnName, rowName } from '../../src/nlp/names.js';
import type { Result, Status } from '../../src/nlp/result.js';
import { unevaluated } from '../../src/nlp/unevaluated.js';
import type { InteriorPointOptions } from './options.js';

/**
 * Refuses a problem that cannot be stated: bounds that are NaN or infinite on the wrong side are `invalid-problem`, bounds
 * that cross are `infeasible`; the message names the variable or row. Arrays of the wrong length throw.
 */
export function checkProblem(nlp: Nlp, options: InteriorPointOptions, start: Float64Array): Result | null {
  checkLengths(nlp);
  const found =
    checkBounds(nlp.variables, options.nlp_infinity, (j) => columnName(nlp, j)) ??
    checkBounds(nlp.constraints, options.nlp_infinity, (i) => rowName(nlp, i)) ??
    checkUserScaling(nlp, options);
  return found && unevaluated(found.status, found.message, start, nlp.constraints.lower.length);
}

function checkLengths(nlp: Nlp): void {
  const n = nlp.variables.lower.length;
  const m = nlp.constraints.lower.length;
  const expect = (length: number, wanted: number, what: string): void => {
    if (length !== wanted)
      throw new InputError(`interior-point: ${what} has length ${length}, not ${wanted}`);
  };
  expect(nlp.jacobian.columns, n, 'a row of the Jacobian');
  expect(nlp.jacobian.rows, m, 'a column of the Jacobian');
  expect(nlp.hessian.columns, n, 'a row of the Hessian');
}

function checkBounds(
  { lower, upper }: Bounds,
  infinity: number,
  name: (index: number) => string,
): { status: Status; message: string } | null {
  for (let k = 0; k < lower.length; k++) {
    const [l, u] = [lower[k]!, upper[k]!];
    if (Number.isNaN(l) || Number.isNaN(u) || l >= infinity || u <= -infinity) {
      return { status: 'invalid-problem', message: `${name(k)} has impossible bounds [${l}, ${u}]` };
    }
    if (l > u)
      return { status: 'infeasible', message: `${name(k)} has lower bound ${l} above upper bound ${u}` };
  }
  return null;
}

function checkUserScaling(
  nlp: Nlp,
  options: InteriorPointOptions,
): { status: Status; message: string } | null {
  if (options.nlp_scaling_method !== 'user-scaling' || !nlp.scaling) return null;
  const { objective, variables, constraints } = nlp.scaling;
  const good = (value: number): boolean => Number.isFinite(value) && value > 0;
  const wrong = (of: Float64Array | undefined, name: (index: number) => string): string | null => {
    const at = of ? of.findIndex((value) => !good(value)) : -1;
    return at < 0 ? null : `the scaling factor of ${name(at)} is ${of![at]}, not positive`;
  };
  const message = good(objective)
    ? (wrong(variables, (j) => columnName(nlp, j)) ?? wrong(constraints, (i) => rowName(nlp, i)))
    : `the scaling factor of the objective is ${objective}, not positive`;
  return message ? { status: 'invalid-problem', message } : null;
}
