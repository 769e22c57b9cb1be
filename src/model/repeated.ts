import { Applied, Call, Column, Constant, type Expression, Linear, toExpression } from './expression.js';
import type { StateTemplate } from './grouping.js';
import { expressions as operations } from './nodes.js';
import { type Source, smooth } from './source.js';
import type { GroupUse } from './statement.js';

/** Variables and constants of a template, and nodes of its formula. */
const mostSlots = 64;
const mostNodes = 400;
/** Nodes of what is one value for all instances: it is computed in each. */
const mostShared = 40;

/** A sum over a recipe as a template with tables. */
export interface Repeated {
  readonly uses: readonly GroupUse[];
  /** Entries that another formula gives: where a constant is 0 or a variable stands in two places. */
  readonly rest: readonly Expression[];
}

/** What has no template. */
class NoTemplate extends Error {}

type Formula = (variables: readonly Expression[], constants: readonly Expression[]) => Expression;

/**
 * `factor · Σ entries` for a row (−1: the objective), as one formula and its variables and constants; undefined where the
 * entries have none in common.
 */
export function repeated(
  source: Source,
  factor: number,
  row: number,
  state: StateTemplate,
): Repeated | undefined {
  try {
    return new Repeating(source).uses(factor, row, state);
  } catch (error) {
    if (error instanceof NoTemplate) return undefined;
    throw error;
  }
}

/** Finds what differs from entry to entry. */
class Repeating {
  /** Columns by instance, or one for all. */
  readonly #variables: (Int32Array | number)[] = [];
  readonly #constants: Float64Array[] = [];
  readonly #formulas = new Map<Source | Expression, Formula>();
  readonly #odd: Uint8Array;
  readonly #root: Formula;
  #nodes = 0;

