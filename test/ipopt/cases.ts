import { expect, it } from 'vitest';
import { Model, power, subtract, sum } from '../../index.js';
import type { SystemIpopt } from '../../solvers/ipopt/system.js';
import type { WasmIpopt } from '../../solvers/ipopt/wasm.js';
import { EvaluationError, InputError } from '../../src/core/errors.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Monitor, WarmStart } from '../../src/nlp/solver.js';
import * as problems from '../interior-point/problems.js';
import { expectKkt } from '../kkt.js';
import { TanhBox } from '../nlp/tanh-box.js';
import { tolerances } from '../tolerances.js';

/** Hock & Schittkowski's problem 71 with the multipliers that its optimality conditions give at the published x. */
const hs071 = {
  x: [1, 4.74299963, 3.82114998, 1.37940829],
  λ: [-0.55229366, 0.16146857],
  zL0: 1.08787121,
};

type Options = Record<string, string | number | boolean>;

/** What both ways to reach Ipopt must do; `open` is called once per test. */
export function ipoptCases(open: () => Promise<SystemIpopt | WasmIpopt>, { approximates = true } = {}): void {
  const solve = async (nlp: Nlp, options?: Options, monitor?: Monitor, warm?: WarmStart) =>
    (await open()).solve(nlp, options, monitor, warm);
  const make = (problem: problems.Small): Nlp => problems.small(problem);

  it('HS71: solution, signs of the multipliers, errors', async () => {
    const nlp = make(problems.hs71());
    const result = await solve(nlp);
    expect(result.status).toBe('optimal');
    hs071.x.forEach((value, j) => {
      expect(result.x[j]).toBeCloseTo(value, 5);
    });
    const { constraints, lower, upper } = result.multipliers;
    hs071.λ.forEach((value, i) => {
      expect(constraints[i]).toBeCloseTo(value, 5);
    });
    expect(lower[0]).toBeCloseTo(hs071.zL0, 5);
    expect([...lower, ...upper].every((z) => z >= 0)).toBe(true);
    expect(Math.max(...upper)).toBeLessThan(1e-6);
    expectKkt(nlp, result, tolerances.kkt);
    expect(result.iterations).toBeGreaterThan(4);
    expect(result.evaluations.hessian).toBeGreaterThan(4);
    expect(result.evaluations.rejected).toBe(0);
    const { seconds } = result;
    expect(seconds.oracle + seconds.linear + seconds.other).toBeCloseTo(seconds.total, 9);
  });

  it('gives a fixed variable the multipliers that Ipopt leaves out', async () => {
    const nlp = make(problems.fixedVariable());
    const result = await solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.x[0]).toBe(1);
    const { lower, upper } = result.multipliers;
    expect(lower[0]! - upper[0]!).toBeCloseTo(hs071.zL0, 5);
    expectKkt(nlp, result, tolerances.kkt);
  });

  it('names the row an infeasible problem violates most', async () => {
    const result = await solve(make(problems.infeasible()));
    expect(result.status, result.message).toBe('infeasible');
    expect(result.message).toMatch(/row '(disc|beyond)'/);
    expect(result.errors.primal).toBeGreaterThan(0.1);
  });

  it('names the variable whose bounds cross', async () => {
    const result = await solve(make(problems.crossed()));
    expect(result).toMatchObject({ status: 'infeasible', iterations: 0 });
    expect(result.message).toContain("variable 'wrong'");
  });

  it('says "unbounded"', async () => {
    expect((await solve(make(problems.unbounded()))).status).toBe('unbounded');
  });

  it('steps around a region where functions are NaN', async () => {
    const nlp = make(problems.logarithm());
    const result = await solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.evaluations.rejected).toBeGreaterThan(0);
    expectKkt(nlp, result, tolerances.kkt);
  });

  it('names what is undefined at the start', async () => {
    const nlp = make(problems.hs71());
    const result = await solve({ ...nlp, jacobianValues: (_, out) => out.fill(1).fill(Number.NaN, 6, 7) });
    expect(result.status).not.toBe('optimal');
    if (result.status === 'evaluation-error')
      expect(result.message).toContain("the derivative of row 'r1' by variable 2 is NaN");
  });

  it.each([
    ['objective', 7],
    ['constraintValues', 7],
    ['jacobianValues', 4],
    ['hessianValues', 4],
  ] as const)('ends with the best point when %s throws', async (name, after) => {
    const nlp = make(problems.hs71());
    let calls = 0;
    const accepted: number[] = [];
    const result = await solve(
      {
        ...nlp,
        [name]: (...args: never[]) => {
          if (++calls > after) throw new EvaluationError('the oracle died', '', true);
          return (nlp[name] as (...given: never[]) => unknown)(...args);
        },
      },
      {},
      {
        iteration: (row) => {
          accepted.push(row.objective);
        },
      },
    );
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toBe('the oracle died');
    // The function is gone, yet the point held comes with its values, on the way from 16 at the start to 17.
    expect(result.objective).toBeCloseTo(nlp.objective(result.x), 12);
    expect(result.x).not.toEqual(nlp.variables.start);
    expect(accepted.some((value) => Math.abs(value - result.objective) < 1e-6)).toBe(true);
    expect(result.errors.primal).toBeLessThan(10);
    expect(Number.isFinite(result.errors.dual)).toBe(true);
  });

  it('takes an error of any kind from a function, the monitor or the stop request as its end', async () => {
    const nlp = make(problems.hs71());
    const boom = (): never => {
      throw new RangeError('boom');
    };
    for (const result of [
      await solve({ ...nlp, gradient: boom }),
      await solve(nlp, {}, { iteration: boom }),
      await solve(nlp, {}, { stopRequested: boom }),
    ])
      expect(result).toMatchObject({ status: 'evaluation-error', message: 'boom' });
    // And the next solve is not troubled by it.
    expect((await solve(nlp)).status).toBe('optimal');
  });

  it('stops when the monitor says so', async () => {
    const nlp = make(problems.hs71());
    const seen: number[] = [];
    const result = await solve(nlp, {}, { iteration: ({ iteration }) => seen.push(iteration) < 4 });
    expect(result.status).toBe('interrupted');
    expect(seen).toEqual([0, 1, 2, 3]);
    expect(Number.isFinite(result.objective)).toBe(true);
    let polls = 0;
    const asked = await solve(nlp, {}, { stopRequested: () => ++polls > 9 });
    expect(asked.status).toBe('interrupted');
    expect(asked.evaluations.objective).toBeLessThan(9);
  });

  it('stops at the time limit', { retry: 2 }, async () => {
    const nlp = make(problems.rosenbrock());
    const slow = (x: Float64Array): number => {
      const until = performance.now() + 5;
      while (performance.now() < until);
      return nlp.objective(x);
    };
    const result = await solve({ ...nlp, objective: slow }, { max_wall_time: 0.03 });
    expect(result.status).toBe('time-limit');
    expect(result.seconds.total).toBeLessThan(1);
  });

  it('stops at the iteration limit', async () => {
    const result = await solve(make(problems.hs71()), { max_iter: 3 });
    expect(result).toMatchObject({ status: 'iteration-limit', iterations: 3 });
  });

  it('refuses options by name', async () => {
    const nlp = make(problems.hs71());
    for (const [options, message] of [
      [{ max_itre: 3 }, /option max_itre=3: .*'max_iter'/],
      [{ quite_unheard_of: 'yes' }, /option quite_unheard_of=yes/],
      [{ tol: -1 }, /option tol=-1/],
      [{ max_iter: 2.5 }, /option max_iter=2.5/],
      [{ mu_strategy: 'sometimes' }, /option mu_strategy=sometimes/],
      [{ tol: Number.NaN }, /option tol/],
      [{ max_wall_time: 'soon' }, /option max_wall_time=soon/],
    ] as [Options, RegExp][])
      await expect((async () => solve(nlp, options))()).rejects.toThrow(message);
    await expect((async () => solve(nlp, { tol: -1 }))()).rejects.toBeInstanceOf(InputError);
  });

  it('takes whole numbers and text as real options', async () => {
    const nlp = make(problems.hs71());
    const usual = await solve(nlp);
    // With tol 1 the first iterate that is not far off will do.
    const loose = await solve(nlp, {
      tol: 1,
      dual_inf_tol: 1000,
      constr_viol_tol: 1000,
      compl_inf_tol: 1000,
    });
    expect(loose.status).toBe('optimal');
    expect(loose.iterations).toBeLessThan(usual.iterations - 2);
    expect((await solve(nlp, { tol: '1', max_cpu_time: 1e20 })).iterations).toBeLessThan(usual.iterations);
  });

  it('starts from a point with multipliers', async () => {
    const nlp = make(problems.hs71());
    const cold = await solve(nlp);
    const warmStart = { x: cold.x, multipliers: cold.multipliers, barrier: 1e-8 };
    const before = structuredClone(warmStart);
    const warm = await solve(
      nlp,
      { warm_start_bound_push: 1e-9, warm_start_mult_bound_push: 1e-9 },
      {},
      warmStart,
    );
    expect(warm.status).toBe('optimal');
    expect(warm.iterations).toBeLessThan(cold.iterations / 2);
    expect(warmStart).toEqual(before);
  });

  it.runIf(approximates)('approximates the Hessian where there is none', async () => {
    const nlp = make({ ...problems.hs71(), secondDerivatives: false });
    const result = await solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.evaluations.hessian).toBe(0);
    expectKkt(nlp, result, 10 * tolerances.kkt);
  });

  it('solves a problem without rows', async () => {
    const nlp = make(problems.rosenbrock());
    const result = await solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expectKkt(nlp, result, tolerances.kkt);
  });

  it.each([
    true,
    ...(approximates ? [false] : []),
  ])('solves a problem with a gray box (second derivatives: %s)', async (second) => {
    const box = new TanhBox(3, 2, second);
    const model = new Model('box');
    const x = model.variables('x', 3, { lower: -4, upper: 4, start: 0.1 });
    const y = model.variables('y', 2, { start: 0 });
    model.addGrayBox({ box: 'tanh', inputs: x, outputs: y });
    model.constrain(y.at(0), { lower: 0.3, name: 'target' });
    model.minimize(sum([...x].map((xj) => power(subtract(xj, -0.5), 2))));
    const nlp = assemble(model.problem(), [box]);
    const result = await solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expectKkt(nlp, result, tolerances.kkt);
    expect(box.asked.filter(({ order }) => order === 2).length > 2).toBe(second);
    // Minimum norm: x = −½ + t w with tanh(wᵀx) = 0.3, w the first row of weights.
    const w = [0, 1, 2].map((j) => box.weight(0, j));
    const t = (Math.atanh(0.3) + 0.5 * w.reduce((a, b) => a + b)) / w.reduce((a, b) => a + b * b, 0);
    w.forEach((wj, j) => {
      expect(result.x[j]).toBeCloseTo(-0.5 + t * wj, 5);
    });
    expect(result.seconds.oracle).toBe(0);
  });
}
