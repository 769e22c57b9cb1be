import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { expectKkt } from '../kkt.js';
import { tolerances } from '../tolerances.js';
import { longSumProblems } from './long-sums/index.js';

describe.each([...longSumProblems])('$name', ({ build, optimum }) => {
  it('has the derivatives that differences measure', () => {
    const nlp = assemble(build(57).problem());
    const x = nlp.variables.start.map((value, j) => value + 0.01 * Math.sin(j));
    const { gradient, jacobian, hessian } = checkDerivatives(nlp, x);
    for (const { error, where } of [gradient, jacobian, hessian])
      expect(error, where).toBeLessThan(tolerances.difference);
  });

  it.each([57, 200])('is solved at %d variables', (n) => {
    const nlp = assemble(build(n).problem());
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    // Objectives whose gradient exceeds 100 at the start are scaled down to that.
    const gradient = new Float64Array(n);
    nlp.gradient(nlp.variables.start, gradient);
    expectKkt(nlp, result, tolerances.kkt * Math.max(1, Math.max(...gradient.map(Math.abs)) / 100));
    const size = Math.max(1, Math.abs(nlp.objective(nlp.variables.start)));
    if (optimum !== undefined)
      expect(Math.abs(result.objective - optimum(n)) / size).toBeLessThan(tolerances.kkt);
  });
});
