import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import { type ArrayOperand, ExpressionArray, toArray } from '../model/array.js';
import type { Expression } from '../model/expression.js';
import { subtract } from '../model/functions.js';
import { ge, type Relation } from '../model/relation.js';

/**
 * `yₖ − yⱼ ≥ δ` for every other class j: k has the largest output, by at least δ. With the logits of a classifier rather than
 * its probabilities the rows are better scaled.
 */
export function argmaxAtLeast(y: ExpressionArray<Expression, 1>, k: number, δ = 0): Relation<1> {
  const { elements, shape } = toArray(y as ArrayOperand, 'argmaxAtLeast');
  if (shape.length !== 1 || !Number.isInteger(k) || k < 0 || k >= elements.length)
    throw new InputError(`argmaxAtLeast: there is no class ${told(k)} among ${elements.length} outputs`);
  const gaps = elements.filter((_, j) => j !== k).map((other) => subtract(elements[k]!, other));
  return ge(new ExpressionArray<Expression, 1>([gaps.length], gaps, 'argmaxAtLeast'), δ);
}
