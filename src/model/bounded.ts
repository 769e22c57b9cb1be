import { InputError } from '../core/errors.js';
import { type ArrayOperand, isArrayOperand, toArray } from './array.js';
import type { Operand } from './expression.js';
import { shapeText } from './extents.js';
import { type Relation, related, within } from './relation.js';
import type { RowBounds, RowName } from './row.js';

/** An array, or an expression whose bounds are formulas, between its bounds. */
export function bounded(
  a: Operand | ArrayOperand,
  { lower, upper, equals, name = 'row' }: RowBounds<Operand | ArrayOperand> & RowName,
): Relation {
  if (equals !== undefined && (lower !== undefined || upper !== undefined))
    throw new InputError(`row '${name}': give either equals or lower and upper`);
  const relation =
    equals !== undefined
      ? related(a, '=', equals)
      : lower !== undefined && upper !== undefined
        ? within(lower, a, upper)
        : lower !== undefined
          ? related(a, '>=', lower)
          : upper !== undefined
            ? related(a, '<=', upper)
            : undefined;
  if (relation === undefined) throw new InputError(`row '${name}' has no bound: give lower, upper or equals`);
  const shape = isArrayOperand(a) ? toArray(a, name).shape : [];
  if (relation.shape.join() !== shape.join())
    throw new InputError(
      `row '${name}': bounds of shape ${shapeText(relation.shape)} for shape ${shapeText(shape)}`,
    );
  return relation;
}
