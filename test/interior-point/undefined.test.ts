import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { tolerances } from '../tolerances.js';
import * as problems from './problems.js';

describe('what nobody needs may be undefined', () => {
  it.each([true, false])('a row without bounds, another row there: %s', (other) => {
    const result = interiorPoint.solve(problems.small(problems.undefinedFreeRow(other)));
    expect(result.status, result.message).toBe('optimal');
    expect(result.x[0]).toBeCloseTo(-1, 6);
    expect(result.multipliers.constraints[0]).toBe(0);
    for (const error of Object.values(result.errors)) {
      expect(error).toBeGreaterThanOrEqual(0);
      expect(error).toBeLessThanOrEqual(tolerances.kkt);
    }
  });

  it('derivatives by a fixed variable', () => {
    const result = interiorPoint.solve(problems.small(problems.undefinedFixedDerivative()));
    expect(result.status, result.message).toBe('optimal');
    expect([...result.x]).toEqual([0, 1]);
  });
});

describe('multipliers at a zero solution', () => {
  it('are those of the conditions', () => {
    const { multipliers } = interiorPoint.solve(problems.small(problems.zeroThroughout()));
    expect(multipliers.constraints[0]).toBeCloseTo(-3, 6);
    expect(multipliers.constraints[1]).toBeCloseTo(-2, 6);
  });
});
