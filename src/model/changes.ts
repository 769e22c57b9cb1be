import { InputError } from '../core/errors.js';
import { numberOf, numbersOf, optionsOf } from '../core/given.js';
import { checkBounds } from './bounds.js';
import type { Parameter, Variable, VariableChange } from './expression.js';
import type { Handles } from './handles.js';
import type { ParameterArray } from './parameters.js';
import type { Link } from './statement.js';
import { checkList, checkValue, type VariableTable } from './variable-table.js';
import type { VariableArray } from './variables.js';

type Numbers = number | ArrayLike<number>;

/** By the name of an array or of a single one, or by the handle itself, as in a `Map`. */
export type ByHandle<Handle, Value> =
  | { readonly [name: string]: Value }
  | Iterable<readonly [handle: Handle, value: Value]>;

/** What one solve of a model changes: it stands for this solve alone. */
export interface Changes {
  readonly parameters?: ByHandle<Parameter | ParameterArray, Numbers> | undefined;
  readonly bounds?:
    | ByHandle<Variable | VariableArray, Pick<VariableChange<Numbers>, 'lower' | 'upper'>>
    | undefined;
  /** Starts; or a whole point, such as `solution.x`. */
  readonly start?: ByHandle<Variable | VariableArray, Numbers> | Float64Array | undefined;
}

/** Start and bounds of all entries of x. */
export interface Boxes {
  readonly lower: Float64Array;
  readonly upper: Float64Array;
  readonly start: Float64Array;
}

/** Boxes of one solve, and the bounds among them that follow a parameter. */
export interface LinkedBoxes extends Boxes {
  readonly links: readonly Link[];
}

/** Start and bounds of the table with what a solve changes; parameters must have their values then. */
export function changedBoxes(table: VariableTable, handles: Handles, changes: Changes): LinkedBoxes {
  const { parameters, bounds, start } = optionsOf(changes, 'boxes', ['parameters', 'bounds', 'start']);
  const boxes = {
    lower: table.lower.toArray(),
    upper: table.upper.toArray(),
    start: table.start.toArray(),
  };
  const open = new Set(table.openColumns);
  for (const [handle, value] of entriesOf(parameters, (name) => handles.parameter(name))) {
    const columns = handles.columns(handle, 'parameters');
    const of = spreadOver(value, columns.length, `parameter '${handle.name}'`);
    columns.forEach((column, k) => {
      const given = of(k);
      if (!Number.isFinite(given)) checkValue(`parameter '${table.name(column)}'`, given);
      open.delete(column);
      boxes.lower[column] = boxes.upper[column] = boxes.start[column] = given;
    });
  }
  table.requireValues(open);
  table.follow(boxes);
  const replaced = new Set<string>();
  for (const [handle, value] of entriesOf(bounds, (name) => handles.variable(name))) {
    const columns = handles.columns(handle, 'bounds');
    for (const side of ['lower', 'upper'] as const) {
      const given = optionsOf(value, `'${handle.name}': its bounds`, ['lower', 'upper'])[side];
      if (given === undefined) continue;
      const of = spreadOver(given as Numbers, columns.length, `'${handle.name}': ${side}`);
      columns.forEach((column, k) => {
        boxes[side][column] = of(k);
        replaced.add(`${side} ${column}`);
      });
    }
    for (const column of columns)
      checkBounds(`variable '${table.name(column)}'`, boxes.lower[column]!, boxes.upper[column]!, true);
  }
  if (start instanceof Float64Array) boxes.start.set(numbersOf(start, 'start', { length: table.length }));
  else
    for (const [handle, value] of entriesOf(start, (name) => handles.variable(name))) {
      const columns = handles.columns(handle, 'start');
      const of = spreadOver(value, columns.length, `'${handle.name}': start`);
      columns.forEach((column, k) => {
        boxes.start[column] = numberOf(of(k), `the start of '${table.name(column)}'`);
      });
    }
  const links = table.links().filter(({ side, column }) => !replaced.has(`${side} ${column}`));
  return { ...boxes, links };
}

/** Handles with what was given for them, names looked up by `find`. */
function entriesOf<H, Value>(
  given: ByHandle<H, Value> | undefined,
  find: (name: string) => H,
): (readonly [H, Value])[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null)
    throw new InputError('values by name, as in { x: 1 }, or by handle, as in [[x, 1]], are needed');
  if (Symbol.iterator in given) return [...(given as Iterable<readonly [H, Value]>)];
  return Object.entries(given).map(([name, value]) => [find(name), value]);
}

/** One number each of what was given for `count` entries, checked. */
function spreadOver(given: Numbers, count: number, where: string): (k: number) => number {
  checkList(given, count, where);
  return (k) => {
    const value = typeof given === 'object' ? given[k]! : given;
    if (typeof value !== 'number' || Number.isNaN(value))
      throw new InputError(`${where}: ${value} is not a number`);
    return value;
  };
}
