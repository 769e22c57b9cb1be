import { InputError } from '../core/errors.js';
import { textOf } from '../core/given.js';
import { callables, scalar, type TemplateValue } from './callables.js';
import type { Expression } from './expression.js';
import { add, divide, multiply, negate, power, subtract } from './functions.js';
import { type Relation, type RelationSign, related, within } from './relation.js';

const operand = 'a number, a name, an inserted value or (';

/** Levels of parentheses, functions and powers inside each other: reading and building them takes stack. */
const deepest = 500;

type Values = readonly TemplateValue[];
type Build = (values: Values) => TemplateValue;
type BuildRelation = (values: Values) => Relation;
type Token = { readonly at: number } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name' | 'sign'; readonly text: string }
  | { readonly kind: 'hole'; readonly index: number }
  | { readonly kind: 'end' }
);

const parsed = new WeakMap<TemplateStringsArray, Build | { readonly relation: BuildRelation }>();

/**
 * An expression as text: `` expr`100*(${y} - ${x}^2)^2 + sin(pi*${x})` ``. Operators `+ - * / ^ **` (powers bind
 * tightest and to the right, `-x^2` is `-(x^2)`), parentheses, numbers, `pi`, and the functions of this room by name;
 * `sum`, `dot`, `minimum` and `maximum` take lists as well.
 *
 * With a comparison, `` expr`${x} + ${y} <= 1` `` or `` expr`0 <= ${x} - ${y} <= 1` `` (`<= >= =`), it is a {@link Relation}
 * for `subjectTo`, and refused wherever a value is needed; types cannot see which of the two a text is.
 */
export function expr(strings: TemplateStringsArray, ...values: TemplateValue[]): Expression {
  if (!Array.isArray(strings)) throw new InputError('expr: its text is missing; write expr`…`');
  for (const part of strings) textOf(part, 'expr: its text');
  let build = parsed.get(strings);
  if (build === undefined) {
    build = new Parser(strings).parse();
    parsed.set(strings, build);
  }
  if (typeof build === 'function') return scalar(build(values), 'the expression');
  return build.relation(values) as unknown as Expression;
}

/** Recursive descent over the tokens of one template. */
class Parser {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #next = 0;
  #depth = 0;

  constructor(strings: readonly string[]) {
    this.#text = strings.map((part, k) => (k === 0 ? part : `\${${k}}${part}`)).join('');
    let at = 0;
    strings.forEach((part, k) => {
      if (k > 0) {
        this.#tokens.push({ kind: 'hole', index: k - 1, at });
        at += `\${${k}}`.length;
      }
      this.#tokenize(part, at);
      at += part.length;
    });
    this.#tokens.push({ kind: 'end', at });
  }

