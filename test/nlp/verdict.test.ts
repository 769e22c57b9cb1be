import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeMultipliers, optimalityErrors } from '../../src/nlp/optimality.js';
import type { Status } from '../../src/nlp/result.js';
import { valuesAt } from '../../src/nlp/values.js';
import { conclude, type Measure } from '../../src/nlp/verdict.js';
import { hs71, small } from '../interior-point/problems.js';
import { kktErrors } from '../kkt.js';

const tolerances = {
  tol: 1e-8,
  dual_inf_tol: 1,
  constr_viol_tol: 1e-4,
  compl_inf_tol: 1e-4,
  acceptable_tol: 1e-6,
  acceptable_dual_inf_tol: 1e10,
  acceptable_constr_viol_tol: 1e-2,
  acceptable_compl_inf_tol: 1e-2,
  bound_relax_factor: 1e-8,
};
const plain: Measure = {
  objective: 1,
  row: 1,
  column: 1,
  dual: 1,
  complementarity: 1,
  noise: { dual: 0, primal: 0 },
};

const nlp = small(hs71());
/** The solution of HS71 with its multipliers. */
const solution = {
  x: [1, 4.742999637, 3.8211499817, 1.3794082897],
  constraints: [-0.5522936593, 0.1614685641],
  lower: [1.0878712292, 0, 0, 0],
};

/** HS71's solution with errors of size `size` in the directions given. */
const near = (size: number, [dx, dλ, dz]: readonly (readonly number[])[]) => ({
  x: Float64Array.from(solution.x, (value, j) => value + size * dx![j]!),
  multipliers: {
    constraints: Float64Array.from(solution.constraints, (value, i) => value + size * dλ![i]!),
    lower: Float64Array.from(solution.lower, (value, j) => Math.max(0, value + size * dz![j]!)),
    upper: new Float64Array(4),
  },
});

const directions = fc.tuple(
  ...[4, 2, 4].map((length) =>
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: length, maxLength: length }),
  ),
);

describe('what may be said of a point', () => {
  it.each([
    'optimal',
    'acceptable',
    'infeasible',
  ] as const)('never %s without errors that bear it out', (claim) => {
    fc.assert(
      fc.property(fc.double({ min: -10, max: 1, noNaN: true }), directions, (exponent, along) => {
        const { x, multipliers: given } = near(10 ** exponent, along);
        const values = valuesAt(nlp, x);
        const multipliers = completeMultipliers(nlp, values, given);
        const point = { values, multipliers, errors: optimalityErrors(nlp, values, multipliers) };
        const { status } = conclude(nlp, { status: claim, message: '' }, point, tolerances, plain);
        const { primal, dual, complementarity } = kktErrors(nlp, { x, multipliers } as never);
        if (status === 'optimal') {
          expect(Math.max(primal, dual, complementarity)).toBeLessThanOrEqual(2e-6);
        } else if (status === 'acceptable') {
          expect(Math.max(primal, dual, complementarity)).toBeLessThanOrEqual(4e-6);
        } else if (status === 'infeasible') expect(primal).toBeGreaterThan(tolerances.tol);
        else expect(['step-failed', 'restoration-failed']).toContain(status);
      }),
    );
  });

  it('keeps a claim that holds and weakens one that nearly does', () => {
    const at = (size: number): Status => {
      const { x, multipliers } = near(size, [
        [0, 1, 0, 0],
        [0, 0],
        [0, 0, 0, 0],
      ]);
      const values = valuesAt(nlp, x);
      const point = { values, multipliers, errors: optimalityErrors(nlp, values, multipliers) };
      return conclude(nlp, { status: 'optimal', message: '' }, point, tolerances, plain).status;
    };
    expect(at(0)).toBe('optimal');
    expect(at(2e-7)).toBe('acceptable');
    expect(at(1e-2)).toBe('step-failed');
  });
});
