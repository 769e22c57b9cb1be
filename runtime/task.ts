import type { ColumnAnswer, ColumnRequest } from '../solvers/kkt/index.js';
import type { BudgetLimits } from '../src/core/budget.js';
import type { Programs } from '../src/derive/program.js';
import type { Device, Precision } from '../src/engine/contract.js';
import type { NetworkUse, SmoothProgram } from '../src/formulate/index.js';
import type { Result } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';
import type { GrayBox, OracleStatistics } from '../src/oracle/contract.js';
import type { MailboxDescriptor } from './mailbox.js';
import type { SolverName } from './solvers.js';
import type { Stated } from './stated.js';

/** Which programs to compute, with what and where. Plain data: it travels between threads. */
export interface ExecutableSpec {
  readonly programs: Programs;
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
  readonly threads?: number;
}

/** A quadratic program at a fixed barrier: computed where the solve runs. Plain data. */
export interface SmoothSpec extends SmoothProgram {
  readonly engine: 'quadratic-program';
  readonly device: 'cpu';
  readonly precision: 'f64';
}

/** A gray box of a task: a network or a quadratic program, and how many times the problem uses it. */
export interface TaskNetwork {
  readonly spec: ExecutableSpec | SmoothSpec;
  readonly uses: number;
}

/** One solve as plain data, wherever it shall run. */
export interface SolveTask {
  readonly problem: Stated;
  /** What its derivatives may take. */
  readonly budget?: BudgetLimits | undefined;
  /** The gray boxes, in the order of `problem.grayBoxes[…].box`. */
  readonly networks: readonly TaskNetwork[];
  readonly solver: SolverName;
  /** The solver's own options; it validates them. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly warmStart?: WarmStart;
  /** Derivatives of the solution that come with it. */
  readonly derivatives?: ColumnRequest;
  /** Whether rows of iterations carry the iterate. */
  readonly iterates?: boolean;
  /** Uses of networks whose outputs are compared with the network at the point found. */
  readonly uses?: readonly NetworkUse[];
}

/**
 * How a solve reaches one gray box where it runs: through a mailbox at an oracle host, compiled in its own thread, or as
 * an object at hand (which cannot travel to another thread).
 */
export type BoxBinding =
  | { readonly kind: 'mailbox'; readonly mailbox: MailboxDescriptor }
  | { readonly kind: 'local'; readonly spec: ExecutableSpec }
  | { readonly kind: 'smooth'; readonly spec: SmoothSpec }
  | { readonly kind: 'ready'; readonly box: GrayBox };

/** A task with its gray boxes bound: what runs. */
export interface BoundTask extends Omit<SolveTask, 'networks'> {
  /** In the order of `problem.grayBoxes[…].box`. */
  readonly boxes: readonly BoxBinding[];
}

/** Size of the assembled problem. */
export interface Sizes {
  readonly variables: number;
  readonly constraints: number;
  readonly jacobianNonzeros: number;
  /** Lower triangle. */
  readonly hessianNonzeros: number;
}

/** What comes back from a solve. */
export interface Solved {
  readonly result: Result;
  readonly sizes: Sizes;
  /** Per gray box. */
  readonly oracles: readonly OracleStatistics[];
  /** `max |y − NN(x)|` of each of the task's uses; absent where the solve was stopped, as it may take long. */
  readonly networkErrors?: readonly number[];
  /** The derivatives that the task asked for. */
  readonly derivatives?: ColumnAnswer;
  /** What a source told of itself, once it was read. */
  readonly facts?: unknown;
}
