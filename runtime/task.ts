import type { Result } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { GrayBox, OracleStatistics } from '../src/oracle/contract.js';
import type { Problem } from '../src/problem/problem.js';
import type { MailboxDescriptor } from './mailbox.js';
import type { ExecutableSpec } from './service.js';
import type { SolverName } from './solvers.js';

/**
 * How a solve reaches one gray box: through a mailbox at the oracle host, compiled in its own thread, or as an object
 * at hand (which cannot travel to another thread).
 */
export type BoxDescriptor =
  | { readonly kind: 'mailbox'; readonly mailbox: MailboxDescriptor }
  | { readonly kind: 'local'; readonly spec: ExecutableSpec }
  | { readonly kind: 'ready'; readonly box: GrayBox };

/** One solve as plain data: what structured clone carries to a solver thread. */
export interface SolveTask {
  readonly problem: Problem;
  /** In the order of `problem.grayBoxes[…].box`. */
  readonly boxes: readonly BoxDescriptor[];
  readonly solver: SolverName;
  /** The solver's own options; it validates them. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly warmStart?: WarmStart;
}

/** Size of the assembled problem. */
export interface Sizes {
  readonly variables: number;
  readonly constraints: number;
  readonly jacobianNonzeros: number;
  /** Lower triangle. */
  readonly hessianNonzeros: number;
}

/** What comes back from a solver thread. */
export interface Solved {
  readonly result: Result;
  readonly sizes: Sizes;
  /** Per gray box. */
  readonly oracles: readonly OracleStatistics[];
}
