import { erf } from '../../../core/special.js';
import { sizeOf } from '../../build.js';
import type { Elementwise, Tensor } from '../../graph.js';
import * as lower from '../../lower/arithmetic.js';
import * as choice from '../../lower/choice.js';
import { broadcastShape, expand } from '../../lower/move.js';
import { type Call, computed, type Operator } from './call.js';
import { type Constant, combined, isComputed, type Kind, type Value } from './value.js';

const kindOfAll = (values: readonly Constant[]): Kind =>
  values.some(({ kind }) => kind === 'float') ? 'float' : (values[0]?.kind ?? 'float');

/** The kind of a value; what is computed is a float. */
const isFloat = (value: Value): boolean => isComputed(value) || value.kind === 'float';

type Pair = (call: Call, a: number, b: number) => number;
/** `a ∘ c` or `c ∘ a` with a constant. */
type WithConstant = (call: Call, u: number, c: Tensor) => number;

interface Binary {
  readonly of: (a: number, b: number, whole: boolean) => number;
  readonly both: Pair;
  readonly right: WithConstant;
  readonly left: WithConstant;
}

const mapped = ({ shape, data }: Tensor, fn: (value: number) => number): Tensor => ({
  shape,
  data: data instanceof Float32Array && fn === negative ? data.map(fn) : Float64Array.from(data, fn),
});
const negative = (value: number): number => -value;
const scalar = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) });

/** Far below any score, and finite. */
const hidden = -1e30;
/** Masks hide by −∞; a softmax hides alike what lies far below. */
function finite(call: Call, c: Tensor): Tensor {
  if (!c.data.includes(Number.NEGATIVE_INFINITY)) return c;
  call.build.note(`node "${call.layer}" adds −∞, taken as ${hidden}: a softmax behind it hides the same`);
  return mapped(c, (value) => (value === Number.NEGATIVE_INFINITY ? hidden : value));
}

const binaries: Readonly<Record<string, Binary>> = {
  Add: {
    of: (a, b) => a + b,
    both: lower.add,
    right: (call, u, c) => lower.affinely(call, u, undefined, finite(call, c)),
    left: (call, u, c) => lower.affinely(call, u, undefined, finite(call, c)),
  },
  Sub: {
    of: (a, b) => a - b,
    both: lower.subtract,
    right: (call, u, c) => lower.affinely(call, u, undefined, mapped(c, negative)),
    left: (call, u, c) => lower.affinely(call, u, scalar(-1), c),
  },
  Mul: {
    of: (a, b) => a * b,
    both: lower.multiply,
    right: (call, u, c) => lower.affinely(call, u, c),
    left: (call, u, c) => lower.affinely(call, u, c),
  },
  Div: {
    of: (a, b, whole) => (whole ? Math.trunc(a / b) : a / b),
    both: lower.divide,
    right: (call, u, c) => {
      if (c.data.includes(0)) throw call.error('divides by a constant 0');
      return lower.affinely(
        call,
        u,
        mapped(c, (value) => 1 / value),
      );
    },
    left: (call, u, c) => lower.affinely(call, lower.apply(call, u, { name: 'reciprocal' }), c),
  },
  Pow: {
    of: (a, b) => a ** b,
    // uᵛ = e^(v log u)
    both: (call, a, b) =>
      lower.apply(call, lower.multiply(call, b, lower.apply(call, a, { name: 'log' })), { name: 'exp' }),
    right: (call, u, c) => {
      const [exponent] = c.data;
      if (exponent === undefined || !c.data.every((own) => own === exponent))
        return differentPowers(call, u, c);
      return power(call, expand(call, u, broadcastShape(call, [call.build.shape(u), c.shape])), exponent);
    },
    // cᵘ = e^(u log c)
    left: (call, u, c) => {
      if (c.data.some((own) => !(own > 0)))
        throw call.error('takes powers of a constant that is not positive');
      return lower.apply(call, lower.affinely(call, u, mapped(c, Math.log)), { name: 'exp' });
    },
  },
};

/** `uᶜ` by the plainest operation that computes it. */
function power(call: Call, u: number, exponent: number): number {
  if (exponent === 1) return u;
  if (exponent === 2) return lower.multiply(call, u, u);
  if (exponent === 0.5) return lower.apply(call, u, { name: 'sqrt' });
  if (exponent === -1) return lower.apply(call, u, { name: 'reciprocal' });
  return lower.apply(call, u, { name: 'power', exponent });
}

