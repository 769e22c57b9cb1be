import { Call, Constant, type Expression, toExpression } from './expression.js';
import type { StateTemplate } from './grouping.js';
import { expressions as operations } from './nodes.js';
import { repeated } from './repeated.js';
import type { GroupUse } from './statement.js';
import { Total } from './total.js';

/** Longer sums, and more nodes than these, are not searched for totals. */
const longest = 64;
const mostNodes = 256;

interface Weighted {
  readonly e: Expression;
  readonly factor: number;
}

/**
 * Parts an expression of a row (−1: the objective) into the totals that it adds up, as groups, and the rest. `state` states
 * templates.
 */
export function takeTotals(
  whole: Expression,
  row: number,
  state: StateTemplate,
): { readonly rest: Expression; readonly uses: readonly GroupUse[] } {
  const uses: GroupUse[] = [];
  const rest: Expression[] = [];
  const open: Weighted[] = [{ e: whole, factor: 1 }];
  const left: Weighted[] = [];
  for (let met = 0; open.length > 0; met++) {
    const { e, factor } = open.pop()!;
    const found = e instanceof Total ? repeated(e.source, factor, row, state) : undefined;
    if (found) {
      uses.push(...found.uses);
      rest.push(...found.rest);
      continue;
    }
    const parts = met < mostNodes && !(e instanceof Total) ? partsOf(e) : undefined;
    const within = parts?.map(([part, own]) => ({ e: part, factor: factor * own }));
    if (within?.every((part) => Number.isFinite(part.factor))) open.push(...within);
    else left.push({ e, factor });
  }
  if (uses.length === 0) return { rest: whole, uses };
  for (const { e, factor } of left) rest.push(operations.product([toExpression(factor), e]));
  return { rest: operations.sum(rest), uses };
}

/** The terms of a short sum with their factors; undefined for anything else. */
function partsOf(e: Expression): (readonly [Expression, number])[] | undefined {
  if (!(e instanceof Call) || e.args.length > longest) return undefined;
  const [a, b] = e.args;
  switch (e.op) {
    case 'add':
      return e.args.map((arg) => [arg, 1] as const);
    case 'subtract':
      return [
        [a!, 1],
        [b!, -1],
      ];
    case 'negate':
      return [[a!, -1]];
    case 'multiply':
      return e.args.length === 2 && a instanceof Constant ? [[b!, a.value]] : undefined;
    case 'divide':
      return b instanceof Constant && b.value !== 0 ? [[a!, 1 / b.value]] : undefined;
    default:
      return undefined;
  }
}
