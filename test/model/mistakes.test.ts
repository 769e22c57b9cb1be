import { describe, expect, it } from 'vitest';
import {
  add,
  and,
  ceil,
  compare,
  conditional,
  type Expression,
  floor,
  InputError,
  le,
  linear,
  Model,
  maximum,
  multiply,
  negate,
  not,
  or,
  power,
  type RowOptions,
  round,
  solveHere,
  subtract,
  sum,
  type Variable,
  type VariableOptions,
} from '../../index.js';

/** The message of an InputError of one line. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('tests are no rows', () => {
  const tests: [string, (x: Variable, y: Variable) => Expression, RegExp][] = [
    ['≥', (x) => compare(x, '>=', 1), /is a test.*constrain\(subtract\(b, a\), \{ lower: 0 \}\)/],
    ['≤', (x) => compare(x, '<=', 1), /is a test.*constrain\(subtract\(b, a\), \{ lower: 0 \}\)/],
    ['>', (x) => compare(x, '>', 1), /is a test.*lower: margin/],
    ['<', (x, y) => compare(x, '<', y), /is a test.*lower: margin/],
    ['=', (x) => compare(x, '=', 1), /is a test.*equals: 0/],
    ['≠', (x) => compare(x, '!=', 1), /is a test.*one side/],
    ['and', (x, y) => and(compare(x, '>=', 1), compare(y, '>=', 1)), /is a test.*row of its own/],
    ['or', (x, y) => or(compare(x, '>=', 1), compare(y, '>=', 1)), /is a test.*maximum\(a, b\)/],
    ['not', (x) => not(compare(x, '>=', 1)), /is a test.*opposite relation/],
    ['not of a number', (x) => not(x), /is a test/],
    ['a sum of tests', (x, y) => add(compare(x, '>=', 1), compare(y, '>=', 1)), /constant between jumps/],
    ['a factor', (x) => multiply(2, compare(x, '>=', 1)), /constant between jumps/],
    ['negated', (x) => negate(compare(x, '>=', 1)), /constant between jumps/],
    ['1 less a test', (x) => subtract(1, compare(x, '>=', 1)), /constant between jumps/],
    ['a conditional of constants', (x) => conditional(compare(x, '>=', 1), 1, 0), /constant between jumps/],
    [
      'a conditional of tests',
      (x, y) => conditional(compare(x, '>=', 1), compare(y, '>=', 1), 1),
      /constant between jumps/,
    ],
    ['the largest', (x, y) => maximum(compare(x, '>=', 1), compare(y, '>=', 1)), /constant between jumps/],
    ['floor', (x) => floor(x), /constant between jumps/],
    [
      'a test and a row of zeros',
      (x) => add(linear([0], [x]), compare(x, '>=', 1)),
      /constant between jumps/,
    ],
    [
      'rounding of a sum',
      (x, y) => power(sum([round(x), ceil(multiply(x, y))]), 2),
      /constant between jumps/,
    ],
  ];
  const rows: RowOptions[] = [{ equals: 1 }, { equals: 0 }, { lower: 1 }, { lower: 0.5 }, { upper: 0 }];

  it.each(tests)('%s', (_, make, message) => {
    const model = new Model();
    const [x, y] = [model.variable('x'), model.variable('y')];
    const expression = make(x, y);
    for (const options of rows) {
      const said = refusal(() => model.constrain(expression, { ...options, name: 'r' }));
      expect(said).toMatch(/^row 'r' is /);
      expect(said).toMatch(message);
    }
    expect(refusal(() => model.minimize(expression))).toMatch(/^objective is /);
    expect(refusal(() => model.maximize(expression))).toMatch(message);
    expect(model.rowCount).toBe(0);
  });

  it.each<[string, (x: Variable, y: Variable) => Expression]>([
    ['a branch with a derivative', (x) => conditional(compare(x, '>=', 0), x, 0)],
    ['a saturation', (x) => conditional(compare(x, '<', 0), 0, conditional(compare(x, '>', 1), 1, x))],
    ['a product with a test', (x) => multiply(x, compare(x, '>', 0))],
    ['a remainder beside a step', (x) => subtract(x, floor(x))],
    ['a test beside a variable', (x, y) => add(y, compare(x, '>=', 1))],
  ])('%s is one', (_, make) => {
    const model = new Model();
    const expression = make(model.variable('x'), model.variable('y'));
    expect(() => model.constrain(expression, { lower: 0 })).not.toThrow();
    expect(() => model.minimize(expression)).not.toThrow();
  });

  it('constants, also folded ones, are no complaint', () => {
    const model = new Model();
    expect(() => model.constrain(compare(1, '<', 2), { equals: 1 })).not.toThrow();
    expect(() => model.minimize(0)).not.toThrow();
    expect(() => model.constrain(floor(2.5), { lower: 0 })).not.toThrow();
  });

  it('what the message says to write instead solves', async () => {
    const model = new Model();
    const x = model.variable('x', { start: -3 });
    model.constrain(subtract(x, 1), { lower: 0 });
    model.minimize(power(x, 2));
    const solution = await solveHere(model);
    expect(solution.status).toBe('optimal');
    expect(solution.value(x)).toBeCloseTo(1, 6);
  });

  it('does not mind depth', () => {
    const model = new Model();
    let e: Expression = compare(model.variable('x'), '>=', 1);
    for (let k = 0; k < 50_000; k++) e = negate(e);
    expect(refusal(() => model.constrain(e, { equals: 1 }))).toMatch(/constant between jumps/);
  });
});

describe('bounds', () => {
  it.each<[VariableOptions<number>, RegExp]>([
    [{ lower: 2, upper: 1 }, /variable 'x': its lower bound 2 is above its upper bound 1/],
    [{ lower: 1e-300, upper: 0 }, /is above/],
    [{ lower: Number.POSITIVE_INFINITY }, /no number lies between its bounds Infinity and Infinity/],
    [{ upper: Number.NEGATIVE_INFINITY }, /no number lies between/],
    [{ lower: Number.NaN }, /its lower bound is NaN/],
    [{ upper: 'one' as never }, /its upper bound is not a number/],
  ])('of a variable: %j', (options, message) => {
    const model = new Model();
    expect(refusal(() => model.variable('x', options))).toMatch(message);
    expect(refusal(() => model.variables('x', 2, options))).toMatch(/variables? 'x(\[0\])?'/);
    expect(model.variableCount).toBe(0);
    expect(() => model.variable('x', { lower: 1, upper: 1 })).not.toThrow();
  });

  it('of one variable among many', () => {
    const model = new Model();
    expect(refusal(() => model.variables('x', 3, { lower: [0, 0, 3], upper: 2 }))).toMatch(
      /variable 'x\[2\]': its lower bound 3 is above its upper bound 2/,
    );
    expect(model.variableCount).toBe(0);
    const free = new Model().variable('z');
    expect(refusal(() => model.variables('y', 2, { lower: free as never }))).toMatch(
      /variable 'y\[0\]': its lower bound is a variable; state a row instead/,
    );
  });

  it('of a row', () => {
    const model = new Model();
    const x = model.variable('x');
    for (const [options, message] of [
      [{ lower: 2, upper: 1 }, /row 'r': its lower bound 2 is above its upper bound 1/],
      [{ lower: Number.POSITIVE_INFINITY }, /no number lies between/],
      [{ upper: Number.NEGATIVE_INFINITY }, /no number lies between/],
      [{ equals: Number.POSITIVE_INFINITY }, /no number lies between/],
      [{ equals: Number.NaN }, /bound is NaN/],
      [{ lower: compare(x, '>=', 1) }, /a bound of a row, is the test 'x >= 1'|is the test '1 <= x', 1 or 0/],
      [{ equals: 'one' as never }, /bound is not a number; bring an expression/],
      [{ equals: le(x, 1) as never }, /'x <= 1' is a relation, not a value/],
    ] as const) {
      expect(refusal(() => model.constrain(x, { ...options, name: 'r' }))).toMatch(message);
    }
    expect(model.rowCount).toBe(0);
  });

  it('a model of a file states what is there', async () => {
    const model = new Model('file', { mistakes: 'state' });
    const x = model.variable('x', { lower: 2, upper: 1 });
    model.constrain(compare(x, '>=', 1), { equals: 1 });
    model.minimize(power(x, 2));
    expect((await solveHere(model)).status).toBe('infeasible');
  });
});
