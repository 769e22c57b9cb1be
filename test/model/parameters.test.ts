import { describe, expect, it } from 'vitest';
import {
  add,
  expr,
  InputError,
  le,
  Model,
  multiply,
  power,
  type Row,
  solveHere,
  subtract,
  sumOfSquares,
  Values,
} from '../../index.js';

describe('parameters', () => {
  it('are numbers of the problem that keep their value during a solve', async () => {
    const m = new Model();
    const p = m.parameter('p', 2);
    const x = m.variable('x', { upper: 10 });
    m.minimize(power(subtract(x, multiply(p, p)), 2));
    const first = await solveHere(m);
    expect(first.value(x)).toBeCloseTo(4, 6);
    expect(first.value(p)).toBe(2);
    p.set(3);
    expect((await solveHere(m)).value(x)).toBeCloseTo(9, 6);
    p.set(4);
    expect((await solveHere(m)).value(x)).toBeCloseTo(10, 6);
  });

  it('stand as bounds of variables and in the limits of rows', async () => {
    const m = new Model();
    const cap = m.parameter('cap', 3);
    const caps = m.parameter('caps', [2], [1, 2]);
    const x = m.variable('x', { lower: 0, upper: cap });
    const v = m.variables('v', 2, { upper: caps });
    const w = m.variables('w', 2);
    const rows = m.constrain(w, { lower: 0, upper: caps });
    const single = m.constrain(add(x, w.at(0)), { upper: add(cap, 0.5) });
    m.maximize(add(multiply(2, x), ...v, ...w));
    const one = await solveHere(m);
    expect(one.value(x)).toBeCloseTo(3, 5);
    expect([...one.value(v)].map(Math.round)).toEqual([1, 2]);
    expect(one.value(w).at(1)).toBeCloseTo(2, 5);
    // One more unit of the shared row is worth one unit.
    expect(one.multiplier(single)).toBeCloseTo(-1, 4);
    expect([...one.multiplier(rows)].length).toBe(2);
    cap.set(5);
    caps.set([2, -1]);
    const two = await solveHere(m);
    expect(two.status).toBe('infeasible');
    caps.set(7);
    const three = await solveHere(m);
    expect([...three.value(v)].map(Math.round)).toEqual([7, 7]);
    expect(three.value(x) + three.value(w.at(0))).toBeCloseTo(5.5, 5);
    x.set({ lower: 1, upper: 2 });
    w.set({ start: [1, 1] });
    const four = await solveHere(m);
    expect(four.value(x)).toBeLessThan(2.001);
    // A bound that was set to a number does not follow the parameter any more.
    cap.set(1.5);
    expect((await solveHere(m)).value(x)).toBeCloseTo(2, 4);
    x.set({ upper: cap });
    expect((await solveHere(m)).value(x)).toBeCloseTo(1.5, 4);
  });

  it('do not count as variables', () => {
    const m = new Model('m');
    m.parameter('p', [2, 2], 1);
    m.variable('x');
    expect([m.parameterCount, m.variableCount]).toEqual([4, 5]);
    expect(String(m)).toBe("model 'm': 1 variable, 4 parameters, 0 rows");
  });

  it('are refused where they cannot be meant', async () => {
    const m = new Model('m');
    const p = m.parameter('p');
    const x = m.variable('x');
    const v = m.variables('v', 2);
    m.minimize(power(subtract(x, p), 2));
    await expect(solveHere(m)).rejects.toThrow(/parameter 'p' has no value: give one/);
    const refused: [() => unknown, RegExp][] = [
      [() => p.set(Number.NaN), /parameter 'p': its value NaN is not a finite number/],
      [() => p.set('1' as never), /parameter 'p'/],
      [() => m.parameter('q', [2], [1]), /parameter 'q' has 1 entries for 2/],
      [() => m.parameter('p', 1), /'p' exists already/],
      [() => m.variable('y', { upper: new Model('other').parameter('o', 1) }), /'o' of another model/],
      [() => m.variable('y', { upper: x as never }), /its upper bound is a variable; state a row/],
      [() => x.set({ lowr: 1 } as never), /variable 'x': unknown option 'lowr'; did you mean 'lower'\?/],
      [() => x.set({ lower: 2, upper: 1 }), /its lower bound 2 is above its upper bound 1/],
      [() => x.set({ start: Number.NaN }), /its start NaN/],
      [() => v.set({ lower: [1] }), /lower has 1 entries for 2/],
    ];
    for (const [make, message] of refused) {
      expect(make).toThrow(InputError);
      expect(make).toThrow(message);
    }
    p.set(1);
    expect((await solveHere(m)).value(x)).toBeCloseTo(1, 6);
  });
});

describe('a solution', () => {
  it('has the value of anything, in its shape', async () => {
    const m = new Model();
    const A = m.variables('A', [2, 2], { lower: [1, 2, 3, 4], upper: 10 });
    const rows = m.subjectTo(
      le(add(A, 1), [
        [2, 20],
        [20, 20],
      ]),
    );
    const row: Row = m.constrain(expr`${A.at(0, 0)} + 5`, { lower: 0 });
    m.minimize(sumOfSquares(A));
    const s = await solveHere(m);
    expect(s.value(A)).toBeInstanceOf(Values);
    expect(
      s
        .value(A)
        .toArray()
        .map((r) => r.map(Math.round)),
    ).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(s.value(A).at(1, 0)).toBeCloseTo(3, 6);
    expect(s.value(A.row(1)).shape).toEqual([2]);
    expect(s.value(add(A, 1)).at(1, 1)).toBeCloseTo(5, 6);
    expect(s.value(rows).at(0, 1)).toBeCloseTo(3, 6);
    expect(s.value(row)).toBeCloseTo(6, 6);
    expect(s.value(7)).toBe(7);
    expect(JSON.parse(JSON.stringify(s.value(A.row(0)))).map(Math.round)).toEqual([1, 2]);
    const view = s.value(A).ndarray();
    expect([view.get(1, 1), view.shape]).toEqual([s.value(A).at(1, 1), [2, 2]]);
    // @ts-expect-error a value is no text
    const text: string = s.value(A.at(0, 0));
    expect(typeof text).toBe('number');
    // @ts-expect-error one index for two axes
    expect(() => s.value(A).at(0)).toThrow(/1 indices for shape \[2, 2\]/);
    expect(() => s.value(A).at(0, 2)).toThrow(/index 2 of axis 1 is not in 0…1/);
  });
});

describe('ends of a row that cross', () => {
  it('through a parameter are told with their values', async () => {
    const m = new Model('m');
    const p = m.parameter('p', 2);
    const x = m.variables('x', 2);
    m.constrain(x.at(0), { lower: p, upper: 1, name: 'band' });
    m.subjectTo(expr`${p} <= ${x.at(1)} <= ${multiply(2, p)}`, { name: 'wide' });
    m.minimize(sumOfSquares(x));
    const crossed = await solveHere(m);
    expect(crossed.status).toBe('infeasible');
    expect(crossed.message).toMatch(/row 'band': its lower end p = 2 is above its upper end 1$/);
    p.set(-1);
    expect((await solveHere(m)).message).toMatch(
      /row 'wide': its lower end p = -1 is above its upper end 2\*p = -2$/,
    );
    p.set(1);
    expect((await solveHere(m)).status).toBe('optimal');
  });
});
