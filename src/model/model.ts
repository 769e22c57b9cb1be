import { InputError } from '../core/errors.js';
import { isNumbers, listOf, nameOf, optionsOf, spreadOf, told, wholeOf } from '../core/given.js';
import type { Limits } from '../core/limits.js';
import { Float64List, Int32List } from '../core/lists.js';
import type { GrayBoxUse, Problem } from '../problem/problem.js';
import { evaluate } from './evaluate.js';
import { type Expression, type Operand, type Owner, toExpression, Variable } from './expression.js';
import { extract } from './extract/extract.js';
import { type GroupOptions, groupUses, type Template } from './grouping.js';
import { Names } from './names.js';
import type { Row, RowOptions, RowsOptions } from './row.js';
import type { GroupUse, Statement } from './statement.js';
import { stepComplaint } from './steps.js';
import { copied, type Take, TapeWriter, viewed } from './tape-writer.js';
import { VariableArray } from './variables.js';

export interface ModelOptions {
  /**
   * What cannot be meant is refused at the call (default), or stated as it is for the solver to judge, as readers of files
   * do: bounds that cross, rows and objectives without a derivative.
   */
  readonly mistakes?: 'refuse' | 'state';
}

/** Bounds and start; a number for all entries or an array with one number per entry. */
export interface VariableOptions<Numbers = number | ArrayLike<number>> {
  readonly lower?: Numbers;
  readonly upper?: Numbers;
  /** Default: 0, moved to the nearest bound. */
  readonly start?: Numbers;
}

/** One use of a gray box: rows `outputs − NN(inputs) = 0`. */
export interface GrayBoxOptions {
  /** What stands for the box, opaque to the model; the same object again is the same box. */
  readonly box: unknown;
  readonly inputs: Iterable<Variable>;
  readonly outputs: Iterable<Variable>;
  /** Rows are called `name[0]`, `name[1]`, …; default `graybox`. */
  readonly name?: string;
}

/** More variables or rows at once than memory holds. */
const mostAtOnce = 2 ** 27;

/** A problem under construction: variables, an objective and constraints. {@link Model.problem} states it as data. */
export class Model implements Owner {
  readonly #variables = { lower: new Float64List(), upper: new Float64List(), start: new Float64List() };
  readonly #variableNames = new Names();
  readonly #rows = { lower: new Float64List(), upper: new Float64List() };
  readonly #rowNames = new Names();
  readonly #tape: TapeWriter;
  /** References of the rows' expressions, −1 for rows of gray boxes. */
  readonly #expressions = new Int32List();
  #objective = -1;
  #sense: 1 | -1 = 1;
  /** Scaling factors of the user, which a solver applies when asked to; handed on with the problem. */
  scaling: Problem['scaling'];
  readonly #boxes: unknown[] = [];
  readonly #uses: GrayBoxUse[] = [];
  readonly #groups: GroupUse[] = [];
  /** First and last index of each block of variables. */
  readonly #blocks: (readonly [first: number, last: number])[] = [];

  /** Whether mistakes are refused at the call. */
  readonly #strict: boolean;

  constructor(
    readonly name: string = 'model',
    { mistakes = 'refuse' }: ModelOptions = {},
    /** A reader's, which holds what it wrote there itself. */
    tape = new TapeWriter(),
  ) {
    this.#strict = mistakes === 'refuse';
    this.#tape = tape;
  }

  get variableCount(): number {
    return this.#variables.lower.length;
  }

  get rowCount(): number {
    return this.#rows.lower.length;
  }

  /** What was registered by {@link addGrayBox}; `Problem.grayBoxes[k].box` is an index into this list. */
  get grayBoxes(): readonly unknown[] {
    return this.#boxes;
  }

  variable(name: string, options: VariableOptions<number> = {}): Variable {
    nameOf(name, 'a variable');
    const { lower, upper, start } = optionsOf(options, `variable '${name}'`);
    return this.#addVariable(name, this.#box(name, lower, upper, start));
  }

