import { afterAll, describe, expect, it } from 'vitest';
import { shutdown, solve, solveHere } from '../../index.js';
import { nearest } from './problem.js';

afterAll(shutdown);

describe('a solve with engine tfjs', () => {
  const { model, x } = nearest(0.5);

  it('computes in f32, says so, and comes near the answer in f64', async () => {
    const remarks: string[] = [];
    const found = await solve(model, {
      engine: 'tfjs',
      tol: 1e-5,
      onRemark: (remark) => remarks.push(remark),
    });
    expect({ ...found.network }).toMatchObject({ engine: 'tfjs', device: 'cpu', precision: 'f32' });
    expect(remarks.join()).toMatch(/tfjs computes in f32/);
    expect(found.network!.note).toMatch(/tfjs computes in f32/);
    const exact = await solveHere(model, { engine: 'reference' });
    for (const xi of x) expect(found.value(xi)).toBeCloseTo(exact.value(xi), 3);
  });

  it('is finished in f64 by another engine', async () => {
    const exact = await solveHere(model, { engine: 'reference' });
    const found = await solve(model, { engine: 'tfjs', polish: true });
    expect(found.status).toBe('optimal');
    expect(found.network!.precision).toBe('f64');
    for (const xi of x) expect(found.value(xi)).toBeCloseTo(exact.value(xi), 6);
  });

  it('is refused in f64', async () => {
    const solving = solve(model, { engine: 'tfjs', precision: 'f64' });
    await expect(solving).rejects.toThrow(/engine tfjs has no precision 'f64'; it has f32/);
  });
});
