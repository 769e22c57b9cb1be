import { afterAll, describe, expect, it } from 'vitest';
import { opf, reportOpf, shutdown, solve, solveOpf } from '../../index.js';
import type { Branch, Grid } from '../../src/grid/grid.js';
import { tolerances } from '../tolerances.js';
import { hasPglib, pglib } from './data.js';

afterAll(() => shutdown());

/** The grid with one load, or one rating, moved. */
const withLoad = (grid: Grid, bus: number, MW: number, MVAr = 0): Grid => ({
  ...grid,
  loads: [...grid.loads, { bus, id: 'moved', on: true, MW, MVAr }],
});
const withRating = (grid: Grid, which: Branch, MVA: number): Grid => ({
  ...grid,
  branches: grid.branches.map((branch) =>
    branch === which ? { ...branch, ratings: [branch.ratings[0] + MVA, 0, 0] } : branch,
  ),
});
const step = 1e-3;

/** The slope of the optimal cost, by resolving on both sides. */
async function slope(change: (amount: number) => Grid): Promise<number> {
  const costs = await Promise.all(
    [step, -step].map(async (amount) => (await solveOpf(change(amount), { tol: 1e-9 })).solution.objective),
  );
  return (costs[0]! - costs[1]!) / (2 * step);
}

describe.skipIf(!hasPglib)('prices', () => {
  for (const name of ['3_lmbd', '5_pjm', '14_ieee', '30_as', '118_ieee'])
    it(`of ${name} are what resolving with moved loads and ratings costs`, async () => {
      const grid = pglib(name);
      const { report } = await solveOpf(grid, { tol: 1e-9 });
      const bus = name === '118_ieee' ? 60 : report.buses[1]!.bus;
      const row = report.buses.find((each) => each.bus === bus)!;
      expect(await slope((amount) => withLoad(grid, bus, amount))).toBeCloseTo(row.price, 3);
      expect(await slope((amount) => withLoad(grid, bus, 0, amount))).toBeCloseTo(row.priceReactive, 3);
      for (const { priceEnergy, priceLoss, priceCongestion, price } of report.buses)
        expect(priceEnergy + priceLoss + priceCongestion).toBeCloseTo(price, 9);
      const dearest = [...report.branches].sort((a, b) => b.limitPrice - a.limitPrice)[0]!;
      const branch = grid.branches.find(
        ({ from, to, circuit }) => from === dearest.from && to === dearest.to && circuit === dearest.circuit,
      )!;
      if (dearest.binding === 'rating')
        expect(-(await slope((amount) => withRating(grid, branch, amount)))).toBeCloseTo(
          dearest.limitPrice,
          3,
        );
      if (name === '5_pjm') {
        expect(row.price).toBeCloseTo(26.549907, 4);
        expect(dearest).toMatchObject({ from: 4, to: 5, binding: 'rating' });
        expect(dearest.limitPrice).toBeCloseTo(61.310909, 4);
      }
      if (name === '118_ieee') {
        expect(row.price).toBeCloseTo(30.452577, 4);
        const known = report.branches.find(({ from, to }) => from === 100 && to === 103)!;
        expect(known.limitPrice).toBeCloseTo(3.431878, 4);
        const prices = report.buses.map(({ price }) => price);
        expect([Math.min(...prices), Math.max(...prices)].map((p) => p.toFixed(5))).toEqual([
          '24.60510',
          '34.93399',
        ]);
      }
    });

  it('are one without losses and limits, and part in congestion alone with limits', async () => {
    const grid = pglib('5_pjm');
    const lossless = grid.branches.map((branch) => ({ ...branch, r: 0 }));
    const infinity = Number.POSITIVE_INFINITY;
    const unlimited = lossless.map((branch) => ({
      ...branch,
      ratings: [infinity, infinity, infinity] as const,
      minAngle: -infinity,
      maxAngle: infinity,
    }));
    const units = grid.units.map((unit) => ({ ...unit, minMVAr: -1e4, maxMVAr: 1e4 }));
    const free = (await solveOpf({ ...grid, units, branches: unlimited })).report;
    const energy = free.buses[0]!.priceEnergy;
    for (const bus of free.buses) {
      expect(bus.price).toBeCloseTo(energy, 4);
      expect(bus.priceLoss).toBeCloseTo(0, 6);
    }
    expect(free.system.lossesMW).toBeCloseTo(0, 6);
    const limited = (await solveOpf({ ...grid, units, branches: lossless })).report;
    expect(Math.max(...limited.buses.map(({ priceLoss }) => Math.abs(priceLoss)))).toBeLessThan(1e-5);
    expect(
      Math.max(...limited.buses.map(({ priceCongestion }) => Math.abs(priceCongestion))),
    ).toBeGreaterThan(1);
  });
});

