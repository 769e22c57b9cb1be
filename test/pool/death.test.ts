import { afterAll, describe, expect, it } from 'vitest';
import { SolverPool } from '../../runtime/node/pool.js';
import { programsOf } from '../../runtime/programs.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from './problem.js';

const solver = 'interior-point';
const large = smallNetwork(60, 300, 4);
const bound = (network = smallNetwork()) =>
  ({
    problem: nearest(0.5, network).model.problem(),
    boxes: [
      {
        kind: 'local',
        spec: { programs: programsOf(network), engine: 'reference', device: 'cpu', precision: 'f64' },
      },
    ],
    solver,
  }) as const;

describe('a solver thread that dies', () => {
  const pool = new SolverPool({ maxThreads: 1 });
  afterAll(() => pool.close());

  it('ends its solve with a status and the last point held; the next solve is right', async () => {
    const whole = await pool.solve(bound());
    expect(whole.result).toMatchObject({ status: 'optimal', kernels: ['wasm'] });
    let seen = 0;
    const { result, sizes } = await pool.solve(bound(large), {
      onIteration: ({ iteration }) => {
        seen = iteration;
        if (iteration === 2) void pool.threads[0]!.terminate();
      },
    });
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toMatch(/the solver thread died \(worker exited with code/);
    expect(result.iterations).toBeGreaterThanOrEqual(2);
    expect(seen).toBeGreaterThanOrEqual(2);
    expect(Number.isFinite(result.objective)).toBe(true);
    expect(sizes.jacobianNonzeros).toBeGreaterThan(0);
    const next = await pool.solve(bound());
    expect(next.result.status).toBe('optimal');
    expect(next.result.x).toEqual(whole.result.x);
  });
});
