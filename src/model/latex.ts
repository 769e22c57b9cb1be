import type { Operator } from '../problem/operators.js';
import type { View, Viewed } from './formula.js';

/** More terms, and longer or deeper formulas, are abbreviated. */
const mostTerms = 20;
const deepest = 60;
const longest = 6000;

/** How tightly operators bind; a function, a fraction or a leaf needs no parentheses. */
const [ofSum, ofProduct, ofPower, whole] = [1, 2, 4, 5];

const named: { readonly [O in Operator]?: string } = {
  exp: '\\exp',
  log: '\\ln',
  log10: '\\log_{10}',
  sin: '\\sin',
  cos: '\\cos',
  tan: '\\tan',
  asin: '\\arcsin',
  acos: '\\arccos',
  atan: '\\arctan',
  sinh: '\\sinh',
  cosh: '\\cosh',
  tanh: '\\tanh',
  minimum: '\\min',
  maximum: '\\max',
  sigmoid: '\\sigma',
};
const signs: { readonly [O in Operator]?: string } = {
  less: '<',
  lessEqual: '\\le',
  equal: '=',
  notEqual: '\\ne',
  and: '\\land',
  or: '\\lor',
};

/** A formula in LaTeX, for a mathematical environment. */
export function latexFormula(root: Viewed): string {
  let left = longest;
  const cut = (text: string): string => {
    left -= text.length;
    return left >= 0 ? text : '\\dots';
  };
  const write = (node: Viewed, least: number, depth: number): string => {
    if (depth > deepest || left <= 0) return '\\dots';
    const [text, own] = of(node.view(), depth + 1);
    return own < least ? `\\left(${text}\\right)` : text;
  };
  const list = (args: readonly Viewed[], separator: string, least: number, depth: number): string =>
    [
      ...args.slice(0, mostTerms).map((arg) => write(arg, least, depth)),
      ...(args.length > mostTerms ? ['\\dots'] : []),
    ].join(separator);
  const of = (view: View, depth: number): [string, number] => {
    if (view.kind === 'leaf') {
      const text = cut(latexName(view.text));
      return [text, text.startsWith('-') ? ofSum : whole];
    }
    if (view.kind === 'linear') return [cut(linear(view)), ofSum];
    return call(view, depth);
  };
  const call = ({ op, args }: View & { kind: 'call' }, depth: number): [string, number] => {
    const [a, b] = args;
    switch (op) {
      case 'add':
        return [tidy(list(args, ' + ', ofSum, depth)), ofSum];
      case 'subtract':
        return [`${write(a!, ofSum, depth)} - ${write(b!, ofProduct, depth)}`, ofSum];
      case 'multiply':
        return [list(args, ' \\, ', ofProduct, depth), ofProduct];
      case 'divide':
        return [`\\frac{${write(a!, 0, depth)}}{${write(b!, 0, depth)}}`, whole];
      case 'negate':
        return [`-${write(a!, ofProduct, depth)}`, ofSum];
      case 'power':
        return [`${write(a!, whole, depth)}^{${write(b!, 0, depth)}}`, ofPower];
      case 'sqrt':
        return [`\\sqrt{${write(a!, 0, depth)}}`, whole];
      case 'abs':
        return [`\\left|${write(a!, 0, depth)}\\right|`, whole];
      case 'not':
        return [`\\lnot ${write(a!, whole, depth)}`, whole];
      case 'conditional':
        return [
          `\\begin{cases}${write(b!, 0, depth)} & ${write(a!, 0, depth)}\\\\ ${write(args[2]!, 0, depth)} & \\text{else}\\end{cases}`,
          whole,
        ];
      default: {
        const sign = signs[op];
        if (sign !== undefined) return [list(args, ` ${sign} `, ofSum, depth), 0];
        const name = named[op] ?? `\\operatorname{${op}}`;
        return [`${name}\\left(${list(args, ', ', 0, depth)}\\right)`, whole];
      }
    }
  };
  return write(root, 0, 0);
}

const tidy = (text: string): string => text.replaceAll(' + -', ' - ');

function linear({ names, coefficients, constant }: View & { kind: 'linear' }): string {
  const terms = names.slice(0, mostTerms).map((name, k) => {
    const coefficient = coefficients[k]!;
    const own = latexName(name);
    if (coefficient === 1) return own;
    return coefficient === -1 ? `-${own}` : `${latexName(String(coefficient))} \\, ${own}`;
  });
  if (names.length > mostTerms) terms.push('\\dots');
  if (constant !== 0 || terms.length === 0) terms.push(latexName(String(constant)));
  return tidy(terms.join(' + '));
}

const greek = new Set(
  'alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau phi chi psi omega'.split(
    ' ',
  ),
);

/** A name or a number: `x[1,2]` as `x_{1,2}`, longer names upright, numbers with their power of ten. */
export function latexName(text: string): string {
  const numeric = /^(-?[\d.]+)e([+-]?\d+)$/.exec(text);
  if (numeric) return `${numeric[1]} \\cdot 10^{${Number(numeric[2])}}`;
  if (/^-?[\d.]+$/.test(text)) return text;
  if (/^-?Infinity$/.test(text)) return text.replace('Infinity', '\\infty');
  const indices: string[] = [];
  const base = text.replaceAll(/\[([^\]]*)\]/g, (_, index: string) => {
    indices.push(index);
    return '';
  });
  const [, stem, digits] = /^([A-Za-z])(\d+)$/.exec(base) ?? [];
  if (digits !== undefined) indices.unshift(digits);
  const head = stem ?? base;
  const own =
    head.length === 1 ? escaped(head) : greek.has(head) ? `\\${head}` : `\\mathrm{${escaped(head)}}`;
  return indices.length === 0 ? own : `${own}_{${indices.map(escaped).join(',')}}`;
}

/** Characters that mean something to LaTeX. */
const escaped = (text: string): string =>
  text
    .replaceAll('\\', '\\backslash ')
    .replaceAll(/[#$%&_{}]/g, (character) => `\\${character}`)
    .replaceAll('^', '\\hat{\\ }')
    .replaceAll('~', '\\sim ');
