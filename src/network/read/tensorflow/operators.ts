import { sizeOf } from '../../build.js';
import type { Elementwise, Tensor } from '../../graph.js';
import { add, affinely, apply, line, multiply, subtract } from '../../lower/arithmetic.js';
import { convolution, permuted, transposedConvolution } from '../../lower/convolution.js';
import { batchLine, normalized as standardized } from '../../lower/normalize.js';
import { range } from '../../lower/place.js';
import { averagePool, maxPool, type Pooling } from '../../lower/pool.js';
import { matmul } from '../../lower/product.js';
import { linearWeights, resampled } from '../../lower/resize.js';
import { samePadding, type Window } from '../../lower/window.js';
import { pReLU } from '../onnx/activations.js';
import { type Call, computed } from '../onnx/call.js';
import { integers, isComputed, type Value } from '../onnx/value.js';
import {
  flagOf,
  type GraphNode,
  integersOf,
  numberOf,
  onnxAttributes,
  textOf,
  textsOf,
} from './attributes.js';

/** Calls an operator of ONNX. */
export type Onnx = (
  op: string,
  inputs: readonly (Value | undefined)[],
  attributes?: ReturnType<typeof onnxAttributes>,
  outputs?: number,
) => readonly (Value | undefined)[];

export type Rule = (call: Call, node: GraphNode, onnx: Onnx) => Value | readonly (Value | undefined)[];

/** The same operator under another name; only its inputs matter. */
const same =
  (op: string, ...values: readonly number[]): Rule =>
  (call, _, onnx) =>
    onnx(op, values.length > 0 ? values.map((k) => call.value(k)) : call.inputs);
const elementwise =
  (fn: Elementwise): Rule =>
  (call) =>
    computed(apply(call, call.node(0), fn));

const last = (node: GraphNode): boolean => textOf(node, 'data_format', 'NHWC') !== 'NCHW';

/** Windows over `[batch, …, channels]` or `[batch, channels, …]` from lists of one number an axis. */
function windowsOf(
  call: Call,
  node: GraphNode,
  shape: readonly number[],
  size: readonly number[],
  strides: readonly number[],
  dilations: readonly number[],
): Window[] {
  const from = last(node) ? 1 : 2;
  const padding = textOf(node, 'padding', 'VALID');
  const explicit = integersOf(node, 'explicit_paddings');
  return size.map((length, d) => {
    const axis = from + d;
    const [stride, dilation] = [strides[axis] ?? 1, dilations[axis] || 1];
    let [before, after] = [0, 0];
    if (padding === 'SAME') [before, after] = samePadding(shape[axis]!, length, stride, dilation);
    else if (padding === 'EXPLICIT') [before, after] = [explicit[2 * axis] ?? 0, explicit[2 * axis + 1] ?? 0];
    else if (padding !== 'VALID') throw call.error(`padding ${padding} cannot be read; nearest is SAME`);
    return { length, stride, dilation, before, after };
  });
}

function conv(call: Call, node: GraphNode, depthwise: boolean): number {
  const u = call.node(0);
  const W = call.trainedAt(1, 'filter');
  const shape = call.build.shape(u);
  const [channels, outs] = W.shape.slice(-2) as [number, number];
  const kernel: Tensor = depthwise
    ? { shape: [...W.shape.slice(0, -2), 1, channels * outs], data: W.data }
    : W;
  const own = shape[last(node) ? shape.length - 1 : 1]!;
  return convolution(call, u, {
    kernel,
    windows: windowsOf(
      call,
      node,
      shape,
      W.shape.slice(0, -2),
      integersOf(node, 'strides'),
      integersOf(node, 'dilations'),
    ),
    groups: depthwise ? channels : own / channels,
    channelsLast: last(node),
  });
}