  parse(): Build | { readonly relation: BuildRelation } {
    const sides = [this.#sum()];
    const signs: RelationSign[] = [];
    for (let sign = this.#comparison(); sign !== undefined; sign = this.#comparison()) {
      signs.push(sign);
      sides.push(this.#sum());
    }
    const rest = this.#peek();
    if (rest.kind !== 'end') this.#fail(rest, 'an operator or the end');
    const [first, middle, last] = sides;
    const [sign, second] = signs;
    if (sign === undefined) return first!;
    const side = (build: Build, values: Values) => scalar(build(values), 'a side of a relation');
    if (second === undefined)
      return { relation: (values) => related(side(first!, values), sign, side(middle!, values)) };
    if (signs.length > 2 || sign !== second || sign === '=')
      throw new InputError(
        `expr: '${this.#text}' is no chain of two <= or two >=; write it as two relations`,
      );
    const [low, high] = sign === '<=' ? [first!, last!] : [last!, first!];
    return { relation: (values) => within(side(low, values), side(middle!, values), side(high, values)) };
  }

  #comparison(): RelationSign | undefined {
    const token = this.#peek();
    if (token.kind !== 'sign' || !/^([<>]=?|==?)$/.test(token.text)) return undefined;
    if (token.text === '<' || token.text === '>')
      throw new InputError(
        `expr: '${token.text}' at position ${token.at} of '${this.#text}' excludes its bound, which no solver can; write ${token.text}=`,
      );
    this.#next++;
    return token.text === '==' ? '=' : (token.text as RelationSign);
  }

  #tokenize(part: string, offset: number): void {
    const pattern =
      /\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\*\*|[<>=]=|[-+*/^(),<>=]))/y;
    let position = 0;
    while (part.slice(position).trim() !== '') {
      pattern.lastIndex = position;
      const match = pattern.exec(part);
      const at = offset + position + /^\s*/.exec(part.slice(position))![0].length;
      if (match === null)
        throw new InputError(
          `expr: unexpected '${this.#text[at]}' at position ${at} of '${this.#text}'; allowed are numbers, names and + - * / ^ ( ) , <= >= =`,
        );
      const [whole, number, name, sign] = match;
      if (number !== undefined) this.#tokens.push({ kind: 'number', value: Number(number), at });
      else if (name !== undefined) this.#tokens.push({ kind: 'name', text: name, at });
      else this.#tokens.push({ kind: 'sign', text: sign === '**' ? '^' : sign!, at });
      position += whole.length;
    }
  }

  #sum(): Build {
    const terms: { readonly build: Build; readonly minus: boolean }[] = [
      { build: this.#product(), minus: false },
    ];
    for (;;) {
      if (this.#take('+')) terms.push({ build: this.#product(), minus: false });
      else if (this.#take('-')) terms.push({ build: this.#product(), minus: true });
      else break;
    }
    if (terms.length === 1) return terms[0]!.build;
    return (values) => {
      let total = scalar(terms[0]!.build(values), 'a term');
      for (let k = 1; k < terms.length; k++) {
        const { build, minus } = terms[k]!;
        const value = scalar(build(values), 'a term');
        total = minus ? subtract(total, value) : add(total, value);
      }
      return total;
    };
  }

  #product(): Build {
    const first = this.#signed();
    const rest: { readonly build: Build; readonly over: boolean }[] = [];
    for (;;) {
      if (this.#take('*')) rest.push({ build: this.#signed(), over: false });
      else if (this.#take('/')) rest.push({ build: this.#signed(), over: true });
      else break;
    }
    if (rest.length === 0) return first;
    return (values) => {
      let product = scalar(first(values), rest[0]!.over ? 'a numerator' : 'a factor');
      for (const { build, over } of rest)
        product = over
          ? divide(product, scalar(build(values), 'a denominator'))
          : multiply(product, scalar(build(values), 'a factor'));
      return product;
    };
  }

  #signed(): Build {
    let minus = false;
    for (;;) {
      if (this.#take('-')) minus = !minus;
      else if (!this.#take('+')) break;
    }
    const of = this.#power();
    return minus ? (values) => negate(scalar(of(values), 'an operand')) : of;
  }

  #power(): Build {
    const base = this.#atom();
    const token = this.#peek();
    if (!this.#take('^')) return base;
    const exponent = this.#inner(token, () => this.#signed());
    return (values) => power(scalar(base(values), 'a base'), scalar(exponent(values), 'an exponent'));
  }

  /** What stands inside another expression, behind `token`. */
  #inner(token: Token, parse: () => Build): Build {
    if (++this.#depth > deepest)
      throw new InputError(
        `expr: more than ${deepest} levels of parentheses, functions and powers at position ${token.at}; build the expression in parts`,
      );
    const build = parse();
    this.#depth--;
    return build;
  }

  #atom(): Build {
    const token = this.#peek();
    this.#next++;
    switch (token.kind) {
      case 'number':
        return () => token.value;
      case 'hole':
        return (values) => values[token.index]!;
      case 'name':
        return this.#named(token);
      case 'sign':
        if (token.text === '(') {
          const inside = this.#inner(token, () => this.#sum());
          this.#expect(')');
          return inside;
        }
        return this.#fail(token, operand);
      case 'end':
        return this.#fail(token, operand);
    }
  }

  #named(token: Token & { text: string }): Build {
    const { text } = token;
    if (text === 'pi') return () => Math.PI;
    const callable = callables.get(text);
    if (callable === undefined)
      throw new InputError(
        `expr: unknown name '${text}' at position ${token.at} of '${this.#text}'; known are pi, ${[...callables.keys()].join(', ')}`,
      );
    this.#expect('(');
    const argument = (): Build => this.#inner(token, () => this.#sum());
    const args = [argument()];
    while (this.#take(',')) args.push(argument());
    this.#expect(')');
    if (callable.count !== undefined && args.length !== callable.count)
      throw new InputError(
        `expr: ${text} at position ${token.at} of '${this.#text}' takes ${callable.count} arguments, not ${args.length}`,
      );
    return (values) => callable.apply(args.map((arg) => arg(values)));
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  #take(sign: string): boolean {
    const token = this.#peek();
    if (token.kind !== 'sign' || token.text !== sign) return false;
    this.#next++;
    return true;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) this.#fail(this.#peek(), `'${sign}'`);
  }

  #fail(token: Token, wanted: string): never {
    const found =
      token.kind === 'end'
        ? 'the end'
        : token.kind === 'hole'
          ? `\${${token.index + 1}}`
          : `'${token.kind === 'number' ? token.value : token.text}'`;
    throw new InputError(
      `expr: expected ${wanted} at position ${token.at} of '${this.#text}', found ${found}`,
    );
  }
}
