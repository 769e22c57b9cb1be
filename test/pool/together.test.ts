import { afterAll, describe, expect, it } from 'vitest';
import { openRuntime, solveMany } from '../../index.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from './problem.js';

const runtimes = [openRuntime({ threads: 4 }), openRuntime({ threads: 4 })];
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.close())));

describe('solves at the same time', () => {
  it.each([
    ['reference', 0],
    ['onnx', 1e-9],
  ] as const)('come to the answers they have one after another, %s, within %d', async (engine, within) => {
    const network = smallNetwork();
    const items = [0.38, 0.42, 0.46, 0.5].map((target) => ({
      key: `${target}`,
      model: () => nearest(target, network).model,
    }));
    const options = { engine, precision: 'f64', tol: 1e-10 } as const;
    const [alone, together] = [
      await solveMany(items, { runtime: runtimes[0]!, concurrency: 1, options }),
      await solveMany(items, { runtime: runtimes[1]!, concurrency: 4, options }),
    ];
    for (const [k, { solution }] of together.entries()) {
      const single = alone[k]!.solution!;
      expect(solution!.status).toBe('optimal');
      expect(solution!.iterations).toBe(single.iterations);
      for (const [i, value] of solution!.x.entries())
        expect(Math.abs(value - single.x[i]!)).toBeLessThanOrEqual(within);
    }
  });
});
