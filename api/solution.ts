import type { Sizes, Solved } from '../runtime/task.js';
import { noDerivatives } from '../solvers/kkt/index.js';
import { InputError } from '../src/core/errors.js';
import { told } from '../src/core/given.js';
import { asPrimitive } from '../src/core/primitive.js';
import { oneLine } from '../src/core/shown.js';
import type { NetworkUse } from '../src/formulate/index.js';
import { extractOnce } from '../src/model/extract/again.js';
import {
  Expression,
  ExpressionArray,
  type Model,
  type Operand,
  type Problem,
  type Row,
  RowArray,
  Variable,
  VariableArray,
} from '../src/model/index.js';
import { isRowAmong } from '../src/model/row.js';
import type { Statement } from '../src/model/statement.js';
import { undefinedPart } from '../src/model/undefined-part.js';
import type { Result } from '../src/nlp/result.js';
import type { OracleStatistics } from '../src/oracle/contract.js';
import type { EngineSummary } from './engine.js';
import { errorRemark, parametersOf, type UseError, useErrors } from './network-error.js';
import { type NetworkReport, networkReport } from './network-report.js';
import { type NetworkTeller, networkTeller } from './network-teller.js';
import { type SavedSolution, savedSolution } from './saved-solution.js';
import type { AdjointSensitivity, Sensitivity, Wish } from './sensitivity.js';
import { Values } from './values.js';

/**
 * What a solve returns: the solver's {@link Result} with `objective` in the user's sense (that of `maximize`, too), and
 * ways to ask for values by the model's own handles. `multipliers` belong to the minimization, see {@link Multipliers}.
 */
export interface Solution extends Result {
  /** What was solved, as plain data; made when it is first asked for. */
  readonly problem: Problem;
  readonly sizes: Sizes;
  /**
   * Tells of the network whose outputs y is: layers, formulation, engine, precision, calls, error. As an object, of all networks
   * together; without any it has no parameters and no engine.
   */
  readonly network: NetworkTeller;
  /**
   * Largest `|y − NN(x)|` over all uses of networks at the point held, NN recomputed in f64 from the network as it was
   * read, its kinks exact: what rows that relax kinks, and engines of less precision, cost. Above 10 × tol the message says
   * so. Undefined where the problem has no network. Computed when first asked for after an interruption or a time limit, on
   * return otherwise.
   */
  readonly networkError?: number | undefined;
  /** The same for each use, in the order of the calls of `network`; empty where the problem has no network. */
  readonly networkErrors: readonly UseError[];
  /** Per gray box. */
  readonly oracles: readonly OracleStatistics[];
  /** How it changes with the parameters of option `sensitivity`; absent where that was not given. */
  readonly sensitivity?: Sensitivity;
  /** The derivatives of the scalar of option `adjoint` by all parameters; absent where that was not given. */
  readonly adjoint?: AdjointSensitivity;
  /** How it ended, in one line. */
  toString(): string;
  /** Refuses JavaScript's operators, which would make text or NaN of it. */
  [Symbol.toPrimitive](hint: string): string;
  /** Small plain data, by name, for `JSON.stringify`; a later solve takes it as its `warmStart`. */
  toJSON(): SavedSolution;
  /** The same as {@link Solution.network}. */
  readonly networkOf: (y: VariableArray | Variable) => NetworkReport;
  /** Value of a variable, a parameter or an expression; of an array of them the values in its shape; of a row its own. */
  value<R extends number>(of: ExpressionArray<Expression, R>): Values<R>;
  value<R extends number>(of: RowArray<R>): Values<R>;
  value(of: Operand | Row): number;
  /**
   * λ of a row in `∇f + Jᵀλ − zL + zU = 0`, `f` the objective in the user's sense. The optimal value changes by −λ per
   * unit added to the row's active bound.
   */
  multiplier<R extends number>(rows: RowArray<R>): Values<R>;
  multiplier(row: Row): number;
  /** How the optimal value, in the user's sense, changes per unit added to the active bound of each variable. */
  reducedCosts<R extends number>(of: VariableArray<R>): Values<R>;
  reducedCosts(of: Variable): number;
}

/** What a solution tells of besides its result: the networks of its problem, and derivatives. */
export interface Asked {
  readonly uses: readonly NetworkUse[];
  readonly engine?: EngineSummary | undefined;
  /** The same of every gray box. */
  readonly engines?: readonly (EngineSummary | undefined)[] | undefined;
  /** Told how it ended. */
  readonly log?: ((line: string) => void) | undefined;
  /** The tolerance that the solver was asked for. */
  readonly tol: number;
  /** Derivatives that were asked for. */
  readonly wish?: Wish | undefined;
}

