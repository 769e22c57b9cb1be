import { sizeOf } from '../../build.js';
import type { Elementwise, Tensor } from '../../graph.js';
import * as lower from '../../lower/arithmetic.js';
import { attentionSteps, causal } from '../../lower/attention.js';
import * as choice from '../../lower/choice.js';
import { broadcastShape, select, transpose } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { einsum, matmul } from '../../lower/product.js';
import * as reduce from '../../lower/reduce.js';
import { functionOf } from './activations.js';
import { axesOf, find, first, named, plain, type Side, side } from './arguments.js';
import { batched, type Call, type Rule, unbatched } from './call.js';
import { tensorsOf } from './connections.js';
import { convolutionRules } from './convolutions.js';
import { moveRules } from './moves.js';
import * as move from './rearrangements.js';

const scaled = ({ shape, data }: Tensor, fn: (value: number) => number): Tensor => ({
  shape,
  data: Float64Array.from(data, fn),
});
const scalar = (value: number): Tensor => ({ shape: [], data: Float64Array.of(value) });

interface Binary {
  readonly both: (call: Call, a: number, b: number) => number;
  readonly right: (call: Call, u: number, c: Tensor) => number;
  readonly left?: (call: Call, u: number, c: Tensor) => number;
}
const bounded = (both: Binary['both'], of: (c: number) => readonly [number, number]): Binary => ({
  both,
  right: (call, u, c) => {
    if (c.data.length !== 1) throw call.build.error(call.layer, 'bounds by an array; nearest is a number');
    return lower.clip(call, u, ...of(c.data[0]!));
  },
});

const binaries: Readonly<Record<string, Binary>> = {
  add: { both: lower.add, right: (call, u, c) => lower.affinely(call, u, undefined, c) },
  subtract: {
    both: lower.subtract,
    right: (call, u, c) =>
      lower.affinely(
        call,
        u,
        undefined,
        scaled(c, (value) => -value),
      ),
    left: (call, u, c) => lower.affinely(call, u, scalar(-1), c),
  },
  multiply: { both: lower.multiply, right: (call, u, c) => lower.affinely(call, u, c) },
  divide: {
    both: lower.divide,
    right: (call, u, c) =>
      lower.affinely(
        call,
        u,
        scaled(c, (value) => 1 / value),
      ),
    left: (call, u, c) => lower.affinely(call, lower.apply(call, u, { name: 'reciprocal' }), c),
  },
  power: {
    both: (call, a, b) =>
      lower.apply(call, lower.multiply(call, b, lower.apply(call, a, { name: 'log' })), { name: 'exp' }),
    right: (call, u, c) => {
      if (c.data.length !== 1) throw call.build.error(call.layer, 'takes different powers; nearest is one');
      return lower.apply(call, u, { name: 'power', exponent: c.data[0]! });
    },
    left: (call, u, c) => lower.apply(call, lower.affinely(call, u, scaled(c, Math.log)), { name: 'exp' }),
  },
  maximum: bounded(lower.maximum, (c) => [c, Number.POSITIVE_INFINITY]),
  minimum: bounded(lower.minimum, (c) => [Number.NEGATIVE_INFINITY, c]),
};

const binary =
  ({ both, right, left = right }: Binary): Rule =>
  (call) => {
    const [a, b] = [side(call, find(call, 0, 'x1', 'x', 'a')), side(call, find(call, 1, 'x2', 'y', 'b'))];
    for (const name of ['name']) call.named(name);
    if ('node' in a)
      return unbatched(call, 'node' in b ? both(call, a.node, b.node) : right(call, a.node, b.tensor));
    if ('node' in b) return unbatched(call, left(call, b.node, a.tensor));
    throw call.build.error(call.layer, 'is called with constants alone');
  };

const unary =
  (fn: Elementwise): Rule =>
  (call) =>
    lower.apply(call, first(call), fn);
/** A function of Keras's by its name, its parameters being the operation's. */
const activation =
  (name: string): Rule =>
  (call) =>
    functionOf(name)(call, first(call));

