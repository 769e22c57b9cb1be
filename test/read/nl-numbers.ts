import type { Algebra } from '../../src/read/nl/expressions.js';
import { operators } from '../../src/read/nl/operators.js';
import type { Tree } from './nl-writer.js';

const truth = (value: boolean): number => (value ? 1 : 0);
const halfAway = (u: number): number => Math.sign(u) * Math.floor(Math.abs(u) + 0.5);

/** The operators as plain functions of numbers, written from their definitions in the AMPL book. */
export function evaluate(name: string, args: readonly number[]): number {
  const [a, b, c] = args as [number, number, number];
  switch (name) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'divide':
      return a / b;
    case 'remainder':
      return a % b;
    case 'power':
      return a ** b;
    case 'square':
      return a * a;
    case 'less':
      return Math.max(a - b, 0);
    case 'min':
      return args.reduce((x, y) => Math.min(x, y));
    case 'max':
      return args.reduce((x, y) => Math.max(x, y));
    case 'sum':
      return args.reduce((x, y) => x + y, 0);
    case 'floor':
      return Math.floor(a);
    case 'ceil':
      return Math.ceil(a);
    case 'abs':
      return Math.abs(a);
    case 'negate':
      return -a;
    case 'or':
      return truth(args.some((x) => x !== 0));
    case 'and':
      return truth(args.every((x) => x !== 0));
    case 'lt':
      return truth(a < b);
    case 'le':
      return truth(a <= b);
    case 'eq':
      return truth(a === b);
    case 'ge':
      return truth(a >= b);
    case 'gt':
      return truth(a > b);
    case 'ne':
      return truth(a !== b);
    case 'not':
      return truth(a === 0);
    case 'iff':
      return truth((a !== 0) === (b !== 0));
    case 'if':
      return a !== 0 ? b : c;
    case 'quotient':
      return Math.trunc(a / b);
    case 'round':
      return halfAway(a * 10 ** b) / 10 ** b;
    case 'trunc':
      return Math.trunc(a * 10 ** b) / 10 ** b;
    case 'precision':
      return a === 0 ? 0 : Number(a.toPrecision(b));
    default:
      return (Math as unknown as Record<string, (x: number, y: number) => number>)[name]!(a, b);
  }
}

/** Reads expressions straight to their values at `x`. */
export const numbers = (x: readonly number[]): Algebra<number> => ({
  constant: (value) => value,
  variable: (index) => x[index]!,
  apply: evaluate,
  piecewiseLinear: (slopes, breaks, u) => {
    // Integrate the slopes from 0 to u.
    const piece = (a: number, b: number): number =>
      slopes.reduce((sum, slope, i) => {
        const from = Math.max(a, breaks[i - 1] ?? Number.NEGATIVE_INFINITY);
        const to = Math.min(b, breaks[i] ?? Number.POSITIVE_INFINITY);
        return sum + (to > from ? slope * (to - from) : 0);
      }, 0);
    return u >= 0 ? piece(0, u) : -piece(u, 0);
  },
});

/** The value of a tree, recursively and without the reader. */
export function treeValue(tree: Tree, x: readonly number[]): number {
  if (typeof tree === 'number') return tree;
  if ('v' in tree) return x[tree.v]!;
  return evaluate(
    operators.get(tree.o)!.name,
    tree.args.map((arg) => treeValue(arg, x)),
  );
}

/** Whether every node of a tree has a finite value at `x`. */
export function isFiniteThroughout(tree: Tree, x: readonly number[]): boolean {
  if (!Number.isFinite(treeValue(tree, x))) return false;
  return typeof tree === 'number' || 'v' in tree || tree.args.every((arg) => isFiniteThroughout(arg, x));
}
