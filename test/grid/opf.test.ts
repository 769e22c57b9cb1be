import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { solveHere } from '../../index.js';
import { opf } from '../../src/grid/opf.js';
import { priceOfRating } from '../../src/grid/report.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { readMatpowerText } from '../../src/read/matpower.js';
import { kktErrors } from '../kkt.js';
import { tolerances } from '../tolerances.js';
import { dataFolder, hasPglib, pglib } from './data.js';
import { pglibReference } from './reference.js';

const ipopt = process.env['GRAYBOX_IPOPT'];

describe.skipIf(!hasPglib)('optimal power flows of pglib', () => {
  const baseline = existsSync(join(dataFolder, 'pglib', 'reference.csv'))
    ? readFileSync(join(dataFolder, 'pglib', 'reference.csv'), 'utf8')
    : '';
  for (const [name, { objective, iterations, sizes }] of Object.entries(pglibReference)) {
    it(`${name} has the known size and optimum`, async () => {
      const { model } = opf(pglib(name));
      const nlp = assemble(model.problem());
      const { variables, constraints, jacobian, hessian } = nlp;
      expect([variables.lower.length, constraints.lower.length, jacobian.nonzeros, hessian.nonzeros]).toEqual(
        sizes,
      );
      const solution = await solveHere(model, { bound_relax_factor: 0 });
      expect(solution.status).toBe('optimal');
      // Ipopt's optimum is that of bounds widened by 1e-8.
      expect(Math.abs(solution.objective / objective - 1)).toBeLessThan(tolerances.widened);
      expect(baseline).toContain(
        `pglib_opf_case${name},${solution.objective.toExponential(4)}`.replace('e+', 'e+0'),
      );
      // Terms of 1e5 leave rounding above the 1e-9 to which expectKkt holds reported errors.
      const errors = kktErrors(nlp, solution);
      for (const kind of ['primal', 'dual', 'complementarity'] as const)
        expect(errors[kind], kind).toBeLessThan(tolerances.kkt);
      expect(solution.iterations).toBeLessThanOrEqual(1.3 * iterations);
    });

    it.skipIf(!ipopt)(`${name}: Ipopt's multipliers are ours`, { timeout: 300_000 }, async () => {
      const { model, state } = opf(pglib(name));
      const [ours, its] = [await solveHere(model), await solveHere(model, { solver: 'ipopt' })];
      expect(its.status).toBe('optimal');
      // A flow of active power alone meets its bound and its limit at once: the price of the rating is unique, its parts are not.
      const { pf, qf, pt, qt } = state.variables;
      const flows = new Set([...pf, ...qf, ...pt, ...qt].map(({ index }) => index));
      const limits = new Set([...state.rows.limitFrom, ...state.rows.limitTo].map((row) => row?.index));
      const all = ({ multipliers }: typeof ours): number[] => [
        ...[...multipliers.constraints].map((λ, i) => (limits.has(i) ? 0 : λ)),
        ...[multipliers.lower, multipliers.upper].flatMap((z) =>
          [...z].map((value, j) => (flows.has(j) ? 0 : value)),
        ),
        ...state.branches.map((_, k) => priceOfRating(state, k, { multipliers })),
      ];
      const [a, b] = [all(ours), all(its)];
      const scale = Math.max(...b.map(Math.abs));
      const apart = Math.max(...a.map((value, k) => Math.abs(value - b[k]!)));
      expect(apart / scale).toBeLessThan(tolerances.multipliers);
    });
  }
});

describe('an optimal power flow', () => {
  const text = readFileSync(join(import.meta.dirname, 'three-buses.m'), 'utf8');
  const grid = readMatpowerText(text, { file: 'three-buses.m' });

  it('has derivatives that agree with differences, hard and soft', () => {
    for (const limits of ['hard', 'soft'] as const) {
      const nlp = assemble(opf(grid, { limits }).model.problem());
      const x = nlp.variables.start.map((value, k) => value + 0.1 * Math.sin(k));
      const check = checkDerivatives(nlp, x);
      for (const kind of [check.gradient, check.jacobian, check.hessian])
        expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
    }
  });

  it('satisfies the complex power flow at its solution', async () => {
    const { model, state, network } = opf(grid);
    const solution = await solveHere(model);
    expect(solution.status).toBe('optimal');
    const at = (variable: (typeof state.variables.v)[number]): number => solution.x[variable.index]!;
    type Complex = readonly [number, number];
    const times = ([a, b]: Complex, [c, d]: Complex): Complex => [a * c - b * d, a * d + b * c];
    const divided = (a: Complex, [c, d]: Complex): Complex =>
      times(a, [c / (c * c + d * d), -d / (c * c + d * d)]);
    const voltage = (k: number): Complex => {
      const [v, θ] = [at(state.variables.v[k]!), at(state.variables.θ[k]!)];
      return [v * Math.cos(θ), v * Math.sin(θ)];
    };
    for (const [k, { branch, from, to }] of network.branches.entries()) {
      const φ = (branch.shift * Math.PI) / 180;
      const tap: Complex = [branch.tap * Math.cos(φ), branch.tap * Math.sin(φ)];
      // Behind the ideal transformer: V′ = V/t, I = I′/t*.
      const behind = divided(voltage(from), tap);
      const far = voltage(to);
      const series = divided([behind[0] - far[0], behind[1] - far[1]], [branch.r, branch.x]);
      const shunt = (of: Complex, v: Complex): Complex => times(of, v);
      const [a, b] = [shunt(branch.fromShunt, behind), shunt(branch.toShunt, far)];
      const near: Complex = [series[0] + a[0], series[1] + a[1]];
      const current = divided(near, [tap[0], -tap[1]]);
      const S = times(voltage(from), [current[0], -current[1]]);
      expect(at(state.variables.pf[k]!)).toBeCloseTo(S[0], 9);
      expect(at(state.variables.qf[k]!)).toBeCloseTo(S[1], 9);
      const back: Complex = [b[0] - series[0], b[1] - series[1]];
      const T = times(far, [back[0], -back[1]]);
      expect(at(state.variables.pt[k]!)).toBeCloseTo(T[0], 9);
      expect(at(state.variables.qt[k]!)).toBeCloseTo(T[1], 9);
    }
  });

  it('weighs points of a curve as the cheapest way to reach an output', async () => {
    const { model, state, network } = opf(grid);
    const solution = await solveHere(model);
    const MW = solution.x[state.variables.p[1]!.index]! * network.base;
    const curve = MW <= 40 ? 10 * MW : 400 + 15 * (MW - 40);
    const first = solution.x[state.variables.p[0]!.index]! * network.base;
    expect(solution.objective).toBeCloseTo(0.02 * first ** 2 + 10 * first + 5 + curve, 4);
  });

  it('of a unit without a cost is refused', () => {
    const bare = readMatpowerText(text.slice(0, text.indexOf('mpc.gencost')), { file: 'bare.m' });
    expect(() => opf(bare)).toThrow(/^bare\.m:11: unit 1\/1 has no cost/);
  });
});