describe.skipIf(!hasPglib)('a report', () => {
  it('of a model that was solved by hand is that of solveOpf', async () => {
    const grid = pglib('5_pjm');
    const problem = opf(grid);
    const solution = await solve(problem.model, { bound_relax_factor: 0 });
    const { report } = await solveOpf(grid);
    expect(reportOpf(problem, solution)).toEqual(report);
  });

  it('balances', async () => {
    const grid = pglib('30_ieee');
    const { report, solution } = await solveOpf(grid);
    const { generationMW, loadMW, lossesMW, costPerHour } = report.system;
    const shunts = report.buses.reduce((sum, { bus, v }) => {
      const own = grid.shunts.find((shunt) => shunt.bus === bus);
      return sum + (own?.MW ?? 0) * v * v;
    }, 0);
    expect(generationMW - loadMW - lossesMW).toBeCloseTo(shunts, 6);
    expect(costPerHour).toBeCloseTo(solution.objective, 6);
    expect(report.exceeded).toEqual([]);
    for (const { loadingPercent } of report.branches) expect(loadingPercent).toBeLessThanOrEqual(100 + 1e-4);
  });
});

describe.skipIf(!hasPglib)('what has to give', () => {
  const grid = pglib('5_pjm');
  const overloaded = {
    ...grid,
    loads: grid.loads.map((load) => ({ ...load, MW: 2 * load.MW, MVAr: 2 * load.MVAr })),
  };

  it('is nothing where limits can be kept, at the same cost', async () => {
    const { solution, report } = await solveOpf(grid, { limits: 'soft' });
    expect(solution.status).toBe('optimal');
    expect(report.exceeded).toEqual([]);
    expect(Math.abs(solution.objective / 17551.8908 - 1)).toBeLessThan(tolerances.widened);
  });

  it('is priced and told in the words of the grid', async () => {
    const { solution, report } = await solveOpf(overloaded, { limits: 'soft' });
    expect(solution.status).toBe('optimal');
    const served = report.exceeded.filter(({ kind }) => kind === 'balance');
    const missing = served.reduce((sum, { amount }) => sum + amount, 0);
    // 2,000 MW of load, 1,530 MW of units.
    expect(missing).toBeGreaterThan(470);
    expect(served[0]!.text).toMatch(/^bus \d+: \d+\.\d MW not served$/);
    const over = report.exceeded.filter(({ kind }) => kind === 'rating');
    const priced =
      report.system.costPerHour +
      10_000 *
        report.exceeded
          .filter(({ kind }) => kind.endsWith('balance'))
          .reduce((sum, { amount }) => sum + amount, 0) +
      500 * over.reduce((sum, { amount }) => sum + amount, 0) +
      500 *
        100 *
        report.exceeded.filter(({ kind }) => kind === 'voltage').reduce((sum, { amount }) => sum + amount, 0);
    expect(Math.abs(solution.objective / priced - 1)).toBeLessThan(1e-4);
  });

  it('is told of a hard run that is infeasible', async () => {
    const { solution, report } = await solveOpf(overloaded);
    expect(solution.status).toBe('infeasible');
    expect(report.exceeded.map(({ text }) => text).join()).toMatch(/MW not served/);
  });
});