const reduction =
  (fn: (call: Call, u: number, axes: readonly number[]) => number): Rule =>
  (call) => {
    const u = first(call);
    const shape = call.build.shape(u);
    const axes = axesOf(call, plain(find(call, 1, 'axis', 'axes')), shape.length);
    const keep = plain(find(call, 2, 'keepdims', 'keep_dims')) === true;
    const v = fn(call, u, axes);
    return keep
      ? v
      : call.build.reshape(
          call.layer,
          v,
          shape.filter((_, axis) => !axes.includes(axis)),
        );
  };

const concatenate: Rule = (call) => {
  const argument = find(call, 0, 'xs', 'values');
  const nodes = argument === undefined ? [] : tensorsOf(argument);
  const rank = call.build.shape(nodes[0]!).length;
  const [axis] = axesOf(call, plain(find(call, 1, 'axis')) ?? -1, rank);
  return call.build.concat(call.layer, nodes, axis!);
};

const stack: Rule = (call) => {
  const argument = find(call, 0, 'x', 'values');
  const nodes = argument === undefined ? [] : tensorsOf(argument);
  const shape = call.build.shape(nodes[0]!);
  const given = plain(find(call, 1, 'axis'));
  const [axis] = axesOf(call, given ?? 0, shape.length + 1);
  const to = [...shape.slice(0, axis), 1, ...shape.slice(axis)];
  return call.build.concat(
    call.layer,
    nodes.map((node) => call.build.reshape(call.layer, node, to)),
    axis!,
  );
};

const reshape: Rule = (call) => {
  const u = first(call);
  const shape = call.build.shape(u);
  const given = [plain(find(call, 1, 'newshape', 'shape'))].flat();
  const [, ...to] = given as (number | null)[];
  const known = to.filter((length): length is number => typeof length === 'number' && length > 0);
  return call.build.reshape(
    call.layer,
    u,
    to.map((length) => (typeof length === 'number' && length > 0 ? length : sizeOf(shape) / sizeOf(known))),
  );
};

const permute: Rule = (call) => {
  const u = first(call);
  const rank = call.build.shape(u).length;
  const given = plain(find(call, 1, 'axes', 'perm'));
  const axes = Array.isArray(given) ? (given as number[]) : range(rank + 1).reverse();
  if (axes[0] !== 0)
    throw call.build.error(call.layer, 'moves the batch, which is none of the network’s axes');
  return transpose(
    call,
    u,
    axes.slice(1).map((axis) => axis - 1),
  );
};

/** Flags of what is computed, as numbers 0 and 1; the first is compared with the second. */
const compared =
  (sign: 1 | -1, strict: boolean): Rule =>
  (call) => {
    const [a, b] = [side(call, find(call, 0, 'x1', 'x')), side(call, find(call, 1, 'x2', 'y'))];
    const turned = strict ? sign : -sign;
    const [first, second] = turned > 0 ? [a, b] : [b, a];
    const flag = choice.above(call, difference(call, first, second));
    return unbatched(call, strict ? flag : choice.not(call, flag));
  };

function difference(call: Call, a: Side, b: Side): number {
  const { both, right, left } = binaries['subtract']!;
  if ('node' in a) return 'node' in b ? both(call, a.node, b.node) : right(call, a.node, b.tensor);
  if ('node' in b) return left!(call, b.node, a.tensor);
  throw call.build.error(call.layer, 'compares constants alone');
}

const flags =
  (of: (call: Call, p: number, q: number) => number): Rule =>
  (call) => {
    const [a, b] = [side(call, find(call, 0, 'x1')), side(call, find(call, 1, 'x2'))];
    if (!('node' in a && 'node' in b)) throw call.build.error(call.layer, 'joins a constant flag');
    return unbatched(call, of(call, a.node, b.node));
  };

const where: Rule = (call) => {
  const [p, a, b] = [
    side(call, find(call, 0, 'condition')),
    side(call, find(call, 1, 'x1', 'x')),
    side(call, find(call, 2, 'x2', 'y')),
  ];
  if (!('node' in p)) throw call.build.error(call.layer, 'has a constant condition');
  const shapes = [p, a, b].map((own) => ('node' in own ? call.build.shape(own.node) : own.tensor.shape));
  return unbatched(call, choice.chosenBy(call, p.node, a, b, broadcastShape(call, shapes)));
};

