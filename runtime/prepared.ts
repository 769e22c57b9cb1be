import { Limits } from '../src/core/limits.js';
import { type NetworkUse, outputError } from '../src/formulate/index.js';
import { extract } from '../src/model/extract/extract.js';
import type { Statement } from '../src/model/statement.js';
import { assemble } from '../src/nlp/assemble.js';
import type { Nlp } from '../src/nlp/contract.js';
import type { Monitor, WarmStart } from '../src/nlp/solver.js';
import type { OracleStatistics } from '../src/oracle/contract.js';
import type { Problem } from '../src/problem/problem.js';
import { type OpenBox, openBox } from './boxes.js';
import { type LoadedSolver, loadSolver, type SolverName } from './solvers.js';
import type { Surroundings } from './surroundings.js';
import type { BoxBinding, Sizes, Solved } from './task.js';

/** What is prepared: stated, with its gray boxes bound. */
export interface Preparation {
  readonly problem: Problem | Statement;
  /** In the order of `problem.grayBoxes[…].box`. */
  readonly boxes: readonly BoxBinding[];
  readonly solver: SolverName;
  /** Uses of networks whose outputs are compared with the network at the points found. */
  readonly uses?: readonly NetworkUse[];
}

/** One solve of what is prepared. Bounds and starts are whole vectors, all entries of x; what is left out stays as it is. */
export interface Run {
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
  readonly start?: Float64Array;
  /** The solver's own options; it validates them. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly warmStart?: WarmStart | undefined;
}

/** A problem that is taken apart, assembled and connected to its gray boxes, to be solved any number of times. */
export class Prepared {
  private constructor(
    readonly nlp: Nlp,
    readonly sizes: Sizes,
    private readonly opened: readonly OpenBox[],
    private readonly solver: LoadedSolver,
    private readonly uses: readonly NetworkUse[] | undefined,
  ) {}

  /** Opens the gray boxes, takes the problem apart and assembles it; frees what it opened where that fails. */
  static async open(
    { problem, boxes, solver, uses }: Preparation,
    { limits = new Limits(), stage, assembled }: Surroundings = {},
  ): Promise<Prepared> {
    stage?.('building');
    const loaded = await loadSolver(solver);
    const opened: OpenBox[] = [];
    try {
      for (const binding of boxes) {
        checkLimits(limits);
        opened.push(await openBox(binding, limits.data));
      }
      checkLimits(limits);
      const stated = 'tape' in problem ? extract(problem, limits) : problem;
      const nlp = assemble(
        stated,
        opened.map(({ box }) => box),
        limits,
      );
      const sizes = {
        variables: nlp.variables.lower.length,
        constraints: nlp.constraints.lower.length,
        jacobianNonzeros: nlp.jacobian.nonzeros,
        hessianNonzeros: nlp.hessian.nonzeros,
      };
      assembled?.(sizes);
      return new Prepared(nlp, sizes, opened, loaded, uses);
    } catch (error) {
      for (const { dispose } of opened) await dispose();
      throw error;
    }
  }

  /** Solves it as changed; the changes stay for later solves. */
  async solve(
    { lower, upper, start, options = {}, warmStart }: Run,
    { limits = new Limits(), iteration, hold, stage }: Surroundings = {},
  ): Promise<Solved> {
    const { nlp, opened, uses } = this;
    for (const { begin } of opened) begin(limits.data);
    checkLimits(limits);
    stage?.('solving');
    const { variables } = nlp;
    if (lower) variables.lower.set(lower);
    if (upper) variables.upper.set(upper);
    if (start) variables.start.set(start);
    const monitor: Monitor = {
      started: limits.data.started - performance.timeOrigin,
      stopRequested: () => limits.raised,
      ...(iteration && { iteration }),
      ...(hold && { hold }),
    };
    const before = opened.map(({ box }) => ({ ...box.statistics }));
    const result = await this.solver.solve(nlp, options, monitor, warmStart);
    const oracles = opened.map(({ box }, k) => since(before[k]!, box.statistics));
    const solved = { result, sizes: this.sizes, oracles };
    const hurried = result.status === 'interrupted' || result.status === 'time-limit';
    if (hurried || !uses) return solved;
    return { ...solved, networkErrors: uses.map((use) => outputError(use, result.x)) };
  }

  /** Frees the gray boxes it opened. */
  async dispose(): Promise<void> {
    for (const { dispose } of this.opened) await dispose();
  }
}

/** What was asked of a box since `before`. */
const since = (before: OracleStatistics, now: OracleStatistics): OracleStatistics => ({
  calls: now.calls - before.calls,
  values: now.values - before.values,
  jacobians: now.jacobians - before.jacobians,
  hessians: now.hessians - before.hessians,
  seconds: now.seconds - before.seconds,
});

function checkLimits(limits: Limits): void {
  const over = limits.over();
  if (over) throw over;
}
