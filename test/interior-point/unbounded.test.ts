import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { expr, Model } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { tolerances } from '../tolerances.js';

/** A model in two variables, started at 0. */
function solve(
  state: (model: Model, x: ReturnType<Model['variable']>, y: ReturnType<Model['variable']>) => void,
) {
  const model = new Model('plane');
  state(model, model.variable('x', { start: 0 }), model.variable('y', { start: 0 }));
  return interiorPoint.solve(assemble(model.problem()));
}

describe('a problem without a minimum', () => {
  it.each<[string, Parameters<typeof solve>[0]]>([
    [
      'a ray between parallel rows',
      (model, x, y) => {
        model.constrain(expr`${x} - ${y}`, { lower: -1, upper: 2 });
        model.minimize(expr`(${x} - ${y})^2 - 0.01*${x}`);
      },
    ],
    [
      'a ray along an equality',
      (model, x, y) => {
        model.constrain(expr`3*${x} - 7*${y}`, { equals: 5 });
        model.constrain(x, { lower: -4 });
        model.minimize(expr`(3*${x} - 7*${y})^2 + ${y} - 2*${x}`);
      },
    ],
    [
      'negative curvature',
      (model, x, y) => {
        model.constrain(expr`${x} + ${y}`, { equals: 1 });
        model.minimize(expr`${x}*${y} - 0.3*${x}`);
      },
    ],
    [
      'a linear program',
      (model, x, y) => {
        model.constrain(expr`${x} + 2*${y}`, { lower: 1 });
        model.constrain(expr`${x} - 3*${y}`, { upper: 6 });
        model.minimize(expr`-${x} - ${y}`);
      },
    ],
  ])('is called unbounded within 40 iterations: %s', (_, state) => {
    const result = solve(state);
    expect(result.status, result.message).toBe('unbounded');
    expect(result.iterations).toBeLessThanOrEqual(40);
  });

  it.each([1e3, 1e6, 1e9])('differs from one whose solution is at %d', (far) => {
    const result = solve((model, x, y) => {
      model.constrain(expr`${1 / far} * ${x} + ${y}`, { upper: 1 });
      model.constrain(y, { lower: 0 });
      model.minimize(expr`-${x}`);
    });
    expect(result.status, result.message).toBe('optimal');
    expect(result.x[0]! / far).toBeCloseTo(1, 5);
    expect(result.errors.dual).toBeLessThanOrEqual(tolerances.kkt);
  });

  it('differs from one that falls ever more slowly', () => {
    const result = solve((model, x, y) => {
      model.constrain(x, { lower: 1 });
      model.minimize(expr`1/${x} + ${y}^2`);
    });
    expect(result.status).not.toBe('unbounded');
  });
});
