import { InputError } from '../../core/errors.js';
import type { Operator } from '../../problem/operators.js';
import {
  constantSlot,
  eachCall,
  earlierCall,
  literal,
  type Shape,
  variableSlot,
} from '../../problem/shape.js';

/** Writes an expression line by line, with what stands in its slots. */
export type Template = (
  lines: string[],
  variable: (slot: number) => string,
  constant: (slot: number) => string,
) => void;

/** A line, a slot of a variable, or a slot of a constant. */
type Token = string | { readonly variable: number } | { readonly constant: number };

/** Longer expressions share parts so often that written out they do not end. */
const mostTokens = 1e6;

/** How an operator is written: its lines before the arguments, or what it amounts to. */
type Written = (args: readonly Token[][]) => Token[];

const plain =
  (code: number): Written =>
  (args) => [`o${code}`, ...args.flat()];
/** Two at a time. */
const chain =
  (code: number): Written =>
  (args) => [...args.slice(1).map(() => `o${code}`), ...args.flat()];
const counted =
  (code: number): Written =>
  (args) => [`o${code}`, String(args.length), ...args.flat()];
const one = (number: number): Token[] => [`n${number}`];

/** Operators whose value is true or false. */
const tests = new Set<Operator>(['less', 'lessEqual', 'equal', 'notEqual', 'and', 'or', 'not']);
/** Operators that ask for truth, and of which arguments. */
const asks = (op: Operator, k: number): boolean =>
  op === 'and' || op === 'or' || op === 'not' || (op === 'conditional' && k === 0);

/** By operator; AMPL has no error function. */
const written: { readonly [O in Exclude<Operator, 'erf'>]: Written } = {
  negate: plain(16),
  abs: plain(15),
  sqrt: plain(39),
  exp: plain(44),
  expm1: ([u]) => ['o1', 'o44', ...u!, ...one(1)],
  log: plain(43),
  log10: plain(42),
  log1p: ([u]) => ['o43', 'o0', ...one(1), ...u!],
  sin: plain(41),
  cos: plain(46),
  tan: plain(38),
  asin: plain(51),
  acos: plain(53),
  atan: plain(49),
  sinh: plain(40),
  cosh: plain(45),
  tanh: plain(37),
  asinh: plain(50),
  acosh: plain(52),
  atanh: plain(47),
  sigmoid: ([u]) => ['o3', ...one(1), 'o0', ...one(1), 'o44', 'o16', ...u!],
  // max(u, 0) + log(1 + e^−|u|): nothing overflows.
  softplus: ([u]) => ['o0', 'o12', '2', ...u!, ...one(0), 'o43', 'o0', ...one(1), 'o44', 'o16', 'o15', ...u!],
  floor: plain(13),
  ceil: plain(14),
  round: ([u]) => ['o57', ...u!, ...one(0)],
  trunc: ([u]) => ['o58', ...u!, ...one(0)],
  not: plain(34),
  subtract: plain(1),
  divide: plain(3),
  power: plain(5),
  atan2: plain(48),
  remainder: plain(4),
  quotient: plain(55),
  less: plain(22),
  lessEqual: plain(23),
  equal: plain(24),
  notEqual: plain(30),
  add: (args) => (args.length < 3 ? chain(0)(args) : counted(54)(args)),
  multiply: chain(2),
  minimum: counted(11),
  maximum: counted(12),
  and: chain(21),
  or: chain(20),
  conditional: plain(35),
};

/** The lines of a shape, with gaps for its slots. */
export function bySlots(shape: Shape): Template {
  const tokens = tokensOf(shape);
  return (lines, variable, constant) => {
    for (const token of tokens)
      lines.push(
        typeof token === 'string'
          ? token
          : 'variable' in token
            ? variable(token.variable)
            : constant(token.constant),
      );
  };
}

function tokensOf(shape: Shape): readonly Token[] {
  const calls: Token[][] = [];
  const isTest: boolean[] = [];
  eachCall(shape, (op, symbols) => {
    if (op === 'erf')
      throw new InputError('writeNl: AMPL has no function erf; write it with functions that it has');
    const args = Array.from(symbols, (symbol, k) => {
      const index = symbol >> 2;
      const kind = symbol & 3;
      const truth = kind === earlierCall && isTest[index]!;
      const own = argument(shape, calls, kind, index);
      if (asks(op, k)) return truth ? own : ['o30', ...own, ...one(0)];
      return truth ? ['o35', ...own, ...one(1), ...one(0)] : own;
    });
    const tokens = written[op](args);
    if (tokens.length > mostTokens)
      throw new InputError('writeNl: a formula is too large when its shared parts are written out');
    calls.push(tokens);
    isTest.push(tests.has(op));
  });
  const root = calls[calls.length - 1]!;
  return isTest[calls.length - 1] ? ['o35', ...root, ...one(1), ...one(0)] : root;
}

function argument(shape: Shape, calls: readonly Token[][], kind: number, index: number): Token[] {
  if (kind === earlierCall) return calls[index]!;
  if (kind === literal) return [`n${shape.literals[index]!}`];
  if (kind === variableSlot) return [{ variable: index }];
  if (kind === constantSlot) return [{ constant: index }];
  throw new InputError(`writeNl: an unknown symbol ${kind}`);
}
