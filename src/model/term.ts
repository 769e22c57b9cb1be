import { applyOperator } from './apply.js';
import { Call, Constant, type Expression, Linear, Variable } from './expression.js';
import type { Operator } from './operators.js';
import type { Shape } from './problem.js';
import { isSum, type Split, type Splitter } from './split.js';

/** A nonlinear term in slots: terms with equal `key` have equal shapes. */
export interface Term {
  readonly key: string;
  readonly variables: readonly number[];
  readonly constants: readonly number[];
  shape(): Shape;
}

/** What a term comes down to: `factor · term`, `factor · x[column]` or the number `factor`. */
export interface Reduced {
  readonly factor: number;
  readonly term?: Term;
  readonly column?: number;
}

interface Draft {
  readonly op: Operator | 'variable' | 'constant';
  /** Drafts made earlier. */
  readonly args: readonly number[];
  /** Column of a variable, value of a constant. */
  readonly value: number;
  /** Equal for drafts that differ in variables and constants only; orders the arguments of sums and products. */
  readonly signature: number;
}

/** What an expression still waits for: the nodes below it, after sums and products are flattened. */
type Parts =
  | { readonly kind: 'sum'; readonly split: Split; readonly needs: readonly Expression[] }
  | { readonly kind: 'product'; readonly factor: number; readonly needs: readonly Expression[] }
  | { readonly kind: 'call'; readonly op: Operator; readonly needs: readonly Expression[] };

/** Greater exponents are constants like any other. */
const largestLiteral = 64;
/** A shared product longer than this stays one factor. */
const longestSplice = 4;

/**
 * Brings terms into a canonical form: sums and products flattened and ordered, equal subexpressions shared, repeated
 * factors as powers, constants moved to the front of products. Works without recursion.
 */
