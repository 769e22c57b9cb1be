import {
  byColumns,
  type ColumnAnswer,
  type ColumnRequest,
  type KeptSolution,
  noDerivatives,
  openKkt,
  Sensitivity,
} from '../solvers/kkt/index.js';
import { openLinearSolver } from '../solvers/linear/index.js';
import { EvaluationError, InputError } from '../src/core/errors.js';
import './quadratic.js';
import { Budget, type BudgetLimits } from '../src/core/budget.js';
import { Limits } from '../src/core/limits.js';
import { type NetworkUse, outputError } from '../src/formulate/index.js';
import { extractOnce } from '../src/model/extract/again.js';
import { less } from '../src/model/extract/extract.js';
import type { Statement } from '../src/model/statement.js';
import { assemble } from '../src/nlp/assemble.js';
import type { Bounds, Nlp } from '../src/nlp/contract.js';
import type { Result } from '../src/nlp/result.js';
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
  /** What its derivatives may take. */
  readonly budget?: BudgetLimits | undefined;
  /** In the order of `problem.grayBoxes[…].box`. */
  readonly boxes: readonly BoxBinding[];
  readonly solver: SolverName;
  /** Uses of networks whose outputs are compared with the network at the points found. */
  readonly uses?: readonly NetworkUse[];
  /** Whether derivatives by parameters will be asked for: then the first solve is ready for them. */
  readonly whole?: boolean;
}

/** One solve of what is prepared. Bounds and starts are whole vectors; what is left out stays as it is. */
export interface Run {
  /** Of all entries of x. */
  readonly lower?: Float64Array;
  readonly upper?: Float64Array;
  readonly start?: Float64Array;
  /** Of all rows, as they were stated. */
  readonly rows?: Bounds;
  /** The solver's own options; it validates them. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly warmStart?: WarmStart | undefined;
  /** Derivatives of the solution that come with it. */
  readonly derivatives?: ColumnRequest;
  /** Whether rows of iterations carry the iterate. */
  readonly iterates?: boolean | undefined;
}

/** A problem that is taken apart, assembled and connected to its gray boxes, to be solved any number of times. */
export class Prepared {
  /** What the last solve kept for derivatives and for the next solve. */
  #kept: KeptSolution | null = null;
  #last: Result | undefined;

  private constructor(
    private nlp: Nlp,
    readonly sizes: Sizes,
    private readonly opened: readonly OpenBox[],
    private readonly solver: LoadedSolver,
    private readonly uses: readonly NetworkUse[] | undefined,
    /** What the problem moved from rows into their bounds. */
    private readonly constant: Float64Array | undefined,
  ) {}

  /** Opens the gray boxes, takes the problem apart and assembles it; frees what it opened where that fails. */
  static async open(
    { problem, budget, boxes, solver, uses, whole }: Preparation,
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
      const most = new Budget(budget);
      const stated = 'tape' in problem ? extractOnce(problem, limits, most) : problem;
      const { rows } = stated;
      const nlp = assemble(
        { ...stated, rows: { ...rows, lower: rows.lower.slice(), upper: rows.upper.slice() } },
        opened.map(({ box }) => box),
        limits,
        most,
        'tape' in problem && solver === 'interior-point' && !whole ? problem.parameters : undefined,
      );
      const sizes = {
        variables: nlp.variables.lower.length,
        constraints: nlp.constraints.lower.length,
        jacobianNonzeros: nlp.jacobian.nonzeros,
        hessianNonzeros: nlp.hessian.nonzeros,
      };
      assembled?.(sizes);
      return new Prepared(nlp, sizes, opened, loaded, uses, rows.constant);
    } catch (error) {
      for (const { dispose } of opened) await dispose();
      throw error;
    }
  }

  /** Solves it as changed; the changes stay for later solves. */
  async solve(
    { lower, upper, start, rows, options = {}, warmStart, derivatives, iterates = false }: Run,
    { limits = new Limits(), iteration, hold, stage }: Surroundings = {},
  ): Promise<Solved> {
    const { opened, uses } = this;
    for (const { begin } of opened) begin(limits.data);
    checkLimits(limits);
    stage?.('solving');
    const { variables } = this.nlp;
    if (lower) variables.lower.set(lower);
    if (upper) variables.upper.set(upper);
    if (start) variables.start.set(start);
    if (rows) this.#bound(rows);
    const monitor: Monitor = {
      started: limits.data.started - performance.timeOrigin,
      stopRequested: () => limits.raised,
      ...(iterates && iteration
        ? carrying(iteration, hold)
        : { ...(iteration && { iteration }), ...(hold && { hold }) }),
    };
    if (derivatives) this.#widen();
    const before = opened.map(({ box }) => ({ ...box.statistics }));
    const result = await this.#solved(options, monitor, warmStart);
    const answer = derivatives && { derivatives: this.derivatives(derivatives) };
    const oracles = opened.map(({ box }, k) => since(before[k]!, box.statistics));
    const solved = { result, sizes: this.sizes, oracles, ...answer };
    const hurried = result.status === 'interrupted' || result.status === 'time-limit';
    if (hurried || !uses) return solved;
    return { ...solved, networkErrors: uses.map((use) => outputError(use, result.x)) };
  }

  #bound({ lower, upper }: Bounds): void {
    const { constraints } = this.nlp;
    const { constant } = this;
    constraints.lower.set(constant ? less(lower, constant) : lower);
    constraints.upper.set(constant ? less(upper, constant) : upper);
  }

  async #solved(
    options: Readonly<Record<string, unknown>>,
    monitor: Monitor,
    warmStart: WarmStart | undefined,
  ): Promise<Result> {
    const { nlp, solver } = this;
    this.#last = undefined;
    if (solver.again) {
      const before = this.#kept;
      this.#kept = null;
      const { result, kept } = solver.again(before, nlp, options, monitor, warmStart);
      this.#kept = kept;
      this.#last = result;
      return result;
    }
    this.#last = await solver.solve(nlp, options, monitor, warmStart);
    return this.#last;
  }

  /** Goes on with second derivatives by parameters, which solves alone do not need. */
  #widen(): void {
    if (!this.nlp.withHeld) return;
    this.nlp = this.nlp.withHeld();
    this.#kept?.dispose();
    this.#kept = null;
  }

  /** Derivatives of the last solution; where there are none, or they are one-sided, the answer says why. */
  derivatives(request: ColumnRequest): ColumnAnswer {
    const result = this.#last;
    if (result === undefined) return noDerivatives('there is no solution yet');
    this.#widen();
    try {
      if (this.#kept) return this.#kept.byColumns(request);
      const system = new Sensitivity(this.nlp, result, (shape) => openKkt(shape, null, openLinearSolver, {}));
      try {
        return byColumns(system, this.nlp, result, request);
      } finally {
        system.dispose();
      }
    } catch (error) {
      if (error instanceof InputError || error instanceof EvaluationError)
        return noDerivatives(error.message);
      throw error;
    }
  }

  /** Frees the gray boxes it opened, and what the last solve kept. */
  async dispose(): Promise<void> {
    this.#kept?.dispose();
    this.#kept = null;
    for (const { dispose } of this.opened) await dispose();
  }
}

/** Iterations with the point that was held just before. */
function carrying(
  iteration: NonNullable<Monitor['iteration']>,
  hold: Monitor['hold'],
): Required<Pick<Monitor, 'iteration' | 'hold'>> {
  let x: Float64Array | undefined;
  return {
    hold(point) {
      x = point.x.slice();
      hold?.(point);
    },
    iteration: (row) => iteration(x ? { ...row, x } : row),
  };
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
