import { InputError } from '../core/errors.js';
import type { Parameter, Variable, VariableChange } from './expression.js';
import type { ParameterArray } from './parameters.js';
import { checkList } from './variable-table.js';
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

/** A handle of a model with the values given for it. */
export interface Change<Handle, Value> {
  readonly handle: Handle;
  readonly value: Value;
}

/** The entries of what was given, names looked up by `find`. */
export function changesOf<Handle, Value>(
  given: ByHandle<Handle, Value> | undefined,
  find: (name: string) => Handle,
): Change<Handle, Value>[] {
  if (given === undefined) return [];
  if (typeof given !== 'object' || given === null)
    throw new InputError('values by name, as in { x: 1 }, or by handle, as in [[x, 1]], are needed');
  if (Symbol.iterator in given)
    return Array.from(given as Iterable<readonly [Handle, Value]>, ([handle, value]) => ({ handle, value }));
  return Object.entries(given).map(([name, value]) => ({ handle: find(name), value }));
}

/** One number each of what was given for `count` entries, checked. */
export function spreadOver(given: Numbers, count: number, where: string): (k: number) => number {
  checkList(given, count, where);
  return (k) => {
    const value = typeof given === 'object' ? given[k]! : given;
    if (typeof value !== 'number' || Number.isNaN(value))
      throw new InputError(`${where}: ${value} is not a number`);
    return value;
  };
}
