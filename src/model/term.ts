import { applyOperator } from '../problem/apply.js';
import type { Operator } from '../problem/operators.js';
import type { Shape } from '../problem/problem.js';
import { Call, Constant, type Expression, Linear, Variable } from './expression.js';
import { Numbering, Sequences } from './sequences.js';
import { isSum, type Split, type Splitter } from './split.js';

/** A nonlinear term in slots: terms with equal `key` have equal shapes. */
export interface Term {
  readonly key: number;
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
  /** Slot of a variable or position of a call in the finished term, −1 before. */
  place: number;
}

/** What an expression still waits for: the nodes below it, after sums and products are flattened. */
type Parts =
  | { readonly kind: 'sum'; readonly split: Split; readonly needs: readonly Expression[] }
  | { readonly kind: 'product'; readonly factor: number; readonly needs: readonly Expression[] }
  | { readonly kind: 'call'; readonly op: Operator; readonly needs: readonly Expression[] };

/** Greater exponents are constants like any other. */
const largestLiteral = 64;
/** Up to so many drafts are searched one by one. */
const fewDrafts = 24;
const noArgs: readonly number[] = [];
/** A shared product longer than this stays one factor. */
const longestSplice = 4;

/**
 * Brings terms into a canonical form: sums and products flattened and ordered, equal subexpressions shared, repeated
 * factors as powers, constants moved to the front of products. Works without recursion.
 */
export class TermBuilder {
  #drafts: Draft[] = [];
  /** Drafts by content, kept once there are many of them. */
  readonly #byKey = new Map<string, number>();
  readonly #done = new Map<Expression, number>();
  readonly #sequences = new Sequences();
  readonly #operators = new Numbering<string>();
  readonly #literals = new Numbering<number>();

  constructor(readonly splitter: Splitter) {}

