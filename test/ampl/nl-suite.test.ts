import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { solveNlModel } from '../../cli/nl/solve.js';
import { isSolved, solveHere } from '../../index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { optimalityErrorsAt } from '../../src/nlp/optimality.js';
import { nlFolder, nlNames, nlReference } from '../read/data.js';
import { truths } from './nl-truths.js';

/** The sizes of the reference that are not those of the problem. */
const otherSizes: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  // The Hessian of the second row is missing in the reference, see `truths`.
  parametric: { hessianNonzeros: 4 },
};

const solveFile = (name: string) => solveNlModel(join(nlFolder, `${name}.nl`), { relax: true }, solveHere);

describe.skipIf(nlNames.length === 0)('the public .nl files', () => {
  it('are all known here', () => {
    expect(nlNames.filter((name) => !(name in truths))).toEqual(['hs13_bigstart']);
  });

  it.each(Object.entries(truths))('%s', { timeout: 60_000 }, async (name, truth) => {
    const { file, solution } = await solveFile(name);
    const reference = { ...nlReference[name], ...otherSizes[name] };
    for (const size of ['jacobianNonzeros', 'hessianNonzeros'] as const)
      if (reference[size] !== undefined) expect(solution.sizes[size], size).toBe(reference[size]);
    if (typeof truth === 'string') {
      expect(solution.status).toBe(truth);
      return;
    }
    expect(['optimal', 'acceptable']).toContain(solution.status);
    const distance = Math.min(
      ...truth.map((value) => Math.abs(solution.objective - value) / Math.max(1, Math.abs(value))),
    );
    expect(distance, `objective ${solution.objective}, known ${truth.join(' or ')}`).toBeLessThan(1e-6);
    // The errors of the conditions, computed anew from the file, are what the solution claims.
    const errors = optimalityErrorsAt(assemble(file.problem), solution.x, solution.multipliers);
    expect(errors.primal).toBeLessThan(1e-4);
    if (solution.status === 'optimal') {
      expect(errors.dual).toBeLessThan(1e-4 * (1 + Math.abs(solution.objective)));
      expect(errors.complementarity).toBeLessThan(1e-4 * (1 + Math.abs(solution.objective)));
    }
  });

  it('hs13_bigstart has no multipliers at its solution: never a wrong answer', async () => {
    const { solution, file } = await solveFile('hs13_bigstart');
    const { primal } = optimalityErrorsAt(assemble(file.problem), solution.x, solution.multipliers);
    // (2 − x)² with (1 − x)³ ≥ −ε allows x = 1 + ε^⅓: the optimum 1 is met to ε^⅓ only.
    if (isSolved(solution.status)) {
      expect(primal).toBeLessThan(1e-4);
      expect(solution.objective).toBeGreaterThan((1 - 1e-4 ** (1 / 3)) ** 2);
    }
    expect(solution.objective).toBeLessThan(1.01);
  });
});
