import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import type { Operator } from '../problem/operators.js';
import { reference, variableKind } from './tape.js';

/** The model that an expression's variables belong to; one expression never mixes two. */
export interface Owner {
  readonly name: string;
}

/** What every function of an expression takes. */
export type Operand = Expression | number;

/**
 * An immutable node of a directed acyclic graph: sharing a node shares its computation. Made by the functions of
 * this room (`add`, `sin`, …) and by the template `expr`; a {@link Variable} is an expression, too.
 */
export abstract class Expression {
  /** Where it stands on the tape of its model, −1 while it does not. */
  reference = -1;
  /** The model of its variables; absent where there are none. */
  abstract readonly owner: Owner | undefined;
}

export class Constant extends Expression {
  readonly owner: undefined;
  constructor(readonly value: number) {
    super();
  }
}

/** `Σ coefficients[k] · x[columns[k]] + constant`; a column may repeat. */
export class Linear extends Expression {
  constructor(
    readonly owner: Owner | undefined,
    readonly columns: Int32Array,
    readonly coefficients: Float64Array,
    readonly constant: number,
  ) {
    super();
  }
}

/** One variable of a model: the entry `index` of `x`. */
export class Variable extends Expression {
  constructor(
    readonly owner: Owner,
    readonly index: number,
    readonly name: string,
  ) {
    super();
    this.reference = reference(variableKind, index);
  }
}

/** An operator applied to its arguments. */
export class Call extends Expression {
  readonly owner: Owner | undefined;
  constructor(
    readonly op: Operator,
    readonly args: readonly Expression[],
  ) {
    super();
    let owner: Owner | undefined;
    for (const arg of args) owner = commonOwner(owner, arg.owner);
    this.owner = owner;
  }
}

/** An expression of which only its place on its model's tape is known: what readers write there without objects. */
export class Placed extends Expression {
  constructor(
    readonly owner: Owner | undefined,
    place: number,
  ) {
    super();
    this.reference = place;
  }
}

export function commonOwner(a: Owner | undefined, b: Owner | undefined): Owner | undefined {
  if (a !== undefined && b !== undefined && a !== b)
    throw new InputError(`an expression mixes variables of ${both(a, b)}; use the variables of one model`);
  return a ?? b;
}

/** Two models in messages, told apart where they have one name. */
export const both = (a: Owner, b: Owner): string =>
  a.name === b.name
    ? `two models that are both called '${a.name}' (new Model('…') names them)`
    : `model '${a.name}' and model '${b.name}'`;

/** Constants are shared for the numbers that occur all the time. */
const common = new Map<number, Constant>();
for (const value of [-2, -1, -0.5, 0.5, 1, 2, 3, 4, 5, 6, 10, 100]) common.set(value, new Constant(value));

/** Numbers become constants; anything that is neither a number nor an expression is refused. */
export function toExpression(value: Operand): Expression {
  if (value instanceof Expression) return value;
  if (typeof value !== 'number')
    throw new InputError(
      `expected an expression or a number, got ${typeof value === 'string' ? 'a string, ' : ''}${told(value)}`,
    );
  if (Number.isNaN(value)) throw new InputError('a constant of an expression is NaN');
  return common.get(value) ?? new Constant(value);
}