  /** An array of variables `name[i]`, `name[i,j]`, …; bounds and start row-major. */
  variables(name: string, shape: readonly number[] | number, options: VariableOptions = {}): VariableArray {
    nameOf(name, 'an array of variables');
    const what = `variables '${name}'`;
    const extents = isNumbers(shape) ? listOf(shape as readonly number[], what) : [shape as number];
    for (const extent of extents)
      if (!Number.isSafeInteger(extent) || extent < 0)
        throw new InputError(
          `${what}: shape [${extents.map(told).join(', ')}] is not made of whole numbers ≥ 0`,
        );
    const size = extents.reduce((product, extent) => product * extent, 1);
    if (!(size <= mostAtOnce)) throw new InputError(`${what}: ${size} are more than ${mostAtOnce}`);
    const given = optionsOf(options, what);
    const of = (key: keyof VariableOptions, range: 'bound' | 'finite') => {
      const numbers = given[key];
      if (numbers !== undefined && typeof numbers !== 'number' && !isNumbers(numbers))
        throw new InputError(
          `${what}: ${key} is neither a number nor a list of ${size} numbers; bounds that depend on variables are rows, see constrain`,
        );
      if (isNumbers(numbers) && numbers.length !== size)
        throw new InputError(
          `${what}: ${key} has ${numbers.length} entries for ${size} variables; give one each`,
        );
      return spreadOf(numbers, size, `${what}: ${key}`, range);
    };
    const [lower, upper, start] = [of('lower', 'bound'), of('upper', 'bound'), of('start', 'finite')];
    const names: string[] = new Array(size);
    const index = new Array<number>(extents.length).fill(0);
    for (let k = 0; k < size; k++) {
      names[k] = `${name}[${index.join(',')}]`;
      for (let axis = extents.length - 1; axis >= 0; axis--) {
        if (++index[axis]! < extents[axis]!) break;
        index[axis] = 0;
      }
    }
    // All are checked before the first is added.
    const boxes = names.map((entry, k) => this.#box(entry, lower?.[k], upper?.[k], start?.[k]));
    const elements = names.map((entry, k) => this.#addVariable(entry, boxes[k]!));
    return new VariableArray(this, name, extents, elements);
  }

  /** Sets the objective; a later call of `minimize` or `maximize` replaces it. */
  minimize(expression: Operand): void {
    this.#setObjective(expression, 1);
  }

  /** Sets the objective; the problem is stated as minimization of its negative. */
  maximize(expression: Operand): void {
    this.#setObjective(expression, -1);
  }

  /**
   * Adds a row. At least one of `lower`, `upper`, `equals` is needed, and `lower ≤ upper`; a name that is taken gets a
   * suffix `#2`. The expression must have a derivative: tests, `floor` and their like alone are no rows.
   */
  constrain(expression: Operand, options: RowOptions): Row {
    const given = optionsOf(options, 'constrain');
    const name = given.name === undefined ? `row[${this.rowCount}]` : nameOf(given.name, 'a row');
    const { lower, upper } = this.#rowBounds(name, given.lower, given.upper, given.equals);
    return this.#addRow(name, lower, upper, this.#differentiable(expression, `row '${name}'`));
  }

  /** Adds rows `name[0]`, `name[1]`, … without an expression, for {@link group} to fill; bounds for all or one each. */
  rows(name: string, count: number, options: RowsOptions): Row[] {
    nameOf(name, 'an array of rows');
    const what = `rows '${name}'`;
    wholeOf(count, `${what}: their number`, 0, mostAtOnce);
    const given = optionsOf(options, what);
    const [low, high, equals] = (['lower', 'upper', 'equals'] as const).map((key) => {
      const numbers = given[key];
      if (isNumbers(numbers) && numbers.length !== count)
        throw new InputError(
          `${what}: ${key} has ${numbers.length} entries for ${count} rows; give one each`,
        );
      return spreadOf(numbers, count, `${what}: ${key}`, 'bound');
    });
    // All are checked before the first is added.
    const rows = Array.from({ length: count }, (_, k) => {
      const own = `${name}[${k}]`;
      return { own, ...this.#rowBounds(own, low?.[k], high?.[k], equals?.[k]) };
    });
    return rows.map(({ own, lower, upper }) => this.#addRow(own, lower, upper, -1));
  }

  /**
   * Adds a template to many rows, or many times to the objective: what `constrain` and `minimize` do for single
   * expressions, at the price of one and tables of numbers.
   */
  group(template: Template, options: GroupOptions): void {
    const column = (variable: Variable): number => {
      this.#own(variable, 'group');
      return variable.index;
    };
    const row = (given: Row): number => {
      const index = typeof given === 'object' && given !== null ? given.index : given;
      if (!Number.isInteger(index) || index < 0 || index >= this.rowCount)
        throw new InputError(
          `group: row ${told(index)} is none of the ${this.rowCount} rows of model '${this.name}'`,
        );
      return index;
    };
    const uses = groupUses(template, options, column, row, (own, variables, constants) => {
      const model = new Model('the template of a group', { mistakes: this.#strict ? 'refuse' : 'state' });
      const [x, c] = [model.variables('x', variables), model.variables('c', constants)];
      model.minimize(own(x.elements, c.elements));
      return model.statement();
    });
    for (const use of uses) this.#groups.push(use);
  }

  /** Adds rows `outputs − NN(inputs) = 0`, one per output. */
  addGrayBox(options: GrayBoxOptions): Row[] {
    const { box, inputs, outputs, name = 'graybox' } = optionsOf(options, 'addGrayBox');
    nameOf(name, 'a gray box');
    const indices = (variables: Iterable<Variable>): Int32Array =>
      Int32Array.from(listOf(variables, `gray box '${name}': a list of variables`), (variable) => {
        if (!(variable instanceof Variable))
          throw new InputError(`gray box '${name}' connects variables only`);
        this.#own(variable, `gray box '${name}'`);
        return variable.index;
      });
    const use = { inputs: indices(inputs), outputs: indices(outputs), firstRow: this.rowCount };
    if (new Set(use.outputs).size < use.outputs.length)
      throw new InputError(`gray box '${name}': an output variable occurs twice`);
    let index = this.#boxes.indexOf(box);
    if (index < 0) index = this.#boxes.push(box) - 1;
    this.#uses.push({ box: index, ...use });
    return Array.from(use.outputs, (_, k) => this.#addRow(`${name}[${k}]`, 0, 0, -1));
  }

  /**
   * Marks variables `first` … `last` (indices) as a block: a part of the problem, such as a network in full space, whose
   * variables meet those of other blocks in no row and no nonlinear term. Where they do, the blocks count as one. Solvers
   * may eliminate blocks separately.
   */
  block(first: number, last: number): void {
    if (!Number.isInteger(first) || !Number.isInteger(last) || first < 0 || last >= this.variableCount)
      throw new InputError(
        `block ${told(first)} … ${told(last)}: these are not indices of the ${this.variableCount} variables`,
      );
    if (this.#blocks.some(([start, end]) => first <= end && start <= last))
      throw new InputError(`block ${first} … ${last}: some of its variables are in a block already`);
    if (first <= last) this.#blocks.push([first, last]);
  }

  /** The value of an expression of this model at `x`. */
  value(expression: Operand, x: ArrayLike<number>): number {
    if (!isNumbers(x)) throw new InputError(`value: x is ${told(x)}, not an array of numbers`);
    return evaluate(this.#own(expression, 'value'), x);
  }

  /** The start of a variable. */
  start(variable: Variable): number {
    this.#own(variable, 'start');
    return this.#variables.start.data[variable.index]!;
  }

  /** The model as plain data; later changes of the model do not reach it. */
  statement(): Statement {
    return this.#state(copied);
  }

  /**
   * States the problem in its terms; later changes of the model do not reach it. Throws `Stopped` when limits are given
   * and reached.
   */
  problem(limits?: Limits): Problem {
    return extract(this.#state(viewed), limits);
  }

  #state(take: Take): Statement {
    const { lower, upper, start } = this.#variables;
    return {
      name: this.name,
      sense: this.#sense,
      variables: {
        lower: take(lower),
        upper: take(upper),
        start: take(start),
        names: this.#variableNames.list(),
      },
      rows: { lower: take(this.#rows.lower), upper: take(this.#rows.upper), names: this.#rowNames.list() },
      tape: this.#tape.tape(take),
      expressions: take(this.#expressions),
      objective: this.#objective,
      grayBoxes: [...this.#uses],
      groups: [...this.#groups],
      ...(this.#blocks.length > 0 && { partition: this.#partition() }),
      ...(this.scaling && { scaling: this.scaling }),
    };
  }

  #partition(): Int32Array {
    const partition = new Int32Array(this.variableCount).fill(-1);
    for (const [block, [first, last]] of this.#blocks.entries()) partition.fill(block, first, last + 1);
    return partition;
  }

  /** Bounds and start of one variable. */
  #box(
    name: string,
    lower = Number.NEGATIVE_INFINITY,
    upper = Number.POSITIVE_INFINITY,
    given?: number,
  ): Required<VariableOptions<number>> {
    this.#checkBounds(`variable '${name}'`, lower, upper);
    const start = given ?? Math.min(Math.max(0, lower), upper);
    if (given === null || !Number.isFinite(start))
      throw new InputError(`variable '${name}': its start ${told(given ?? start)} is not finite`);
    return { lower, upper, start };
  }

  #addVariable(name: string, { lower, upper, start }: Required<VariableOptions<number>>): Variable {
    this.#variableNames.claim(name, 'variable');
    const { lower: lowers, upper: uppers, start: starts } = this.#variables;
    lowers.push(lower);
    uppers.push(upper);
    starts.push(start);
    return new Variable(this, lowers.length - 1, name);
  }

  #addRow(wanted: string, lower: number, upper: number, expression: number): Row {
    const name = this.#rowNames.next(wanted);
    this.#expressions.push(expression);
    this.#rows.lower.push(lower);
    this.#rows.upper.push(upper);
    return { index: this.rowCount - 1, name };
  }

  #rowBounds(
    name: string,
    low: number | undefined,
    high: number | undefined,
    equals: number | undefined,
  ): { readonly lower: number; readonly upper: number } {
    if (equals !== undefined && (low !== undefined || high !== undefined))
      throw new InputError(`row '${name}': give either equals or lower and upper`);
    if (equals === undefined && low === undefined && high === undefined)
      throw new InputError(`row '${name}' has no bound: give lower, upper or equals`);
    const [lower = Number.NEGATIVE_INFINITY, upper = Number.POSITIVE_INFINITY] =
      equals === undefined ? [low, high] : [equals, equals];
    this.#checkBounds(`row '${name}'`, lower, upper);
    return { lower, upper };
  }

  #checkBounds(what: string, lower: number, upper: number): void {
    checkBound(what, 'lower', lower);
    checkBound(what, 'upper', upper);
    if (!this.#strict) return;
    if (lower === Number.POSITIVE_INFINITY || upper === Number.NEGATIVE_INFINITY)
      throw new InputError(`${what}: no number lies between its bounds ${lower} and ${upper}`);
    if (lower > upper)
      throw new InputError(`${what}: its lower bound ${lower} is above its upper bound ${upper}`);
  }

  /** The place of an expression that can be a row or an objective. */
  #differentiable(operand: Operand, where: string): number {
    const place = this.#tape.place(this.#own(operand, where));
    const complaint = this.#strict ? stepComplaint(this.#tape, place) : undefined;
    if (complaint !== undefined) throw new InputError(`${where} ${complaint}`);
    return place;
  }

  #setObjective(expression: Operand, sense: 1 | -1): void {
    this.#objective = this.#differentiable(expression, 'objective');
    this.#sense = sense;
  }

  #own(operand: Operand, where: string): Expression {
    const expression = toExpression(operand);
    if (expression.owner !== undefined && expression.owner !== this)
      throw new InputError(
        `${where} of model '${this.name}' uses variables of ${expression.owner.name === this.name ? 'another model of that name' : `model '${expression.owner.name}'`}; use its own`,
      );
    return expression;
  }
}

function checkBound(what: string, key: string, bound: number): void {
  if (typeof bound !== 'number')
    throw new InputError(
      `${what}: its ${key} bound is not a number; bring an expression to the other side, as in constrain(subtract(a, b), { lower: 0 })`,
    );
  if (Number.isNaN(bound))
    throw new InputError(`${what}: its ${key} bound is NaN; leave it out where there is none`);
}
