import type { Status } from '../../src/nlp/result.js';

/** Ipopt's `ApplicationReturnStatus` in our words. */
export function statusOf(code: number): { readonly status: Status; readonly message: string } {
  return CODES[code] ?? { status: 'step-failed', message: `Ipopt returned the unknown code ${code}` };
}

const CODES: Readonly<Record<number, { status: Status; message: string }>> = {
  0: { status: 'optimal', message: 'Ipopt: optimal solution found' },
  1: { status: 'acceptable', message: 'Ipopt: solved to acceptable level' },
  2: { status: 'infeasible', message: 'Ipopt: converged to a point of local infeasibility' },
  3: { status: 'step-failed', message: 'Ipopt: search direction is becoming too small' },
  4: { status: 'unbounded', message: 'Ipopt: iterates diverging; the problem might be unbounded' },
  5: { status: 'interrupted', message: 'Ipopt: stopped at the caller’s request' },
  6: { status: 'optimal', message: 'Ipopt: feasible point for a square problem found' },
  [-1]: { status: 'iteration-limit', message: 'Ipopt: iteration limit reached' },
  [-2]: { status: 'restoration-failed', message: 'Ipopt: restoration phase failed' },
  [-3]: { status: 'step-failed', message: 'Ipopt: error in the computation of the step' },
  [-4]: { status: 'time-limit', message: 'Ipopt: CPU time limit reached' },
  [-5]: { status: 'time-limit', message: 'Ipopt: wall-clock time limit reached' },
  [-10]: {
    status: 'invalid-problem',
    message:
      'Ipopt: too few degrees of freedom: more equations than variables that are free; drop equations, free variables, or use solver interior-point, which takes such problems',
  },
  [-11]: { status: 'invalid-problem', message: 'Ipopt: invalid problem definition' },
  [-12]: { status: 'invalid-problem', message: 'Ipopt: an option is invalid' },
  [-13]: { status: 'evaluation-error', message: 'Ipopt: an evaluation returned NaN or infinity' },
  [-100]: { status: 'step-failed', message: 'Ipopt: unrecoverable exception' },
  [-101]: { status: 'evaluation-error', message: 'Ipopt: an evaluation threw' },
  [-102]: { status: 'out-of-memory', message: 'Ipopt: out of memory' },
  [-199]: { status: 'step-failed', message: 'Ipopt: internal error' },
};
