import type { Operator } from '../problem/operators.js';

/** What a formula shows of a node. */
export type View =
  | { readonly kind: 'leaf'; readonly text: string }
  | { readonly kind: 'call'; readonly op: Operator; readonly args: readonly Viewed[] }
  | {
      readonly kind: 'linear';
      readonly names: readonly string[];
      readonly coefficients: ArrayLike<number>;
      readonly constant: number;
    };

/** Whatever can be looked at as a tree of operations. */
export interface Viewed {
  view(): View;
}

/** Deeper and longer formulas are abbreviated. */
const deepest = 100;
const mostTerms = 20;
const longest = 4000;

/** How tightly operators bind; a function call or a leaf needs no parentheses. */
const binding = { add: 1, subtract: 1, multiply: 2, divide: 2, negate: 3, power: 4 } as const;
const whole = 5;

const tests: { readonly [O in Operator]?: string } = {
  less: '<',
  lessEqual: '<=',
  equal: '=',
  notEqual: '!=',
};

/** A node as text in the notation of `expr`: `100*(y - x^2)^2 + sin(x)`. */
export function formula(root: Viewed): string {
  let left = longest;
  const cut = (text: string): string => {
    left -= text.length;
    return left >= 0 ? text : '…';
  };
  const list = (args: readonly Viewed[], separator: string, least: number, depth: number): string => {
    const shown = args.slice(0, mostTerms).map((arg) => write(arg, least, depth));
    return [...shown, ...(args.length > mostTerms ? ['…'] : [])].join(separator);
  };
  /** The text of a node, in parentheses where it binds less tightly than `least`. */
  const write = (node: Viewed, least: number, depth: number): string => {
    if (depth > deepest || left <= 0) return '…';
    const view = node.view();
    if (view.kind === 'leaf')
      return cut(view.text.startsWith('-') && least > 2 ? `(${view.text})` : view.text);
    const [text, own] = view.kind === 'linear' ? [linearText(view), binding.add] : call(view, depth + 1);
    return cut(own < least ? `(${text})` : text);
  };
  const call = ({ op, args }: View & { kind: 'call' }, depth: number): [string, number] => {
    const [a, b] = args;
    switch (op) {
      case 'add':
        return [signed(list(args, ' + ', 1, depth)), 1];
      case 'subtract':
        return [`${write(a!, 1, depth)} - ${write(b!, 2, depth)}`, 1];
      case 'multiply':
        return [list(args, '*', 2, depth), 2];
      case 'divide':
        return [`${write(a!, 2, depth)}/${write(b!, 3, depth)}`, 2];
      case 'negate':
        return [`-${write(a!, 3, depth)}`, 3];
      case 'power':
        return [`${write(a!, 5, depth)}^${write(b!, 4, depth)}`, 4];
      default: {
        const sign = tests[op];
        if (sign !== undefined) return [`${write(a!, 1, depth)} ${sign} ${write(b!, 1, depth)}`, 0];
        return [`${op}(${list(args, ', ', 0, depth)})`, whole];
      }
    }
  };
  return write(root, 0, 0);
}

/** `a + -b` as `a - b`. */
const signed = (text: string): string => text.replaceAll(' + -', ' - ');

function linearText({ names, coefficients, constant }: View & { kind: 'linear' }): string {
  const terms = names.slice(0, mostTerms).map((name, k) => {
    const coefficient = coefficients[k]!;
    if (coefficient === 1) return name;
    return coefficient === -1 ? `-${name}` : `${coefficient}*${name}`;
  });
  if (names.length > mostTerms) terms.push('…');
  if (constant !== 0 || terms.length === 0) terms.push(String(constant));
  return signed(terms.join(' + '));
}