/** Each of few exponents is applied where it stands: `Σ mask ∘ uᶜ`, `u` read as 1 elsewhere. */
function differentPowers(call: Call, u: number, c: Tensor): number {
  const shape = broadcastShape(call, [call.build.shape(u), c.shape]);
  const exponents = [...new Set(c.data)];
  if (exponents.length > 64)
    throw call.error(`has ${exponents.length} different exponents; up to 64 can be read`);
  const parts = exponents.map((exponent) => {
    const mask = mapped(c, (own) => Number(own === exponent));
    const rest = mapped(c, (own) => Number(own !== exponent));
    const held = lower.affinely(call, expand(call, u, shape), mask, rest);
    return lower.affinely(call, power(call, held, exponent), mask);
  });
  return parts.length === 1 ? parts[0]! : lower.add(call, ...parts);
}

function binary(call: Call, name: string, a = call.value(0), b = call.value(1)): Value {
  const { of, both, left, right } = binaries[name]!;
  call.ignore('consumed_inputs');
  const [x, y] = aligned(call, a, b);
  if (!isComputed(x) && !isComputed(y)) {
    const kind = kindOfAll([x, y]);
    const shape = broadcastShape(call, [x.shape, y.shape]);
    call.build.allow(call.layer, shape);
    return combined(kind, shape, [x, y], (p, q) => of(p!, q!, kind !== 'float'));
  }
  if (isComputed(x) && isComputed(y)) return computed(both(call, x.node, y.node));
  if (isComputed(x)) return computed(right(call, x.node, tensorOf(y as Constant)));
  return computed(left(call, (y as { node: number }).node, tensorOf(x as Constant)));
}

const tensorOf = ({ shape, data }: Constant): Tensor => ({ shape, data });

/** Old versions align the second operand at `axis` by `broadcast`. */
function aligned(call: Call, a: Value, b: Value): [Value, Value] {
  const old = call.int('broadcast', 0) === 1;
  const axis = call.int('axis', -1);
  if (!old || !call.given('axis')) return [a, b];
  const [rank, own] = [call.shapeOf(a).length, call.shapeOf(b)];
  const at = call.axis(axis, rank);
  return [a, call.reshape(b, [...own, ...new Array<number>(Math.max(0, rank - at - own.length)).fill(1)])];
}

/** Numbers of constants alone. */
const folded =
  (kind: Kind | undefined, fn: (...numbers: number[]) => number): Operator =>
  (call) => {
    call.ignore('broadcast', 'axis');
    const values = call.inputs.map((_, k) => call.constant(k, 'argument'));
    return combined(
      kind ?? kindOfAll(values),
      broadcastShape(
        call,
        values.map(({ shape }) => shape),
      ),
      values,
      fn,
    );
  };
const flag = (test: (a: number, b: number) => boolean): Operator =>
  folded('flag', (a, b) => Number(test(a!, b!)));

/** Nodes that are 1 where `bigger > smaller`, with `bigger − smaller`. */
const above = (call: Call, bigger: number, smaller: number): Value =>
  computed(choice.above(call, call.asNode(binary(call, 'Sub', call.value(bigger), call.value(smaller)))));
/** A comparison: of what is computed a step, whose derivative is 0 beside its jump. */
const compared =
  (
    test: (a: number, b: number) => boolean,
    [bigger, smaller]: readonly [number, number],
    strict: boolean,
  ): Operator =>
  (call) => {
    if (!call.inputs.some((value) => value && isComputed(value))) return flag(test)(call);
    // a ≥ b where not b > a.
    if (strict) return above(call, bigger, smaller);
    return computed(choice.not(call, call.asNode(above(call, smaller, bigger))));
  };
/** Flags of numbers alone, or computed as numbers 0 and 1. */
const joined =
  (test: (a: number, b: number) => boolean, both: (call: Call, p: number, q: number) => number): Operator =>
  (call) => {
    if (!call.inputs.some((value) => value && isComputed(value))) return flag(test)(call);
    return computed(both(call, call.node(0), call.node(1)));
  };

/** Sum, Max, Min and Mean of any number of values. */
function several(call: Call, of: (a: number, b: number) => number, both: Pair): Value {
  const first = call.value(0);
  return call.inputs.slice(1).reduce<Value>((total, _, k) => {
    const next = call.value(k + 1);
    if (!isComputed(total) && !isComputed(next)) {
      const shape = broadcastShape(call, [total.shape, next.shape]);
      return combined(kindOfAll([total, next]), shape, [total, next], (p, q) => of(p!, q!));
    }
    return computed(both(call, call.asNode(total), call.asNode(next)));
  }, first);
}
const variadic =
  (of: (a: number, b: number) => number, both: Pair): Operator =>
  (call) =>
    several(call, of, both);

