import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  evaluate,
  loadNetwork,
  reportScopf,
  type SecuredFlow,
  type SecuredOptions,
  type Solution,
  scopf,
  shutdown,
  singleOutages,
  solve,
} from '../../index.js';
import { nineBuses } from '../../scenarios/scopf/nine-buses.js';
import type { Grid } from '../../src/grid/grid.js';
import { priceOfRating } from '../../src/grid/report.js';

afterAll(() => shutdown());

const grid = nineBuses();
const surrogate = await loadNetwork(join(import.meta.dirname, '../../models/scopf-nine-buses'));
const exact = { tol: 1e-10, bound_relax_factor: 0 } as const;

async function solved(
  of: Grid,
  options: SecuredOptions,
): Promise<{ problem: SecuredFlow; solution: Solution }> {
  const problem = scopf(of, options);
  const solution = await solve(problem.model, exact);
  expect(['optimal', 'acceptable']).toContain(solution.status);
  return { problem, solution };
}

/** The slope of the optimal cost, by resolving on both sides. */
async function slope(change: (amount: number) => [Grid, SecuredOptions], step: number): Promise<number> {
  const [more, less] = await Promise.all([step, -step].map((amount) => solved(...change(amount))));
  return (more!.solution.objective - less!.solution.objective) / (2 * step);
}

/** Slopes of the surrogate at each use by central differences, Hz per MW. */
const slopesOf = ({ frequency, network }: SecuredFlow, solution: Solution): number[][] =>
  frequency!.inputs.map((inputs) => {
    const x = inputs.map(({ variable, constant = 0 }) =>
      variable === undefined ? constant : network.base * solution.value(variable),
    );
    const at = (k: number, change: number): number =>
      evaluate(
        surrogate,
        x.map((value, j) => value + (j === k ? change : 0)),
      ).at(0)!;
    return x.map((_, k) => (at(k, 1e-3) - at(k, -1e-3)) / 2e-3);
  });

describe('a surrogate of several losses', () => {
  it('is one gray box that is asked for all of them in one call', async () => {
    const { contingencies } = singleOutages(grid, { units: true, branches: false });
    const { problem, solution } = await solved(grid, { surrogate, contingencies });
    expect(problem.frequency!.y).toHaveLength(8);
    expect(solution.oracles).toHaveLength(1);
    const [{ calls, values, jacobians, hessians }] = solution.oracles as [(typeof solution.oracles)[0]];
    expect(values + jacobians + hessians).toBe(8 * calls);
    expect(solution.networkError).toBeLessThan(1e-8);
  });
});

describe('prices of a secured power flow', () => {
  const options = { surrogate, frequencyLimit: 59.5 };

  it('of the frequency are what resolving with another limit costs', async () => {
    const { problem, solution } = await solved(grid, options);
    const { frequency } = reportScopf(problem, solution);
    const found = await slope(
      (amount) => [grid, { ...options, frequencyLimit: options.frequencyLimit + amount }],
      1e-3,
    );
    expect(frequency!.price).toBeGreaterThan(100);
    expect(found / frequency!.price).toBeCloseTo(1, 4);
  });

  it('of power are what resolving with another load costs, its effect on the frequency included', async () => {
    const { problem, solution } = await solved(grid, options);
    const { grid: report } = reportScopf(problem, solution, slopesOf(problem, solution));
    const loaded = (bus: number, MW: number, MVAr: number): Grid => ({
      ...grid,
      loads: grid.loads.map((load) =>
        load.bus === bus ? { ...load, MW: load.MW + MW, MVAr: load.MVAr + MVAr } : load,
      ),
    });
    const bus = report.buses.find((each) => each.bus === 5)!;
    expect(Math.abs(bus.priceFrequency!)).toBeGreaterThan(0.01);
    expect(await slope((amount) => [loaded(5, amount, 0), options], 1e-2)).toBeCloseTo(bus.price, 3);
    expect(await slope((amount) => [loaded(5, 0, amount), options], 1e-2)).toBeCloseTo(bus.priceReactive, 3);
  });

  it('of a rating after a loss are what resolving with another rating costs', async () => {
    // The line carries 62 MVA before the loss and would carry 76 after it.
    const narrow = (MVA: number): Grid => ({
      ...grid,
      branches: grid.branches.map((branch) =>
        branch.from === 4 && branch.to === 5
          ? { ...branch, ratings: [branch.ratings[0], branch.ratings[1], MVA] }
          : branch,
      ),
    });
    const { problem, solution } = await solved(narrow(70), {});
    const [{ state }] = problem.contingencies as [(typeof problem.contingencies)[0]];
    const k = state.branches.findIndex(({ branch }) => branch.from === 4 && branch.to === 5);
    const price = priceOfRating(state, k, solution) / problem.network.base;
    expect(price).toBeGreaterThan(0.01);
    expect(reportScopf(problem, solution).contingencies[0]!.binding).toContain('rating of 4-5');
    expect(-(await slope((amount) => [narrow(70 + amount), {}], 1e-2))).toBeCloseTo(price, 4);
  });
});

describe('a limit of the frequency that cannot be kept', () => {
  it('gives way to the highest that can, and no farther', async () => {
    const { contingencies } = singleOutages(grid, { units: true, branches: false });
    const soft = await solved(grid, { surrogate, contingencies, frequencyLimit: 59.55, softFrequency: true });
    const shortfall = soft.solution.value(soft.problem.frequency!.shortfall!);
    expect(shortfall).toBeGreaterThan(0.03);
    const best = 59.55 - shortfall;
    const kept = scopf(grid, { surrogate, contingencies, frequencyLimit: best - 1e-3 });
    expect((await solve(kept.model, exact)).status).toBe('optimal');
    const beyond = scopf(grid, { surrogate, contingencies, frequencyLimit: best + 1e-2 });
    expect((await solve(beyond.model, { ...exact, max_iter: 500 })).status).toBe('infeasible');
    const within = await solved(grid, { surrogate, frequencyLimit: 59.5, softFrequency: true });
    expect(within.solution.value(within.problem.frequency!.shortfall!)).toBeLessThan(1e-6);
  });
});
