import { sizeOf } from '../../build.js';
import { apply, line, multiply } from '../../lower/arithmetic.js';
import { range } from '../../lower/place.js';
import * as reduce from '../../lower/reduce.js';
import { type Call, computed, type Operator } from './call.js';
import { type Constant, isComputed, type Value } from './value.js';

type Lowered = (call: Call, u: number, axes: readonly number[]) => number;

/** Reduces a constant: `of` all numbers that fall together. */
function folded(
  value: Constant,
  axes: readonly number[],
  of: (numbers: readonly number[]) => number,
): Constant {
  const { shape, data, kind } = value;
  const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
  for (let k = 0; k < data.length; k++) {
    let [rest, at, stride] = [k, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const index = rest % shape[axis]!;
      rest = (rest - index) / shape[axis]!;
      if (!axes.includes(axis)) at += index * stride;
      stride *= kept[axis]!;
    }
    groups[at]!.push(data[k]!);
  }
  return { shape: kept, data: Float64Array.from(groups, of), kind };
}

const reduction =
  (of: (numbers: readonly number[]) => number, lowered: Lowered): Operator =>
  (call) => {
    const value = call.value(0);
    const shape = call.shapeOf(value);
    const given = call.axes(1, shape.length);
    const idle = call.int('noop_with_empty_axes', 0) === 1;
    const keep = call.int('keepdims', 1) === 1;
    const empty = given === undefined || given.length === 0;
    if (empty && idle) return value;
    const axes = empty ? range(shape.length) : given;
    const kept = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    const result: Value = isComputed(value)
      ? computed(lowered(call, value.node, axes))
      : folded(value, axes, of);
    return call.reshape(result, keep ? kept : kept.filter((_, axis) => !axes.includes(axis)));
  };

const total = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
/** By folds, as there may be more numbers than a call takes arguments. */
const fold =
  (of: (a: number, b: number) => number, begin: number) =>
  (numbers: readonly number[]): number =>
    numbers.reduce((a, b) => of(a, b), begin);
const squares: Lowered = (call, u, axes) => reduce.sum(call, multiply(call, u, u), axes);

export const reductions: Readonly<Record<string, Operator>> = {
  ReduceSum: reduction(total, reduce.sum),
  ReduceMean: reduction((numbers) => total(numbers) / numbers.length, reduce.mean),
  ReduceMax: reduction(fold(Math.max, Number.NEGATIVE_INFINITY), reduce.largest),
  ReduceMin: reduction(fold(Math.min, Number.POSITIVE_INFINITY), reduce.smallest),
  ReduceProd: reduction(
    fold((a, b) => a * b, 1),
    reduce.product,
  ),
  ReduceSumSquare: reduction((numbers) => total(numbers.map((u) => u * u)), squares),
  ReduceL1: reduction(
    (numbers) => total(numbers.map(Math.abs)),
    (call, u, axes) => reduce.sum(call, apply(call, u, { name: 'abs' }), axes),
  ),
  ReduceL2: reduction(fold(Math.hypot, 0), (call, u, axes) =>
    apply(call, squares(call, u, axes), { name: 'sqrt' }),
  ),
  ReduceLogSum: reduction(
    (numbers) => Math.log(total(numbers)),
    (call, u, axes) => apply(call, reduce.sum(call, u, axes), { name: 'log' }),
  ),
  ReduceLogSumExp: reduction((numbers) => Math.log(total(numbers.map(Math.exp))), reduce.logSumExp),
  GlobalAveragePool: (call) => {
    const u = call.node(0);
    return computed(reduce.mean(call, u, range(call.build.shape(u).length).slice(2)));
  },
  GlobalMaxPool: (call) => {
    const u = call.node(0);
    return computed(reduce.largest(call, u, range(call.build.shape(u).length).slice(2)));
  },
  GlobalLpPool: (call) => {
    const u = call.node(0);
    return computed(norm(call, u, range(call.build.shape(u).length).slice(2), call.int('p', 2)));
  },
};

/** `(Σ |u|ᵖ)^(1/p)`. */
export function norm(call: Call, u: number, axes: readonly number[], p: number): number {
  if (p === 1) return reduce.sum(call, apply(call, u, { name: 'abs' }), axes);
  const powers = p % 2 === 0 ? u : apply(call, u, { name: 'abs' });
  const sum = reduce.sum(
    call,
    p === 2 ? multiply(call, u, u) : apply(call, powers, { name: 'power', exponent: p }),
    axes,
  );
  return p === 2
    ? apply(call, sum, { name: 'sqrt' })
    : apply(call, line(call, sum, 1), { name: 'power', exponent: 1 / p });
}
