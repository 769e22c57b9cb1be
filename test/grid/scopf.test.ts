import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  loadNetwork,
  readPsse,
  reportOpf,
  reportScopf,
  type SecuredOptions,
  scopf,
  shutdown,
  solve,
  solveHere,
} from '../../index.js';
import { singleOutages } from '../../src/grid/contingencies.js';
import type { Grid } from '../../src/grid/grid.js';
import { opf } from '../../src/grid/opf.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { partitionOf } from '../../src/problem/partition.js';
import { readMatpowerText } from '../../src/read/matpower.js';
import { expectKkt } from '../kkt.js';
import { tolerances } from '../tolerances.js';
import { dataFolder, hasScopf } from './data.js';

afterAll(() => shutdown());
const ipopt = process.env['GRAYBOX_IPOPT'];
const networkFolder = join(dataFolder, 'networks', 'scopf-tanh-100x3');
const hawaii = (): Grid => readPsse(join(dataFolder, 'scopf'));
const paper = { response: 'linear', contingencyLimits: false } as const;

describe.skipIf(!hasScopf)('the 37-bus grid', () => {
  it('alone has the known size and optimum', async () => {
    const { model } = opf(hawaii());
    const solution = await solveHere(model, { bound_relax_factor: 0 });
    expect(solution.sizes).toEqual({
      variables: 648,
      constraints: 776,
      jacobianNonzeros: 3069,
      hessianNonzeros: 699,
    });
    expect(solution.status).toBe('optimal');
    expect(Math.abs(solution.objective / 82379.0312 - 1)).toBeLessThan(tolerances.widened * 2);
    expect(solution.iterations).toBeLessThanOrEqual(1.3 * 41);
  });

  const cases: readonly (readonly [string, SecuredOptions, number, number, number])[] = [
    ['as in the paper', paper, 1398, 82379.0312, 41],
    ['with hard limits', { response: 'linear' }, 1398, 92311.6407, 40],
    ['with limited response', {}, 1475, 82379.1099, 59],
  ];
  for (const [name, options, hessianNonzeros, objective, iterations] of cases)
    it(`secured ${name} has the known size and optimum`, async () => {
      const { model } = scopf(hawaii(), options);
      const solution = await solveHere(model, { bound_relax_factor: 0 });
      expect(solution.sizes).toEqual({
        variables: 1155,
        constraints: 1522,
        jacobianNonzeros: 5951,
        hessianNonzeros,
      });
      expect(solution.status).toBe('optimal');
      expect(Math.abs(solution.objective / objective - 1)).toBeLessThan(2 * tolerances.widened);
      expect(solution.iterations).toBeLessThanOrEqual(1.3 * iterations);
      expectKkt(assemble(model.problem()), solution, tolerances.kkt);
    });

  it('in the form of the paper pays nothing for the loss: all its multipliers are 0', async () => {
    const problem = scopf(hawaii(), paper);
    const solution = await solveHere(problem.model);
    const [{ state, δ, response }] = problem.contingencies as [(typeof problem.contingencies)[0]];
    const rows = [...state.rows.balanceP, ...state.rows.balanceQ, ...response];
    expect(Math.max(...rows.map((row) => Math.abs(solution.multiplier(row))))).toBeLessThan(1e-3);
    expect(solution.value(δ)).toBeCloseTo(5.2047e-4, 7);
    const over = state.units.map(
      ({ pMax }, k) => (solution.value(state.variables.p[k]!) - pMax) * problem.network.base,
    );
    expect(over.filter((MW) => MW > 1e-4)).toHaveLength(29);
    expect(Math.max(...over)).toBeCloseTo(2.563, 3);
  });

  it('has the known prices, those of the loss beside those of the dispatch', async () => {
    const extremes = (list: readonly number[]): number[] => [Math.min(...list), Math.max(...list)];
    const alone = opf(hawaii());
    const { buses } = reportOpf(alone, await solveHere(alone.model, { bound_relax_factor: 0 }));
    const prices = extremes(buses.map(({ price }) => price));
    expect(prices[0]).toBeCloseTo(303.054, 2);
    expect(prices[1]).toBeCloseTo(338.307, 2);
    expect(buses.find(({ bus }) => bus === 23)!.price).toBeCloseTo(321.381, 2);
    const problem = scopf(hawaii(), { response: 'linear' });
    const solution = await solveHere(problem.model, { bound_relax_factor: 0 });
    const own = extremes(problem.base.rows.balanceP.map((row) => solution.multiplier(row) / 100));
    expect(own[0]).toBeCloseTo(78.642, 2);
    expect(own[1]).toBeCloseTo(87.177, 2);
    // What one MWh more costs is the sum: the load stays after the loss.
    const { grid } = reportScopf(problem, solution);
    expect(Math.min(...grid.buses.map(({ price }) => price))).toBeGreaterThan(300);
  });

  it.skipIf(!ipopt)('has the same optima for Ipopt', async () => {
    for (const [, options, , objective] of cases) {
      const solution = await solveHere(scopf(hawaii(), options).model, { solver: 'ipopt' });
      expect(solution.objective).toBeCloseTo(objective, 3);
    }
  });

  it('against all 39 losses of units has the known size and optimum, a block each', {
    timeout: 300_000,
  }, async () => {
    const grid = hawaii();
    const { contingencies } = singleOutages(grid, { units: true, branches: false });
    expect(contingencies).toHaveLength(39);
    const { model } = scopf(grid, { ...paper, contingencies });
    const problem = model.problem();
    const blocks = partitionOf(problem)!;
    expect(Math.max(...blocks)).toBe(38);
    expect(blocks.filter((block) => block === -1)).toHaveLength(648);
    const solution = await solve(model, { bound_relax_factor: 0 });
    expect(solution.sizes).toEqual({
      variables: 20421,
      constraints: 29869,
      jacobianNonzeros: 115465,
      hessianNonzeros: 27960,
    });
    expect(solution.status).toBe('optimal');
    expect(Math.abs(solution.objective / 82379.0312 - 1)).toBeLessThan(2 * tolerances.widened);
  });
});

