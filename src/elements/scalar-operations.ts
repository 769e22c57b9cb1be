import { erf, guarded, round, sigmoid, softplus } from '../core/special.js';
import type { Operator } from '../problem/operators.js';

/** Scalar operations of a derivative tape: the operators, and two that derivatives need besides. */
export type ScalarOperation = Exclude<Operator, 'conditional'> | 'guarded' | 'select';

interface Form {
  readonly text: (a: string, b: string, c: string) => string;
  readonly evaluate: (a: number, b: number, c: number) => number;
}

const math = (name: keyof Math & string): Form => ({
  text: (a) => `Math.${name}(${a})`,
  evaluate: Math[name] as (a: number) => number,
});
const own = (name: string, evaluate: (a: number) => number): Form => ({
  text: (a) => `F.${name}(${a})`,
  evaluate,
});
const infix = (sign: string, evaluate: (a: number, b: number) => number): Form => ({
  text: (a, b) => `${a}${sign}${b}`,
  evaluate,
});
const test = (sign: string, evaluate: (a: number, b: number) => boolean): Form => ({
  text: (a, b) => `${a}${sign}${b}?1:0`,
  evaluate: (a, b) => (evaluate(a, b) ? 1 : 0),
});

/** How each instruction is written in generated JavaScript and what it computes when interpreted. */
export const scalarOperations: { readonly [I in ScalarOperation]: Form } = {
  add: infix('+', (a, b) => a + b),
  subtract: infix('-', (a, b) => a - b),
  multiply: infix('*', (a, b) => a * b),
  divide: infix('/', (a, b) => a / b),
  guarded: { text: (a, b) => `${a}===0?0:${a}*${b}`, evaluate: guarded },
  negate: { text: (a) => `-${a}`, evaluate: (a) => -a },
  select: { text: (a, b, c) => `${a}!==0?${b}:${c}`, evaluate: (a, b, c) => (a !== 0 ? b : c) },
  power: { text: (a, b) => `Math.pow(${a},${b})`, evaluate: Math.pow },
  atan2: { text: (a, b) => `Math.atan2(${a},${b})`, evaluate: Math.atan2 },
  remainder: infix('%', (a, b) => a % b),
  quotient: { text: (a, b) => `Math.trunc(${a}/${b})`, evaluate: (a, b) => Math.trunc(a / b) },
  minimum: { text: (a, b) => `Math.min(${a},${b})`, evaluate: Math.min },
  maximum: { text: (a, b) => `Math.max(${a},${b})`, evaluate: Math.max },
  less: test('<', (a, b) => a < b),
  lessEqual: test('<=', (a, b) => a <= b),
  equal: test('===', (a, b) => a === b),
  notEqual: test('!==', (a, b) => a !== b),
  and: {
    text: (a, b) => `${a}!==0&&${b}!==0?1:0`,
    evaluate: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  },
  or: { text: (a, b) => `${a}!==0||${b}!==0?1:0`, evaluate: (a, b) => (a !== 0 || b !== 0 ? 1 : 0) },
  not: { text: (a) => `${a}===0?1:0`, evaluate: (a) => (a === 0 ? 1 : 0) },
  abs: math('abs'),
  sqrt: math('sqrt'),
  exp: math('exp'),
  expm1: math('expm1'),
  log: math('log'),
  log10: math('log10'),
  log1p: math('log1p'),
  sin: math('sin'),
  cos: math('cos'),
  tan: math('tan'),
  asin: math('asin'),
  acos: math('acos'),
  atan: math('atan'),
  sinh: math('sinh'),
  cosh: math('cosh'),
  tanh: math('tanh'),
  asinh: math('asinh'),
  acosh: math('acosh'),
  atanh: math('atanh'),
  floor: math('floor'),
  ceil: math('ceil'),
  trunc: math('trunc'),
  erf: own('erf', erf),
  sigmoid: own('sigmoid', sigmoid),
  softplus: own('softplus', softplus),
  round: own('round', round),
};

/** What generated code calls as `F.name`. */
export const library = { erf, sigmoid, softplus, round };
