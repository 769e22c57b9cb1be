import type { Operations } from '../../model/operations.js';
import type { Operator } from '../../problem/operators.js';
import type { Algebra } from './expressions.js';
import type { OperatorName } from './operators.js';

type Apply = <E>(on: Operations<E>, args: E[]) => E;

/** An operator of the model's own, its constants folded. */
const plain =
  (operator: Operator): Apply =>
  (on, args) =>
    on.apply(operator, args);
const extreme =
  (operator: 'minimum' | 'maximum'): Apply =>
  (on, args) =>
    on.extreme(operator, args);
const comparison =
  (sign: Parameters<Operations<unknown>['compare']>[1]): Apply =>
  (on, [a, b]) =>
    on.compare(a!, sign, b!);
const isNonzero = <E>(on: Operations<E>, u: E): E => on.compare(u, '!=', on.nodes.constant(0));

/** Rounds to `digits` decimals (`round`), towards zero (`trunc`). */
const decimals =
  (rounding: 'round' | 'trunc'): Apply =>
  (on, [u, digits]) => {
    const scale = on.power(on.nodes.constant(10), digits!);
    return on.divide(on.apply(rounding, [on.product([u!, scale])]), scale);
  };

/** To `digits` significant digits. */
const significant: Apply = (on, [u, digits]) => {
  const zero = on.nodes.constant(0);
  const magnitude = on.apply('ceil', [on.apply('log10', [on.apply('abs', [u!])])]);
  const scale = on.power(on.nodes.constant(10), on.subtract(digits!, magnitude));
  const rounded = on.divide(on.apply('round', [on.product([u!, scale])]), scale);
  return on.conditional(on.compare(u!, '=', zero), zero, rounded);
};

const table: { readonly [O in OperatorName]: Apply } = {
  add: (on, args) => on.sum(args),
  sum: (on, args) => on.sum(args),
  subtract: (on, [a, b]) => on.subtract(a!, b!),
  multiply: (on, args) => on.product(args),
  divide: (on, [a, b]) => on.divide(a!, b!),
  remainder: plain('remainder'),
  quotient: plain('quotient'),
  power: (on, [a, b]) => on.power(a!, b!),
  square: (on, [u]) => on.power(u!, on.nodes.constant(2)),
  less: (on, [a, b]) => on.positivePart(a!, b!),
  min: extreme('minimum'),
  max: extreme('maximum'),
  floor: plain('floor'),
  ceil: plain('ceil'),
  abs: plain('abs'),
  negate: plain('negate'),
  or: plain('or'),
  and: plain('and'),
  not: plain('not'),
  lt: comparison('<'),
  le: comparison('<='),
  eq: comparison('='),
  ge: comparison('>='),
  gt: comparison('>'),
  ne: comparison('!='),
  iff: (on, [a, b]) => on.compare(isNonzero(on, a!), '=', isNonzero(on, b!)),
  if: (on, [test, a, b]) => on.conditional(test!, a!, b!),
  tanh: plain('tanh'),
  tan: plain('tan'),
  sqrt: plain('sqrt'),
  sinh: plain('sinh'),
  sin: plain('sin'),
  log10: plain('log10'),
  log: plain('log'),
  exp: plain('exp'),
  cosh: plain('cosh'),
  cos: plain('cos'),
  atanh: plain('atanh'),
  atan2: plain('atan2'),
  atan: plain('atan'),
  asinh: plain('asinh'),
  asin: plain('asin'),
  acosh: plain('acosh'),
  acos: plain('acos'),
  precision: significant,
  round: decimals('round'),
  trunc: decimals('trunc'),
};

/** Nodes made by these operations over these variables. */
export function algebraOf<E>(on: Operations<E>, variable: (index: number) => E): Algebra<E> {
  const constant = (value: number): E => on.nodes.constant(value);
  return {
    constant,
    variable,
    apply: (operator, args) => table[operator](on, args),
    /** `s₀u + Σ (sᵢ − sᵢ₋₁)·(max(u − bᵢ, 0) − max(−bᵢ, 0))`: slopes s, breakpoints b, zero at u = 0. */
    piecewiseLinear: (slopes, breaks, u) =>
      on.sum([
        on.product([constant(slopes[0]!), u]),
        ...breaks.map((b, i) =>
          on.product([
            constant(slopes[i + 1]! - slopes[i]!),
            on.subtract(on.positivePart(u, constant(b)), constant(Math.max(-b, 0))),
          ]),
        ),
      ]),
  };
}
