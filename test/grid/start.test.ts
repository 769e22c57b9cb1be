import { afterAll, describe, expect, it } from 'vitest';
import { savedPoint } from '../../api/grid/saved-point.js';
import { shutdown, solveOpf } from '../../index.js';
import { hasPglib, pglib } from './data.js';

afterAll(() => shutdown());

describe.skipIf(!hasPglib)('a start', () => {
  for (const name of ['14_ieee', '118_ieee', '300_ieee'])
    it(`from a result of ${name} saves iterations`, async () => {
      const grid = pglib(name);
      const cold = await solveOpf(grid);
      const more = await solveOpf(grid, { load: 1.01 });
      const names = cold.opf.model.statement().variables.names;
      const file = JSON.parse(
        JSON.stringify({
          solution: Object.fromEntries(names.map((each, j) => [each, cold.solution.x[j]])),
          multipliers: Object.fromEntries(
            Object.entries(cold.solution.multipliers).map(([kind, list]) => [kind, [...list]]),
          ),
        }),
      );
      const start = savedPoint(file, 'result.json');
      const again = await solveOpf(grid, { start });
      expect(again.solution.status).toBe('optimal');
      expect(again.solution.iterations).toBeLessThanOrEqual(8);
      const warm = await solveOpf(grid, { start, load: 1.01 });
      expect(warm.solution.status).toBe('optimal');
      expect(warm.solution.objective / more.solution.objective).toBeCloseTo(1, 7);
      expect(warm.solution.iterations).toBeLessThanOrEqual(more.solution.iterations / 2);
      expect(warm.remarks.at(-1)).toMatch(/saved point, with its multipliers/);
    });

  it('from the case or from DC ends in the same optimum, and is told', async () => {
    const grid = pglib('30_as');
    for (const [start, words] of [
      ['case', /voltages, angles and outputs of the case/],
      ['dc', /DC optimal power flow \(\d+ iterations\)/],
    ] as const) {
      const { solution, remarks } = await solveOpf(grid, { start });
      expect(solution.status).toBe('optimal');
      expect(solution.objective).toBeCloseTo(803.12731, 4);
      expect(remarks.at(-1)).toMatch(words);
    }
  });

  it('from what is no result of this grid is refused', async () => {
    expect(() => savedPoint({}, 'a.json')).toThrow(/^a\.json: holds no solution/);
    expect(() => savedPoint([], 'a.json')).toThrow(/holds no solution/);
    expect(() => savedPoint({ solution: { x: 'y' } }, 'a.json')).toThrow(/'x' in its solution is no number/);
    expect(() => savedPoint({ solution: {}, multipliers: 3 }, 'a.json')).toThrow(/'constraints' are no list/);
    const start = { values: { 'v[1]': 1 } };
    await expect(solveOpf(pglib('3_lmbd'), { start })).rejects.toThrow(
      /has 1 variables, this problem 24, 'θ\[1\]' among them/,
    );
  });
});