/** What a convolution makes of a result of these sizes, taken back: filter `[…window, out, in]`. */
function transposedConv(call: Call, node: GraphNode): number {
  const sizes = call.integers(0, 'sizes');
  const W = call.trainedAt(1, 'filter');
  const rank = W.shape.length;
  const turned = [...range(rank - 2), rank - 1, rank - 2];
  const windows = windowsOf(
    call,
    node,
    sizes,
    W.shape.slice(0, -2),
    integersOf(node, 'strides'),
    integersOf(node, 'dilations'),
  );
  const out = last(node) ? sizes.slice(1, -1) : sizes.slice(2);
  const kernel = permuted(W, turned);
  return transposedConvolution(
    call,
    call.node(2),
    { kernel, windows, groups: 1, channelsLast: last(node) },
    out,
  );
}

/** One number a channel, against the layout. */
const alongChannels = (node: GraphNode, rank: number, data: Float32Array | Float64Array): Tensor => ({
  shape: last(node) ? [data.length] : [data.length, ...new Array<number>(rank - 2).fill(1)],
  data,
});

/** What Grappler fused behind a product: a bias or a normalization, and an activation. */
function fused(call: Call, node: GraphNode, u: number): Value {
  let [v, k] = [u, 2];
  for (const op of textsOf(node, 'fused_ops')) {
    const rank = call.build.shape(v).length;
    const bias = op === 'BiasAdd' ? call.value(k) : undefined;
    if (bias && isComputed(bias)) {
      v = add(call, v, bias.node);
      k++;
    } else if (op === 'BiasAdd')
      v = affinely(call, v, undefined, alongChannels(node, rank, call.trainedAt(k++, 'bias').data));
    else if (op === 'FusedBatchNorm') {
      v = normalized(call, node, v, k);
      k += 4;
    } else if (op === 'Relu') v = apply(call, v, { name: 'relu' });
    else if (op === 'Relu6') v = apply(call, v, { name: 'relu6' });
    else if (op === 'Elu') v = apply(call, v, { name: 'elu', alpha: 1 });
    else if (op === 'Tanh') v = apply(call, v, { name: 'tanh' });
    else if (op === 'Sigmoid') v = apply(call, v, { name: 'sigmoid' });
    else if (op === 'LeakyRelu')
      v = apply(call, v, { name: 'leakyRelu', alpha: numberOf(node, 'leakyrelu_alpha', 0.2) });
    else if (op === 'GeluExact') v = apply(call, v, { name: 'gelu' });
    else if (op === 'GeluApproximate') v = apply(call, v, { name: 'geluTanh' });
    else if (op === 'Prelu') v = pReLU(call, v, call.trainedAt(k++, 'slope'));
    else throw call.error(`has ${op} fused to it, which cannot be read; nearest is BiasAdd`);
  }
  return computed(v);
}

