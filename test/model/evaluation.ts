import type { Expression, Variable } from '../../src/model/index.js';
import { Model } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';

/** One expression as the objective (times 3) and as a free row, in variables that start at `start`. */
export function stated(
  start: readonly number[],
  make: (...x: Variable[]) => Expression | number,
): { model: Model; nlp: Nlp; x: Float64Array; expression: Expression | number } {
  const model = new Model('test');
  const variables = start.map((value, k) => model.variable(`x${k}`, { start: value }));
  const expression = make(...variables);
  model.minimize(expression);
  model.constrain(expression, { lower: Number.NEGATIVE_INFINITY, name: 'row' });
  const problem = model.problem();
  return { model, nlp: assemble(problem), x: Float64Array.from(start), expression };
}

/** Gradient of the objective and dense symmetric Hessian of it. */
export function derivatives(nlp: Nlp, x: Float64Array): { gradient: number[]; hessian: number[][] } {
  const n = x.length;
  const gradient = new Float64Array(n);
  nlp.gradient(x, gradient);
  const values = new Float64Array(nlp.hessian.length);
  nlp.hessianValues(x, 1, new Float64Array(nlp.constraints.lower.length), values);
  const hessian = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  nlp.hessian.each(values, (i, j, value) => {
    hessian[i]![j] = value;
    hessian[j]![i] = value;
  });
  return { gradient: [...gradient], hessian };
}
