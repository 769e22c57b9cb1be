import { describe, expect, it } from 'vitest';
import * as f from '../../src/model/functions.js';
import { type Expression, type ExpressionArray, le, Model, matmul, toLatex } from '../../src/model/index.js';
import { undefinedPart } from '../../src/model/undefined-part.js';
import { assemble } from '../../src/nlp/assemble.js';
import { tolerances } from '../tolerances.js';
import { derivatives } from './evaluation.js';

const N = 90;
const numbers = (scale: number): number[] =>
  Array.from({ length: N }, (_, t) => scale * Math.sin(1 + t) + 0.01 * t);
/** Some of them 0, which formulas leave out. */
const sparse = numbers(1).map((value, t) => (t % 7 === 0 ? 0 : value));
const start = (n: number): number[] => Array.from({ length: n }, (_, k) => 0.7 + 0.4 * Math.cos(3 * k));

type Entries = (model: Model) => ExpressionArray;
const unknowns = (model: Model, n = 4) => model.variables('k', n, { start: start(n) });
const many = (model: Model) => model.variables('x', N, { lower: 0.1, upper: 3, start: start(N) });

/** Arrays of N entries each. */
const cases: { readonly [name: string]: Entries } = {
  'decays with a parameter each'(model) {
    const k = unknowns(model);
    const measured = model.parameter('measured', [N], numbers(0.3));
    return f.subtract(f.multiply(k.at(0), f.exp(f.multiply(sparse, f.negate(k.at(1))))), measured);
  },
  'products with a narrow table'(model) {
    const k = unknowns(model);
    const table = sparse.map((value, t) => [value, Math.cos(t), 0, 1]);
    const waves = matmul(table, k.reshape([4, 1])).column(0);
    return f.power(f.add(waves, numbers(0.1), f.sin(f.multiply(k.at(2), waves))), 3);
  },
  'neighbours, of which some are one'(model) {
    const x = many(model);
    const next = Array.from({ length: N }, (_, t) => x.at(t % 5 === 0 ? t : (t + 1) % N));
    return f.multiply(x, f.power(f.subtract(next, f.power(x, 2)), 2));
  },
  'a formula that all have in common'(model) {
    const k = unknowns(model);
    const x = many(model);
    const common = f.exp(f.multiply(k.at(0), f.sin(k.at(1)), 0.3));
    return f.divide(f.multiply(common, x), f.add(1.5, f.power(k.at(3), 2)));
  },
  'kinks and tests'(model) {
    const x = many(model);
    return f.multiply(f.maximum(x, numbers(1)), f.abs(x));
  },
  'powers of numbers, by numbers'(model) {
    const x = many(model);
    return f.add(
      f.power(2, x),
      f.power(
        x,
        Array.from({ length: N }, (_, t) => (t % 3) + 1),
      ),
    );
  },
};

/** The same entries, every one made by itself. */
const listed = (array: ExpressionArray): Expression => f.sum([...array]);

function problemOf(state: (model: Model) => void) {
  const model = new Model('totals');
  state(model);
  const nlp = assemble(structuredClone(model.problem()));
  const x = model.startPoint().slice();
  const g = new Float64Array(model.rowCount);
  nlp.constraintValues(x, g);
  const rows = model.problem().rows;
  return {
    objective: nlp.objective(x),
    ...derivatives(nlp, x),
    rows: [...g].map((value, i) => value + rows.constant![i]!),
  };
}

const close = (a: readonly number[], b: readonly number[], what: string): void => {
  expect(a.length, what).toBe(b.length);
  const size = b.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  a.forEach((value, k) => {
    expect(Math.abs(value - b[k]!) / size, `${what} ${k}`).toBeLessThan(tolerances.f64);
  });
};

