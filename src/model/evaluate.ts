import { InputError } from '../core/errors.js';
import { numberOf } from '../core/given.js';
import { applyOperator } from '../problem/apply.js';
import { Call, Column, Constant, type Expression, Linear } from './expression.js';

/** The value of an expression at `x`; each shared node is computed once, without recursion. */
export function evaluate(root: Expression, x: ArrayLike<number>): number {
  const known = new Map<Expression, number>();
  const look = (e: Expression): number | undefined => {
    if (e instanceof Constant) return e.value;
    if (e instanceof Column) return entry(x, e.index);
    return known.get(e);
  };
  const stack = [root];
  while (stack.length > 0) {
    const e = stack[stack.length - 1]!;
    if (look(e) !== undefined) {
      stack.pop();
    } else if (e instanceof Linear) {
      known.set(e, linearValue(e, x));
    } else if (!(e instanceof Call)) {
      throw new InputError(
        'an expression that a reader wrote has no value by itself; ask for that of its row',
      );
    } else {
      const waiting = e.args.filter((arg) => look(arg) === undefined);
      if (waiting.length > 0) for (const arg of waiting) stack.push(arg);
      else
        known.set(
          e,
          applyOperator(
            e.op,
            e.args.map((arg) => look(arg)!),
          ),
        );
    }
  }
  return look(root)!;
}

function linearValue({ columns, coefficients, constant }: Linear, x: ArrayLike<number>): number {
  let total = constant;
  for (let k = 0; k < columns.length; k++) total += coefficients[k]! * entry(x, columns[k]!);
  return total;
}

function entry(x: ArrayLike<number>, index: number): number {
  const value = x[index];
  if (typeof value === 'number') return value;
  if (value === undefined)
    throw new InputError(
      `value: x has ${x.length} entries; the expression needs entry ${index}, counted from 0`,
    );
  return numberOf(value, `value: x[${index}]`, 'any');
}
