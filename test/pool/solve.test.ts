import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import {
  network as constrainByNetwork,
  type Expression,
  expr,
  type GrayBox,
  Model,
  multiply,
  power,
  type SolveOptions,
  shutdown,
  solve,
  solveHere,
  sum,
} from '../../index.js';
import { smallNetwork } from '../oracle/networks.js';
import { tolerances } from '../tolerances.js';
import { nearest } from './problem.js';

afterAll(shutdown);

const solver = 'interior-point';
/** What the calling thread has computed so far: nanoseconds first (Linux). */
const onCpu = '/proc/thread-self/schedstat';
const quick: SolveOptions = { solver, engine: 'reference', tol: 1e-8 };
/** Some 20 ms per evaluation with the reference engine. */
const slowNetwork = smallNetwork(60, 300, 4);

describe('solve', () => {
  it('finds in a worker what it finds here, with the network in its thread or in the oracle host', async () => {
    const { model, x, y } = nearest(0.5);
    const here = await solveHere(model, quick);
    expect(here.status).toBe('optimal');
    for (const engine of ['reference', 'wasm', 'onnx'] as const) {
      const there = await solve(model, { ...quick, engine });
      expect(there.status).toBe('optimal');
      expect(there.objective).toBeCloseTo(here.objective, 6);
      expect({ ...there.network }).toEqual({
        parameters: 51,
        engine,
        device: 'cpu',
        precision: 'f64',
        error: there.networkError,
      });
      expect(there.networkError).toBeLessThan(1e-8);
      expect(there.oracles[0]!.hessians).toBeGreaterThan(3);
      for (const xi of x) expect(there.value(xi)).toBeCloseTo(here.value(xi), 5);
      expect(there.value(y.at(0))).toBeCloseTo(0.5, 6);
    }
    expect(here.sizes).toMatchObject({ variables: 7, constraints: 4, hessianNonzeros: 10 });
  });

  it('answers by the model’s own handles', async () => {
    const { model, x, y, row, total } = nearest(0.5);
    const solution = await solve(model, quick);
    const values = solution.value(y);
    expect(values.shape).toEqual([3]);
    expect(values.get(0)).toBe(solution.value(y.at(0)));
    expect(values.get(0) + values.get(1) + values.get(2)).toBeCloseTo(1, 7);
    expect(solution.value(total)).toBeCloseTo(solution.objective, 10);
    expect(solution.reducedCosts(x).shape).toEqual([4]);
    // The multiplier predicts what a higher target costs: df*/dtarget = −λ.
    const δ = 1e-4;
    const higher = await solve(nearest(0.5 + δ).model, quick);
    const lower = await solve(nearest(0.5 - δ).model, quick);
    const slope = (higher.objective - lower.objective) / (2 * δ);
    expect(-solution.multiplier(row) / slope).toBeCloseTo(1, 3);
    expect(slope).toBeGreaterThan(1);
    expect(() => solution.multiplier({ index: 99, name: 'nowhere' })).toThrow(/nowhere/);
  });

  it('states objective, multipliers and reduced costs in the sense of maximize', async () => {
    const [low, high] = [nearest(0.4), nearest(0.4, smallNetwork(), -1)];
    const minimum = await solve(low.model, quick);
    const maximum = await solve(high.model, quick);
    expect(maximum.objective).toBeCloseTo(-minimum.objective, 6);
    expect(maximum.multiplier(high.row)).toBeCloseTo(-minimum.multiplier(low.row), 4);
    expect(maximum.reducedCosts(high.x.at(0))).toBeCloseTo(-minimum.reducedCosts(low.x.at(0)), 4);
  });

  it('reports every iteration before it returns', async () => {
    const rows: number[] = [];
    const solution = await solve(nearest(0.5).model, {
      ...quick,
      onIteration: ({ iteration }) => {
        rows.push(iteration);
      },
    });
    expect(rows).toEqual(Array.from({ length: solution.iterations + 1 }, (_, k) => k));
  });

  it('stops when the listener says so, and passes on what it throws', async () => {
    const { model } = nearest(0.5, slowNetwork);
    const stopped = await solve(model, { ...quick, onIteration: ({ iteration }) => iteration < 2 });
    expect(stopped.status).toBe('interrupted');
    expect(stopped.x.every(Number.isFinite)).toBe(true);
    const listener = () => {
      throw new RangeError('listener');
    };
    await expect(solve(model, { ...quick, onIteration: listener })).rejects.toThrow(RangeError);
  });

  it('ends as interrupted when aborted, before or while it runs', async () => {
    const { model } = nearest(0.5, slowNetwork);
    const early = await solve(model, { ...quick, signal: AbortSignal.abort() });
    expect(early.status).toBe('interrupted');
    const controller = new AbortController();
    const late = await solve(model, {
      ...quick,
      signal: controller.signal,
      onIteration: ({ iteration }) => {
        if (iteration === 1) controller.abort();
      },
    });
    expect(late.status).toBe('interrupted');
    expect(late.iterations).toBeGreaterThan(0);
    expect(late.x.every(Number.isFinite)).toBe(true);
  });

  it('leaves the main thread free', { retry: 2 }, async () => {
    const { model } = nearest(0.5, slowNetwork);
    let [last, widest, ticks] = [performance.now(), 0, 0];
    const timer = setInterval(() => {
      const now = performance.now();
      widest = Math.max(widest, now - last);
      last = now;
      ticks++;
    }, 5);
    const solution = await solve(model, quick);
    clearInterval(timer);
    expect(solution.seconds.total).toBeGreaterThan(0.2);
    expect(ticks).toBeGreaterThan(10);
    // A solve in this thread would be one gap as long as itself; the machine may be busy with other things.
    expect(widest).toBeLessThan(Math.max(100, 250 * solution.seconds.total));
  });

  it.skipIf(!existsSync(onCpu))('takes a large model apart in the worker', { retry: 2 }, async () => {
    const n = 100_000;
    const model = new Model('large');
    const x = [...model.variables('x', n, { lower: -2, upper: 2, start: 0.5 })];
    for (let k = 1; k < n; k++) model.constrain(multiply(x[k - 1]!, x[k]!), { upper: 1.5 });
    model.minimize(sum(x.map((xk) => power(xk, 2))));
    // What other processes take does not count.
    const milliseconds = () => Number(readFileSync(onCpu, 'utf8').split(' ')[0]) / 1e6;
    let [last, widest] = [milliseconds(), 0];
    const timer = setInterval(() => {
      const now = milliseconds();
      widest = Math.max(widest, now - last);
      last = now;
    }, 1);
    const solution = await solve(model, { solver, max_iter: 1 });
    clearInterval(timer);
    expect(solution.sizes.constraints).toBe(n - 1);
    expect(solution.seconds.build).toBeGreaterThan(0.1);
    expect(widest).toBeLessThan(50);
  });

  it.each([1, 10, 50])('asks the host once for all of %i uses of one network', async (K) => {
    const network = smallNetwork();
    const model = new Model('several');
    const gaps: Expression[] = [];
    for (let k = 0; k < K; k++) {
      const x = model.variables(`x${k}`, network.inputSize, { lower: -3, upper: 3, start: 0.5 });
      const y = constrainByNetwork(network, x, { name: `y${k}` });
      model.constrain(y.at(0), { lower: 0.35 + (0.2 * k) / K });
      for (const xi of x) gaps.push(expr`(${xi} - 0.5)^2`);
    }
    model.minimize(sum(gaps));
    const [there, here] = [await solve(model, { ...quick, engine: 'onnx' }), await solveHere(model, quick)];
    expect(there.status).toBe('optimal');
    expect(there.objective).toBeCloseTo(here.objective, 6);
    for (const { calls, hessians, jacobians, values } of [there.oracles[0]!, here.oracles[0]!]) {
      // The last iterate asks as well, before it is found optimal.
      expect(hessians).toBe(K * (there.evaluations.hessian + 1));
      expect(values + jacobians + hessians).toBe(K * calls);
      expect(calls).toBeLessThanOrEqual(2 * there.iterations + 4);
    }
  });

  it('runs solves side by side on one network of the oracle host', async () => {
    const network = smallNetwork();
    const targets = [0.4, 0.45, 0.5];
    const options = { ...quick, engine: 'onnx' } as const;
    const together = await Promise.all(
      targets.map((target) => solve(nearest(target, network).model, options)),
    );
    for (const [k, solution] of together.entries()) {
      expect(solution.status).toBe('optimal');
      const alone = await solve(nearest(targets[k]!, network).model, options);
      expect(solution.objective).toBeCloseTo(alone.objective, 8);
    }
  });

  it('finishes in f64 what f32 began', async () => {
    const { model, x } = nearest(0.5);
    const exact = await solve(model, quick);
    const rows: number[] = [];
    const polished = await solve(model, {
      ...quick,
      precision: 'f32',
      polish: true,
      onIteration: ({ iteration }) => {
        rows.push(iteration);
      },
    });
    expect(polished.status).toBe('optimal');
    expect(polished.network!.precision).toBe('f64');
    expect(polished.errors.dual).toBeLessThan(tolerances.kkt);
    for (const xi of x) expect(polished.value(xi)).toBeCloseTo(exact.value(xi), 6);
    expect(polished.iterations).toBeGreaterThan(exact.iterations / 2);
    expect(rows.at(-1)).toBe(polished.iterations);
    expect(polished.evaluations.hessian).toBeGreaterThanOrEqual(polished.iterations);
  });

  it('takes a gray box written in JavaScript, in the calling thread only', async () => {
    // y = x²: the least x² + y² with y ≥ 4 is at x = 2.
    const box: GrayBox = {
      shape: { inputs: 1, outputs: 1, accuracy: 2 ** -52, secondDerivatives: true },
      slot: () => {
        const [x, λ, y, J, H] = Array.from({ length: 5 }, () => new Float64Array(1));
        return { x: x!, λ: λ!, y: y!, J: J!, H: H! };
      },
      evaluate(order, slots) {
        for (const { x, λ, y, J, H } of slots) {
          y[0] = x[0]! ** 2;
          if (order > 0) J[0] = 2 * x[0]!;
          if (order > 1) H[0] = 2 * λ[0]!;
        }
      },
      statistics: { calls: 0, values: 0, jacobians: 0, hessians: 0, seconds: 0 },
    };
    const model = new Model('square');
    const x = model.variable('x', { start: 3 });
    const y = model.variable('y', { lower: 4, start: 5 });
    model.addGrayBox({ box, inputs: [x], outputs: [y] });
    model.minimize(expr`${x}^2 + ${y}^2`);
    const solution = await solveHere(model, { solver });
    expect(solution.status).toBe('optimal');
    expect(solution.value(x)).toBeCloseTo(2, 6);
    expect({ ...solution.network }).toEqual({ parameters: 0, error: 0 });
    await expect(solve(model, { solver })).rejects.toThrow(/solveHere/);
  });

  it('refuses what it does not know', async () => {
    const { model } = nearest(0.5);
    // @ts-expect-error an option that nobody has
    await expect(solve(model, { ...quick, tolerance: 1 })).rejects.toThrow(/tolerance/);
    await expect(solve(model, { ...quick, solver: 'abacus' as never })).rejects.toThrow(
      /abacus.*interior-point/,
    );
    await expect(solve(model, { ...quick, engine: 'abacus' as never })).rejects.toThrow(/abacus/);
    await expect(solveHere(model, { ...quick, engine: 'onnx' })).rejects.toThrow(/onnx.*calling thread/);
    model.addGrayBox({ box: {}, inputs: [], outputs: [] });
    await expect(solve(model, quick)).rejects.toThrow(/no network/);
  });
});