export function solutionOf(
  model: Model,
  statement: Statement,
  { result, sizes, oracles, networkErrors, derivatives }: Solved,
  { uses, engine, engines = [], tol, wish, log }: Asked,
): Solution {
  const { sense } = statement;
  const { x, multipliers } = result;
  const reduced = (variable: Variable): number =>
    sense * (multipliers.lower[variable.index]! - multipliers.upper[variable.index]!) + 0;
  const own = (array: VariableArray): void => {
    if (array.owner !== model)
      throw new InputError(`variables '${array.name}' are not of model '${model.name}'`);
  };
  const inProblem = (row: Row): void => {
    if (!isRowAmong(row, statement.rows.names))
      throw new InputError(`row ${told(row?.name ?? row)} is not in the problem that was solved`);
  };
  const rowValue = (row: Row): number => {
    inProblem(row);
    const { index } = row;
    return result.constraints[index]! + (stated().rows.constant?.[index] ?? 0);
  };
  function value<R extends number>(of: ExpressionArray<Expression, R>): Values<R>;
  function value<R extends number>(of: RowArray<R>): Values<R>;
  function value(of: Operand | Row): number;
  function value(of: ExpressionArray | RowArray | Operand | Row): Values | number {
    if (of instanceof ExpressionArray)
      return new Values(
        Float64Array.from(of.elements, (e) => model.value(e, x)),
        of.shape,
      );
    if (of instanceof RowArray) return new Values(Float64Array.from(of.elements, rowValue), of.shape);
    if (typeof of === 'object' && of !== null && !(of instanceof Expression) && 'index' in of)
      return rowValue(of);
    return model.value(of as Operand, x);
  }
  function reducedCosts<R extends number>(of: VariableArray<R>): Values<R>;
  function reducedCosts(of: Variable): number;
  function reducedCosts(of: VariableArray | Variable): Values | number {
    if (of instanceof Variable) return reduced(of);
    if (!(of instanceof VariableArray)) throw new InputError(`reducedCosts: ${told(of)} is no variable`);
    own(of);
    return new Values(Float64Array.from(of.elements, reduced), of.shape);
  }
  const multiplierOf = (row: Row): number => {
    inProblem(row);
    const { index, other } = row;
    const beside = other === undefined ? 0 : multipliers.constraints[other]!;
    return sense * (multipliers.constraints[index]! + beside) + 0;
  };
  function multiplier<R extends number>(of: RowArray<R>): Values<R>;
  function multiplier(of: Row): number;
  function multiplier(of: RowArray | Row): Values | number {
    if (!(of instanceof RowArray)) return multiplierOf(of);
    return new Values(Float64Array.from(of.elements, multiplierOf), of.shape);
  }
  let problem: Problem | undefined;
  const stated = (): Problem => {
    problem ??= extractOnce(statement);
    return problem;
  };
  let known: readonly UseError[] | undefined;
  const errors = (): readonly UseError[] => {
    known ??= useErrors(uses, x, networkErrors);
    return known;
  };
  const largest = (): number => errors().reduce((most, { error }) => Math.max(most, error), 0);
  const report = (y: VariableArray | Variable): NetworkReport =>
    networkReport(y, x, { uses, boxes: model.grayBoxes, engines, oracles });
  let teller: NetworkTeller | undefined;
  // What was stopped or has no time left returns at once; a large network takes seconds.
  const hurried = result.status === 'interrupted' || result.status === 'time-limit';
  // Where a function is undefined at the start, its formula says more than the name of its row; so do ends that cross.
  const part =
    result.status === 'evaluation-error' && result.message.includes('undefined at the start')
      ? undefinedPart(statement, statement.variables.start)
      : result.status === 'infeasible'
        ? model.crossed(x)
        : undefined;
  const message = oneLine(
    result.message +
      (part === undefined ? '' : `; ${part}`) +
      (hurried ? '' : errorRemark(uses, errors(), tol, engine?.precision)),
  );
  const objective = sense * result.objective;
  log?.(
    `${result.status}: ${message}; objective ${objective.toPrecision(9)}, ${result.iterations} iterations, ${result.seconds.total.toFixed(3)} s`,
  );
  const text = (): string =>
    `${model.name}: ${result.status}, objective ${objective.toPrecision(9)}, ${result.iterations} iterations`;
  return {
    ...result,
    message,
    objective,
    get problem() {
      return stated();
    },
    sizes,
    get network() {
      teller ??= networkTeller(report, { parameters: parametersOf(uses), ...engine }, largest);
      return teller;
    },
    get networkError() {
      return uses.length > 0 ? largest() : undefined;
    },
    get networkErrors() {
      return errors();
    },
    oracles,
    ...wish?.told(derivatives ?? noDerivatives(`there are none with status '${result.status}'`), x),
    networkOf: report,
    toJSON: () => savedSolution(statement, result),
    toString: text,
    [Symbol.toPrimitive]: (hint: string) =>
      hint === 'string'
        ? text()
        : asPrimitive(hint, `a solution`, 'solution.objective and solution.value(x) are numbers'),
    value,
    multiplier,
    reducedCosts,
  };
}
