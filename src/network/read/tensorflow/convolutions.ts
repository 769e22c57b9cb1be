import type { Tensor } from '../../graph.js';
import { add, affinely, apply } from '../../lower/arithmetic.js';
import { convolution, permuted, transposedConvolution } from '../../lower/convolution.js';
import { batchLine, normalized as standardized } from '../../lower/normalize.js';
import { range } from '../../lower/place.js';
import { averagePool, maxPool, type Pooling } from '../../lower/pool.js';
import { samePadding, type Window } from '../../lower/window.js';
import { pReLU } from '../onnx/activations.js';
import { type Call, computed } from '../onnx/call.js';
import { isComputed, type Value } from '../onnx/value.js';
import { flagOf, type GraphNode, integersOf, numberOf, textOf, textsOf } from './attributes.js';
import { last, type Rule } from './rule.js';

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

/** Grappler adds whole values as biases, too. */
function biased(call: Call, node: GraphNode, u: number, k: number): number {
  const bias = call.value(k);
  if (isComputed(bias)) return add(call, u, bias.node);
  const own = call.trained(bias);
  const along = own.shape.length === 1 ? alongChannels(node, call.build.shape(u).length, own.data) : own;
  return affinely(call, u, undefined, along);
}

/** What Grappler fused behind a product: a bias or a normalization, and an activation. */
export function fused(call: Call, node: GraphNode, u: number): Value {
  let [v, k] = [u, 2];
  for (const op of textsOf(node, 'fused_ops')) {
    if (op === 'BiasAdd') v = biased(call, node, v, k++);
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

/** What goes along channels: convolutions, pools, biases and batch normalizations. */
export const convolutionRules: Readonly<Record<string, Rule>> = {
  BiasAdd: (call, node) => computed(biased(call, node, call.node(0), 1)),
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
};
