import { afterAll, describe, expect, it } from 'vitest';
import { solve, solveHere, solveMany } from '../../../index.js';
import { compiled } from '../../../runtime/node/compiled.js';
import { Runtime } from '../../../runtime/node/runtime.js';
import { smallNetwork } from '../../oracle/networks.js';
import { nearest } from '../../pool/problem.js';

const hostEntry = compiled(import.meta.url, './host-thread.js');
const runtimes: Runtime[] = [];
const open = (): Runtime => {
  const runtime = new Runtime({ threads: 3 }, { hostEntry });
  runtimes.push(runtime);
  return runtime;
};
afterAll(() => Promise.all(runtimes.map((runtime) => runtime.close())));

const onCard = { engine: 'cuda', tol: 1e-8 } as const;

describe('solves with engine cuda', () => {
  it.each(['f64', 'mixed'] as const)('come to the answer in %s, several at a time', async (precision) => {
    const network = smallNetwork();
    const targets = [0.4, 0.45, 0.5];
    const outcomes = await solveMany(
      targets.map((target) => ({ key: `${target}`, model: nearest(target, network).model })),
      { runtime: open(), options: { ...onCard, precision } },
    );
    for (const [k, { solution }] of outcomes.entries()) {
      expect(solution!.status).toBe('optimal');
      expect({ ...solution!.network }).toMatchObject({ engine: 'cuda', device: 'cuda', precision });
      const here = await solveHere(nearest(targets[k]!, network).model, { engine: 'reference' });
      for (const [i, xi] of here.x.entries()) expect(solution!.x[i]).toBeCloseTo(xi, 6);
    }
  });

  it('end with an evaluation error and their best points where the card is lost; others are unharmed', async () => {
    const runtime = open();
    const lost = { ...smallNetwork(), name: 'lost after 14' };
    const [one, two, other] = await Promise.all([
      solve(nearest(0.5, lost).model, { ...onCard, runtime }),
      solve(nearest(0.45, lost).model, { ...onCard, runtime }),
      solve(nearest(0.5).model, { engine: 'wasm', runtime }),
    ]);
    for (const { status, message, x, errors, iterations } of [one, two]) {
      expect(status).toBe('evaluation-error');
      expect(message).toMatch(/engine cuda: Fake 100 failed \(cuGraphLaunch: CUDA_ERROR_DEVICE_LOST\)/);
      expect(x.every(Number.isFinite)).toBe(true);
      // Before its first evaluation a solve has a point, and nothing to measure it by.
      if (iterations > 0) expect(Number.isFinite(errors.primal)).toBe(true);
    }
    expect(other.status).toBe('optimal');
  });

  it('end likewise where the host of the card is killed; the next solve has another', async () => {
    const runtime = open();
    const killed = { ...smallNetwork(), name: 'killed after 9' };
    const [one, other] = await Promise.all([
      solve(nearest(0.5, killed).model, { ...onCard, runtime }),
      solve(nearest(0.5).model, { engine: 'wasm', runtime }),
    ]);
    expect(one.status).toBe('evaluation-error');
    expect(one.message).toMatch(/the oracle thread (ended|is gone)/);
    expect(one.x.every(Number.isFinite)).toBe(true);
    expect(other.status).toBe('optimal');
    const next = await solve(nearest(0.5).model, { ...onCard, runtime });
    expect(next.status).toBe('optimal');
  });
});