/** Parts of an axis: so many alike, or cut at these places. */
const splitUp: Rule = (call) => {
  const u = first(call);
  const shape = call.build.shape(u);
  const given = plain(find(call, 1, 'indices_or_sections'));
  const [axis] = axesOf(call, plain(find(call, 2, 'axis')) ?? 0, shape.length) as [number];
  const length = shape[axis]!;
  const cuts = Array.isArray(given)
    ? (given as number[])
    : range(Number(given) - 1).map((k) => ((k + 1) * length) / Number(given));
  const ends = [...cuts, length];
  if (!ends.every((end, k) => Number.isInteger(end) && end > (ends[k - 1] ?? 0)))
    throw call.build.error(call.layer, `splits ${length} into ${JSON.stringify(given)}`);
  return ends.map((end, k) => {
    const start = ends[k - 1] ?? 0;
    return select(
      call,
      u,
      axis,
      range(end - start).map((at) => at + start),
    );
  });
};

const expandDims: Rule = (call) => {
  const shape = call.build.shape(first(call));
  const axes = axesOf(call, plain(find(call, 1, 'axis')), shape.length + 1).sort((a, b) => a - b);
  const to = axes.reduce((own: readonly number[], axis) => own.toSpliced(axis, 0, 1), shape);
  return call.build.reshape(call.layer, first(call), to);
};

const squeeze: Rule = (call) => {
  const shape = call.build.shape(first(call));
  const given = plain(find(call, 1, 'axis'));
  const gone = given === undefined || given === null ? [] : axesOf(call, given, shape.length);
  const to = shape.filter((length, axis) => (gone.length > 0 ? !gone.includes(axis) : length !== 1));
  return call.build.reshape(call.layer, first(call), to);
};

const sums: Rule = (call) => {
  const equation = call.config.text('subscripts');
  const operands = call.positional.flatMap((own) =>
    tensorsOf(own).length > 1
      ? tensorsOf(own).map((node) => ({ node: batched(call, node) }))
      : [side(call, own)],
  );
  return unbatched(call, einsum(call, equation, operands));
};

/** Two tensors with their batch. */
function pair(call: Call): [number, number] {
  const sides = [find(call, 0, 'x1', 'x', 'a'), find(call, 1, 'x2', 'y', 'b')].map((own) => side(call, own));
  const nodes = sides.flatMap((own) => ('node' in own ? [own.node] : []));
  if (nodes.length < 2) throw call.build.error(call.layer, 'is called with a constant');
  return nodes as [number, number];
}

const product: Rule = (call) => {
  const [a, b] = [side(call, find(call, 0, 'x1', 'a')), side(call, find(call, 1, 'x2', 'b'))];
  return unbatched(call, matmul(call, a, b));
};

const jumping: Rule = (call) => {
  throw call.build.error(
    call.layer,
    'is constant between its jumps, so that no derivative sees it; leave it out',
  );
};

/** A pooling layer's rule, for as many axes as the input has. */
const pooling =
  (name: string): Rule =>
  (call) => {
    const dims = call.build.shape(first(call)).length - 1;
    const rule = convolutionRules[`${name}${dims}D`];
    if (!rule) throw call.build.error(call.layer, `pools ${dims} axes; nearest is 2`);
    return rule(call);
  };

/** Of `[time, heads, depth]`. */
function dotProductAttention(call: Call): number {
  const { build, config } = call;
  const parts = ['query', 'key', 'value'].map((name, k) => side(call, find(call, k, name)));
  if (['bias', 'mask'].some((name) => (plain(find(call, 99, name)) ?? undefined) !== undefined))
    throw build.error(call.layer, 'has a bias or a mask; nearest is is_causal');
  for (const key of ['flash_attention']) config.get(key);
  const [q, k, v] = parts.map((own) => {
    if (!('node' in own)) throw build.error(call.layer, 'attends to a constant');
    return transpose(call, own.node, [0, 2, 1, 3]);
  }) as [number, number, number];
  const [rows, columns] = [build.shape(q)[2]!, build.shape(k)[2]!];
  const mask = config.flag('is_causal', false) ? causal(rows, columns) : undefined;
  const given = plain(find(call, 99, 'scale'));
  const scale = typeof given === 'number' ? given : 1 / Math.sqrt(build.shape(q)[3]!);
  const cap = config.number('attn_logits_soft_cap', 0);
  return unbatched(
    call,
    transpose(call, attentionSteps(call, q, k, v, { scale, mask, cap }).result, [0, 2, 1, 3]),
  );
}

