import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { expr, Model, sum } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { expectKkt } from '../kkt.js';
import { tolerances } from '../tolerances.js';

/** Numbers in (−1, 1), the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 1073741824 - 1;
  };
  for (let i = 0; i < 5; i++) next();
  return next;
}

/** Quadratics with waves in a box, rows of the same kind: the violation has many local minima. */
function waves(which: number): Nlp {
  const next = numbers(which + 1);
  const n = 2 + (which % 3);
  const model = new Model('waves');
  const start = Array.from({ length: n }, () => 4 * next());
  const x = model.variables('x', n, { lower: -5, upper: 5, start });
  const wave = () =>
    sum(
      start.flatMap((_, i) => [
        expr`${2 * next()} * ${x.at(i)}^2`,
        expr`${2 * next()} * ${x.at(i)} * ${x.at((i + 1) % n)}`,
        expr`${3 * next()} * ${x.at(i)}`,
        expr`${2 * next()} * sin(${2 + next()} * ${x.at(i)})`,
      ]),
    );
  for (let i = 0; i < 2 + (which % 4); i++) {
    const value = 4 * next();
    const kind = () => (next() > 0 ? { upper: value - 3 } : { equals: value });
    model.constrain(wave(), next() > 0.3 ? { lower: value } : kind());
  }
  model.minimize(wave());
  return assemble(model.problem());
}

describe('a local minimum of the violation', () => {
  // Each of these ends at one on the first way.
  it.each([22, 77, 509, 525, 565])('is left where another way leads to a solution (problem %i)', (which) => {
    const nlp = waves(which);
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expectKkt(nlp, result, tolerances.kkt * Math.max(1, Math.abs(result.objective)));
    expect(result.iterations).toBeLessThan(150);
  });

  it('is soon confirmed where nothing is feasible', () => {
    const model = new Model('none');
    const x = model.variables('x', 2, { start: [3, -2] });
    model.constrain(expr`${x.at(0)}^2 + ${x.at(1)}^2`, { upper: 1 });
    model.constrain(expr`${x.at(0)} + ${x.at(1)}`, { lower: 2 });
    model.minimize(expr`${x.at(0)}^2 - ${x.at(1)}`);
    const result = interiorPoint.solve(assemble(model.problem()));
    expect(result.status).toBe('infeasible');
    // The least sum of violations of both rows.
    const [a, b] = result.constraints;
    expect(Math.max(0, a! - 1) + Math.max(0, 2 - b!)).toBeCloseTo(2 - Math.SQRT2, 5);
    expect(result.iterations).toBeLessThan(250);
  });
});
