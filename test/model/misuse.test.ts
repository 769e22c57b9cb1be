import { describe, expect, it } from 'vitest';
import {
  add,
  dense,
  evaluate,
  InputError,
  le,
  Model,
  network,
  power,
  prepare,
  solveHere,
  sumOfSquares,
} from '../../index.js';

const net = dense([{ W: { shape: [2, 1], data: Float64Array.of(1, -1) }, activation: 'tanh' }], {
  name: 'n',
});

async function solved() {
  const model = new Model('misuse');
  const p = model.parameter('p', 2);
  const x = model.variables('x', 2, { lower: -1, upper: 3 });
  const y = network(net, x);
  const row = model.constrain(x.at(0), { lower: 0 });
  const rows = model.subjectTo(le(x, p));
  model.minimize(add(sumOfSquares(x), power(y.at(0), 2)));
  return { model, p, x, y, row, rows, solution: await solveHere(model) };
}

describe("JavaScript's operators", () => {
  it('are refused in one line by everything that models and solutions hand out', async () => {
    const { model, p, x, y, row, rows, solution } = await solved();
    const relation = le(x, 1);
    const handles = { p, x, x0: x.at(0), e: add(x.at(0), 1), a: add(x, 1), y, row, rows, relation, model };
    const all = { ...handles, solution, values: solution.value(x), multipliers: solution.multiplier(rows) };
    for (const [name, handle] of Object.entries(all)) {
      const any = handle as unknown as number;
      for (const misuse of [() => any + 1, () => any * 2, () => -any, () => any < 1, () => any - any])
        expect(misuse, name).toThrow(/^JavaScript's operators do not [^\n]+: [^\n]+$/);
      expect(String(handle), name).not.toMatch(/\[object|=>/);
    }
    expect(`${row}`).toBe("row 'row[1]'");
    expect(`${rows}`).toMatch(/^rows 'row\[2\]' of shape \[2\]$/);
    expect(`${solution}`).toMatch(/^misuse: optimal, objective /);
    expect(`${model}`).toMatch(/3 variables, 1 parameter, 4 rows, 1 gray box;/);
    expect(solution.value(x.at(0)) + 1).toBeGreaterThan(0.9);
  });

  it('find the length of arrays, so that loops over them are not silently empty', async () => {
    const { x, y, rows, solution } = await solved();
    expect([x.length, y.length, rows.length, solution.value(x).length]).toEqual([2, 1, 2, 2]);
    expect(x.reshape([2, 1]).length).toBe(2);
  });
});

describe('what is no row', () => {
  it('has no multiplier', async () => {
    const { model, x, solution } = await solved();
    for (const other of [le(x.at(0), 1), {}, model, x.at(0), undefined, null, { index: 0 }])
      expect(() => solution.multiplier(other as never)).toThrow(InputError);
    await using prepared = await prepare(model);
    await prepared.solve();
    await expect(prepared.adjoint([[le(x.at(0), 1) as never, 1]])).rejects.toThrow(
      /neither a variable nor a row/,
    );
  });
});

describe('evaluate', () => {
  it('takes values of a solution', async () => {
    const { x, solution } = await solved();
    const [a, b] = solution.value(x).toArray();
    expect(evaluate(net, solution.value(x))[0]).toBeCloseTo(Math.tanh(a! - b!), 14);
    const table = evaluate(net, solution.value(x.reshape([1, 2])));
    expect(table.map((y) => [...y])).toEqual([[...evaluate(net, [a!, b!])]]);
  });

  it('refuses NaN and what is no number, by its place', async () => {
    const { x } = await solved();
    for (const [given, told] of [
      [[1, Number.NaN], 'input 1 is NaN, not a number'],
      [[1, '2'], "input 1 is '2', not a number"],
      [[1, null], 'input 1 is null, not a number'],
      [[1], "network 'n' takes 2 inputs, got 1"],
      [
        [
          [1, 2],
          [1, Number.NaN],
        ],
        'input 1 of point 1 is NaN, not a number',
      ],
      [[[1, 2], [1]], "network 'n' takes 2 inputs, got 1 of point 1"],
      [[[1, 2], null], "network 'n' takes 2 inputs, got null of point 1"],
      [x, "'x' holds variables or formulas, not numbers"],
      [7, "network 'n' takes 2 inputs, got 7"],
    ] as const)
      expect(() => evaluate(net, given as never)).toThrow(`evaluate: ${told}`);
  });
});
