import { InputError } from '../core/errors.js';
import type { Operator } from '../problem/operators.js';
import { type AnyRank, ExpressionArray } from './array.js';
import { elementwise, type Operands } from './elementwise.js';
import { Call, Constant, type Expression, type Operand, toExpression } from './expression.js';
import { expressions as operations } from './nodes.js';
import { refusePrimitive } from './primitive.js';

/** How two sides compare. */
export type RelationSign = '<=' | '>=' | '=';

/** `lower ≤ body ≤ upper`; an end that is absent is none. */
export interface RelationEntry {
  readonly body: Expression;
  readonly lower?: Expression;
  readonly upper?: Expression;
}

/** A comparison, or one for every entry of an array, as a constraint: it has no value and is no part of a formula. */
export class Relation<R extends number = AnyRank> {
  constructor(
    /** Row-major. */
    readonly entries: readonly RelationEntry[],
    /** Of length 0 for a single comparison. */
    readonly shape: readonly number[] & { readonly length: R },
  ) {}

  toString(): string {
    return this.entries.map(entryText).join(', ');
  }

  [Symbol.toPrimitive](hint: string): string {
    return hint === 'string' ? this.toString() : refusePrimitive(this.toString());
  }
}

function entryText({ body, lower, upper }: RelationEntry): string {
  if (lower !== undefined && lower === upper) return `${body} = ${lower}`;
  return `${lower === undefined ? '' : `${lower} <= `}${body}${upper === undefined ? '' : ` <= ${upper}`}`;
}

/** The relation of two operands, entry by entry with NumPy's broadcasting. */
export interface Compare {
  (a: Operand, b: Operand): Relation<0>;
  <R extends number>(
    a: ExpressionArray<Expression, R>,
    b: Operand | ExpressionArray<Expression, R>,
  ): Relation<R>;
  <R extends number>(a: Operand, b: ExpressionArray<Expression, R>): Relation<R>;
  (a: Operands, b: Operands): Relation;
}

/** `a ≤ b`. */
export const le = ((a: Operands, b: Operands) => related(a, '<=', b)) as Compare;
/** `a ≥ b`. */
export const ge = ((a: Operands, b: Operands) => related(a, '>=', b)) as Compare;
/** `a = b`. */
export const eq = ((a: Operands, b: Operands) => related(a, '=', b)) as Compare;

/** `a` and `b` in the relation that `sign` names. */
export function related(a: Operands, sign: RelationSign, b: Operands): Relation {
  switch (sign) {
    case '<=':
      return entrywise('a relation', [a, b], ([u, v]) => below(u!, v!));
    case '>=':
      return entrywise('a relation', [a, b], ([u, v]) => below(v!, u!));
    case '=':
      return entrywise('a relation', [a, b], ([u, v]) => equal(u!, v!));
    default:
      throw new InputError(`there is no relation '${sign as string}'; use <=, >= or =`);
  }
}

/** `lower ≤ body ≤ upper`. */
export function within(lower: Operands, body: Operands, upper: Operands): Relation {
  return entrywise('a relation', [lower, body, upper], ([low, own, high]) => ({
    body: own!,
    lower: low!,
    upper: high!,
  }));
}

function entrywise(
  name: string,
  args: readonly Operands[],
  entry: (args: readonly Expression[]) => RelationEntry,
): Relation {
  const entries: RelationEntry[] = [];
  const shaped = elementwise(
    name,
    (own) => {
      entries.push(entry(own));
      return own[0]!;
    },
    args.map((arg) => (arg instanceof Relation ? refuse(arg) : arg)),
  );
  return new Relation(entries, shaped instanceof ExpressionArray ? shaped.shape : []);
}

const refuse = (relation: Relation): never => {
  throw new InputError(`'${relation}' is a relation, not a value to compare`);
};

const tests = new Set<Operator>(['less', 'lessEqual', 'equal', 'notEqual', 'and', 'or', 'not']);

/** `a − b`, for a row; a test as one side is never meant. */
function difference(a: Expression, b: Expression): Expression {
  for (const side of [a, b])
    if (side instanceof Call && tests.has(side.op))
      throw new InputError(
        `a side of a relation, or a bound of a row, is the test '${side}', 1 or 0; no step can change it`,
      );
  return operations.subtract(a, b);
}

/** `a ≤ b`: a constant is the bound of the other side. */
function below(a: Expression, b: Expression): RelationEntry {
  if (b instanceof Constant) return { body: a, upper: b };
  if (a instanceof Constant) return { body: b, lower: a };
  return { body: difference(a, b), upper: toExpression(0) };
}

function equal(a: Expression, b: Expression): RelationEntry {
  const [body, value] =
    b instanceof Constant ? [a, b] : a instanceof Constant ? [b, a] : [difference(a, b), toExpression(0)];
  return { body, lower: value, upper: value };
}