/** A bound that may be constant: `max(u, c)` needs no value of its own for it. */
function bounded(call: Call, sign: 1 | -1): Value {
  const fn = sign === 1 ? Math.max : Math.min;
  if (call.inputs.length === 2) {
    const [a, b] = [call.value(0), call.value(1)];
    const [u, c] = isComputed(a) ? [a, b] : [b, a];
    if (isComputed(u) && !isComputed(c) && isFloat(c) && c.data.length === 1) {
      const wide = expand(call, u.node, broadcastShape(call, [call.build.shape(u.node), c.shape]));
      const bound = c.data[0]!;
      const [low, high] = sign === 1 ? [bound, Number.POSITIVE_INFINITY] : [Number.NEGATIVE_INFINITY, bound];
      return computed(lower.clip(call, wide, low, high));
    }
  }
  return several(call, fn, sign === 1 ? lower.maximum : lower.minimum);
}

/** A function of one value: of a constant by numbers, else in the network. */
const unary =
  (of: (u: number) => number, fn: Elementwise | ((call: Call, u: number) => number)): Operator =>
  (call) => {
    call.ignore('consumed_inputs');
    const value = call.value(0);
    if (!isComputed(value)) return combined(value.kind, value.shape, [value], (u) => of(u!));
    return computed(typeof fn === 'function' ? fn(call, value.node) : lower.apply(call, value.node, fn));
  };
/** A function that is constant between jumps. */
const stepwise = (of: (u: number) => number): Operator =>
  unary(of, (call) => {
    throw call.error('is constant between its jumps, so that no derivative sees it; leave it out');
  });
const roundEven = (u: number): number => {
  const low = Math.floor(u);
  if (u - low !== 0.5) return Math.round(u);
  return low % 2 === 0 ? low : low + 1;
};

function where(call: Call): Value {
  const condition = call.value(0);
  const [a, b] = [call.value(1), call.value(2)];
  if (isComputed(condition)) return computed(chosenWhere(call, condition.node, a, b));
  const shape = broadcastShape(call, [condition.shape, call.shapeOf(a), call.shapeOf(b)]);
  if (!isComputed(a) && !isComputed(b))
    return combined(kindOfAll([a, b]), shape, [condition, a, b], (c, x, y) => (c ? x! : y!));
  const mask = { shape: condition.shape, data: condition.data };
  const rest = mapped(mask, (value) => Number(value === 0));
  const part = (value: Value, keep: Tensor): number | Tensor => {
    if (isComputed(value)) return lower.affinely(call, expand(call, value.node, shape), keep);
    const kept = combined('float', shape, [{ ...keep, kind: 'float' }, value], (k, v) => (k ? v! : 0));
    return tensorOf(kept);
  };
  const [x, y] = [part(a, mask), part(b, rest)];
  if (typeof x === 'number' && typeof y === 'number') return computed(lower.add(call, x, y));
  return computed(
    typeof x === 'number'
      ? lower.affinely(call, x, undefined, finite(call, y as Tensor))
      : lower.affinely(call, y as number, undefined, finite(call, x)),
  );
}

/** Where the condition is computed. */
function chosenWhere(call: Call, condition: number, a: Value, b: Value): number {
  const shape = broadcastShape(call, [call.build.shape(condition), call.shapeOf(a), call.shapeOf(b)]);
  const side = (value: Value): choice.Side =>
    isComputed(value) ? value : { tensor: finite(call, tensorOf(value)) };
  return choice.chosenBy(call, condition, side(a), side(b), shape);
}

/** The same flag everywhere. */
function flags(call: Call, value: 0 | 1): Constant {
  const shape = call.shape(0);
  return { shape, data: new Float64Array(sizeOf(shape)).fill(value), kind: 'flag' };
}

function clip(call: Call): Value {
  const bound = (k: number, name: string, standard: number): number => {
    if (call.given(name)) return call.float(name);
    return call.optional(k, name)?.data[0] ?? standard;
  };
  const [low, high] = [bound(1, 'min', Number.NEGATIVE_INFINITY), bound(2, 'max', Number.POSITIVE_INFINITY)];
  const value = call.value(0);
  if (!isComputed(value))
    return combined(value.kind, value.shape, [value], (u) => Math.min(Math.max(u!, low), high));
  // What exporters write for "no bound" is the largest number of the format.
  const open = (bound: number): number =>
    Math.abs(bound) >= 3.4e38 ? Math.sign(bound) * Number.POSITIVE_INFINITY : bound;
  // Crossed bounds leave the upper one alone.
  if (low >= high) return computed(lower.line(call, value.node, 0, high));
  return computed(lower.clip(call, value.node, open(low), open(high)));
}

