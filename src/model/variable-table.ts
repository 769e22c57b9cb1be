import { InputError } from '../core/errors.js';
import { isNumbers, optionsOf, recordOf, told } from '../core/given.js';
import { Float64List, Int32List } from '../core/lists.js';
import { checkBounds } from './bounds.js';
import { Column, type Owner, Parameter, Variable, type VariableChange } from './expression.js';
import { Names } from './names.js';
import type { Link, Statement } from './statement.js';
import type { Take } from './tape-writer.js';

/** What a bound of a variable may be given as. */
export type Bound = number | Parameter;

/** Start and bounds of one variable. */
export interface Box {
  readonly lower: Bound;
  readonly upper: Bound;
  readonly start: number;
}

/** The entries of `x`: variables, and parameters, which are held at their values. */
export class VariableTable {
  readonly lower = new Float64List();
  readonly upper = new Float64List();
  readonly start = new Float64List();
  readonly #names = new Names();
  /** Columns that are parameters. */
  readonly #parameters = new Int32List();
  /** Columns of the parameters without a value. */
  readonly #open = new Set<number>();
  /** Bounds that are parameters: by column, then side. */
  readonly #links = new Map<number, { lower?: Parameter; upper?: Parameter }>();

  constructor(
    readonly owner: Owner,
    /** Whether bounds that cannot be meant are refused. */
    readonly strict: boolean,
  ) {}

  get length(): number {
    return this.lower.length;
  }

  get parameterCount(): number {
    return this.#parameters.length;
  }

  name(column: number): string {
    return this.#names.at(column);
  }

  /** `wanted`, or `wanted#2`, … where an array or variable of that name exists. */
  free(wanted: string): string {
    return this.#names.free(wanted);
  }

  /** Start and bounds of a new variable, checked; `start` by default 0, moved to the nearest bound. */
  box(name: string, { lower, upper, start }: { [Key in keyof Box]?: Box[Key] | undefined }): Box {
    const box = {
      lower: lower === undefined ? Number.NEGATIVE_INFINITY : lower,
      upper: upper === undefined ? Number.POSITIVE_INFINITY : upper,
    };
    const [low, high] = this.#checked(`variable '${name}'`, box);
    const own = start === undefined ? Math.min(Math.max(0, low), high) : start;
    checkStart(`variable '${name}'`, own);
    return { ...box, start: own };
  }

  add(name: string, box: Box): Variable {
    const column = this.#push(name, 'variable', box.start);
    this.#bound(column, 'lower', box.lower);
    this.#bound(column, 'upper', box.upper);
    return new Variable(this.owner, column, name);
  }

  addParameter(name: string, value: number | undefined): Parameter {
    if (value !== undefined) checkValue(`parameter '${name}'`, value);
    const column = this.#push(name, 'parameter', 0);
    this.#parameters.push(column);
    if (value === undefined) this.#open.add(column);
    this.#assign(column, value ?? 0);
    return new Parameter(this.owner, column, name);
  }

  /** Sets bounds and starts of variables, all or none; entry `k` of a list belongs to `variables[k]`. */
  change(variables: readonly Variable[], change: Boxes, where: string): void {
    checkEach(where, change, variables.length);
    const boxes = variables.map(({ index, name }, k) => {
      const known = this.#links.get(index);
      const { lower, upper, start } = boxOf(change, k);
      return this.box(name, {
        lower: lower ?? known?.lower ?? this.lower.data[index]!,
        upper: upper ?? known?.upper ?? this.upper.data[index]!,
        start: start ?? this.start.data[index]!,
      });
    });
    variables.forEach(({ index }, k) => {
      this.#bound(index, 'lower', boxes[k]!.lower);
      this.#bound(index, 'upper', boxes[k]!.upper);
      this.start.data[index] = boxes[k]!.start;
    });
  }

  /** Holds the columns of a range that are not `kept` at their starts. */
  hold([from, to]: readonly [number, number], kept: ReadonlySet<number>): void {
    for (let column = from; column < to; column++) {
      if (kept.has(column)) continue;
      this.#links.delete(column);
      this.lower.data[column] = this.upper.data[column] = this.start.data[column]!;
    }
  }

  /** Sets the values of parameters, all or none. */
  assign(parameters: readonly Parameter[], value: number | ArrayLike<number>, where: string): void {
    checkList(value, parameters.length, where);
    const values = parameters.map(({ name }, k) => {
      const own = pick<number>(value, k)!;
      checkValue(`parameter '${name}'`, own);
      return own;
    });
    parameters.forEach(({ index }, k) => {
      this.#open.delete(index);
      this.#assign(index, values[k]!);
    });
  }

  /** Columns of the parameters that have no value yet. */
  get openColumns(): readonly number[] {
    return [...this.#open];
  }

  /** Refuses parameters that have no value yet. */
  requireValues(columns: Iterable<number> = this.openColumns): void {
    const [open, ...more] = columns;
    if (open === undefined) return;
    throw new InputError(
      `parameter '${this.name(open)}'${more.length > 0 ? ` and ${more.length} more have` : ' has'} no value: give one in model.parameter, by set(), or with the solve`,
    );
  }

  /** Sets bounds that are parameters to their values. */
  follow({ lower, upper, start }: Record<'lower' | 'upper' | 'start', Float64Array>): void {
    for (const [column, links] of this.#links) {
      if (links.lower) lower[column] = start[links.lower.index]!;
      if (links.upper) upper[column] = start[links.upper.index]!;
    }
  }

  /** Bounds that are parameters. */
  links(): Link[] {
    return [...this.#links].flatMap(([column, { lower, upper }]) => [
      ...(lower ? [{ column, side: 'lower' as const, parameter: lower.index }] : []),
      ...(upper ? [{ column, side: 'upper' as const, parameter: upper.index }] : []),
    ]);
  }

