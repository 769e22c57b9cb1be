import { Budget } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import {
  isNumbers,
  nameOf,
  numberOf,
  numbersOf,
  optionsOf,
  spreadOf,
  textOf,
  told,
  wholeOf,
} from '../core/given.js';
import type { Limits } from '../core/limits.js';
import { asPrimitive } from '../core/primitive.js';
import type { Problem } from '../problem/problem.js';
import { type ArrayOperand, type ExpressionArray, isArrayOperand } from './array.js';
import { Blocks } from './blocks.js';
import { bounded } from './bounded.js';
import { type Changes, changedBoxes, type LinkedBoxes } from './changes.js';
import { evaluate } from './evaluate.js';
import {
  Column,
  Constant,
  type Expression,
  exampleColumn,
  type Operand,
  type Owner,
  type Parameter,
  toExpression,
  type Variable,
  type VariableChange,
} from './expression.js';
import { checkedShape, countOf, type Extents, entryNames, type RankOf } from './extents.js';
import { extract } from './extract/extract.js';
import { subtract } from './functions.js';
import { GrayBoxes } from './gray-boxes.js';
import { type GroupOptions, groupUses, type Template } from './grouping.js';
import { type Handle, Handles } from './handles.js';
import type { GrayBoxOptions, ModelOptions, VariableOptions } from './model-options.js';
import { ParameterArray } from './parameters.js';
import { Relation, type RelationEntry, type RelationSign, related } from './relation.js';
import {
  type Row,
  RowArray,
  type RowBounds,
  RowHandle,
  type RowName,
  type RowOptions,
  type RowsOptions,
} from './row.js';
import { RowTable } from './row-table.js';
import { type GroupUse, otherStatement, type Statement } from './statement.js';
import { stepComplaint } from './steps.js';
import { takeTotals } from './take-totals.js';
import { copied, type Take, TapeWriter, viewed } from './tape-writer.js';
import { boxOf, checkEach, checkList, VariableTable } from './variable-table.js';
import { VariableArray } from './variables.js';

/** More rows at once than memory holds. */
const mostAtOnce = 2 ** 27;

/** Models made so far. */
let models = 0;

/** A problem under construction: variables, an objective and constraints. {@link Model.problem} states it as data. */
export class Model implements Owner {
  readonly #variables: VariableTable;
  readonly #rows: RowTable;
  readonly #tape: TapeWriter;
  #objective: { readonly place: number; readonly text: Expression } | undefined;
  /** How often another objective was set. */
  #objectives = 0;
  /** Sums over long recipes, by the row that they are part of; −1 is the objective. */
  readonly #totals = new Map<number, { readonly text: Expression; readonly uses: readonly GroupUse[] }>();
  #sense: 1 | -1 = 1;
  /** Scaling factors of the user, which a solver applies when asked to; handed on with the problem. */
  scaling: Problem['scaling'];
  readonly #boxes = new GrayBoxes();
  readonly #groups: GroupUse[] = [];
  /** Variables, parameters and arrays of them by name. */
  readonly #handles = new Handles(this);
  readonly #blocks = new Blocks();

  /** Tells models of this thread apart. */
  readonly #number = ++models;
  /** Rows between two ends of which one or both are formulas. */
  readonly #bands: { readonly name: string; readonly lower: Expression; readonly upper: Expression }[] = [];
  /** How often rows were withdrawn. */
  #withdrawn = 0;
  /** Whether mistakes are refused at the call. */
  readonly #strict: boolean;

  constructor(
    readonly name: string = 'model',
    options: ModelOptions = {},
    /** A reader's, which holds what it wrote there itself. */
    tape = new TapeWriter(),
  ) {
    textOf(name, 'new Model: the name');
    const { mistakes = 'refuse' } = optionsOf(options, 'new Model', ['mistakes']);
    if (mistakes !== 'refuse' && mistakes !== 'state')
      throw new InputError(`new Model: mistakes is ${told(mistakes)}, not refuse or state`);
    this.#strict = mistakes === 'refuse';
    this.#variables = new VariableTable(this, this.#strict);
    this.#rows = new RowTable(this.#strict);
    this.#tape = tape;
  }