  constructor(private readonly source: Source) {
    this.#odd = new Uint8Array(source.size);
    this.#root = this.#of(source);
    for (const values of this.#constants)
      for (let t = 0; t < values.length; t++) if (!Number.isFinite(values[t])) this.#odd[t] = 1;
    this.#markTwice();
  }

  uses(factor: number, row: number, state: StateTemplate): Repeated | undefined {
    const odd = this.#odd;
    const { size } = this.source;
    const count = size - odd.reduce((sum, mark) => sum + mark, 0);
    if (2 * count < size) return undefined;
    const [variables, constants] = [this.#variables, this.#constants];
    const columns = new Int32Array(count * variables.length);
    const values = new Float64Array(count * constants.length);
    const rest: Expression[] = [];
    let [at, next] = [0, 0];
    for (let t = 0; t < size; t++) {
      if (odd[t] === 1) {
        rest.push(operations.product([toExpression(factor), this.source.element(t)]));
        continue;
      }
      for (const list of variables) columns[at++] = typeof list === 'number' ? list : list[t]!;
      for (const list of constants) values[next++] = list[t]!;
    }
    const template = state(
      (x, c) => operations.product([toExpression(factor), this.#root(x, c)]),
      variables.length,
      constants.length,
    );
    const use = {
      template,
      width: variables.length,
      columns,
      constants: values,
      rows: new Int32Array(count).fill(row),
    };
    return { uses: [use], rest };
  }

  #of(source: Source): Formula {
    const known = this.#formulas.get(source);
    if (known) return known;
    if (++this.#nodes > mostNodes) throw new NoTemplate();
    const made = once(
      source.recipe && source.size > 1
        ? this.#call(source.recipe)
        : source.size === 1
          ? this.#shared(source.elements[0]!, { left: mostShared })
          : source.numbers
            ? this.#numbers(source.numbers)
            : this.#list(source.elements),
    );
    this.#formulas.set(source, made);
    return made;
  }

  #call({ operator, make, of }: NonNullable<Source['recipe']>): Formula {
    const args = of.map((source) => this.#of(source));
    if (operator === 'linear') {
      const half = args.length / 2;
      return (x, c) =>
        operations.sum(
          args.slice(0, half).map((own, k) => operations.product([own(x, c), args[half + k]!(x, c)])),
        );
    }
    if (operator === 'power' && !isOne(of[1]!)) throw new NoTemplate();
    if (operator === 'power' && numbersOf(of[0]!)) throw new NoTemplate();
    // A factor 0 takes its entry's product away, and constants may not be divided by.
    const zeros = operator === 'multiply' ? of : operator === 'divide' ? of.slice(1) : [];
    for (const part of zeros) {
      const values = numbersOf(part);
      if (values && !isOne(part))
        for (let t = 0; t < values.length; t++) if (values[t] === 0) this.#odd[t] = 1;
    }
    return (x, c) => make(args.map((own) => own(x, c)));
  }

  #list(elements: readonly Expression[]): Formula {
    const [first] = elements;
    if (first instanceof Column && elements.every((e) => e instanceof Column))
      return this.#columns(Int32Array.from(elements as readonly Column[], ({ index }) => index));
    if (elements.every((e) => e instanceof Constant))
      return this.#numbers(Float64Array.from(elements, ({ value }) => value));
    const width = first instanceof Linear ? first.columns.length : 0;
    if (width === 0 || !elements.every((e) => e instanceof Linear && e.columns.length === width))
      throw new NoTemplate();
    const forms = elements as readonly Linear[];
    const parts = Array.from({ length: width }, (_, k) => [
      this.#numbers(Float64Array.from(forms, ({ coefficients }) => coefficients[k]!)),
      this.#columns(Int32Array.from(forms, ({ columns }) => columns[k]!)),
    ]);
    const constant = this.#numbers(Float64Array.from(forms, (form) => form.constant));
    return (x, c) =>
      operations.sum([
        ...parts.map((factors) => operations.product(factors.map((own) => own(x, c)))),
        constant(x, c),
      ]);
  }

  #numbers(values: Float64Array): Formula {
    const [first] = values;
    if (values.every((value) => value === first)) return () => toExpression(first!);
    return this.#slot(this.#constants, values, (_, c) => c);
  }

  #columns(list: Int32Array): Formula {
    const [first] = list;
    return this.#slot(this.#variables, list.every((own) => own === first) ? first! : list, (x) => x);
  }

  #slot<A extends Int32Array | Float64Array | number>(
    slots: A[],
    own: A,
    of: (x: readonly Expression[], c: readonly Expression[]) => readonly Expression[],
  ): Formula {
    let place = slots.findIndex((known) => equal(known, own));
    if (place < 0) place = slots.push(own) - 1;
    if (this.#variables.length + this.#constants.length > mostSlots) throw new NoTemplate();
    return (x, c) => of(x, c)[place]!;
  }

  /** An expression that all entries have in common. */
  #shared(e: Expression, nodes: { left: number }): Formula {
    const known = this.#formulas.get(e);
    if (known) return known;
    if (--nodes.left < 0) throw new NoTemplate();
    const made = once(this.#node(e, nodes));
    this.#formulas.set(e, made);
    return made;
  }

  #node(e: Expression, nodes: { left: number }): Formula {
    if (e instanceof Column) return this.#columns(Int32Array.of(e.index));
    if (e instanceof Constant) return () => e;
    if (e instanceof Linear) {
      if (e.columns.length > 16) throw new NoTemplate();
      const parts = Array.from(e.columns, (column) => this.#columns(Int32Array.of(column)));
      return (x, c) =>
        operations.sum([
          ...parts.map((own, k) => operations.product([toExpression(e.coefficients[k]!), own(x, c)])),
          toExpression(e.constant),
        ]);
    }
    if (!(e instanceof Call) || !smooth.has(e.op) || e.args.length > 16) throw new NoTemplate();
    const args = e.args.map((arg) => this.#shared(arg, nodes));
    return (x, c) =>
      new Applied(
        e.op,
        args.map((own) => own(x, c)),
      );
  }

  /** Marks entries in which one variable stands in two slots. */
  #markTwice(): void {
    const lists = this.#variables.filter((own) => typeof own !== 'number');
    if (lists.length === 0) return;
    const single = new Set(this.#variables.filter((own) => typeof own === 'number'));
    lists.forEach((list, k) => {
      for (let t = 0; t < list.length; t++)
        if (single.has(list[t]!) || lists.some((other, i) => i < k && other[t] === list[t])) this.#odd[t] = 1;
    });
  }
}

/** The same node wherever a formula stands in others. */
function once(formula: Formula): Formula {
  let last: readonly Expression[] | undefined;
  let made: Expression;
  return (x, c) => {
    if (last !== x) {
      last = x;
      made = formula(x, c);
    }
    return made;
  };
}

/** The plain numbers of a source; undefined where it holds anything else. */
function numbersOf(source: Source): ArrayLike<number> | undefined {
  if (source.numbers) return source.numbers;
  if (source.recipe) return undefined;
  const { elements } = source;
  return elements.every((e) => e instanceof Constant) ? elements.map(({ value }) => value) : undefined;
}

/** Whether a source is one number for all entries. */
function isOne(source: Source): boolean {
  const values = numbersOf(source);
  if (values === undefined) return false;
  for (let k = 1; k < values.length; k++) if (values[k] !== values[0]) return false;
  return true;
}

function equal(a: Int32Array | Float64Array | number, b: Int32Array | Float64Array | number): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  for (let k = 0; k < a.length; k++) if (a[k] !== b[k]) return false;
  return true;
}