/** Computations that Keras 3 writes as layers of their own, by class. */
export const operationRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    Object.entries(binaries).map(([name, own]) => [name[0]!.toUpperCase() + name.slice(1), binary(own)]),
  ),
  TrueDivide: binary(binaries['divide']!),
  Negative: (call) => lower.line(call, first(call), -1),
  Square: (call) => lower.multiply(call, first(call), first(call)),
  Sqrt: unary({ name: 'sqrt' }),
  Rsqrt: unary({ name: 'power', exponent: -0.5 }),
  Reciprocal: unary({ name: 'reciprocal' }),
  Exp: unary({ name: 'exp' }),
  Log: unary({ name: 'log' }),
  Exp2: (call) => lower.apply(call, lower.line(call, first(call), Math.LN2), { name: 'exp' }),
  Log2: (call) => lower.line(call, lower.apply(call, first(call), { name: 'log' }), Math.LOG2E),
  Log10: (call) => lower.line(call, lower.apply(call, first(call), { name: 'log' }), Math.LOG10E),
  Logaddexp: (call) => {
    const [a, b] = pair(call);
    return unbatched(
      call,
      lower.add(call, a, lower.apply(call, lower.subtract(call, b, a), { name: 'softplus' })),
    );
  },
  /** `∛u = sign(u) |u|^⅓`. */
  Cbrt: (call) => {
    const u = first(call);
    const root = lower.apply(call, lower.apply(call, u, { name: 'abs' }), { name: 'power', exponent: 1 / 3 });
    return lower.multiply(call, choice.sign(call, u), root);
  },
  /** `2 atan(y / (√(x² + y²) + x))`, everywhere but on the negative axis. */
  Arctan2: (call) => {
    const [y, x] = pair(call);
    const squares = lower.add(call, lower.multiply(call, x, x), lower.multiply(call, y, y));
    const below = lower.add(call, lower.apply(call, squares, { name: 'sqrt' }), x);
    return unbatched(
      call,
      lower.line(call, lower.apply(call, lower.divide(call, y, below), { name: 'atan' }), 2),
    );
  },
  SquaredDifference: (call) => {
    const [a, b] = pair(call);
    const gap = lower.subtract(call, a, b);
    return unbatched(call, lower.multiply(call, gap, gap));
  },
  Sin: unary({ name: 'sin' }),
  Cos: unary({ name: 'cos' }),
  Tan: unary({ name: 'tan' }),
  Arctan: unary({ name: 'atan' }),
  Arcsin: unary({ name: 'asin' }),
  Arccos: unary({ name: 'acos' }),
  Arcsinh: unary({ name: 'asinh' }),
  Arccosh: unary({ name: 'acosh' }),
  Arctanh: unary({ name: 'atanh' }),
  Sinh: unary({ name: 'sinh' }),
  Cosh: unary({ name: 'cosh' }),
  Tanh: unary({ name: 'tanh' }),
  Erf: unary({ name: 'erf' }),
  Abs: unary({ name: 'abs' }),
  Absolute: unary({ name: 'abs' }),
  Sigmoid: unary({ name: 'sigmoid' }),
  Softplus: unary({ name: 'softplus' }),
  Softsign: unary({ name: 'softsign' }),
  Silu: unary({ name: 'swish' }),
  Softmax: activation('softmax'),
  Celu: activation('celu'),
  Glu: activation('glu'),
  HardTanh: activation('hard_tanh'),
  HardShrink: activation('hard_shrink'),
  SoftShrink: activation('soft_shrink'),
  TanhShrink: activation('tanh_shrink'),
  SparsePlus: activation('sparse_plus'),
  SparseSigmoid: activation('sparse_sigmoid'),
  Squareplus: activation('squareplus'),
  LogSigmoid: activation('log_sigmoid'),
  Selu: unary({ name: 'selu' }),
  Mish: unary({ name: 'mish' }),
  Relu: unary({ name: 'relu' }),
  Relu6: unary({ name: 'relu6' }),
  Gelu: activation('gelu'),
  Elu: activation('elu'),
  LeakyRelu: activation('leaky_relu'),
  HardSigmoid: activation('hard_sigmoid'),
  HardSilu: activation('hard_silu'),
  LogSoftmax: activation('log_softmax'),
  Clip: (call) => {
    const [low, high] = [plain(find(call, 1, 'x_min')), plain(find(call, 2, 'x_max'))];
    return lower.clip(call, first(call), Number(low), Number(high));
  },
  Mean: reduction(reduce.mean),
  Average: (call) => {
    if ((plain(find(call, 99, 'weights')) ?? undefined) !== undefined)
      throw call.build.error(call.layer, 'weighs what it averages; nearest is Mean');
    return reduction(reduce.mean)(call);
  },
  Sum: reduction(reduce.sum),
  Max: reduction(reduce.largest),
  Amax: reduction(reduce.largest),
  Min: reduction(reduce.smallest),
  Amin: reduction(reduce.smallest),
  Logsumexp: reduction(reduce.logSumExp),
  Concatenate: concatenate,
  Stack: stack,
  Split: splitUp,
  Einsum: sums,
  Flip: (call) => move.flip(call, first(call), named(call, 1, 'axis')),
  Roll: (call) => {
    const [axis, ...more] = named(call, 2, 'axis') as [number, ...number[]];
    if (more.length > 0) throw call.build.error(call.layer, 'rolls several axes; nearest is one');
    return move.roll(call, first(call), axis, Number(plain(find(call, 1, 'shift'))));
  },
  Swapaxes: (call) => {
    const [[a], [b]] = [named(call, 1, 'axis1'), named(call, 2, 'axis2')] as [[number], [number]];
    return move.exchanged(call, first(call), a, b);
  },
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Cumsum: (call) => move.runningSum(call, first(call), named(call, 1, 'axis')[0]!),
  Var: reduction(move.variance),
  Std: reduction((call, u, axes) => lower.apply(call, move.variance(call, u, axes), { name: 'sqrt' })),
  Prod: reduction(reduce.product),
  Norm: (call) => {
    const ord = plain(find(call, 99, 'ord'));
    if (ord === 1)
      return reduction((own, u, axes) => reduce.sum(own, lower.apply(own, u, { name: 'abs' }), axes))(call);
    if (ord !== undefined && ord !== null && ord !== 2 && ord !== 'euclidean' && ord !== 'fro')
      throw call.build.error(call.layer, `is a norm of order ${String(ord)}; nearest is 2`);
    return reduction(move.euclidean)(call);
  },
  Normalize: (call) => {
    if (call.config.number('order', 2) !== 2)
      throw call.build.error(call.layer, 'normalizes by another norm; nearest is order 2');
    call.config.get('epsilon');
    const u = first(call);
    const axes = axesOf(call, plain(find(call, 1, 'axis')) ?? -1, call.build.shape(u).length);
    return move.toUnitLength(call, u, axes);
  },
  DotProductAttention: dotProductAttention,
  AveragePool: pooling('AveragePooling'),
  MaxPool: pooling('MaxPooling'),
  ...Object.fromEntries(
    ['Floor', 'Ceil', 'Round', 'Trunc', 'Argmax', 'Argmin', 'FloorDivide'].map((name) => [name, jumping]),
  ),
  /** What is computed is no constant, but at single points. */
  NotEqual: (call) => {
    call.build.note(`layer "${call.layer}": numbers computed are taken as unequal to constants`);
    return lower.line(call, first(call), 0, 1);
  },
  Any: reduction(reduce.largest),
  All: reduction(reduce.smallest),
  Greater: compared(1, true),
  GreaterEqual: compared(1, false),
  Less: compared(-1, true),
  LessEqual: compared(-1, false),
  LogicalAnd: flags(lower.multiply),
  LogicalOr: flags(choice.either),
  LogicalNot: (call) => choice.not(call, first(call)),
  Sign: (call) => choice.sign(call, first(call)),
  Where: where,
  Log1p: (call) => lower.apply(call, lower.line(call, first(call), 1, 1), { name: 'log' }),
  Expm1: (call) => lower.line(call, lower.apply(call, first(call), { name: 'exp' }), 1, -1),
  Reshape: reshape,
  Transpose: permute,
  Matmul: product,
  Dot: product,
  ...moveRules,
};
