import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { type Expression, expr, Model, type Variable } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
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

describe('derivatives by a variable fixed where they are infinite', () => {
  it.each<[string, (y: Variable, z: Variable) => Expression]>([
    ['sqrt(y)', (y) => expr`sqrt(${y})`],
    ['y^1.5', (y) => expr`${y}^1.5`],
    ['2 sqrt(y)', (y) => expr`2*sqrt(${y})`],
    ['y^0.3 z', (y, z) => expr`${y}^0.3*${z}`],
    ['sqrt(y) z²', (y, z) => expr`sqrt(${y})*${z}^2`],
  ])('are needed by nobody: %s in the objective and in a row', (_, edge) => {
    const model = new Model('edge');
    const y = model.variable('y', { lower: 0, upper: 0 });
    const z = model.variable('z', { start: 2 });
    model.minimize(expr`${edge(y, z)} + (${z} - 1)^2`);
    model.constrain(expr`${edge(y, z)} + ${z}`, { lower: -5 });
    const result = interiorPoint.solve(assemble(model.problem()));
    expect(result.status, result.message).toBe('optimal');
    expect(result.x[0]).toBe(0);
    expect(result.x[1]).toBeCloseTo(1, 6);
    expect(result.errors.dual).toBeLessThanOrEqual(tolerances.kkt);
  });
});

describe('a start where functions are undefined', () => {
  const solve = (state: (model: Model, x: Variable) => void) => {
    const model = new Model('start');
    state(model, model.variable('x', { start: -1 }));
    return interiorPoint.solve(assemble(model.problem()));
  };

  it.each<[string, (model: Model, x: Variable) => void, RegExp]>([
    ['log(x)', (model, x) => model.minimize(expr`log(${x})`), /undefined at the start: the objective is NaN/],
    [
      'sqrt(x)',
      (model, x) => model.minimize(expr`sqrt(${x})`),
      /undefined at the start: the objective is NaN/,
    ],
    [
      'a row that leads to its edge',
      (model, x) => {
        model.minimize(expr`${x}^2`);
        model.constrain(expr`log(${x})`, { upper: 1, name: 'level' });
      },
      /undefined at the start: row 'level' is NaN/,
    ],
    [
      'bounds that leave nothing else',
      (model, x) => {
        model.minimize(expr`${x}^2`);
        model.constrain(expr`log(${x} - 1)`, { upper: 1, name: 'never' });
        model.constrain(expr`sqrt(-1 - ${x}^2)`, { upper: 1 });
      },
      /undefined at the start: row 'never' is NaN/,
    ],
  ])('is said to be so where it leads nowhere: %s', (_, state, message) => {
    const result = solve(state);
    expect(result.status).toBe('evaluation-error');
    expect(result.message).toMatch(message);
    expect(result.iterations).toBeLessThanOrEqual(1000);
  });

  it('does no harm where the solution is found from nearby', () => {
    const result = solve((model, x) => model.minimize(expr`${x} - log(${x})`));
    expect(result.status, result.message).toBe('optimal');
    expect(result.x[0]).toBeCloseTo(1, 6);
  });
});

describe('multipliers at a zero solution', () => {
  it('are those of the conditions', () => {
    const { multipliers } = interiorPoint.solve(problems.small(problems.zeroThroughout()));
    expect(multipliers.constraints[0]).toBeCloseTo(-3, 6);
    expect(multipliers.constraints[1]).toBeCloseTo(-2, 6);
  });
});
