import { describe, expect, it } from 'vitest';
import { add, Model, max, min, multiply, norm1, normInf, solveHere, subtract } from '../../index.js';

describe('norms without kinks', () => {
  it('are the norms where they are pushed down', async () => {
    const m = new Model();
    const x = m.variables('x', 3, { lower: -5, upper: 5, start: [1, -2, 0.5] });
    const target = [3, -1, 2];
    m.minimize(norm1(subtract(x, target)));
    // Σx = 1 costs what it takes of the entries, whichever: the norm is 3.
    m.constrain(add(x.at(0), x.at(1), x.at(2)), { equals: 1 });
    const s = await solveHere(m);
    expect(s.objective).toBeCloseTo(3, 6);
    const distance = [...s.value(x)].reduce((total, v, k) => total + Math.abs(v - target[k]!), 0);
    expect(distance).toBeCloseTo(3, 5);
    expect(m.rowCount).toBe(7);
    expect(m.start(m.find('norm1') === undefined ? x.at(0) : (m.find('norm1') as typeof x).at(1))).toBe(1);
  });

  it('take maxima', async () => {
    const m = new Model();
    const x = m.variables('x', 2, { start: 1 });
    m.minimize(add(max([x.at(0), x.at(1), multiply(-1, x.at(0))]), normInf(subtract(x, [1, -4]))));
    const s = await solveHere(m);
    // max(x₀, x₁, −x₀) = |x₀| at 0 with any x₁ ≤ 0; the distance is then 1 at least.
    expect(s.objective).toBeCloseTo(1, 6);
    expect(s.value(x.at(0))).toBeLessThan(1 + 1e-6);
    // Second use of a name.
    normInf(x);
    expect(m.find('normInf#2')).toBeDefined();
  });

  it('take minima where they are pushed up', async () => {
    const m = new Model();
    const x = m.variables('x', 2, { lower: 0, start: [3, 1] });
    const least = min([x.at(0), subtract(4, x.at(0)), x.at(1)]);
    expect(m.start(m.find('min') as never)).toBe(1);
    m.maximize(subtract(least, multiply(0.1, x.at(1))));
    const s = await solveHere(m);
    // min(a, 4 − a) is at most 2, and b = 2 costs less than it brings.
    expect(s.objective).toBeCloseTo(1.8, 6);
    expect([...s.value(x)]).toEqual([expect.closeTo(2, 5), expect.closeTo(2, 5)]);
  });

  it('of numbers are numbers', () => {
    expect(String(norm1([1, -2, 3]))).toBe('6');
    expect(String(normInf([1, -2]))).toBe('2');
    expect(String(max([-1, -2]))).toBe('-1');
    expect(String(min([-1, -2]))).toBe('-2');
    expect(() => max([])).toThrow(/max: of no entries/);
    expect(() => min([])).toThrow(/min: of no entries/);
    const [a, b] = [new Model('a').variable('x'), new Model('b').variable('y')];
    expect(() => norm1([a, b])).toThrow(/two models|model 'a'/);
  });
});