describe.skipIf(!existsSync(networkFolder))('the 37-bus grid with its frequency surrogate', () => {
  const references = existsSync(networkFolder)
    ? JSON.parse(readFileSync(join(networkFolder, 'reference.json'), 'utf8')).cases
    : [];
  for (const formulation of ['reduced', 'full'] as const)
    it(`costs what it is known to cost, in ${formulation} space`, async () => {
      const surrogate = await loadNetwork(networkFolder);
      const { model, frequency } = scopf(hawaii(), { ...paper, surrogate, formulation });
      const solution = await solve(model);
      expect(solution.sizes).toEqual(
        formulation === 'reduced'
          ? { variables: 1192, constraints: 1596, jacobianNonzeros: 8911, hessianNonzeros: 4479 }
          : { variables: 1392, constraints: 1796, jacobianNonzeros: 17825, hessianNonzeros: 1498 },
      );
      expect(solution.status).toBe('optimal');
      // The reference's rows are violated by 6e-7 Hz, at 14,660 $/h per Hz.
      const violated = 6e-7 * references[0].dollarsPerHourPerHz;
      expect(Math.abs(solution.objective - references[0].objective)).toBeLessThan(3 * violated);
      const price = frequency!.rows.reduce((sum, row) => sum - solution.multiplier(row), 0);
      expect(price / references[0].dollarsPerHourPerHz).toBeCloseTo(1, 4);
      expect(solution.networkError).toBeLessThan(1e-6);
    });

  it('is solved from y = NN(x₀), 59.45 and 60', async () => {
    const surrogate = await loadNetwork(networkFolder);
    for (const frequencyStart of ['network', 59.45, 60] as const) {
      const { model } = scopf(hawaii(), { ...paper, surrogate, frequencyStart });
      const solution = await solve(model);
      expect(solution.status, String(frequencyStart)).toBe('optimal');
      expect(solution.objective).toBeCloseTo(86427.41, 1);
    }
  });

  it('with hard limits of the contingency costs what is known', async () => {
    const surrogate = await loadNetwork(networkFolder);
    for (const [load, objective] of [
      [1, 95153.082],
      [0.97, 83036.832],
    ] as const) {
      const solution = await solve(scopf(hawaii(), { response: 'linear', surrogate, load }).model);
      expect(solution.status).toBe('optimal');
      expect(Math.abs(solution.objective / objective - 1)).toBeLessThan(1e-6);
    }
  });

  it('refuses a network of another size', async () => {
    const surrogate = await loadNetwork(join(import.meta.dirname, '../../models/mnist-tanh-128'));
    expect(() => scopf(hawaii(), { surrogate })).toThrow(
      /maps 784 numbers to 10; for grid hawaii37 it must map 117/,
    );
  });
});

describe('a secured power flow', () => {
  const text = readFileSync(join(import.meta.dirname, 'three-buses.m'), 'utf8');
  const plain = readMatpowerText(text, { file: 'three-buses.m' });
  const grid: Grid = {
    ...plain,
    units: plain.units.map((unit, k) => ({ ...unit, maxMW: 150, response: 40 + 20 * k })),
  };
  const contingencies = singleOutages(grid, { units: true, branches: true }).contingencies;

  it('has derivatives that agree with differences', () => {
    for (const response of ['linear', 'limited'] as const) {
      const nlp = assemble(scopf(grid, { contingencies, response }).model.problem());
      const x = nlp.variables.start.map((value, k) => value + 0.1 * Math.sin(k));
      const check = checkDerivatives(nlp, x);
      for (const kind of [check.gradient, check.jacobian, check.hessian])
        expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    }
  });

  it('survives each loss: the state after it satisfies all limits', async () => {
    const problem = scopf(grid, { contingencies });
    const solution = await solveHere(problem.model);
    expect(solution.status).toBe('optimal');
    for (const { state, lostUnits, δ } of problem.contingencies) {
      for (const [k, { pMin, pMax, index }] of state.units.entries()) {
        const p = solution.value(state.variables.p[k]!);
        expect(p).toBeLessThan(pMax + 1e-8);
        expect(p).toBeGreaterThan(pMin - 1e-8);
        const α = state.units[k]!.unit.response!;
        const wanted = solution.value(problem.base.variables.p[index]!) + α * solution.value(δ);
        // Within its limits, but for the rounded corners, it answers in proportion.
        expect(Math.abs(p - Math.min(pMax, Math.max(pMin, wanted)))).toBeLessThan(1e-3);
      }
      expect(lostUnits.length + state.units.length).toBe(2);
    }
    expect(solution.objective).toBeGreaterThan((await solveHere(opf(grid).model)).objective - 1e-6);
  });

  it('refuses what cannot be secured', () => {
    expect(() => scopf(plain)).toThrow(/has no contingency/);
    const first = contingencies.slice(0, 1);
    expect(() => scopf(plain, { contingencies: first })).toThrow(/unit 3\/1 has no response/);
    const idle = { ...grid, units: grid.units.map((unit) => ({ ...unit, response: 0 })) };
    expect(() => scopf(idle, { contingencies: first })).toThrow(/no unit is left to respond/);
    const within = new Map([['1/1', { lower: 200, upper: 300 }]]);
    expect(() => scopf(grid, { contingencies, within })).toThrow(
      /unit 1\/1: its limits 5 … 150 MW lie outside/,
    );
  });
});