export class TermBuilder {
  #drafts: Draft[] = [];
  #byKey = new Map<string, number>();
  readonly #signatures = new Map<string, number>([
    ['x', 0],
    ['c', 1],
  ]);
  /** Nodes of the terms reduced so far; a caller may set it back to 0. */
  size = 0;

  constructor(readonly splitter: Splitter) {}

  reduce(expression: Expression): Reduced {
    this.#drafts = [];
    this.#byKey.clear();
    const [factor, core] = this.#strip(this.#convert(expression));
    this.size += this.#drafts.length;
    const draft = this.#drafts[core]!;
    if (draft.op === 'constant') return { factor: factor * draft.value };
    if (draft.op === 'variable') return { factor, column: draft.value };
    return { factor, term: this.#finish(core) };
  }

  #convert(root: Expression): number {
    const done = new Map<Expression, number>();
    const stack: { e: Expression; parts?: Parts }[] = [{ e: root }];
    const known = (e: Expression): number | undefined => {
      if (e instanceof Variable) return this.#variable(e.index);
      if (e instanceof Constant) return this.#constant(e.value);
      return done.get(e);
    };
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (known(top.e) !== undefined) {
        stack.pop();
        continue;
      }
      top.parts ??= this.#parts(top.e);
      const parts = top.parts;
      let ready = true;
      for (let k = parts.needs.length - 1; k >= 0; k--) {
        const need = parts.needs[k]!;
        if (known(need) === undefined) {
          stack.push({ e: need });
          ready = false;
        }
      }
      if (!ready) continue;
      stack.pop();
      const ids = parts.needs.map((need) => known(need)!);
      done.set(top.e, this.#assemble(parts, ids));
    }
    return known(root)!;
  }

  #parts(e: Expression): Parts {
    if (isSum(e)) {
      const split = this.splitter.split(e, 1, true);
      return { kind: 'sum', split, needs: split.terms.map(({ term }) => term) };
    }
    const call = e as Call;
    if (call.op === 'multiply') return { kind: 'product', ...flattenProduct(call) };
    return { kind: 'call', op: call.op, needs: call.args };
  }

  #assemble(parts: Parts, ids: readonly number[]): number {
    if (parts.kind === 'sum') return this.#sum(parts.split, ids);
    if (parts.kind === 'product') return this.#product(parts.factor, ids);
    if (parts.op === 'divide') return this.#quotient(ids[0]!, ids[1]!);
    if (parts.op === 'power') return this.#power(ids[0]!, ids[1]!);
    return this.#make(parts.op, ids);
  }

  #sum({ columns, coefficients, terms, constant }: Split, ids: readonly number[]): number {
    const args: number[] = [];
    for (let k = 0; k < columns.length; k++)
      if (coefficients[k] !== 0) args.push(this.#scaled(coefficients[k]!, this.#variable(columns[k]!)));
    let rest = constant;
    for (let k = 0; k < ids.length; k++) {
      const [factor, core] = this.#strip(ids[k]!);
      const weight = terms[k]!.weight * factor;
      if (this.#drafts[core]!.op === 'constant') rest += weight * this.#drafts[core]!.value;
      else if (weight !== 0) args.push(this.#scaled(weight, core));
    }
    this.#order(args);
    if (rest !== 0 || args.length === 0) args.push(this.#constant(rest));
    return args.length === 1 ? args[0]! : this.#make('add', args);
  }

  #product(coefficient: number, ids: readonly number[]): number {
    let factor = coefficient;
    const exponents = new Map<number, number>();
    const count = (id: number): void => {
      const { op, args } = this.#drafts[id]!;
      const exponent = op === 'power' ? this.#drafts[args[1]!]! : undefined;
      const [base, times] =
        exponent?.op === 'constant' && Number.isInteger(exponent.value) && exponent.value > 0
          ? [args[0]!, exponent.value]
          : [id, 1];
      exponents.set(base, (exponents.get(base) ?? 0) + times);
    };
    for (const id of ids) {
      const [c, core] = this.#strip(id);
      factor *= c;
      const { op, args, value } = this.#drafts[core]!;
      if (op === 'constant') factor *= value;
      else if (op === 'multiply' && args.length <= longestSplice) args.forEach(count);
      else count(core);
    }
    const factors: number[] = [];
    for (const [base, exponent] of exponents)
      factors.push(exponent === 1 ? base : this.#make('power', [base, this.#constant(exponent)]));
    this.#order(factors);
    if (factors.length === 0) return this.#constant(factor);
    return this.#scaled(factor, factors.length === 1 ? factors[0]! : this.#make('multiply', factors));
  }

  #quotient(a: number, b: number): number {
    const [above, numerator] = this.#strip(a);
    const [below, denominator] = this.#strip(b);
    if (this.#drafts[denominator]!.op === 'constant') return this.#scaled(above / below, numerator);
    return this.#scaled(above / below, this.#make('divide', [numerator, denominator]));
  }

  #power(base: number, exponent: number): number {
    const { op, value } = this.#drafts[exponent]!;
    if (op === 'constant') {
      if (value === 1) return base;
      if (value === 0) return this.#constant(1);
      if (value === 0.5) return this.#make('sqrt', [base]);
      if (value === -1) return this.#quotient(this.#constant(1), base);
    }
    return this.#make('power', [base, exponent]);
  }

  /** `[factor, core]` with the leading constant taken off; a constant has the core 1. */
  #strip(id: number): [number, number] {
    const { op, args, value } = this.#drafts[id]!;
    if (op === 'constant') return [value, this.#constant(1)];
    if (op === 'negate') {
      const [factor, core] = this.#strip(args[0]!);
      return [-factor, core];
    }
    if (op !== 'multiply') return [1, id];
    const first = this.#drafts[args[0]!]!;
    if (first.op !== 'constant') return [1, id];
    const rest = args.slice(1);
    return [first.value, rest.length === 1 ? rest[0]! : this.#make('multiply', rest)];
  }

  #scaled(factor: number, id: number): number {
    const { op, args, value } = this.#drafts[id]!;
    if (factor === 1) return id;
    if (factor === 0) return this.#constant(0);
    if (op === 'constant') return this.#constant(factor * value);
    if (factor === -1) return this.#make('negate', [id]);
    const constant = this.#constant(factor);
    return this.#make('multiply', op === 'multiply' ? [constant, ...args] : [constant, id]);
  }

  #order(ids: number[]): void {
    if (ids.length > 1) ids.sort((a, b) => this.#drafts[a]!.signature - this.#drafts[b]!.signature);
  }

  #variable(column: number): number {
    return this.#intern(`x${column}`, 'variable', [], column, () => 'x');
  }

  #constant(value: number): number {
    return this.#intern(`c${value}`, 'constant', [], value, () => 'c');
  }

  #make(op: Operator, args: readonly number[]): number {
    if (args.every((arg) => this.#drafts[arg]!.op === 'constant'))
      return this.#constant(
        applyOperator(
          op,
          args.map((arg) => this.#drafts[arg]!.value),
        ),
      );
    return this.#intern(`${op} ${args.join()}`, op, args, 0, () => {
      const signatures = args.map((arg, k) =>
        isLiteral(op, k, this.#drafts[arg]!) ? `#${this.#drafts[arg]!.value}` : this.#drafts[arg]!.signature,
      );
      return `${op} ${signatures.join()}`;
    });
  }

  #intern(
    key: string,
    op: Draft['op'],
    args: readonly number[],
    value: number,
    signature: () => string,
  ): number {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const text = signature();
    let number = this.#signatures.get(text);
    if (number === undefined) {
      number = this.#signatures.size;
      this.#signatures.set(text, number);
    }
    const id = this.#drafts.length;
    this.#drafts.push({ op, args, value, signature: number });
    this.#byKey.set(key, id);
    return id;
  }

  /** Numbers variables and constants by first use, calls in postorder. */
  #finish(root: number): Term {
    const drafts = this.#drafts;
    const order: number[] = [];
    const place = new Map<number, number>();
    const variables: number[] = [];
    const constants: number[] = [];
    const keys: string[] = [];
    const slot = new Map<number, number>();
    const stack = [root];
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      const { op, args } = drafts[id]!;
      if (place.has(id)) {
        stack.pop();
        continue;
      }
      let ready = true;
      for (let k = args.length - 1; k >= 0; k--)
        if (drafts[args[k]!]!.args.length > 0 && !place.has(args[k]!)) {
          stack.push(args[k]!);
          ready = false;
        }
      if (!ready) continue;
      stack.pop();
      place.set(id, order.length);
      order.push(id);
      let text: string = op;
      for (let k = 0; k < args.length; k++) {
        const arg = args[k]!;
        const draft = drafts[arg]!;
        if (draft.op === 'variable') {
          let number = slot.get(arg);
          if (number === undefined) {
            number = variables.length;
            slot.set(arg, number);
            variables.push(draft.value);
          }
          text += ` x${number}`;
        } else if (isLiteral(op, k, draft)) text += ` #${draft.value}`;
        else if (draft.op === 'constant') {
          constants.push(draft.value);
          text += ' c';
        } else text += ` ${place.get(arg)}`;
      }
      keys.push(text);
    }
    const shape = (): Shape => {
      const shapes: Shape[] = [];
      let constant = 0;
      const slots = variables.map((_, k): Shape => ({ op: 'variable', slot: k }));
      for (const id of order) {
        const op = drafts[id]!.op as Operator;
        const args = drafts[id]!.args.map((arg, k): Shape => {
          const draft = drafts[arg]!;
          if (draft.op === 'variable') return slots[slot.get(arg)!]!;
          if (isLiteral(op, k, draft)) return { op: 'literal', value: draft.value };
          if (draft.op === 'constant') return { op: 'constant', slot: constant++ };
          return shapes[place.get(arg)!]!;
        });
        shapes.push({ op, args });
      }
      return shapes[shapes.length - 1]!;
    };
    return { key: keys.join(';'), variables, constants, shape };
  }
}

