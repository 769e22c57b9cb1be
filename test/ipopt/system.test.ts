import { describe, expect, it } from 'vitest';
import { solveHere } from '../../index.js';
import { openIpopt } from '../../solvers/ipopt/index.js';
import type { SystemIpopt } from '../../solvers/ipopt/system.js';
import { InputError } from '../../src/core/errors.js';
import { solverContract } from '../interior-point/contract.js';
import * as problems from '../interior-point/problems.js';
import { nearest } from '../pool/problem.js';
import { ipoptCases } from './cases.js';
import { runScript } from './child.js';

/** The system's Ipopt, or in one line why it cannot be tested here. */
const ipopt: SystemIpopt | string = await openIpopt().catch((error) => {
  if (error instanceof InputError) return error.message;
  throw error;
});

if (typeof ipopt === 'string')
  describe.skip(`the system's Ipopt (${ipopt})`, () => it('is missing', () => undefined));
else {
  solverContract("the system's Ipopt", ipopt, {
    overdetermined: false,
    recoversStart: false,
    countsFactorizations: false,
  });

  describe("the system's Ipopt", () => {
    ipoptCases(async () => ipopt);

    it('says that it takes no more equations than variables', () => {
      const result = ipopt.solve(problems.small(problems.overdetermined()));
      expect(result.status).toBe('invalid-problem');
      expect(result.message).toContain('too few degrees of freedom');
    });

    it('applies the scaling factors of the problem when asked to', () => {
      const scaled = { ...problems.hs71(), scaling: { objective: 1e-3 } };
      const nlp = problems.small(scaled);
      const options = { nlp_scaling_method: 'user-scaling' };
      // What Ipopt asks the Hessian of the objective to be multiplied by tells its scaling factor.
      const factors = (given: Record<string, string>): number[] => {
        const seen: number[] = [];
        const hessianValues: typeof nlp.hessianValues = (x, σ, λ, out) => {
          seen.push(σ);
          nlp.hessianValues(x, σ, λ, out);
        };
        ipopt.solve({ ...nlp, hessianValues }, given);
        return seen;
      };
      expect(factors({})[0]).toBe(1);
      expect(factors(options)[0]).toBeCloseTo(1e-3, 12);
      const result = ipopt.solve(nlp, options);
      expect(result.status).toBe('optimal');
      expect(result.objective).toBeCloseTo(17.0140173, 4);
      expect(result.multipliers.constraints[0]).toBeCloseTo(-0.5523, 2);
    });

    it('solves a network problem as the interior-point method does', async () => {
      // The same problem: neither widens its bounds.
      const options = { engine: 'reference', tol: 1e-8, bound_relax_factor: 0 } as const;
      const own = await solveHere(nearest(0.5).model, options);
      const theirs = await solveHere(nearest(0.5).model, { ...options, solver: 'ipopt' });
      expect(theirs.status).toBe('optimal');
      expect(theirs.objective).toBeCloseTo(own.objective, 6);
      expect(theirs.oracles[0]!.hessians).toBeGreaterThan(3);
      expect(theirs.seconds.oracle).toBeGreaterThan(0);
    });

    it('prints nothing on standard output, whatever happens', () => {
      const { out, err } = runScript(
        'openIpopt',
        `const ipopt = await solver();
         say(ipopt.solve(hs71).status);
         say(ipopt.solve(problems.small(problems.infeasible())).status);
         say(ipopt.solve(problems.small(problems.overdetermined())).status);
         say(ipopt.solve({ ...hs71, objective() { throw new Error('boom') } }).message);
         try { ipopt.solve(hs71, { tol: -1 }) } catch (error) { say(error.message) }
         ipopt.solve(hs71, { no_such_option: 1 });`,
      );
      expect(out).toBe('');
      const lines = err.split('\n');
      expect(lines.slice(0, 4)).toEqual(['optimal', 'infeasible', 'invalid-problem', 'boom']);
      expect(err).toContain('option tol=-1');
      expect(err).toContain('InputError: option no_such_option=1');
    });
  });
}

describe('without libipopt', () => {
  it('says how to get it', () => {
    const { out, err } = runScript('openIpopt', `await solver()`, { GRAYBOX_IPOPT: '/nowhere/libipopt.so' });
    expect(out).toBe('');
    expect(err).toMatch(
      /^InputError: .*\/nowhere\/libipopt\.so.*apt-get install coinor-libipopt1v5.*GRAYBOX_IPOPT\n$/,
    );
    expect(err).toContain('cannot be loaded');
  });
});