describe('sums over long arrays', () => {
  for (const [name, entries] of Object.entries(cases))
    it(`are what their entries add up to: ${name}`, () => {
      const [whole, single] = [f.sum, listed].map((total) =>
        problemOf((model) => {
          const array = entries(model);
          const square = total === listed ? listed(f.power(array, 2)) : f.sumOfSquares(array);
          model.maximize(f.subtract(f.multiply(0.5, total(array)), f.divide(square, 4)));
          model.subjectTo(le(f.add(total(array), model.variable('s')), 3));
        }),
      );
      close([whole!.objective, ...whole!.rows], [single!.objective, ...single!.rows], 'values');
      close(whole!.gradient, single!.gradient, 'gradient');
      close(whole!.hessian.flat(), single!.hessian.flat(), 'Hessian');
    });

  it('are stated as one formula with tables', () => {
    const model = new Model('one');
    model.minimize(f.sumOfSquares(cases['decays with a parameter each']!(model)));
    const statement = model.statement();
    expect(statement.groups.map(({ rows }) => rows.length)).toEqual([N - 13]);
    // What is left: entries whose constant is 0.
    expect(statement.tape.operators.length).toBeLessThan(100);
    const problem = model.problem();
    expect(problem.groups.map(({ count }) => count).sort((a, b) => a - b)).toEqual([13, N - 13]);
    expect(problem.sums.constant).toHaveLength(0);
  });

  it('are not looked for behind factors that are no numbers', () => {
    const model = new Model('infinite');
    const x = model.variable('x', { start: 1 });
    const undefinedFactor = f.log(-1);
    model.constrain(f.subtract(f.multiply(undefinedFactor, f.sin(x)), x), { lower: 0 });
    expect(model.rowCount).toBe(1);
  });

  it('leave nothing of an objective that another one replaced', () => {
    const model = new Model('replaced');
    const x = many(model);
    model.minimize(f.sumOfSquares(x));
    const { revision } = model;
    model.maximize(f.sum(x));
    expect(model.revision).not.toBe(revision);
    expect(model.statement().groups).toHaveLength(0);
    const total = f.sumOfSquares(x);
    model.minimize(total);
    const again = model.revision;
    model.minimize(total);
    expect(model.revision).toBe(again);
    expect(model.statement().groups).toHaveLength(1);
  });

  it('are shown and evaluated as sums', () => {
    const model = new Model('shown');
    const x = many(model);
    const total = f.sumOfSquares(f.subtract(x, 1));
    model.minimize(total);
    expect(String(model)).toContain('(x[0] - 1)^2 + (x[1] - 1)^2');
    expect(toLatex(model)).toContain('x');
    expect(toLatex(model)).toMatch(/\\left\(x_\{0\} - 1\\right\)\^\{?2/);
    const at = model.startPoint();
    expect(model.value(total, at)).toBeCloseTo(
      [...at].reduce((sum, value) => sum + (value - 1) ** 2, 0),
      10,
    );
    expect(model.value(f.sqrt(total), at)).toBeCloseTo(Math.sqrt(model.value(total, at)), 10);
  });

  it('name the entry that is undefined', () => {
    const model = new Model('undefined');
    const x = model.variables('x', N, {
      start: Float64Array.from({ length: N }, (_, t) => (t === 70 ? -1 : 1)),
    });
    model.minimize(
      f.sum(
        f.log(
          f.multiply(
            numbers(0).map((_, t) => t + 1),
            x,
          ),
        ),
      ),
    );
    expect(undefinedPart(model.statement(), model.startPoint())).toBe(
      'log(71*x[70]) is NaN at 71*x[70] = -71',
    );
  });

  it('refuse variables of two models at the call', () => {
    const [one, two] = [many(new Model('one')), many(new Model('two'))];
    expect(() => f.add(one, two)).toThrow(
      /mixes variables of model 'one' and model 'two': 'x\[0\]' and 'x\[0\]'/,
    );
    expect(() =>
      matmul(
        numbers(1).map((v) => [v, 1]),
        [[one.at(0)], [two.at(0)]],
      ),
    ).toThrow(/two/);
    expect(() => new Model('three').minimize(f.sumOfSquares(one))).toThrow(
      /uses 'x\[\d+\]', a variable of model 'one'/,
    );
  });

  it('hold chains of thousands of arrays', () => {
    const model = new Model('deep');
    let total: ExpressionArray = many(model);
    for (let k = 0; k < 1000; k++) total = f.add(total, 1);
    model.minimize(f.sum(total));
    expect(model.problem().objectiveConstant).toBeCloseTo(1000 * N, 5);
  });
});
