import type { Operator, Several } from '../problem/operators.js';
import type { ScalarOperation } from './scalar-operations.js';
import type { Id, ScalarTape } from './scalar-tape.js';

/** A second partial derivative `∂²w/∂uᵢ∂uⱼ`, `i ≥ j`. */
export type Second = readonly [i: number, j: number, value: Id];

/** Derivatives of `w = φ(u)`; `d` are the first partials. Absent partials are 0. */
export interface Rule {
  value(p: ScalarTape, u: readonly Id[]): Id;
  first(p: ScalarTape, u: readonly Id[], w: Id): Id[];
  second(p: ScalarTape, u: readonly Id[], w: Id, d: readonly Id[]): Second[];
}

/** Operators of any number of arguments come down to two at a time, except sums. */
export const pairwise: ReadonlySet<Operator> = new Set<Several>([
  'multiply',
  'minimum',
  'maximum',
  'and',
  'or',
]);

const one = (
  code: ScalarOperation,
  first: (p: ScalarTape, u: Id, w: Id) => Id,
  second: (p: ScalarTape, u: Id, w: Id, d: Id) => Id,
): Rule => ({
  value: (p, [u]) => p.apply(code, u!),
  first: (p, [u], w) => [first(p, u!, w)],
  second: (p, [u], w, [d]) => [[0, 0, second(p, u!, w, d!)]],
});

const zero = (p: ScalarTape): Id => p.literal(0);
const square = (p: ScalarTape, u: Id): Id => p.multiply(u, u);
const reciprocal = (p: ScalarTape, u: Id): Id => p.divide(p.literal(1), u);
const oneMinus = (p: ScalarTape, u: Id): Id => p.subtract(p.literal(1), u);
const onePlus = (p: ScalarTape, u: Id): Id => p.add(p.literal(1), u);

/** Steps and tests: constant on each piece. */
const flat = (code: ScalarOperation): Rule => ({
  value: (p, u) => p.apply(code, ...(u as [Id])),
  first: (p, u) => u.map(() => zero(p)),
  second: () => [],
});

/** `w = u₀` where the test holds, `u₁` elsewhere. */
const either = (code: 'minimum' | 'maximum'): Rule => ({
  value: (p, [a, b]) => p.apply(code, a!, b!),
  first: (p, [a, b]) => {
    const test = code === 'minimum' ? p.apply('lessEqual', a!, b!) : p.apply('lessEqual', b!, a!);
    return [p.select(test, p.literal(1), zero(p)), p.select(test, zero(p), p.literal(1))];
  },
  second: () => [],
});

/** `u₀^n`, n a literal integer: `n u^(n−1)`, `n(n−1) u^(n−2)`, also at 0. */
const integerPower = (n: number): Rule => ({
  value: (p, [u]) => p.integerPower(u!, n),
  first: (p, [u]) => [p.times(n, p.integerPower(u!, n - 1)), zero(p)],
  second: (p, [u]) => [[0, 0, p.times(n * (n - 1), p.integerPower(u!, n - 2))]],
});

/** `w = a^b`: `b a^(b−1)`, `w log a`; factors that are 0 win over infinite ones. */
const generalPower: Rule = {
  value: (p, [a, b]) => p.apply('power', a!, b!),
  first: (p, [a, b], w) => [
    p.guarded(b!, p.apply('power', a!, p.subtract(b!, p.literal(1)))),
    p.guarded(w, p.apply('log', a!)),
  ],
  second: (p, [a, b], w) => {
    const log = p.apply('log', a!);
    const lower = p.subtract(b!, p.literal(1));
    const belowTwo = p.apply('power', a!, p.subtract(b!, p.literal(2)));
    return [
      [0, 0, p.guarded(p.multiply(b!, lower), belowTwo)],
      [1, 0, p.guarded(p.apply('power', a!, lower), onePlus(p, p.multiply(b!, log)))],
      [1, 1, p.guarded(w, square(p, log))],
    ];
  },
};

/** The literal integer exponent of a power, undefined for other exponents. */
function literalExponent(p: ScalarTape, b: Id): number | undefined {
  const n = p.value(b);
  return n !== undefined && Number.isInteger(n) ? n : undefined;
}
const powerRule = (p: ScalarTape, b: Id): Rule => {
  const n = literalExponent(p, b);
  return n === undefined ? generalPower : integerPower(n);
};

