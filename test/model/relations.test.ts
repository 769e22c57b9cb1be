import { describe, expect, it } from 'vitest';
import { add, eq, expr, ge, InputError, le, Model, within } from '../../index.js';

/** Bounds and values of the rows at x. */
function rowsOf(model: Model, x: number[]) {
  const { rows, linear } = model.problem();
  return rows.names.map((name, i) => {
    let value = 0;
    linear.row.forEach((row, k) => {
      if (row === i) value += linear.value[k]! * x[linear.column[k]!]!;
    });
    return [name, rows.lower[i], value, rows.upper[i]];
  });
}

const free = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

describe('relations', () => {
  it('become rows with their constants as bounds', () => {
    const m = new Model();
    const [x, y] = [m.variable('x'), m.variable('y')];
    m.subjectTo(le(add(x, y), 1), { name: 'a' });
    m.subjectTo(ge(x, y), { name: 'b' });
    m.subjectTo(eq(2, add(x, y)), { name: 'c' });
    m.subjectTo(within(-1, x, 1), { name: 'd' });
    m.subjectTo(expr`${x} - 2*${y} >= 1`, { name: 'e' });
    m.subjectTo(expr`3 >= ${x} + ${y} >= 0`, { name: 'f' });
    m.subjectTo(expr`${x} == ${y}`, { name: 'g' });
    m.constrain(x, '<=', y, { name: 'h' });
    m.constrain(5, '>=', x, { name: 'i' });
    expect(rowsOf(m, [10, 1])).toEqual([
      ['a', free[0], 11, 1],
      ['b', free[0], -9, 0],
      ['c', 2, 11, 2],
      ['d', -1, 10, 1],
      ['e', 1, 8, free[1]],
      ['f', 0, 11, 3],
      ['g', 0, 9, 0],
      ['h', free[0], 9, 0],
      ['i', free[0], 10, 5],
    ]);
  });

  it('between arrays have one handle in their shape', () => {
    const m = new Model();
    const x = m.variables('x', [2, 2]);
    const rows = m.subjectTo(le(x, [1, 2]), { name: 'r' });
    expect(rows.shape).toEqual([2, 2]);
    expect(rows.at(1, 0)).toEqual({ index: 2, name: 'r[1,0]' });
    const more = m.constrain(x.row(0), { lower: 0, upper: [3, 4] });
    expect([...more].map(({ name }) => name)).toEqual(['row[4][0]', 'row[4][1]']);
    expect(m.constrain(x.row(1), '=', x.row(0), { name: 'same' }).size).toBe(2);
    expect(rowsOf(m, [1, 2, 3, 4]).map(([, lower, value, upper]) => [lower, value, upper])).toEqual([
      [free[0], 1, 1],
      [free[0], 2, 2],
      [free[0], 3, 1],
      [free[0], 4, 2],
      [0, 1, 3],
      [0, 2, 4],
      [0, 2, 0],
      [0, 2, 0],
    ]);
  });

  it('of which both ends are formulas take two rows', () => {
    const m = new Model();
    const [x, y] = [m.variable('x'), m.variable('y')];
    const row = m.subjectTo(expr`-${y} <= ${x} <= ${y}`, { name: 'r' });
    expect(row).toEqual({ index: 0, name: 'r', other: 1 });
    expect(rowsOf(m, [1, 5])).toEqual([
      ['r', 0, 6, free[1]],
      ['r#2', free[0], -4, 0],
    ]);
  });

  it('read as they are written', () => {
    const m = new Model();
    const [x, y] = [m.variable('x'), m.variable('y')];
    expect(String(le(add(x, y), 1))).toBe('x + y <= 1');
    expect(String(expr`0 <= ${x} <= 1`)).toBe('0 <= x <= 1');
    expect(String(eq(x, 3))).toBe('x = 3');
    expect(String(le(m.variables('v', 2), 1))).toBe('v[0] <= 1, v[1] <= 1');
  });

  it('are refused where a value is needed, and values where a relation is', () => {
    const m = new Model();
    const x = m.variable('x');
    const v = m.variables('v', [2, 2]);
    const refused: [() => unknown, RegExp][] = [
      // @ts-expect-error a relation is no formula
      [() => m.minimize(le(x, 1)), /the relation 'x <= 1', which has no value/],
      // @ts-expect-error a relation is no formula
      [() => add(le(x, 1), 1), /the relation 'x <= 1'/],
      [() => m.minimize(expr`${x} <= 1`), /the relation 'x <= 1'/],
      [() => m.subjectTo(x), /'x' is no relation; write le\(a, b\)/],
      [() => m.subjectTo(expr`${x} + 1`), /'x \+ 1' is no relation/],
      [() => le(le(x, 1) as never, 2), /is a relation, not a value|has no value/],
      [() => expr`${x} < 1`, /'<' at position .* write <=/],
      [() => expr`${x} <= 1 >= 2`, /is no chain/],
      [() => expr`${x} = 1 = 2`, /is no chain/],
      [() => expr`(${x} <= 1) + 1`, /expected '\)'/],
      [() => m.constrain(x, '<' as never, 1), /no relation '<'; use <=, >= or =/],
      // @ts-expect-error the right side is missing
      [() => m.constrain(x, '<='), /what stands right of '<=' is missing/],
      // @ts-expect-error neither bounds nor a relation
      [() => m.constrain(x), /give bounds/],
      [() => m.subjectTo(le(v, [1, 2, 3])), /shapes \[2, 2\] and \[3\]/],
      [() => m.constrain(v.row(0), { lower: v }), /bounds of shape \[2, 2\] for shape \[2\]/],
      [() => m.subjectTo(le(x, Number.NaN)), /NaN/],
      [() => (le(x, 1) as never as number) + 1, /operators/],
    ];
    for (const [make, message] of refused) {
      expect(make).toThrow(InputError);
      expect(make).toThrow(message);
    }
    expect(m.rowCount).toBe(0);
  });
});