export const arithmetic: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(Object.keys(binaries).map((name) => [name, (call: Call) => binary(call, name)])),
  Mod: (call) => {
    const like = call.int('fmod', 0) === 1;
    return folded(undefined, (a, b) => (like ? a! % b! : a! - b! * Math.floor(a! / b!)))(call);
  },
  Neg: unary(negative, (call, u) => lower.line(call, u, -1)),
  Abs: unary(Math.abs, { name: 'abs' }),
  Sqrt: unary(Math.sqrt, { name: 'sqrt' }),
  Reciprocal: unary((u) => 1 / u, { name: 'reciprocal' }),
  Exp: unary(Math.exp, { name: 'exp' }),
  Log: unary(Math.log, { name: 'log' }),
  Erf: unary(erf, { name: 'erf' }),
  /** Erfc and Log1p are no operators of ONNX, but tf2onnx writes what TensorFlow calls so. */
  Erfc: unary(
    (u) => 1 - erf(u),
    (call, u) => lower.line(call, lower.apply(call, u, { name: 'erf' }), -1, 1),
  ),
  Log1p: unary(Math.log1p, (call, u) => lower.apply(call, lower.line(call, u, 1, 1), { name: 'log' })),
  Sin: unary(Math.sin, { name: 'sin' }),
  Cos: unary(Math.cos, { name: 'cos' }),
  Tan: unary(Math.tan, { name: 'tan' }),
  Asin: unary(Math.asin, { name: 'asin' }),
  Acos: unary(Math.acos, { name: 'acos' }),
  Atan: unary(Math.atan, { name: 'atan' }),
  Sinh: unary(Math.sinh, { name: 'sinh' }),
  Cosh: unary(Math.cosh, { name: 'cosh' }),
  Asinh: unary(Math.asinh, { name: 'asinh' }),
  Acosh: unary(Math.acosh, { name: 'acosh' }),
  Atanh: unary(Math.atanh, { name: 'atanh' }),
  Floor: stepwise(Math.floor),
  Ceil: stepwise(Math.ceil),
  Round: stepwise(roundEven),
  Sign: unary(Math.sign, choice.sign),
  Not: unary((u) => Number(u === 0), choice.not),
  And: joined((a, b) => a !== 0 && b !== 0, lower.multiply),
  Or: joined((a, b) => a !== 0 || b !== 0, choice.either),
  Xor: joined(
    (a, b) => (a !== 0) !== (b !== 0),
    (call, p, q) => lower.subtract(call, choice.either(call, p, q), lower.multiply(call, p, q)),
  ),
  Equal: (call) => {
    // What is computed equals itself: exporters ask so whether it is a number.
    const [a, b] = [call.value(0), call.value(1)];
    if (isComputed(a) && isComputed(b) && a.node === b.node) return flags(call, 1);
    return flag((p, q) => p === q)(call);
  },
  Greater: compared((a, b) => a > b, [0, 1], true),
  GreaterOrEqual: compared((a, b) => a >= b, [0, 1], false),
  Less: compared((a, b) => a < b, [1, 0], true),
  LessOrEqual: compared((a, b) => a <= b, [1, 0], false),
  IsNaN: (call) =>
    isComputed(call.value(0)) ? flags(call, 0) : folded('flag', (u) => Number(Number.isNaN(u)))(call),
  IsInf: (call) => {
    const [below, above] = [call.int('detect_negative', 1) === 1, call.int('detect_positive', 1) === 1];
    if (isComputed(call.value(0))) return flags(call, 0);
    const found = (u: number): boolean =>
      (above && u === Number.POSITIVE_INFINITY) || (below && u === Number.NEGATIVE_INFINITY);
    return folded('flag', (u) => Number(found(u!)))(call);
  },
  /** Experimental operators that files of 2018 still hold. */
  Affine: (call) => computed(lower.line(call, call.node(0), call.float('alpha', 1), call.float('beta', 0))),
  ImageScaler: (call) => {
    const bias = call.floats('bias') ?? [];
    const shift = { shape: [bias.length, 1, 1], data: Float64Array.from(bias) };
    return computed(lower.affinely(call, call.node(0), scalar(call.float('scale', 1)), shift));
  },
  Sum: variadic((a, b) => a + b, lower.add),
  Mean: (call) => {
    const total = several(call, (a, b) => a + b, lower.add);
    const count = call.inputs.length;
    if (!isComputed(total)) return combined('float', total.shape, [total], (u) => u! / count);
    return computed(lower.line(call, total.node, 1 / count));
  },
  Max: (call) => bounded(call, 1),
  Min: (call) => bounded(call, -1),
  Where: where,
  Clip: clip,
};