/** Value, first and second partial derivatives of every operator; the formulas stand above where they are not plain. */
export const rules: { readonly [O in Operator]: Rule } = {
  add: {
    value: (p, u) => u.reduce((a, b) => p.add(a, b)),
    first: (p, u) => u.map(() => p.literal(1)),
    second: () => [],
  },
  subtract: {
    value: (p, [a, b]) => p.subtract(a!, b!),
    first: (p) => [p.literal(1), p.literal(-1)],
    second: () => [],
  },
  negate: { value: (p, [u]) => p.negate(u!), first: (p) => [p.literal(-1)], second: () => [] },
  multiply: {
    value: (p, [a, b]) => p.multiply(a!, b!),
    first: (_, [a, b]) => [b!, a!],
    second: (p) => [[1, 0, p.literal(1)]],
  },
  // w = a/b: 1/b, −w/b; ∂²/∂a∂b = −1/b², ∂²/∂b² = 2w/b².
  divide: {
    value: (p, [a, b]) => p.divide(a!, b!),
    first: (p, [, b], w) => [reciprocal(p, b!), p.negate(p.divide(w, b!))],
    second: (p, [, b], _, [r, s]) => [
      [1, 0, p.negate(square(p, r!))],
      [1, 1, p.times(-2, p.divide(s!, b!))],
    ],
  },
  power: {
    value: (p, u) => powerRule(p, u[1]!).value(p, u),
    first: (p, u, w) => powerRule(p, u[1]!).first(p, u, w),
    second: (p, u, w, d) => powerRule(p, u[1]!).second(p, u, w, d),
  },
  abs: {
    value: (p, [u]) => p.apply('abs', u!),
    first: (p, [u]) => [p.select(p.apply('less', u!, zero(p)), p.literal(-1), p.literal(1))],
    second: () => [],
  },
  sqrt: one(
    'sqrt',
    (p, _, w) => p.divide(p.literal(0.5), w),
    (p, u, _, d) => p.times(-0.5, p.divide(d, u)),
  ),
  exp: one(
    'exp',
    (_, __, w) => w,
    (_, __, w) => w,
  ),
  expm1: one(
    'expm1',
    (p, u) => p.apply('exp', u),
    (_, __, ___, d) => d,
  ),
  log: one(
    'log',
    (p, u) => reciprocal(p, u),
    (p, _, __, d) => p.negate(square(p, d)),
  ),
  log10: one(
    'log10',
    (p, u) => p.divide(p.literal(Math.LOG10E), u),
    (p, u, _, d) => p.negate(p.divide(d, u)),
  ),
  log1p: one(
    'log1p',
    (p, u) => reciprocal(p, onePlus(p, u)),
    (p, _, __, d) => p.negate(square(p, d)),
  ),
  sin: one(
    'sin',
    (p, u) => p.apply('cos', u),
    (p, _, w) => p.negate(w),
  ),
  cos: one(
    'cos',
    (p, u) => p.negate(p.apply('sin', u)),
    (p, _, w) => p.negate(w),
  ),
  tan: one(
    'tan',
    (p, _, w) => onePlus(p, square(p, w)),
    (p, _, w, d) => p.times(2, p.multiply(w, d)),
  ),
  // 1/√(1−u²); u/(1−u²)^(3/2).
  asin: one(
    'asin',
    (p, u) => reciprocal(p, p.apply('sqrt', oneMinus(p, square(p, u)))),
    (p, u, _, d) => p.multiply(u, p.integerPower(d, 3)),
  ),
  acos: one(
    'acos',
    (p, u) => p.negate(reciprocal(p, p.apply('sqrt', oneMinus(p, square(p, u))))),
    (p, u, _, d) => p.multiply(u, p.integerPower(d, 3)),
  ),
  atan: one(
    'atan',
    (p, u) => reciprocal(p, onePlus(p, square(p, u))),
    (p, u, _, d) => p.times(-2, p.multiply(u, square(p, d))),
  ),
  sinh: one(
    'sinh',
    (p, u) => p.apply('cosh', u),
    (_, __, w) => w,
  ),
  cosh: one(
    'cosh',
    (p, u) => p.apply('sinh', u),
    (_, __, w) => w,
  ),
  tanh: one(
    'tanh',
    (p, _, w) => oneMinus(p, square(p, w)),
    (p, _, w, d) => p.times(-2, p.multiply(w, d)),
  ),
  // 1/√(u²+1); −u/(u²+1)^(3/2).
  asinh: one(
    'asinh',
    (p, u) => reciprocal(p, p.apply('sqrt', onePlus(p, square(p, u)))),
    (p, u, _, d) => p.negate(p.multiply(u, p.integerPower(d, 3))),
  ),
  // 1/√((u−1)(u+1)), defined for u ≥ 1; −u/((u−1)(u+1))^(3/2).
  acosh: one(
    'acosh',
    (p, u) =>
      reciprocal(p, p.multiply(p.apply('sqrt', p.subtract(u, p.literal(1))), p.apply('sqrt', onePlus(p, u)))),
    (p, u, _, d) => p.negate(p.multiply(u, p.integerPower(d, 3))),
  ),
  // 1/(1−u²); 2u/(1−u²)².
  atanh: one(
    'atanh',
    (p, u) => reciprocal(p, p.multiply(oneMinus(p, u), onePlus(p, u))),
    (p, u, _, d) => p.times(2, p.multiply(u, square(p, d))),
  ),
  // 2/√π e^(−u²); −2u times that.
  erf: one(
    'erf',
    (p, u) => p.times(2 / Math.sqrt(Math.PI), p.apply('exp', p.negate(square(p, u)))),
    (p, u, _, d) => p.times(-2, p.multiply(u, d)),
  ),
  // s(1−s), the second factor as s(−u) to keep its digits; s(1−s)(1−2s).
  sigmoid: one(
    'sigmoid',
    (p, u, w) => p.multiply(w, p.apply('sigmoid', p.negate(u))),
    (p, _, w, d) => p.multiply(d, oneMinus(p, p.times(2, w))),
  ),
  softplus: one(
    'softplus',
    (p, u) => p.apply('sigmoid', u),
    (p, u, _, d) => p.multiply(d, p.apply('sigmoid', p.negate(u))),
  ),
  // w = atan2(y, x), r² = x² + y²: x/r², −y/r²; ∂²/∂y² = −2xy/r⁴, ∂²/∂x² = 2xy/r⁴, ∂²/∂x∂y = (y²−x²)/r⁴.
  atan2: {
    value: (p, [y, x]) => p.apply('atan2', y!, x!),
    first: (p, [y, x]) => {
      const r2 = p.add(square(p, x!), square(p, y!));
      return [p.divide(x!, r2), p.negate(p.divide(y!, r2))];
    },
    second: (p, _, __, [dy, dx]) => {
      const product = p.multiply(dy!, dx!);
      return [
        [0, 0, p.times(2, product)],
        [1, 0, p.subtract(square(p, dx!), square(p, dy!))],
        [1, 1, p.times(-2, product)],
      ];
    },
  },
  // a − b·trunc(a/b): 1, −trunc(a/b) between the jumps.
  remainder: {
    value: (p, [a, b]) => p.apply('remainder', a!, b!),
    first: (p, [a, b]) => [p.literal(1), p.negate(p.apply('quotient', a!, b!))],
    second: () => [],
  },
  conditional: {
    value: (p, [test, a, b]) => p.select(test!, a!, b!),
    first: (p, [test]) => [
      zero(p),
      p.select(test!, p.literal(1), zero(p)),
      p.select(test!, zero(p), p.literal(1)),
    ],
    second: () => [],
  },
  minimum: either('minimum'),
  maximum: either('maximum'),
  quotient: flat('quotient'),
  floor: flat('floor'),
  ceil: flat('ceil'),
  round: flat('round'),
  trunc: flat('trunc'),
  less: flat('less'),
  lessEqual: flat('lessEqual'),
  equal: flat('equal'),
  notEqual: flat('notEqual'),
  and: flat('and'),
  or: flat('or'),
  not: flat('not'),
};

/** Operators whose inactive branch must not reach derivatives, however undefined it is. */
export const branching: ReadonlySet<Operator> = new Set<Operator>(['conditional', 'minimum', 'maximum']);
