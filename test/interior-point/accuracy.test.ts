import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { expr, Model, sum } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { kktErrors } from '../kkt.js';
import { tolerances } from '../tolerances.js';

const indices = (count: number): number[] => [...Array(count).keys()];

/** Σ cᵢ xᵢ² + xᵢ over a box: each variable ends at a bound unless its c is positive. */
function separable(lower: number, upper: number, start: number, c: readonly number[]): Nlp {
  const model = new Model('separable');
  const x = model.variables('x', c.length, { lower, upper, start });
  model.minimize(sum(c.map((value, i) => expr`${value} * ${x.at(i)}^2 + ${x.at(i)}`)));
  return assemble(model.problem());
}

describe('slacks below the rounding unit of their bounds', () => {
  const mixed = indices(5).map((i) => i - 2.5);
  const negative = indices(20).map((i) => -(i + 1));
  // Ipopt 3.14.19: 83, 146, 83, 26, 11, 236 iterations.
  it.each([
    [-1e5, 1e6, 1, mixed, 125],
    [-1e6, 1e8, 1, negative.slice(0, 10), 219],
    [0, 1e9, 1, mixed, 125],
    [1e6, 1e7, 2e6, mixed, 39],
    [1e6, 1e7, 2e6, negative.map(Math.abs), 17],
    [0, 1e9, 1, negative, 354],
  ])('in [%d, %d] from %d are found', (lower, upper, start, c, most) => {
    const nlp = separable(lower, upper, start, c);
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.iterations).toBeLessThanOrEqual(most);
    const errors = kktErrors(nlp, result);
    expect(errors.primal).toBe(0);
    expect(errors.complementarity).toBeLessThan(1e-4);
    const size = Math.max(...c.map((value) => Math.abs(value))) * upper;
    expect(errors.dual).toBeLessThan(tolerances.f64 * size);
    result.x.forEach((value, i) => {
      const inside = Math.max(lower, -1 / (2 * c[i]!));
      const near = (at: number): boolean =>
        Math.abs(value - at) <= 10 * tolerances.kkt * Math.max(1, Math.abs(at));
      expect(c[i]! > 0 ? near(inside) : near(lower) || near(upper), `x[${i}] = ${value}`).toBe(true);
    });
  });
});
