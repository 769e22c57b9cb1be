import { type Operator, operatorCode } from '../../src/problem/operators.js';
import {
  constantSlot,
  earlierCall,
  literal,
  type Shape,
  symbol,
  variableSlot,
} from '../../src/problem/shape.js';

/** `x(i)` and `k(i)` are slots, a number is a literal, `[op, …]` a call. */
export type Nested =
  | { readonly x: number }
  | { readonly k: number }
  | number
  | readonly [Operator, ...Nested[]];

export const x = (slot: number): Nested => ({ x: slot });
export const k = (slot: number): Nested => ({ k: slot });

/** The flat shape of a nested one. */
export function shapeOf(root: Nested): Shape {
  const code: number[] = [];
  const literals: number[] = [];
  let calls = 0;
  const visit = (e: Nested): number => {
    if (typeof e === 'number') return symbol(literal, literals.push(e) - 1);
    if ('x' in e) return symbol(variableSlot, e.x);
    if ('k' in e) return symbol(constantSlot, e.k);
    const [op, ...args] = e as readonly [Operator, ...Nested[]];
    const symbols = args.map(visit);
    code.push(operatorCode[op], symbols.length, ...symbols);
    return symbol(earlierCall, calls++);
  };
  visit(root);
  return { code: Int32Array.from(code), literals: Float64Array.from(literals) };
}