  /** As data, bounds that are parameters at their values. */
  state(take: Take): Statement['variables'] & Pick<Statement, 'parameters' | 'links'> {
    this.follow({ lower: this.lower.data, upper: this.upper.data, start: this.start.data });
    return {
      lower: take(this.lower),
      upper: take(this.upper),
      start: take(this.start),
      names: this.#names.list(),
      parameters: take(this.#parameters),
      links: this.links(),
    };
  }

  #push(name: string, what: string, start: number): number {
    this.#names.claim(name, what);
    this.lower.push(0);
    this.upper.push(0);
    this.start.push(start);
    return this.length - 1;
  }

  #assign(column: number, value: number): void {
    for (const list of [this.lower, this.upper, this.start]) list.data[column] = value;
  }

  #bound(column: number, side: 'lower' | 'upper', bound: Bound): void {
    const links = this.#links.get(column) ?? {};
    if (bound instanceof Parameter) {
      this.#links.set(column, { ...links, [side]: bound });
      this[side].data[column] = this.start.data[bound.index]!;
    } else {
      delete links[side];
      if (links.lower === undefined && links.upper === undefined) this.#links.delete(column);
      this[side].data[column] = bound;
    }
  }

  /** Bounds as numbers, parameters at their values. */
  #checked(what: string, { lower, upper }: Pick<Box, 'lower' | 'upper'>): [number, number] {
    const value = (bound: Bound, side: string): number => {
      if (!(bound instanceof Column)) return bound;
      if (!(bound instanceof Parameter))
        throw new InputError(
          `${what}: its ${side} bound is a variable; state a row instead, as in constrain(x, '<=', y)`,
        );
      if (bound.owner !== this.owner)
        throw new InputError(`${what}: its ${side} bound is parameter '${bound.name}' of another model`);
      return this.start.data[bound.index]!;
    };
    const [low, high] = [value(lower, 'lower'), value(upper, 'upper')];
    // What depends on parameters is judged when they have their values.
    const plain = !(lower instanceof Parameter || upper instanceof Parameter);
    checkBounds(what, low, high, this.strict && plain);
    return [low, high];
  }
}

/** Starts and bounds of many variables as a caller gives them. */
export type Boxes = VariableChange<number | ArrayLike<number>>;

/** What was given for entry `k`; absent where nothing was. */
export function boxOf(
  { lower, upper, start }: Boxes,
  k: number,
): { [Key in keyof Box]?: Box[Key] | undefined } {
  return { lower: pick(lower, k), upper: pick(upper, k), start: pick(start, k) };
}

function pick<N extends Bound>(
  given: N | ArrayLike<N> | { elements: readonly N[] } | undefined,
  k: number,
): N | undefined {
  const list = listed<N>(given);
  // A hole is no bound left out.
  return list === undefined ? (given as N | undefined) : ((list[k] ?? null) as N);
}

/** The list that was given, if any: of numbers and parameters, or the entries of an array of parameters. */
function listed<N>(given: unknown): ArrayLike<N> | undefined {
  if (isNumbers(given)) return given as unknown as ArrayLike<N>;
  const isArray =
    typeof given === 'object' && given !== null && !(given instanceof Column) && 'elements' in given;
  return isArray ? (given.elements as unknown as ArrayLike<N>) : undefined;
}

/** Refuses unknown keys, and lists that do not have `count` entries; without a count, lists. */
export function checkEach(where: string, boxes: Boxes, count: number | undefined): void {
  for (const [key, given] of Object.entries(
    optionsOf(recordOf(boxes, where), where, ['lower', 'upper', 'start']),
  )) {
    if (count !== undefined) checkList(given, count, `${where}: ${key}`);
    else if (listed(given) !== undefined)
      throw new InputError(
        `${where}: ${key} is a list; a single variable takes one number, model.variables(name, count, …) a list`,
      );
  }
}

/** Refuses a list of another length and what is neither number, parameter nor list. */
export function checkList(given: unknown, count: number, where: string): void {
  if (given === undefined || typeof given === 'number' || given instanceof Column) return;
  const list = listed(given);
  if (list === undefined)
    throw new InputError(
      `${where} is neither a number nor a list of ${count} numbers; bounds that depend on variables are rows, see constrain`,
    );
  if (list.length !== count)
    throw new InputError(
      `${where} has ${list.length} entries for ${count} ${count === 1 ? 'variable' : 'variables'}; give one each`,
    );
}

function checkStart(what: string, start: number): void {
  if (typeof start !== 'number' || !Number.isFinite(start))
    throw new InputError(`${what}: its start ${told(start)} is not finite`);
}

export function checkValue(what: string, value: number): void {
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new InputError(`${what}: its value ${told(value)} is not a finite number`);
}
