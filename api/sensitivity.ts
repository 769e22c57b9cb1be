import type {
  ColumnAnswer,
  ColumnDerivative,
  ColumnParameter,
  ColumnRequest,
  SolutionSeed,
} from '../solvers/kkt/index.js';
import { InputError } from '../src/core/errors.js';
import { listOf, told } from '../src/core/given.js';
import { asPrimitive } from '../src/core/primitive.js';
import { extractOnce } from '../src/model/extract/again.js';
import { extract } from '../src/model/extract/extract.js';
import {
  Expression,
  ExpressionArray,
  type Model,
  type Operand,
  Parameter,
  ParameterArray,
  type Row,
  RowArray,
  Variable,
  VariableArray,
} from '../src/model/index.js';
import { isRowAmong } from '../src/model/row.js';
import type { Link, Statement } from '../src/model/statement.js';
import { assemble } from '../src/nlp/assemble.js';
import { Values } from './values.js';

/** One parameter, an array of them, or a list of both. */
export type SensitivityParameters = Parameter | ParameterArray | readonly (Parameter | ParameterArray)[];

/**
 * The derivatives of a scalar ℓ by the solution: of variables `∂ℓ/∂x`, of rows `∂ℓ/∂λ` by what `solution.multiplier` gives;
 * a number for all entries of an array or one each, row-major. What is left out counts as 0.
 */
export type Cotangent = Iterable<
  readonly [of: Variable | VariableArray | Row | RowArray, weight: number | ArrayLike<number>]
>;

/** Whether the derivatives of a solution exist. */
abstract class Derivatives {
  /** Why there are none, or why they may be one-sided; empty where neither is so. */
  readonly reason: string;
  /** Variables and rows whose bound is weakly active: slack and multiplier both vanish. */
  readonly weaklyActive: readonly string[];

  constructor({ trouble, weaklyActive }: ColumnAnswer) {
    this.reason = trouble;
    this.weaklyActive = weaklyActive;
  }

  [Symbol.toPrimitive](hint: string): string {
    return asPrimitive(hint, 'the derivatives of a solution', 'sensitivity.value(of, by) gives numbers');
  }

  /** False where there is no derivative: at a weakly active bound what is given lies between its one-sided values. */
  get differentiable(): boolean {
    return this.reason === '';
  }
}

/** How a solution changes with parameters: `dx/dp`, `dλ/dp` and `dV/dp`, by the implicit function theorem. */
export class Sensitivity extends Derivatives {
  readonly #columns: ReadonlyMap<number, ColumnDerivative>;
  #rows: ((own: ColumnDerivative) => Float64Array) | undefined;

  /** @internal */
  constructor(
    private readonly model: Model,
    private readonly sense: 1 | -1,
    private readonly x: Float64Array,
    parameters: readonly ColumnParameter[],
    answer: ColumnAnswer,
    private readonly statement: Statement,
  ) {
    super(answer);
    this.#columns = new Map(answer.forward.map((derivative, k) => [parameters[k]!.column, derivative]));
  }

