import type { Result, Status } from '../../index.js';
import { oneLine } from '../../index.js';

/**
 * AMPL's `solve_result_num` by status, as Ipopt's AMPL interface gives them: 0–99 solved, 200 infeasible, 300
 * unbounded, 400 limits, 500 failures.
 */
export const solveCode: Readonly<Record<Status, number>> = {
  optimal: 0,
  acceptable: 1,
  infeasible: 200,
  unbounded: 300,
  'iteration-limit': 400,
  'time-limit': 401,
  interrupted: 403,
  'step-failed': 500,
  'restoration-failed': 501,
  'evaluation-error': 550,
  'invalid-problem': 552,
  'out-of-memory': 553,
};

/** `solve_result_num` where there is no result: a caller's mistake, and a fault of ours. */
export const refusedCode = { mistake: 552, internal: 554 } as const;

const headlines: Readonly<Record<Status, string>> = {
  optimal: 'Optimal Solution Found',
  acceptable: 'Solved To Acceptable Level',
  infeasible: 'Converged to a locally infeasible point. Problem may be infeasible',
  unbounded: 'Iterates diverging; problem might be unbounded',
  'iteration-limit': 'Maximum Number of Iterations Exceeded',
  'time-limit': 'Maximum Wallclock Time Exceeded',
  interrupted: 'Stopped by the user',
  'step-failed': 'Error in step computation',
  'restoration-failed': 'Restoration Phase Failed',
  'evaluation-error': 'Invalid number in a function or derivative',
  'invalid-problem': 'Invalid problem',
  'out-of-memory': 'Out of memory',
};

/**
 * The message of the .sol file: why the solver stopped, and what it holds. `objective` in the user's sense; `clock` is
 * the one that the user limited. One line: readers of Ipopt's .sol files count lines.
 */
export function solveMessage(
  name: string,
  { status, message, objective, iterations }: Pick<Result, 'status' | 'message' | 'objective' | 'iterations'>,
  clock: 'CPU' | 'Wallclock' = 'Wallclock',
): string {
  const headline = headlines[status].replace('Wallclock', clock);
  const held = Number.isNaN(objective) ? 'objective unknown' : `objective ${objective}`;
  return `${name}: ${headline}. ${oneLine(message.trim())}; ${held}, ${iterations} iterations`;
}
