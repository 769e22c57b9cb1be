import ndarray, { type NdArray } from 'ndarray';
import type { Sizes, Solved } from '../solvers/pool/task.js';
import { InputError } from '../src/core/errors.js';
import type { Device, Precision } from '../src/engine/contract.js';
import {
  type Expression,
  type Model,
  type Problem,
  type Row,
  Variable,
  VariableArray,
} from '../src/model/index.js';
import type { Result } from '../src/nlp/result.js';
import type { OracleStatistics } from '../src/oracle/contract.js';

/** The networks of a problem: parameters in all, and who computed them. */
export interface NetworkSummary {
  readonly parameters: number;
  readonly engine: string;
  readonly device: Device;
  readonly precision: Precision;
}

/**
 * What a solve returns: the solver's {@link Result} with `objective` in the user's sense (that of `maximize`, too), and
 * ways to ask for values by the model's own handles. `multipliers` belong to the minimization, see {@link Multipliers}.
 */
export interface Solution extends Result {
  readonly problem: Problem;
  readonly sizes: Sizes;
  /** Absent where the problem has no network. */
  readonly network?: NetworkSummary;
  /** Per gray box. */
  readonly oracles: readonly OracleStatistics[];
  /** Values of an array of variables, in its shape. */
  value(of: VariableArray): NdArray<Float64Array>;
  /** Value of a variable or an expression. */
  value(of: Expression | number): number;
  /**
   * λ of a row in `∇f + Jᵀλ − zL + zU = 0`, `f` the objective in the user's sense. The optimal value changes by −λ per
   * unit added to the row's active bound.
   */
  multiplier(row: Row): number;
  /** How the optimal value, in the user's sense, changes per unit added to the active bound of each variable. */
  reducedCosts(of: VariableArray): NdArray<Float64Array>;
  reducedCosts(of: Variable): number;
}

export function solutionOf(
  model: Model,
  problem: Problem,
  { result, sizes, oracles }: Solved,
  network: NetworkSummary | undefined,
): Solution {
  const { sense } = problem;
  const { x, multipliers } = result;
  const reduced = (variable: Variable): number =>
    sense * (multipliers.lower[variable.index]! - multipliers.upper[variable.index]!) + 0;
  const own = (array: VariableArray): void => {
    if (array.owner !== model)
      throw new InputError(`variables '${array.name}' are not of model '${model.name}'`);
  };
  function value(of: VariableArray): NdArray<Float64Array>;
  function value(of: Expression | number): number;
  function value(of: VariableArray | Expression | number): NdArray<Float64Array> | number {
    if (!(of instanceof VariableArray)) return model.value(of, x);
    own(of);
    return ndarray(of.values(x), [...of.shape]);
  }
  function reducedCosts(of: VariableArray): NdArray<Float64Array>;
  function reducedCosts(of: Variable): number;
  function reducedCosts(of: VariableArray | Variable): NdArray<Float64Array> | number {
    if (of instanceof Variable) return reduced(of);
    own(of);
    return ndarray(Float64Array.from(of.elements, reduced), [...of.shape]);
  }
  return {
    ...result,
    objective: sense * result.objective,
    problem,
    sizes,
    ...(network && { network }),
    oracles,
    value,
    multiplier(row) {
      if (problem.rows.names[row.index] !== row.name)
        throw new InputError(`row '${row.name}' is not in the problem that was solved`);
      return sense * multipliers.constraints[row.index]! + 0;
    },
    reducedCosts,
  };
}