  /**
   * Of a variable, a parameter, an expression, a row or an array of them by a parameter or an array of parameters: of shape
   * `[…of, …by]`, a number where both are single. Throws {@link InputError} where there are no derivatives.
   */
  value(of: Operand | Row, by: Parameter): number;
  value(of: Operand | ExpressionArray | Row | RowArray, by: Parameter | ParameterArray): Values;
  value(of: Operand | ExpressionArray | Row | RowArray, by: Parameter | ParameterArray): Values | number {
    if (of instanceof RowArray || isRow(of)) {
      const rows = of instanceof RowArray ? of.elements : [of];
      for (const row of rows) this.#own(row);
      this.#rows ??= rowsAlong(this.statement, this.x);
      const along = this.#rows;
      return this.#table(of instanceof RowArray ? of.shape : [], by, (k, own) => along(own)[rows[k]!.index]!);
    }
    const entries = of instanceof ExpressionArray ? of.elements : [of];
    const along = entries.map((entry) => this.#along(entry));
    return this.#table(of instanceof ExpressionArray ? of.shape : [], by, (k, own) => along[k]!(own.x));
  }

  /** Of multipliers, as `solution.multiplier` gives them. */
  multiplier(of: Row, by: Parameter): number;
  multiplier(of: Row | RowArray, by: Parameter | ParameterArray): Values;
  multiplier(of: Row | RowArray, by: Parameter | ParameterArray): Values | number {
    const rows = of instanceof RowArray ? of.elements : [of];
    for (const row of rows) this.#own(row);
    return this.#table(of instanceof RowArray ? of.shape : [], by, (k, { constraints }) => {
      const { index, other } = rows[k]!;
      return this.sense * (constraints[index]! + (other === undefined ? 0 : constraints[other]!)) + 0;
    });
  }

  /** Of reduced costs, as `solution.reducedCosts` gives them. */
  reducedCosts(of: Variable, by: Parameter): number;
  reducedCosts(of: Variable | VariableArray, by: Parameter | ParameterArray): Values;
  reducedCosts(of: Variable | VariableArray, by: Parameter | ParameterArray): Values | number {
    const variables = of instanceof VariableArray ? of.elements : [of];
    return this.#table(of instanceof VariableArray ? of.shape : [], by, (k, { lower, upper }) => {
      const { index } = variables[k]!;
      return this.sense * (lower[index]! - upper[index]!) + 0;
    });
  }

  /** `dV/dp` of the optimal value in the user's sense, in the shape of `by`. */
  optimum(by: Parameter): number;
  optimum(by: Parameter | ParameterArray): Values;
  optimum(by: Parameter | ParameterArray): Values | number {
    return this.#table([], by, (_, { objective }) => this.sense * objective + 0);
  }

  #own(row: Row): void {
    if (!isRowAmong(row, this.statement.rows.names))
      throw new InputError(
        `sensitivity: row ${told(row?.name ?? row)} is not in the problem that was solved`,
      );
  }

  /** How an operand changes when x changes by a vector. */
  #along(of: Operand): (dx: Float64Array) => number {
    if (typeof of === 'number') return () => 0;
    if (of instanceof Variable || of instanceof Parameter) {
      if (of.owner !== this.model) throw foreign(this.model, of);
      return (dx) => dx[of.index]!;
    }
    if (!(of instanceof Expression)) throw new InputError(`sensitivity: ${told(of)} has no value`);
    const gradient = gradientOf(this.model, of, this.x);
    return (dx) => gradient.reduce((total, value, j) => total + (value === 0 ? 0 : value * dx[j]!), 0);
  }

  #table(
    shape: readonly number[],
    by: Parameter | ParameterArray,
    entry: (k: number, own: ColumnDerivative) => number,
  ): Values | number {
    const parameters = elementsOf(by, this.model);
    const columns = parameters.map((parameter) => {
      const own = this.#columns.get(parameter.index);
      if (own !== undefined) return own;
      throw new InputError(
        this.#columns.size === 0 && this.reason !== ''
          ? `sensitivity: ${this.reason}`
          : `sensitivity: '${parameter.name}' is none of the parameters that were asked for`,
      );
    });
    const whole = [...shape, ...(by instanceof ParameterArray ? by.shape : [])];
    const count = shape.reduce((product, extent) => product * extent, 1);
    const data = Float64Array.from({ length: count * columns.length }, (_, at) =>
      entry(Math.floor(at / columns.length), columns[at % columns.length]!),
    );
    return whole.length === 0 ? data[0]! : new Values(data, whole);
  }
}

/** The derivatives of a scalar of the solution by parameters, one solve for all of them. */
export class AdjointSensitivity extends Derivatives {
  readonly #gradient: ReadonlyMap<number, number>;

  /** @internal */
  constructor(
    private readonly model: Model,
    parameters: readonly ColumnParameter[],
    answer: ColumnAnswer,
  ) {
    super(answer);
    const [found] = answer.adjoint;
    this.#gradient = new Map(found ? parameters.map(({ column }, k) => [column, found[k]!]) : []);
  }

  /** `dℓ/dp`, in the shape of the parameters. Throws {@link InputError} where there is no derivative. */
  gradient(by: Parameter): number;
  gradient(by: Parameter | ParameterArray): Values;
  gradient(by: Parameter | ParameterArray): Values | number {
    const found = elementsOf(by, this.model).map(({ index, name }) => {
      const value = this.#gradient.get(index);
      if (value === undefined)
        throw new InputError(
          `adjoint: ${this.#gradient.size === 0 && this.reason !== '' ? this.reason : `'${name}' is none of its parameters`}`,
        );
      return value;
    });
    return by instanceof ParameterArray ? new Values(Float64Array.from(found), by.shape) : found[0]!;
  }
}

/** Parameters as columns of the problem, with the bounds that are linked to them. */
function columnsOf(
  given: SensitivityParameters,
  model: Model,
  links: readonly Link[],
): readonly ColumnParameter[] {
  const isOne = given instanceof Parameter || given instanceof ParameterArray;
  const handles = isOne ? [given] : listOf(given, 'sensitivity: its parameters');
  const columns = new Set(handles.flatMap((handle) => elementsOf(handle, model).map(({ index }) => index)));
  return linked([...columns], links);
}

/** Columns that are parameters, with the bounds that are linked to them. */
function linked(columns: readonly number[], links: readonly Link[]): readonly ColumnParameter[] {
  const own = new Map<number, { column: number; side: 'lower' | 'upper' }[]>();
  for (const { column, side, parameter } of links) {
    const list = own.get(parameter) ?? [];
    list.push({ column, side });
    own.set(parameter, list);
  }
  return columns.map((column) => ({ column, links: own.get(column) ?? [] }));
}

