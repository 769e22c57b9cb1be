import { afterAll, describe, expect, it } from 'vitest';
import { openOracle, prepare, solve, solveMany } from '../../../index.js';
import { Runtime } from '../../../runtime/node/runtime.js';
import { smallNetwork } from '../../oracle/networks.js';
import { nearest } from '../../pool/problem.js';
import { lack } from './here.js';

const runtimes: Runtime[] = [];
const open = (): Runtime => {
  const runtime = new Runtime({ threads: 4 });
  runtimes.push(runtime);
  return runtime;
};
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.close())));

/** Wide enough for products that two threads share. */
const network = smallNetwork(60, 300, 3);
const model = (target = 0.35) => nearest(target, network).model;
const how = { engine: 'blas', threads: 2, tol: 1e-8 } as const;

describe.skipIf(lack !== '')(`solves with engine blas: ${lack || 'here'}`, () => {
  it('say who computed, and agree with the kernels alone', async () => {
    const runtime = open();
    const [own, kernels] = [
      await solve(model(), { ...how, runtime }),
      await solve(model(), { ...how, engine: 'wasm', runtime }),
    ];
    expect(own.status).toBe('optimal');
    expect({ ...own.network }).toMatchObject({ engine: 'blas', device: 'cpu', precision: 'f64' });
    for (const [k, value] of kernels.x.entries()) expect(own.x[k]).toBeCloseTo(value, 8);
  });

  it('have the bits of a single solve where several wait at one host', async () => {
    const runtime = open();
    const whole = await solve(model(), { ...how, runtime });
    const list = [0, 1, 2, 3].map((k) => ({ key: `${k}`, model: model() }));
    for (const { solution } of await solveMany(list, { runtime, concurrency: 4, options: how }))
      expect(solution!.x).toEqual(whole.x);
  });

  it('end where the host is killed while others wait; the next ones have another', async () => {
    const runtime = open();
    const whole = await solve(model(), { ...how, runtime });
    for (let round = 0; round < 2; round++) {
      let asked = 0;
      const outcomes = await solveMany(
        [0, 1, 2, 3].map((k) => ({ key: `${k}`, model: model() })),
        {
          runtime,
          concurrency: 4,
          options: {
            ...how,
            onIteration: () => {
              if (++asked === 4 + round) runtime.endHosts();
            },
          },
        },
      );
      for (const { solution } of outcomes) {
        expect(['optimal', 'evaluation-error']).toContain(solution!.status);
        expect(solution!.x.every(Number.isFinite)).toBe(true);
      }
      expect(outcomes.some(({ solution }) => solution!.status === 'evaluation-error')).toBe(true);
      expect((await solve(model(), { ...how, runtime })).x).toEqual(whole.x);
    }
  });

  it('are solved again by a prepared problem whose host was killed', async () => {
    const runtime = open();
    await using prepared = await prepare(model(), { ...how, runtime });
    const before = await prepared.solve();
    expect(before.status).toBe('optimal');
    const killed = prepared.solve({ onIteration: () => runtime.endHosts() });
    const ended = await killed;
    expect(ended.status).toBe('evaluation-error');
    expect(ended.x.every(Number.isFinite)).toBe(true);
    const after = await prepared.solve();
    expect(after.status).toBe('optimal');
    expect(after.x).toEqual(before.x);
  });

  it('end, and are refused afterwards, where an oracle is disposed while it computes', async () => {
    const oracle = await openOracle(network, { engine: 'blas', threads: 2, runtime: open() });
    const [x, λ] = [new Float64Array(oracle.inputs).fill(0.1), new Float64Array(oracle.outputs).fill(1)];
    const pending = [0, 1, 2].map(() => oracle.hessian(x, λ).then(() => 'answered', String));
    await oracle.dispose();
    for (const told of await Promise.all(pending)) expect(told).toMatch(/answered|disposed|closed/);
    await expect(oracle.hessian(x, λ)).rejects.toThrow(/disposed|closed/);
  });
});