  /** Entries of `x`: variables, and parameters, which are held at their values. */
  get variableCount(): number {
    return this.#variables.length;
  }

  get parameterCount(): number {
    return this.#variables.parameterCount;
  }

  /** +1 for a minimization, −1 for a maximization. */
  get sense(): 1 | -1 {
    return this.#sense;
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  /** @internal Changes whenever variables, rows, objective, groups or blocks do, and not with bounds, starts and values. */
  get revision(): string {
    return [
      this.variableCount,
      this.rowCount,
      this.#objectives,
      this.#groups.length,
      this.#blocks.length,
      this.#withdrawn,
    ].join();
  }

  /** What was registered by {@link addGrayBox}; `Problem.grayBoxes[k].box` is an index into this list. */
  get grayBoxes(): readonly unknown[] {
    return this.#boxes.tokens;
  }

  variable(name: string, options: VariableOptions<number> = {}): Variable {
    nameOf(name, 'a variable');
    this.#handles.check(name);
    checkEach(`variable '${name}'`, optionsOf(options, `variable '${name}'`), undefined);
    return this.#handles.add(this.#variables.add(name, this.#variables.box(name, boxOf(options, 0))));
  }

  /** An array of variables `name[i]`, `name[i,j]`, …; bounds and start row-major. */
  variables<const S extends number | Extents>(
    name: string,
    shape: S,
    options: VariableOptions = {},
  ): VariableArray<RankOf<S>> {
    nameOf(name, 'an array of variables');
    this.#handles.check(name);
    const what = `variables '${name}'`;
    const extents = checkedShape(shape, what);
    checkEach(what, optionsOf(options, what), countOf(extents));
    const names = entryNames(name, extents);
    // All are checked before the first is added.
    const boxes = names.map((entry, k) => this.#variables.box(entry, boxOf(options, k)));
    const elements = names.map((entry, k) => this.#variables.add(entry, boxes[k]!));
    return this.#handles.add(new VariableArray<RankOf<S>>(this, name, extents as never, elements));
  }

  /**
   * A number that stays fixed during a solve and may change between solves: it may stand in formulas, as a bound of a
   * variable, in the limits of rows and among the inputs of networks. With a shape, an array of them, values row-major.
   * Without a value, one must be given to the solve.
   */
  parameter(name: string, value?: number): Parameter;
  parameter<const S extends Extents>(
    name: string,
    shape: S,
    value?: number | ArrayLike<number>,
  ): ParameterArray<RankOf<S>>;
  parameter<const S extends number | Extents>(
    name: string,
    shape: S,
    value: number | ArrayLike<number>,
  ): ParameterArray<RankOf<S>>;
  parameter(
    name: string,
    given?: number | Extents,
    value?: number | ArrayLike<number>,
  ): Parameter | ParameterArray {
    nameOf(name, 'a parameter');
    this.#handles.check(name);
    if (value === undefined && !isNumbers(given))
      return this.#handles.add(this.#variables.addParameter(name, given as number));
    const what = `parameter '${name}'`;
    const extents = checkedShape(given!, what);
    checkList(value, countOf(extents), what);
    const elements = entryNames(name, extents).map((entry, k) =>
      this.#variables.addParameter(entry, isNumbers(value) ? value[k]! : value),
    );
    return this.#handles.add(new ParameterArray(this, name, extents, elements));
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
   * Adds a row, or one for each entry of an array: with at least one of `lower`, `upper`, `equals`, `lower ≤ upper`; or as a
   * relation of two sides, `constrain(a, '<=', b)`. The expression must have a derivative: tests, `floor` and their like
   * alone are no rows.
   */
  constrain(expression: Operand, options: RowOptions): Row;
  constrain<R extends number>(
    expressions: ExpressionArray<Expression, R>,
    options: RowBounds<Operand | ArrayOperand> & RowName,
  ): RowArray<R>;
  constrain(a: Operand, sign: RelationSign, b: Operand, options?: RowName): Row;
  constrain<R extends number>(
    a: ExpressionArray<Expression, R>,
    sign: RelationSign,
    b: Operand | ArrayOperand<R>,
    options?: RowName,
  ): RowArray<R>;
  constrain<R extends number>(
    a: Operand,
    sign: RelationSign,
    b: ExpressionArray<Expression, R>,
    options?: RowName,
  ): RowArray<R>;
  constrain(
    a: Operand | ArrayOperand,
    how: RelationSign | (RowBounds<Operand | ArrayOperand> & RowName),
    b?: Operand | ArrayOperand,
    named?: RowName,
  ): Row | RowArray {
    if (typeof how === 'string') {
      const { name } = optionsOf(named, 'constrain', ['name']);
      if (b === undefined)
        throw new InputError(
          `constrain: what stands right of '${how}' is missing; write constrain(a, '${how}', b)`,
        );
      return this.#relate(related(a, how, b), name);
    }
    if (typeof how !== 'object' || how === null || isNumbers(how))
      throw new InputError(
        "constrain: give bounds, as in constrain(a, { lower: 0 }), or a relation, as in constrain(a, '<=', b)",
      );
    const { lower, upper, equals } = optionsOf(how, 'constrain', ['lower', 'upper', 'equals', 'name']);
    if (isArrayOperand(a)) return this.#relate(bounded(a, how), how.name);
    if (![lower, upper, equals].some((bound) => typeof bound === 'object' && bound !== null)) {
      const own = how.name === undefined ? `row[${this.rowCount}]` : nameOf(how.name, 'a row');
      const bounds = this.#rows.bounds(own, lower as number, upper as number, equals as number);
      return this.#addRow(own, bounds.lower, bounds.upper, a as Operand);
    }
    return this.#relate(bounded(a, how), how.name);
  }

  /**
   * Adds the rows of a relation: `subjectTo(le(a, b))`, ``subjectTo(expr`0 <= ${a} - ${b} <= 1`)``; one handle for arrays, in
   * their shape.
   */
  subjectTo(relation: Relation<0>, options?: RowName): Row;
  subjectTo<R extends number>(relation: Relation<R>, options?: RowName): RowArray<R>;
  /** What `expr` makes of a text with a comparison is a relation, which its type cannot tell. */
  subjectTo(relation: Expression, options?: RowName): Row;
  subjectTo(relation: Relation | Expression, options?: RowName): Row | RowArray {
    const { name } = optionsOf(options, 'subjectTo', ['name']);
    if (relation instanceof Relation) return this.#relate(relation, name);
    const isFormula = told(relation) === 'an object' && 'view' in relation;
    throw new InputError(
      `subjectTo: ${isFormula ? `'${relation}'` : told(relation)} is no relation; write le(a, b), ge(a, b), eq(a, b) or expr\`… >= 0\``,
    );
  }

  /** Adds rows `name[0]`, `name[1]`, … without an expression, for {@link group} to fill; bounds for all or one each. */
  rows(name: string, count: number, options: RowsOptions): Row[] {
    nameOf(name, 'an array of rows');
    const what = `rows '${name}'`;
    wholeOf(count, `${what}: their number`, 0, mostAtOnce);
    const given = optionsOf(options, what, ['lower', 'upper', 'equals']);
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
      return { own, ...this.#rows.bounds(own, low?.[k], high?.[k], equals?.[k]) };
    });
    return rows.map(({ own, lower, upper }) => this.#rows.add(own, lower, upper, -1));
  }

  /**
   * Adds a template to many rows, or many times to the objective: what `constrain` and `minimize` do for single
   * expressions, at the price of one and tables of numbers.
   */
  group(template: Template, options: GroupOptions): void {
    const column = (variable: Column): number => {
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
    const uses = groupUses(template, options, column, row, this.#template);
    for (const use of uses) this.#groups.push(use);
  }

  readonly #template = (own: Template, variables: number, constants: number): Statement => {
    const model = new Model('the template of a group', { mistakes: this.#strict ? 'refuse' : 'state' });
    const [x, c] = [model.variables('x', variables), model.variables('c', constants)];
    model.minimize(own(x.elements, c.elements));
    return model.statement();
  };

  /** Adds rows `outputs − NN(inputs) = 0`, one per output. */
  addGrayBox(options: GrayBoxOptions): Row[] {
    const { name, use } = this.#boxes.add(options, this.rowCount, (column, where) => {
      this.#own(column, where);
      return column.index;
    });
    return Array.from(use.outputs, (_, k) => this.#rows.add(`${name}[${k}]`, 0, 0, -1));
  }

  /**
   * @internal Takes rows `first` … `end − 1` out of the problem, gray boxes among them: they stay in place without bounds.
   * Variables from `columns[0]` to `columns[1] − 1` that are not `kept` are held at their starts.
   */
  withdraw(
    first: number,
    end: number,
    columns: readonly [from: number, to: number],
    kept: ReadonlySet<number>,
  ): void {
    this.#boxes.withdraw(first, end);
    this.#rows.release(first, end);
    this.#variables.hold(columns, kept);
    this.#blocks.withdraw(columns);
    this.#withdrawn++;
  }

  /**
   * Marks variables `first` … `last` (indices) as a block: a part of the problem, such as a network in full space, whose
   * variables meet those of other blocks in no row and no nonlinear term. Where they do, the blocks count as one. Solvers
   * may eliminate blocks separately.
   */
  block(first: number, last: number): void {
    this.#blocks.add(first, last, this.variableCount);
  }

  /** @internal */
  change(
    variables: readonly Variable[],
    change: VariableChange<number | ArrayLike<number>>,
    where: string,
  ): void {
    this.#variables.change(variables, change, where);
  }

  /** @internal */
  assign(parameters: readonly Parameter[], value: number | ArrayLike<number>, where: string): void {
    this.#variables.assign(parameters, value, where);
  }

  /** @internal */
  columnName(index: number): string {
    return this.#variables.name(index);
  }

  /** `wanted`, or `wanted#2`, … where a variable or an array of that name exists. */
  freeName(wanted: string): string {
    return this.#variables.free(nameOf(wanted, 'freeName'));
  }

  /** The value of an expression of this model at `x`. */
  value(expression: Operand, x: ArrayLike<number>): number {
    if (!isNumbers(x)) throw new InputError(`value: x is ${told(x)}, not an array of numbers`);
    return evaluate(this.#own(expression, 'value'), x);
  }

  /** @internal The first row whose lower end is above its upper end at x, in words; undefined where there is none. */
  crossed(x: ArrayLike<number>): string | undefined {
    for (const { name, lower, upper } of this.#bands) {
      const [low, high] = [evaluate(lower, x), evaluate(upper, x)];
      if (low <= high + 1e-12 * Math.abs(high)) continue;
      const told = (end: Expression, value: number): string =>
        end instanceof Constant ? String(value) : `${end} = ${value}`;
      return `row '${name}': its lower end ${told(lower, low)} is above its upper end ${told(upper, high)}`;
    }
    return undefined;
  }

  /** The start of a variable, the value of a parameter (0 while it has none). */
  start(variable: Column): number {
    if (!(variable instanceof Column)) throw new InputError(`start: ${told(variable)} is not a variable`);
    this.#own(variable, 'start');
    return this.#variables.start.data[variable.index]!;
  }

  /** The variable, parameter or array of that name; undefined where there is none. */
  find(name: string): Handle | undefined {
    return this.#handles.find(name);
  }

  /** Start and bounds of all entries of x for one solve, with what it changes. */
  boxes(changes: Changes = {}): LinkedBoxes {
    return changedBoxes(this.#variables, this.#handles, changes);
  }

  /** The starts of all variables and the values of all parameters; valid until the model changes. */
  startPoint(): Float64Array {
    return this.#variables.start.view();
  }

  /** @internal The model as plain data; later changes of the model do not reach it. Parameters must have values. */
  statement(): Statement {
    this.#variables.requireValues();
    return this.#state(copied);
  }

  /** @internal The same while parameters wait for their values, which are 0 in it. */
  openStatement(): Statement {
    return this.#state(copied);
  }

  /** @internal Every formula whole, as on paper. */
  whole(): Statement {
    const state = this.#state(copied);
    let { objective } = state;
    const expressions = state.expressions.slice();
    for (const [row, { text }] of this.#totals) {
      const place = this.#tape.place(text);
      if (row < 0) objective = place;
      else expressions[row] = place;
    }
    return otherStatement(state, {
      objective,
      expressions,
      tape: this.#tape.tape(copied),
      groups: [...this.#groups],
    });
  }

  /** @internal An expression alone, as the objective of a statement without rows. */
  alone(expression: Expression): Statement {
    const objective = this.#tape.place(this.#own(expression, 'value'));
    const rows = { lower: new Float64Array(0), upper: new Float64Array(0), names: [] };
    const { partition: _, scaling: __, key: ___, ...whole } = this.#state(viewed);
    return { ...whole, sense: 1, objective, rows, expressions: new Int32Array(0), grayBoxes: [], groups: [] };
  }

  /**
   * States the problem in its terms; later changes of the model do not reach it. Throws `Stopped` when limits are given
   * and reached, `OverBudget` where its derivatives are more than the budget has.
   */
  problem(limits?: Limits, budget: Budget = new Budget()): Problem {
    if (!(budget instanceof Budget)) throw new InputError(`problem: ${told(budget)} is no Budget`);
    this.#variables.requireValues();
    return extract(this.#state(viewed), limits, budget);
  }

  /** Sizes and objective in one line. */
  toString(): string {
    const { variableCount, parameterCount, rowCount, grayBoxes } = this;
    const sizes = [
      counted(variableCount - parameterCount, 'variable'),
      ...(parameterCount > 0 ? [counted(parameterCount, 'parameter')] : []),
      counted(rowCount, 'row'),
      ...(grayBoxes.length > 0 ? [counted(grayBoxes.length, 'gray box', 'gray boxes')] : []),
    ];
    const verb = this.#sense === 1 ? 'minimize' : 'maximize';
    return `model '${this.name}': ${sizes.join(', ')}${this.#objective ? `; ${verb} ${this.#objective.text}` : ''}`;
  }

  [Symbol.toPrimitive](hint: string): string {
    return asPrimitive(hint, this.toString(), 'model.minimize and model.constrain take formulas');
  }

  #state(take: Take): Statement {
    const { parameters, links, ...variables } = this.#variables.state(take);
    return {
      name: this.name,
      key: `${this.#number}:${this.revision}`,
      sense: this.#sense,
      variables,
      ...this.#rows.state(take),
      tape: this.#tape.tape(take),
      objective: this.#objective?.place ?? -1,
      grayBoxes: [...this.#boxes.uses],
      groups: [...this.#groups, ...[...this.#totals.values()].flatMap(({ uses }) => uses)],
      ...(this.#blocks.length > 0 && { partition: this.#blocks.partition(this.variableCount) }),
      ...(this.scaling !== undefined && { scaling: this.#checkedScaling(this.scaling) }),
      parameters,
      links,
    };
  }

  #checkedScaling(given: NonNullable<Problem['scaling']>): NonNullable<Problem['scaling']> {
    const what = `the scaling of model '${this.name}'`;
    const { objective, variables, constraints } = optionsOf(given, what, [
      'objective',
      'variables',
      'constraints',
    ]);
    const numbers = (value: unknown, length: number, part: string): Float64Array =>
      numbersOf(value, `${what}: ${part}`, { length, range: 'any' });
    return {
      objective: numberOf(objective, `${what}: objective`),
      ...(variables !== undefined && { variables: numbers(variables, this.variableCount, 'variables') }),
      ...(constraints !== undefined && { constraints: numbers(constraints, this.rowCount, 'constraints') }),
    };
  }

  #relate({ entries, shape }: Relation, wanted: string | undefined): Row | RowArray {
    const name = wanted === undefined ? `row[${this.rowCount}]` : nameOf(wanted, 'a row');
    if (shape.length === 0) return this.#addEntry(name, entries[0]!);
    // All are checked before the first is added.
    for (const { body } of entries) this.#stated(body, `row '${name}'`, -1);
    const names = entryNames(name, shape);
    return new RowArray(
      name,
      shape,
      entries.map((entry, k) => this.#addEntry(names[k]!, entry)),
    );
  }

  /** Ends that are formulas move to the other side. */
  #addEntry(name: string, { body, lower, upper }: RelationEntry): Row {
    const number = (end: Expression | undefined): number | undefined =>
      end instanceof Constant ? end.value : undefined;
    const [low, high] = [number(lower), number(upper)];
    if (lower && upper && lower !== upper && (low === undefined || high === undefined))
      this.#bands.push({ name, lower, upper });
    const moved = [...new Set([lower, upper])].filter(
      (end) => end !== undefined && !(end instanceof Constant),
    );
    const rows = moved.map((end) => {
      const bounds = { ...(end === lower && { low: 0 }), ...(end === upper && { high: 0 }) };
      return { ...bounds, body: subtract(body, end!) };
    });
    const plain = low === undefined && high === undefined ? [] : [{ low, high, body }];
    const [first, second] = [...plain, ...rows].map((row) => {
      const bounds = this.#rows.bounds(name, row.low, row.high, undefined);
      return this.#addRow(name, bounds.lower, bounds.upper, row.body);
    });
    return second === undefined ? first! : new RowHandle(first!.index, first!.name, second.index);
  }

  #addRow(name: string, lower: number, upper: number, expression: Operand): Row {
    const row = this.rowCount;
    const { place, uses } = this.#stated(expression, `row '${name}'`, row);
    const added = this.#rows.add(name, lower, upper, place);
    if (uses.length > 0) this.#totals.set(row, { text: toExpression(expression), uses });
    return added;
  }

  /** The place of an expression that can be a row or an objective, and the groups that are part of it. */
  #stated(operand: Operand, where: string, row: number): { place: number; uses: readonly GroupUse[] } {
    const own = this.#own(operand, where);
    const { rest, uses } = takeTotals(own, row, this.#template);
    const place = this.#tape.place(rest);
    const complaint = this.#strict && uses.length === 0 ? stepComplaint(this.#tape, place) : undefined;
    if (complaint !== undefined) throw new InputError(`${where} ${complaint}`);
    return { place, uses };
  }

  #setObjective(operand: Operand, sense: 1 | -1): void {
    const { place, uses } = this.#stated(operand, 'objective', -1);
    const text = toExpression(operand);
    if (this.#objective?.text !== text || this.#sense !== sense) this.#objectives++;
    this.#objective = { place, text };
    this.#sense = sense;
    this.#totals.delete(-1);
    if (uses.length > 0) this.#totals.set(-1, { text, uses });
  }

  #own(operand: Operand, where: string): Expression {
    const expression = toExpression(operand);
    if (expression.owner !== undefined && expression.owner !== this) {
      const foreign = exampleColumn(expression);
      throw new InputError(
        `${where} of model '${this.name}' uses ${foreign ? `'${foreign.name}', a variable` : 'variables'} of ${expression.owner.name === this.name ? 'another model of that name' : `model '${expression.owner.name}'`}; use its own`,
      );
    }
    return expression;
  }
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