/** A cotangent as vectors of the whole problem. */
function seedOf(
  cotangent: Cotangent,
  model: Model,
  sense: 1 | -1,
  rowNames: readonly string[],
): SolutionSeed {
  const x = new Float64Array(model.variableCount);
  const constraints = new Float64Array(rowNames.length);
  for (const entry of listOf(cotangent, 'adjoint: its cotangent')) {
    if (!Array.isArray(entry))
      throw new InputError('adjoint: give pairs of a variable or row and its weight, as in [[x, 1]]');
    const [of, weight] = entry as unknown as [unknown, unknown];
    const isArray = of instanceof VariableArray || of instanceof RowArray;
    const elements: readonly (Variable | Row)[] = isArray ? of.elements : [of as Variable | Row];
    const weights = weightsOf(weight, elements.length, of);
    elements.forEach((element, k) => {
      if (element instanceof Variable) {
        if (element.owner !== model) throw foreign(model, element);
        x[element.index]! += weights(k);
        return;
      }
      if (!isRowAmong(element, rowNames))
        throw new InputError(`adjoint: ${told(element)} is neither a variable nor a row of the problem`);
      constraints[element.index]! += sense * weights(k);
      if (element.other !== undefined) constraints[element.other]! += sense * weights(k);
    });
  }
  return { x, constraints };
}

function weightsOf(given: unknown, count: number, of: unknown): (k: number) => number {
  const list = typeof given === 'object' && given !== null ? (given as ArrayLike<unknown>) : undefined;
  if (list !== undefined && list.length !== count)
    throw new InputError(`adjoint: ${list.length} weights for the ${count} entries of ${String(of)}`);
  return (k) => {
    const value = list === undefined ? given : list[k];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw new InputError(`adjoint: the weight ${told(value)} is not a finite number`);
  };
}

function elementsOf(by: Parameter | ParameterArray, model: Model): readonly Parameter[] {
  if (!(by instanceof Parameter || by instanceof ParameterArray))
    throw new InputError(`sensitivity: ${told(by)} is no parameter; model.parameter makes one`);
  const elements = by instanceof Parameter ? [by] : by.elements;
  for (const parameter of elements) if (parameter.owner !== model) throw foreign(model, parameter);
  return elements;
}

const foreign = (model: Model, of: Variable | Parameter): InputError =>
  new InputError(`sensitivity: '${of.name}' is not of model '${model.name}'`);

/** `∇e(x)`: the expression as the objective of a problem of its own. */
function gradientOf(model: Model, e: Expression, x: Float64Array): Float64Array {
  const gradient = new Float64Array(x.length);
  assemble(extract(model.alone(e))).gradient(x, gradient);
  return gradient;
}

const isRow = (of: unknown): of is Row =>
  typeof of === 'object' && of !== null && !(of instanceof Expression) && 'index' in of;

/** How every row changes when x changes by a derivative of it; those of gray boxes stay at 0. */
function rowsAlong(statement: Statement, x: Float64Array): (own: ColumnDerivative) => Float64Array {
  const nlp = assemble({ ...extractOnce(statement), grayBoxes: [] });
  const { jacobian } = nlp;
  const values = new Float64Array(jacobian.length);
  nlp.jacobianValues(x, values);
  const known = new Map<ColumnDerivative, Float64Array>();
  return (own) => {
    const before = known.get(own);
    if (before) return before;
    const rows = new Float64Array(jacobian.rows);
    jacobian.addProduct(values, own.x, 1, rows);
    for (const { firstRow, outputs } of statement.grayBoxes)
      rows.fill(0, firstRow, firstRow + outputs.length);
    known.set(own, rows);
    return rows;
  };
}

/** Derivatives that a call asked for. */
export interface Wish {
  readonly request: ColumnRequest;
  /** What was answered, as the solution tells it. */
  told(
    answer: ColumnAnswer,
    x: Float64Array,
  ): { readonly sensitivity?: Sensitivity; readonly adjoint?: AdjointSensitivity };
}

/** What options ask for; undefined where they ask for none. */
export function wishOf(
  given: {
    readonly sensitivity: SensitivityParameters | undefined;
    readonly adjoint: Cotangent | undefined;
  },
  model: Model,
  statement: Statement,
): Wish | undefined {
  if (given.sensitivity === undefined && given.adjoint === undefined) return undefined;
  const { sense, rows, parameters, links } = statement;
  const forward = given.sensitivity === undefined ? [] : columnsOf(given.sensitivity, model, links);
  const by = given.adjoint === undefined ? [] : linked([...parameters], links);
  const seeds = given.adjoint === undefined ? [] : [seedOf(given.adjoint, model, sense, rows.names)];
  return {
    request: { forward, adjoint: seeds, by },
    told: (answer, x) => ({
      ...(given.sensitivity !== undefined && {
        sensitivity: new Sensitivity(model, sense, x, forward, answer, statement),
      }),
      ...(given.adjoint !== undefined && { adjoint: new AdjointSensitivity(model, by, answer) }),
    }),
  };
}