/** Constants that stand in the shape itself: integer exponents and the numerator 1. */
function isLiteral(op: Draft['op'], position: number, { op: kind, value }: Draft): boolean {
  if (kind !== 'constant') return false;
  if (op === 'power') return position === 1 && Number.isInteger(value) && Math.abs(value) <= largestLiteral;
  return op === 'divide' && position === 0 && value === 1;
}

/** Factors of nested products that nothing else uses, constants multiplied into one. */
export function flattenProduct(root: Call): { factor: number; needs: Expression[] } {
  let factor = 1;
  const needs: Expression[] = [];
  const stack: Expression[] = [root];
  while (stack.length > 0) {
    const e = stack.pop()!;
    if (e instanceof Constant) factor *= e.value;
    else if (e instanceof Call && e.op === 'multiply' && (e === root || e.uses <= 1))
      for (let k = e.args.length - 1; k >= 0; k--) stack.push(e.args[k]!);
    else if (e instanceof Call && e.op === 'negate' && e.uses <= 1) {
      factor = -factor;
      stack.push(e.args[0]!);
    } else needs.push(e);
  }
  return { factor, needs };
}

/** Nodes of the graph from `root` down. */
export function graphSize(root: Expression): number {
  const seen = new Set<Expression>([root]);
  const stack = [root];
  let size = 0;
  while (stack.length > 0) {
    const e = stack.pop()!;
    size += e instanceof Linear ? e.columns.length : 1;
    if (e instanceof Call)
      for (const arg of e.args)
        if (!seen.has(arg)) {
          seen.add(arg);
          stack.push(arg);
        }
  }
  return size;
}