function normalized(call: Call, node: GraphNode, u: number, k: number): number {
  if (flagOf(node, 'is_training')) {
    // How Keras 2 computes a layer normalization: what is to be normalized together lies along the channels.
    const rank = call.build.shape(u).length;
    const channels = last(node) ? rank - 1 : 1;
    const axes = range(rank).filter((axis) => axis !== channels);
    const v = standardized(call, u, axes, numberOf(node, 'epsilon', 1e-4));
    const [scale, offset] = [k, k + 1].map((at) =>
      alongChannels(node, rank, call.trainedAt(at, 'scale').data),
    ) as [Tensor, Tensor];
    return affinely(call, v, scale, offset);
  }
  const [γ, β, mean, variance] = ['scale', 'offset', 'mean', 'variance'].map((what, i) =>
    call.trainedAt(k + i, what),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const { scale, shift } = batchLine(call, { γ, β, mean, variance }, numberOf(node, 'epsilon', 1e-4));
  const rank = call.build.shape(u).length;
  return affinely(call, u, alongChannels(node, rank, scale), alongChannels(node, rank, shift));
}

function product(call: Call, node: GraphNode): number {
  // A first state of zeros times its weights is constant as a whole.
  const constant = [0, 1].every((k) => !isComputed(call.value(k)));
  const turn = (k: number, ...keys: readonly string[]) => {
    const operand = constant && k === 0 ? { node: call.node(0) } : call.operand(k);
    if (!keys.some((key) => flagOf(node, key))) return operand;
    const rank = call.shape(k).length;
    const value = call.value(k);
    const permutation = [...range(rank - 2), rank - 1, rank - 2];
    const turned = 'node' in operand || isComputed(value) ? undefined : transposed(value.shape, value.data);
    return turned ? { tensor: turned } : { node: swapped(call, call.node(k), permutation) };
  };
  return matmul(call, turn(0, 'transpose_a', 'adj_x'), turn(1, 'transpose_b', 'adj_y'));
}
function transposed(shape: readonly number[], data: Float32Array | Float64Array): Tensor | undefined {
  if (shape.length !== 2) return undefined;
  const [m, n] = shape as [number, number];
  return { shape: [n, m], data: Float64Array.from(data, (_, k) => data[(k % m) * n + Math.floor(k / m)]!) };
}
const swapped = (call: Call, u: number, permutation: readonly number[]): number => {
  const shape = call.build.shape(u);
  const [rows, columns] = [shape.at(-2)!, shape.at(-1)!];
  const index = Int32Array.from({ length: sizeOf(shape) }, (_, k) => {
    const lead = Math.floor(k / (rows * columns)) * rows * columns;
    const rest = k % (rows * columns);
    return lead + (rest % rows) * columns + Math.floor(rest / rows);
  });
  return call.build.gather(
    call.layer,
    u,
    index,
    permutation.map((axis) => shape[axis]!),
  );
};

function pooled(call: Call, node: GraphNode): [number, Pooling] {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const size = integersOf(node, 'ksize');
  const window = last(node) ? size.slice(1, -1) : size.slice(2);
  return [
    u,
    {
      windows: windowsOf(call, node, shape, window, integersOf(node, 'strides'), []),
      channelsLast: last(node),
      ceil: false,
    },
  ];
}

const reduction =
  (op: string): Rule =>
  (call, node, onnx) =>
    onnx(op, call.inputs, onnxAttributes({ keepdims: Number(flagOf(node, 'keep_dims')) }));

/** ONNX moves blocks of channels that come first. */
function depthMoved(call: Call, node: GraphNode, onnx: Onnx, op: string): readonly (Value | undefined)[] {
  const attributes = onnxAttributes({ blocksize: numberOf(node, 'block_size', 2) });
  if (!last(node)) return onnx(op, [call.value(0)], attributes);
  const [first] = onnx('Transpose', [call.value(0)], onnxAttributes({ perm: [0, 3, 1, 2] }));
  const [moved] = onnx(op, [first], attributes);
  return onnx('Transpose', [moved], onnxAttributes({ perm: [0, 2, 3, 1] }));
}

/** Slices by masks: a set bit of `begin_mask` or `end_mask` means the whole axis, of `shrink_axis_mask` one entry. */
function stridedSlice(call: Call, node: GraphNode, onnx: Onnx): Value {
  const value = call.value(0);
  const shape = [...call.shapeOf(value)];
  const [begin, end, strides] = [1, 2, 3].map((k) => call.integers(k, 'bounds')) as [
    number[],
    number[],
    number[],
  ];
  const mask = (name: string): number => numberOf(node, name, 0);
  const [beginMask, endMask, ellipsis, fresh, shrink] = [
    'begin_mask',
    'end_mask',
    'ellipsis_mask',
    'new_axis_mask',
    'shrink_axis_mask',
  ].map(mask) as [number, number, number, number, number];
  const bit = (of: number, k: number): boolean => ((of >> k) & 1) === 1;
  const starts: number[] = [];
  const ends: number[] = [];
  const axes: number[] = [];
  const steps: number[] = [];
  const result: ('keep' | 'drop' | 'new')[] = [];
  let axis = 0;
  const specs = begin.length;
  const taken = range(specs).filter((k) => !bit(fresh, k) && !bit(ellipsis, k)).length;
  for (let k = 0; k < specs; k++) {
    if (bit(ellipsis, k)) {
      const skipped = shape.length - taken;
      for (let s = 0; s < skipped; s++) result.push('keep');
      axis += skipped;
    } else if (bit(fresh, k)) result.push('new');
    else {
      const step = strides[k]!;
      const dropped = bit(shrink, k);
      const far = 2 ** 31;
      starts.push(!dropped && bit(beginMask, k) ? (step > 0 ? 0 : far) : begin[k]!);
      ends.push(
        dropped
          ? begin[k] === -1
            ? far
            : begin[k]! + 1
          : bit(endMask, k)
            ? step > 0
              ? far
              : -far
            : end[k]!,
      );
      steps.push(dropped ? 1 : step);
      axes.push(axis++);
      result.push(dropped ? 'drop' : 'keep');
    }
  }
  while (axis++ < shape.length) result.push('keep');
  const [cut] = onnx('Slice', [value, integers(starts), integers(ends), integers(axes), integers(steps)]);
  const lengths = [...call.shapeOf(cut!)];
  const to = result.flatMap((kind) => {
    if (kind === 'new') return [1];
    const length = lengths.shift()!;
    return kind === 'drop' ? [] : [length];
  });
  return call.reshape(cut!, to);
}

/** `[batch, …]` cut into blocks that become entries of the batch, or back: what dilated convolutions were written as. */
function spaceToBatch(call: Call, onnx: Onnx, back: boolean): Value {
  const value = call.value(0);
  const block = call.integers(1, 'block shape');
  const edges = call.integers(2, 'paddings');
  const M = block.length;
  if (!back) {
    const rank = call.shapeOf(value).length;
    const pads = (side: 0 | 1): number[] =>
      range(rank).map((axis) => (axis >= 1 && axis <= M ? edges[2 * (axis - 1) + side]! : 0));
    const [padded] = onnx('Pad', [value, integers([...pads(0), ...pads(1)])]);
    const shape = call.shapeOf(padded!);
    const parted = call.reshape(padded!, [
      shape[0]!,
      ...block.flatMap((b, d) => [shape[d + 1]! / b, b]),
      ...shape.slice(M + 1),
    ]);
    const permutation = [
      ...range(M).map((d) => 2 * d + 2),
      0,
      ...range(M).map((d) => 2 * d + 1),
      ...range(shape.length - M - 1).map((k) => 2 * M + 1 + k),
    ];
    const [turned] = onnx('Transpose', [parted], onnxAttributes({ perm: permutation }));
    return call.reshape(turned!, [
      shape[0]! * sizeOf(block),
      ...block.map((b, d) => shape[d + 1]! / b),
      ...shape.slice(M + 1),
    ]);
  }
  const shape = call.shapeOf(value);
  const batch = shape[0]! / sizeOf(block);
  const parted = call.reshape(value, [...block, batch, ...shape.slice(1)]);
  const permutation = [
    M,
    ...range(M).flatMap((d) => [M + 1 + d, d]),
    ...range(shape.length - M - 1).map((k) => 2 * M + 1 + k),
  ];
  const [turned] = onnx('Transpose', [parted], onnxAttributes({ perm: permutation }));
  const whole = call.reshape(turned!, [
    batch,
    ...block.map((b, d) => shape[d + 1]! * b),
    ...shape.slice(M + 1),
  ]);
  const starts = range(M).map((d) => edges[2 * d]!);
  const ends = range(M).map((d) => shape[d + 1]! * block[d]! - edges[2 * d + 1]!);
  return onnx('Slice', [whole, integers(starts), integers(ends), integers(range(M).map((d) => d + 1))])[0]!;
}

const resize =
  (nearest: boolean): Rule =>
  (call, node) => {
    const sizes = call.integers(1, 'size');
    const [corners, half] = [flagOf(node, 'align_corners'), flagOf(node, 'half_pixel_centers')];
    let u = call.node(0);
    sizes.forEach((size, d) => {
      const length = call.build.shape(u)[d + 1]!;
      const scale = corners && size > 1 ? (length - 1) / (size - 1) : length / size;
      const at = range(size).map((x) => (half ? (x + 0.5) * scale - (nearest ? 0 : 0.5) : x * scale));
      const held = nearest
        ? at.map((x) => Math.min(corners ? Math.round(x) : Math.floor(x), length - 1))
        : at;
      u = resampled(call, u, d + 1, linearWeights(length, held));
    });
    return computed(u);
  };

const refused =
  (why: string): Rule =>
  (call) => {
    throw call.error(why);
  };
const loops = 'loops and branches cannot be read; unroll the network, or save it as a LayersModel';

export const tensorflowRules: Readonly<Record<string, Rule>> = {
  Identity: same('Identity', 0),
  StopGradient: same('Identity', 0),
  Add: same('Add'),
  AddV2: same('Add'),
  AddN: same('Sum'),
  Sub: same('Sub'),
  Mul: same('Mul'),
  /** 0 where the divisor is 0: of a constant one as it is, of a computed one nowhere. */
  DivNoNan: (call, _, onnx) => {
    const divisor = call.value(1);
    if (isComputed(divisor)) {
      call.build.note(`node "${call.layer}" is 0 where its divisor is; taken as a quotient`);
      return onnx('Div', call.inputs);
    }
    const inverse = Float64Array.from(divisor.data, (value) => (value === 0 ? 0 : 1 / value));
    return onnx('Mul', [call.value(0), { ...divisor, data: inverse }]);
  },
  Div: same('Div'),
  RealDiv: same('Div'),
  Pow: same('Pow'),
  Maximum: same('Max'),
  Minimum: same('Min'),
  SquaredDifference: (call) => {
    const v = subtract(call, call.node(0), call.node(1));
    return computed(multiply(call, v, v));
  },
  BiasAdd: (call, node) => {
    const u = call.node(0);
    return computed(
      affinely(
        call,
        u,
        undefined,
        alongChannels(node, call.build.shape(u).length, call.trainedAt(1, 'bias').data),
      ),
    );
  },
  ...Object.fromEntries(
    [
      'Tanh',
      'Sigmoid',
      'Relu',
      'Softplus',
      'Softsign',
      'Exp',
      'Log',
      'Sqrt',
      'Neg',
      'Abs',
      'Reciprocal',
      'Erf',
      'Erfc',
      'Sin',
      'Cos',
      'Tan',
      'Asin',
      'Acos',
      'Atan',
      'Sinh',
      'Cosh',
      'Asinh',
      'Acosh',
      'Atanh',
      'Floor',
      'Ceil',
      'Round',
      'Sign',
      'Selu',
      'Elu',
      'Shape',
      'Size',
      'Range',
    ].map((op) => [op, same(op)]),
  ),
  Inv: same('Reciprocal'),
  Relu6: elementwise({ name: 'relu6' }),
  IsNan: same('IsNaN'),
  IsInf: same('IsInf'),
  IsFinite: (call, _, onnx) => {
    const [bad] = onnx('Or', [...onnx('IsNaN', [call.value(0)]), ...onnx('IsInf', [call.value(0)])]);
    return onnx('Not', [bad]);
  },
  Log1p: (call) => computed(apply(call, line(call, call.node(0), 1, 1), { name: 'log' })),
  Expm1: (call) => computed(line(call, apply(call, call.node(0), { name: 'exp' }), 1, -1)),
  Cumsum: (call, node, onnx) =>
    onnx(
      'CumSum',
      call.inputs,
      onnxAttributes({
        exclusive: Number(flagOf(node, 'exclusive')),
        reverse: Number(flagOf(node, 'reverse')),
      }),
    ),
  EuclideanNorm: reduction('ReduceL2'),
  DepthToSpace: (call, node, onnx) => depthMoved(call, node, onnx, 'DepthToSpace'),
  SpaceToDepth: (call, node, onnx) => depthMoved(call, node, onnx, 'SpaceToDepth'),
  Rsqrt: elementwise({ name: 'power', exponent: -0.5 }),
  Square: (call) => computed(multiply(call, call.node(0), call.node(0))),
  LeakyRelu: (call, node) =>
    computed(apply(call, call.node(0), { name: 'leakyRelu', alpha: numberOf(node, 'alpha', 0.2) })),
  Prelu: (call) => computed(pReLU(call, call.node(0), call.trainedAt(1, 'slope'))),
  Softmax: (call, _, onnx) => onnx('Softmax', call.inputs, onnxAttributes({ axis: -1 })),
  LogSoftmax: (call, _, onnx) => onnx('LogSoftmax', call.inputs, onnxAttributes({ axis: -1 })),
  MatMul: (call, node) => computed(product(call, node)),
  BatchMatMul: (call, node) => computed(product(call, node)),
  BatchMatMulV2: (call, node) => computed(product(call, node)),
  _FusedMatMul: (call, node) => fused(call, node, product(call, node)),
  Einsum: (call, node, onnx) =>
    onnx('Einsum', call.inputs, onnxAttributes({ equation: textOf(node, 'equation') })),
  Conv2D: (call, node) => computed(conv(call, node, false)),
  Conv3D: (call, node) => computed(conv(call, node, false)),
  Conv2DBackpropInput: (call, node) => computed(transposedConv(call, node)),
  Conv3DBackpropInputV2: (call, node) => computed(transposedConv(call, node)),
  DepthwiseConv2d: (call, node) => computed(conv(call, node, true)),
  DepthwiseConv2dNative: (call, node) => computed(conv(call, node, true)),
  _FusedConv2D: (call, node) => fused(call, node, conv(call, node, false)),
  FusedDepthwiseConv2dNative: (call, node) => fused(call, node, conv(call, node, true)),
  FusedBatchNorm: (call, node) => computed(normalized(call, node, call.node(0), 1)),
  FusedBatchNormV2: (call, node) => computed(normalized(call, node, call.node(0), 1)),
  FusedBatchNormV3: (call, node) => computed(normalized(call, node, call.node(0), 1)),
  MaxPool: (call, node) => computed(maxPool(call, ...pooled(call, node))),
  MaxPool3D: (call, node) => computed(maxPool(call, ...pooled(call, node))),
  AvgPool: (call, node) => computed(averagePool(call, ...pooled(call, node), false)),
  AvgPool3D: (call, node) => computed(averagePool(call, ...pooled(call, node), false)),
  Mean: reduction('ReduceMean'),
  Sum: reduction('ReduceSum'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  Prod: reduction('ReduceProd'),
  Reshape: same('Reshape'),
  Transpose: (call, _, onnx) =>
    onnx('Transpose', [call.value(0)], onnxAttributes({ perm: call.integers(1, 'permutation') })),
  ExpandDims: (call, _, onnx) => onnx('Unsqueeze', [call.value(0), integers(call.integers(1, 'axis'))]),
  Squeeze: (call, node, onnx) => {
    const axes = integersOf(node, 'squeeze_dims');
    return onnx('Squeeze', axes.length > 0 ? [call.value(0), integers(axes)] : [call.value(0)]);
  },
  ConcatV2: (call, _, onnx) => {
    const axis = call.integers(call.inputs.length - 1, 'axis')[0]!;
    return onnx('Concat', call.inputs.slice(0, -1), onnxAttributes({ axis }));
  },
  Pack: (call, node, onnx) => {
    const axis = numberOf(node, 'axis', 0);
    const parts = call.inputs.map((value) => onnx('Unsqueeze', [value, integers([axis])])[0]);
    return onnx('Concat', parts, onnxAttributes({ axis }));
  },
  Unpack: (call, node, onnx) => {
    const axis = numberOf(node, 'axis', 0);
    const count = call.shape(0).at(axis)!;
    const parts = onnx('Split', [call.value(0)], onnxAttributes({ axis, num_outputs: count }), count);
    return parts.map((part) => onnx('Squeeze', [part, integers([axis])])[0]);
  },
  Split: (call, node, onnx) => {
    const count = numberOf(node, 'num_split', 1);
    const axis = call.integers(0, 'axis')[0]!;
    return onnx('Split', [call.value(1)], onnxAttributes({ axis, num_outputs: count }), count);
  },
  ReverseV2: (call, _, onnx) => {
    const axes = call.integers(1, 'axes');
    const all = (value: number) => integers(axes.map(() => value));
    return onnx('Slice', [call.value(0), all(-1), all(-(2 ** 31)), integers(axes), all(-1)]);
  },
  SplitV: (call, _, onnx) => {
    const sizes = call.integers(1, 'sizes');
    const axis = call.integers(2, 'axis')[0]!;
    const open = sizes.indexOf(-1);
    const shape = call.shape(0);
    if (open >= 0) sizes[open] = shape.at(axis)! - sizes.reduce((sum, size) => sum + size, 1);
    return onnx('Split', [call.value(0), integers(sizes)], onnxAttributes({ axis }), sizes.length);
  },
  Slice: (call, _, onnx) => {
    const [starts, sizes] = [call.integers(1, 'begin'), call.integers(2, 'size')];
    const shape = call.shape(0);
    const ends = starts.map((start, k) => (sizes[k] === -1 ? shape[k]! : start + sizes[k]!));
    return onnx('Slice', [call.value(0), integers(starts), integers(ends)]);
  },
  StridedSlice: stridedSlice,
  GatherV2: (call, _, onnx) =>
    onnx('Gather', [call.value(0), call.value(1)], onnxAttributes({ axis: call.integers(2, 'axis')[0]! })),
  GatherNd: same('GatherND'),
  Pad: (call, _, onnx) => onnx('Pad', [call.value(0), integers(sides(call))]),
  PadV2: (call, _, onnx) => onnx('Pad', [call.value(0), integers(sides(call)), call.value(2)]),
  MirrorPad: (call, node, onnx) => {
    if (textOf(node, 'mode') !== 'REFLECT')
      throw call.error(`mode ${textOf(node, 'mode')} cannot be read; nearest is REFLECT`);
    return onnx('Pad', [call.value(0), integers(sides(call))], onnxAttributes({ mode: 'reflect' }));
  },
  Tile: same('Tile'),
  BroadcastTo: same('Expand'),
  Fill: (call) => {
    const shape = call.integers(0, 'shape');
    const value = call.constant(1, 'value');
    return { shape, data: new Float64Array(sizeOf(shape)).fill(value.data[0]!), kind: value.kind };
  },
  Cast: (call) => call.value(0),
  ...Object.fromEntries(
    ['Greater', 'GreaterEqual', 'Less', 'LessEqual', 'Equal'].map((op) => [
      op,
      same(op.replace('Equal', op === 'Equal' ? 'Equal' : 'OrEqual')),
    ]),
  ),
  LogicalAnd: same('And'),
  LogicalOr: same('Or'),
  LogicalNot: same('Not'),
  SelectV2: same('Where'),
  Select: same('Where'),
  ClipByValue: same('Clip'),
  ResizeBilinear: resize(false),
  ResizeNearestNeighbor: resize(true),
  SpaceToBatchND: (call, _, onnx) => spaceToBatch(call, onnx, false),
  BatchToSpaceND: (call, _, onnx) => spaceToBatch(call, onnx, true),
  ZerosLike: (call) => computed(line(call, call.node(0), 0)),
  If: refused(loops),
  StatelessIf: refused(loops),
  While: refused(loops),
  StatelessWhile: refused(loops),
  Switch: refused(loops),
  Merge: refused(loops),
  Enter: refused(loops),
  LoopCond: refused(loops),
};

/** Paddings `[[before, after], …]` in ONNX's order: all before, all after. */
function sides(call: Call): number[] {
  const flat = call.integers(1, 'paddings');
  return [...flat.filter((_, k) => k % 2 === 0), ...flat.filter((_, k) => k % 2 === 1)];
}
