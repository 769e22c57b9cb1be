import { InputError } from '../core/errors.js';
import { optionsOf } from '../core/given.js';
import type { ArrayOperand } from './array.js';
import {
  Constant,
  commonOwner,
  type Expression,
  type Operand,
  type Owner,
  toExpression,
} from './expression.js';
import { add, entries, subtract, sum } from './functions.js';
import { Model } from './model.js';
import type { RowOptions } from './row.js';

/** A list of operands or an array of any rank. */
type List = Iterable<Operand> | ArrayOperand;

/** Name of what is added to the model. */
export interface NormName {
  /** One that is taken gets a suffix `#2`. */
  readonly name?: string;
}

/**
 * `Σ |uᵢ|` without a kink: variables `tᵢ` with rows `−tᵢ ≤ uᵢ ≤ tᵢ` are added to the model, and their sum is returned. It is
 * the norm where something pushes it down: in an objective that is minimized, or below an upper limit.
 */
export function norm1(u: List, options: NormName = {}): Expression {
  const { name = 'norm1' } = optionsOf(options, 'norm1', ['name']);
  const all = entries(u, 'norm1');
  const model = modelOf(all);
  if (model === undefined) return toExpression(all.reduce((total, e) => total + Math.abs(numberIn(e)), 0));
  const own = model.freeName(name);
  const t = model.variables(own, all.length, { lower: 0, start: starts(model, all).map(Math.abs) });
  all.forEach((e, k) => {
    model.constrain(subtract(e, t.at(k)), { upper: 0, name: `${own}: above[${k}]` });
    model.constrain(add(e, t.at(k)), { lower: 0, name: `${own}: below[${k}]` });
  });
  return sum(t);
}

/**
 * `max |uᵢ|` without a kink: a variable t with rows `−t ≤ uᵢ ≤ t`. It is the norm where something pushes it down, as with
 * {@link norm1}.
 */
export function normInf(u: List, options: NormName = {}): Expression {
  const { name = 'normInf' } = optionsOf(options, 'normInf', ['name']);
  const all = entries(u, 'normInf');
  const model = modelOf(all);
  const largest = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (model === undefined) return toExpression(largest(all.map(numberIn)));
  const own = model.freeName(name);
  const t = model.variable(own, { lower: 0, start: largest(starts(model, all)) });
  all.forEach((e, k) => {
    model.constrain(subtract(e, t), { upper: 0, name: `${own}: above[${k}]` });
    model.constrain(add(e, t), { lower: 0, name: `${own}: below[${k}]` });
  });
  return t;
}

/**
 * `max uᵢ` of a list without a kink: a variable t with rows `uᵢ ≤ t`. It is the maximum where something pushes it down, as
 * with {@link norm1}; `maximum(a, b, …)` is the function with its kink.
 */
export const max = (u: List, options: NormName = {}): Expression => extreme(u, options, 'max');

/**
 * `min uᵢ` of a list without a kink: a variable t with rows `t ≤ uᵢ`. It is the minimum where something pushes it up: in an
 * objective that is maximized, or above a lower limit; `minimum(a, b, …)` is the function with its kink.
 */
export const min = (u: List, options: NormName = {}): Expression => extreme(u, options, 'min');

function extreme(u: List, options: NormName, which: 'max' | 'min'): Expression {
  const { name = which } = optionsOf(options, which, ['name']);
  const all = entries(u, which);
  if (all.length === 0) throw new InputError(`${which}: of no entries`);
  const model = modelOf(all);
  const outermost = (values: ArrayLike<number>): number =>
    Array.from(values).reduce((most, value) => Math[which](most, value));
  if (model === undefined) return toExpression(outermost(all.map(numberIn)));
  const own = model.freeName(name);
  const t = model.variable(own, { start: outermost(starts(model, all)) });
  const [bound, side] = which === 'max' ? [{ upper: 0 }, 'above'] : [{ lower: 0 }, 'below'];
  all.forEach((e, k) => {
    model.constrain(subtract(e, t), { ...bound, name: `${own}: ${side}[${k}]` } as RowOptions);
  });
  return t;
}

/** The model of some entries; undefined where all are numbers. */
function modelOf(all: readonly Expression[]): Model | undefined {
  const owner = all.reduce<Owner | undefined>((own, e) => commonOwner(own, e.owner), undefined);
  return owner instanceof Model ? owner : undefined;
}

/** Values at the start of the model, 0 where an entry is undefined there. */
const starts = (model: Model, all: readonly Expression[]): Float64Array => {
  const x = model.startPoint();
  return Float64Array.from(all, (e) => {
    const value = model.value(e, x);
    return Number.isFinite(value) ? value : 0;
  });
};

function numberIn(e: Expression): number {
  if (e instanceof Constant) return e.value;
  throw new InputError(`'${e}' is an expression of no model`);
}