  reduce(expression: Expression): Reduced {
    this.#drafts = [];
    if (this.#byKey.size > 0) this.#byKey.clear();
    const [factor, core] = this.#strip(this.#convert(expression));
    const draft = this.#drafts[core]!;
    if (draft.op === 'constant') return { factor: factor * draft.value };
    if (draft.op === 'variable') return { factor, column: draft.value };
    return { factor, term: this.#finish(core) };
  }

  #convert(root: Expression): number {
    const done = this.#done;
    done.clear();
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
    const weights = new Map<number, number>();
    for (let k = 0; k < ids.length; k++) {
      const [factor, core] = this.#strip(ids[k]!);
      const weight = terms[k]!.weight * factor;
      if (this.#drafts[core]!.op === 'constant') rest += weight * this.#drafts[core]!.value;
      else weights.set(core, (weights.get(core) ?? 0) + weight);
    }
    for (const [core, weight] of weights) if (weight !== 0) args.push(this.#scaled(weight, core));
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
    return this.#find('variable', noArgs, column) ?? this.#append('variable', noArgs, column, 0);
  }

  #constant(value: number): number {
    return this.#find('constant', noArgs, value) ?? this.#append('constant', noArgs, value, 1);
  }

  #make(op: Operator, args: readonly number[]): number {
    if (args.every((arg) => this.#drafts[arg]!.op === 'constant'))
      return this.#constant(
        applyOperator(
          op,
          args.map((arg) => this.#drafts[arg]!.value),
        ),
      );
    const known = this.#find(op, args, 0);
    if (known !== undefined) return known;
    let state = this.#sequences.step(0, 2 * this.#operators.of(op));
    for (let k = 0; k < args.length; k++) {
      const draft = this.#drafts[args[k]!]!;
      const literal = isLiteral(op, k, draft);
      state = this.#sequences.step(
        state,
        literal ? 2 * this.#literals.of(draft.value) + 1 : 2 * draft.signature,
      );
    }
    return this.#append(op, args, 0, state + 1);
  }

  #find(op: Draft['op'], args: readonly number[], value: number): number | undefined {
    const drafts = this.#drafts;
    if (drafts.length > fewDrafts) return this.#byKey.get(contentKey(op, args, value));
    for (let id = 0; id < drafts.length; id++) {
      const draft = drafts[id]!;
      if (draft.op !== op || !Object.is(draft.value, value) || draft.args.length !== args.length) continue;
      let equal = true;
      for (let k = 0; k < args.length && equal; k++) equal = draft.args[k] === args[k];
      if (equal) return id;
    }
    return undefined;
  }

  #append(op: Draft['op'], args: readonly number[], value: number, signature: number): number {
    const id = this.#drafts.push({ op, args, value, signature, place: -1 }) - 1;
    if (id === fewDrafts)
      this.#drafts.forEach((draft, k) => {
        this.#byKey.set(contentKey(draft.op, draft.args, draft.value), k);
      });
    else if (id > fewDrafts) this.#byKey.set(contentKey(op, args, value), id);
    return id;
  }

  /** Numbers variables and constants by first use, calls in postorder. */
  #finish(root: number): Term {
    const drafts = this.#drafts;
    const order: number[] = [];
    const variables: number[] = [];
    const constants: number[] = [];
    let key = 0;
    const stack = [root];
    while (stack.length > 0) {
      const id = stack[stack.length - 1]!;
      const own = drafts[id]!;
      const { op, args } = own;
      if (own.place >= 0) {
        stack.pop();
        continue;
      }
      let ready = true;
      for (let k = args.length - 1; k >= 0; k--)
        if (drafts[args[k]!]!.args.length > 0 && drafts[args[k]!]!.place < 0) {
          stack.push(args[k]!);
          ready = false;
        }
      if (!ready) continue;
      stack.pop();
      own.place = order.length;
      order.push(id);
      key = this.#sequences.step(key, this.#operators.of(op));
      key = this.#sequences.step(key, args.length);
      for (let k = 0; k < args.length; k++) {
        const draft = drafts[args[k]!]!;
        let symbol = 2;
        if (draft.op === 'variable') {
          if (draft.place < 0) draft.place = variables.push(draft.value) - 1;
          symbol = 4 * draft.place;
        } else if (isLiteral(op, k, draft)) symbol = 4 * this.#literals.of(draft.value) + 3;
        else if (draft.op === 'constant') constants.push(draft.value);
        else symbol = 4 * draft.place + 1;
        key = this.#sequences.step(key, symbol);
      }
    }
    const shape = (): Shape => {
      const shapes: Shape[] = [];
      let constant = 0;
      const slots = variables.map((_, k): Shape => ({ op: 'variable', slot: k }));
      for (const id of order) {
        const op = drafts[id]!.op as Operator;
        const args = drafts[id]!.args.map((arg, k): Shape => {
          const draft = drafts[arg]!;
          if (draft.op === 'variable') return slots[draft.place]!;
          if (isLiteral(op, k, draft)) return { op: 'literal', value: draft.value };
          if (draft.op === 'constant') return { op: 'constant', slot: constant++ };
          return shapes[draft.place]!;
        });
        shapes.push({ op, args });
      }
      return shapes[shapes.length - 1]!;
    };
    return { key, variables, constants, shape };
  }
}

/** Constants that stand in the shape itself: integer exponents and the numerator 1. */
function isLiteral(op: Draft['op'], position: number, { op: kind, value }: Draft): boolean {
  if (kind !== 'constant') return false;
  if (op === 'power') return position === 1 && Number.isInteger(value) && Math.abs(value) <= largestLiteral;
  return op === 'divide' && position === 0 && value === 1;
}

const contentKey = (op: Draft['op'], args: readonly number[], value: number): string =>
  `${op} ${value} ${args.join()}`;

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

/** Nodes of the graph from `root` down; undefined where there are more than `limit`. */
export function graphSize(root: Expression, limit: number): number | undefined {
  const seen = new Set<Expression>([root]);
  const stack = [root];
  let size = 0;
  while (stack.length > 0) {
    const e = stack.pop()!;
    size += e instanceof Linear ? e.columns.length : 1;
    if (size > limit) return undefined;
    if (e instanceof Call)
      for (const arg of e.args)
        if (!seen.has(arg)) {
          seen.add(arg);
          stack.push(arg);
        }
  }
  return size;
}
