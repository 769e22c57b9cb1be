import { InputError } from '../core/errors.js';
import { told } from '../core/given.js';
import type { Operator } from '../problem/operators.js';
import { formula, type View, type Viewed } from './formula.js';
import { refusePrimitive } from './primitive.js';
import { reference, variableKind } from './tape.js';

/** Bounds that are no plain number: a parameter, a list with one bound an entry, or an array of parameters. */
export type Bounds = Parameter | ArrayLike<number | Parameter> | { readonly elements: readonly Parameter[] };

/** Start and bounds of variables, as far as they change. */
export interface VariableChange<Numbers = number> {
  readonly lower?: Numbers | Bounds;
  readonly upper?: Numbers | Bounds;
  readonly start?: Numbers;
}

/** The model that an expression's variables belong to; one expression never mixes two. */
export interface Owner {
  readonly name: string;
  /** Sets starts and bounds; `where` is for messages. */
  change(
    variables: readonly Variable[],
    change: VariableChange<number | ArrayLike<number>>,
    where: string,
  ): void;
  /** Sets the values of parameters, row-major. */
  assign(parameters: readonly Parameter[], value: number | ArrayLike<number>, where: string): void;
  /** The name of an entry of `x`. */
  columnName(index: number): string;
}

/** What every function of an expression takes. */
export type Operand = Expression | number;

/**
 * An immutable node of a directed acyclic graph: sharing a node shares its computation. Made by the functions of
 * this room (`add`, `sin`, …) and by the template `expr`; a {@link Variable} is an expression, too.
 */
export abstract class Expression implements Viewed {
  /** Where it stands on the tape of its model, −1 while it does not. */
  reference = -1;
  /** The model of its variables; absent where there are none. */
  abstract readonly owner: Owner | undefined;

  /** What a formula shows of it. */
  abstract view(): View;

  /** As a formula, in the notation of `expr`. */
  toString(): string {
    return formula(this);
  }

  [Symbol.toPrimitive](hint: string): string {
    return hint === 'string' ? this.toString() : refusePrimitive(this.toString());
  }
}

export class Constant extends Expression {
  readonly owner: undefined;
  constructor(readonly value: number) {
    super();
  }

  view(): View {
    return { kind: 'leaf', text: String(this.value) };
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

  view(): View {
    const { owner, columns, coefficients, constant } = this;
    const names = Array.from(columns, (column) => owner!.columnName(column));
    return { kind: 'linear', names, coefficients, constant };
  }
}

/** The entry `index` of `x`. */
export abstract class Column extends Expression {
  constructor(
    readonly owner: Owner,
    readonly index: number,
    readonly name: string,
  ) {
    super();
    this.reference = reference(variableKind, index);
  }

  view(): View {
    return { kind: 'leaf', text: this.name };
  }
}

/** One variable of a model. */
export class Variable extends Column {
  /** Sets start and bounds; what is left out stays. Infinite bounds are none. */
  set(change: VariableChange): this {
    this.owner.change([this], change, `variable '${this.name}'`);
    return this;
  }
}

/** A number that stays fixed during a solve and may change between solves: an entry of `x` that is held at its value. */
export class Parameter extends Column {
  set(value: number): this {
    this.owner.assign([this], value, `parameter '${this.name}'`);
    return this;
  }
}

/** An operator applied to arguments. */
export abstract class Call extends Expression {
  abstract readonly op: Operator;
  abstract readonly args: readonly Expression[];

  view(): View {
    return { kind: 'call', op: this.op, args: this.args };
  }
}

/** An operator applied to these arguments. */
export class Applied extends Call {
  readonly owner: Owner | undefined;
  constructor(
    readonly op: Operator,
    readonly args: readonly Expression[],
  ) {
    super();
    this.owner = ownerOf(args);
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

  view(): View {
    return { kind: 'leaf', text: 'a formula of the file' };
  }
}

/** One entry of `x` that an expression names; undefined where it names none. */
export function exampleColumn(root: Expression): Column | undefined {
  const seen = new Set<Expression>();
  const open = [root];
  for (let e = open.pop(); e !== undefined; e = open.pop()) {
    if (e instanceof Column) return e;
    if (!(e instanceof Call) || seen.has(e)) continue;
    seen.add(e);
    for (const arg of e.args) if (arg.owner !== undefined) open.push(arg);
  }
  return undefined;
}

export function commonOwner(a: Owner | undefined, b: Owner | undefined): Owner | undefined {
  if (a !== undefined && b !== undefined && a !== b)
    throw new InputError(`an expression mixes variables of ${both(a, b)}; use the variables of one model`);
  return a ?? b;
}

/** The model of several expressions. */
function ownerOf(args: readonly Expression[]): Owner | undefined {
  const first = args.find((arg) => arg.owner !== undefined);
  const other = args.find((arg) => arg.owner !== undefined && arg.owner !== first!.owner);
  if (other === undefined) return first?.owner;
  const names = [first!, other].flatMap((e) => exampleColumn(e)?.name ?? []);
  const which = names.length === 2 ? `: '${names[0]}' and '${names[1]}'` : '';
  throw new InputError(
    `an expression mixes variables of ${both(first!.owner!, other.owner!)}${which}; use the variables of one model`,
  );
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
    throw new InputError(`expected an expression or a number, got ${described(value)}`);
  if (Number.isNaN(value)) throw new InputError('a constant of an expression is NaN');
  return common.get(value) ?? new Constant(value);
}

function described(value: unknown): string {
  if (typeof value === 'string') return `a string, ${told(value)}`;
  if (typeof value !== 'object' || value === null || !('shape' in value)) return told(value);
  if ('entries' in value) return `the relation '${value}', which has no value`;
  return 'elements' in value
    ? `the array '${value}'; write sum(…) or sumOfSquares(…) around it, or .at(…) behind it`
    : told(value);
}
