import type { Operator } from '../problem/operators.js';
import { Call, Constant, type Expression, Linear } from './expression.js';

/** Tests as rows, and what states the same with a derivative. */
const tests: { readonly [O in Operator]?: string } = {
  less: 'state a < b as constrain(subtract(b, a), { lower: margin })',
  lessEqual: 'state a ≤ b as constrain(subtract(b, a), { lower: 0 })',
  equal: 'state a = b as constrain(subtract(a, b), { equals: 0 })',
  notEqual: 'state a ≠ b on one side, as constrain(subtract(a, b), { lower: margin })',
  and: 'give each relation a row of its own',
  or: 'state a ≥ 0 or b ≥ 0 as constrain(maximum(a, b), { lower: 0 })',
  not: 'state the opposite relation as a row',
};
const steps: ReadonlySet<Operator> = new Set<Operator>([
  ...(Object.keys(tests) as Operator[]),
  'floor',
  'ceil',
  'round',
  'trunc',
  'quotient',
]);

/**
 * Why an expression can be neither row nor objective although it depends on variables: it is constant between jumps, so
 * that its derivative is 0 wherever there is one and no solver can move it. Undefined where there is nothing to say.
 */
export function stepComplaint(root: Expression): string | undefined {
  if (!isStep(root)) return undefined;
  const advice = root instanceof Call ? tests[root.op] : undefined;
  return advice === undefined
    ? 'is constant between jumps (tests, floor and their like): its derivative is 0 everywhere and no step can change it; use an expression that varies with the variables'
    : `is a test, 1 or 0: its derivative is 0 everywhere and no step can change it; ${advice}`;
}

/** True where the value depends on variables through steps alone. */
function isStep(root: Expression): boolean {
  let jumps = false;
  const seen = new Set<Expression>();
  const open: Expression[] = [root];
  for (let e = open.pop(); e !== undefined; e = open.pop()) {
    if (e instanceof Constant || e.owner === undefined || seen.has(e)) continue;
    // Files name a row's variables with coefficient 0 where only its expression holds them.
    if (e instanceof Linear && e.coefficients.every((coefficient) => coefficient === 0)) continue;
    if (!(e instanceof Call)) return false;
    seen.add(e);
    if (steps.has(e.op)) jumps = true;
    else if (e.op === 'conditional') {
      jumps ||= e.args[0]!.owner !== undefined;
      open.push(e.args[1]!, e.args[2]!);
    } else for (const arg of e.args) open.push(arg);
  }
  return jumps;
}
