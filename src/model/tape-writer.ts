import { Float64List, Int32List, Uint8List } from '../core/lists.js';
import { type Operator, operatorCode } from '../problem/operators.js';
import { Call, Constant, type Expression, type Linear } from './expression.js';
import type { Nodes } from './operations.js';
import { constantKind, linearForm, nodeKind, reference, type Tape } from './tape.js';

/** How the arrays of growing lists are taken: {@link copied} or {@link viewed}. */
export type Take = <A>(list: { view(): A; toArray(): A }) => A;

export const copied: Take = (list) => list.toArray();
/** Valid until the list changes. */
export const viewed: Take = (list) => list.view();

/** Longer products, minima, … are written as trees of this many arguments, so that no node has many. */
const mostFactors = 16;
const associative = new Set<number>(
  (['multiply', 'minimum', 'maximum', 'and', 'or'] as const).map((operator) => operatorCode[operator]),
);

/** Writes expressions to a tape, each node once: from objects, or as {@link Nodes} which are references. */
export class TapeWriter implements Nodes<number> {
  readonly #operators = new Uint8List();
  readonly #start = new Int32List();
  readonly #args = new Int32List();
  readonly #values = new Float64List();
  readonly #waiting: Expression[] = [];

  constructor() {
    this.#start.push(0);
  }

  /** The reference of an expression; nodes that are not on the tape are appended, without recursion. */
  place(expression: Expression): number {
    const waiting = this.#waiting;
    if (expression.reference >= 0) return expression.reference;
    if (expression instanceof Constant) return this.constant(expression.value);
    waiting.push(expression);
    while (waiting.length > 0) {
      const top = waiting[waiting.length - 1]!;
      if (top.reference >= 0) waiting.pop();
      else if (top instanceof Call) {
        const { args } = top;
        const depth = waiting.length;
        for (let k = args.length - 1; k >= 0; k--) {
          const arg = args[k]!;
          if (arg.reference < 0 && !(arg instanceof Constant)) waiting.push(arg);
        }
        if (waiting.length > depth) continue;
        waiting.pop();
        top.reference = this.#placed(top);
      } else {
        waiting.pop();
        const { columns, coefficients, constant } = top as Linear;
        top.reference = this.linear(columns, coefficients, constant);
      }
    }
    return expression.reference;
  }

  constant(value: number): number {
    this.#values.push(value);
    return reference(constantKind, this.#values.length - 1);
  }

  valueOf(ref: number): number | undefined {
    return (ref & 3) === constantKind ? this.#values.data[ref >> 2] : undefined;
  }

  call(operator: Operator, args: readonly number[]): number {
    const code = operatorCode[operator];
    if (args.length > mostFactors && associative.has(code)) return this.#tree(code, args);
    for (let k = 0; k < args.length; k++) this.#args.push(args[k]!);
    return this.#finish(code);
  }

  /** `Σ coefficients[k] · x[columns[k]] + constant`. */
  linear(columns: Int32Array, coefficients: Float64Array, constant: number): number {
    this.#args.push(this.#values.length);
    this.#values.append(coefficients, 0, coefficients.length);
    this.#values.push(constant);
    this.#args.append(columns, 0, columns.length);
    return this.#finish(linearForm);
  }

  /** The tape, its arrays taken by `take`. */
  tape(take: Take): Tape {
    return {
      operators: take(this.#operators),
      start: take(this.#start),
      args: take(this.#args),
      values: take(this.#values),
    };
  }

  /** Of node `v`: its operator, and the range of its arguments in the list of {@link arg}. */
  operator(v: number): number {
    return this.#operators.data[v]!;
  }

  start(v: number): number {
    return this.#start.data[v]!;
  }

  arg(k: number): number {
    return this.#args.data[k]!;
  }

  value(k: number): number {
    return this.#values.data[k]!;
  }

  /** A call whose arguments are on the tape. */
  #placed({ op, args }: Call): number {
    const code = operatorCode[op];
    if (args.length > mostFactors && associative.has(code))
      return this.#tree(
        code,
        args.map((arg) => this.place(arg)),
      );
    for (let k = 0; k < args.length; k++) {
      const arg = args[k]!;
      this.#args.push(arg instanceof Constant ? this.constant(arg.value) : arg.reference);
    }
    return this.#finish(code);
  }

  #tree(code: number, args: readonly number[]): number {
    let level = args;
    while (level.length > mostFactors) {
      const shorter: number[] = [];
      for (let k = 0; k < level.length; k += mostFactors) {
        const piece = level.slice(k, k + mostFactors);
        if (piece.length === 1) shorter.push(piece[0]!);
        else {
          for (const ref of piece) this.#args.push(ref);
          shorter.push(this.#finish(code));
        }
      }
      level = shorter;
    }
    for (const ref of level) this.#args.push(ref);
    return this.#finish(code);
  }

  /** The node whose arguments were just written. */
  #finish(operator: number): number {
    this.#operators.push(operator);
    this.#start.push(this.#args.length);
    return reference(nodeKind, this.#operators.length - 1);
  }
}
