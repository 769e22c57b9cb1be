import type { Tensor } from '../../graph.js';
import { convolution, permuted, transposedConvolution } from '../../lower/convolution.js';
import { moved } from '../../lower/move.js';
import { range } from '../../lower/place.js';
import { averagePool, maxPool } from '../../lower/pool.js';
import { largest, mean } from '../../lower/reduce.js';
import { linearWeights, resampled } from '../../lower/resize.js';
import { layoutOf, samePadding, type Window } from '../../lower/window.js';
import { activate } from './activations.js';
import { batched, type Call, channelsLast, each, one, type Rule, unbatched } from './call.js';
import type { Config } from './config.js';

interface Spread {
  readonly u: number;
  readonly last: boolean;
  readonly channels: number;
  readonly space: readonly number[];
  readonly windows: readonly Window[];
}

/** The input with a batch axis, and how a window of `size` moves over it. */
function spread(
  call: Call,
  dims: number,
  size: readonly number[],
  strideKey = 'strides',
  standard = 1,
): Spread {
  const { build, config, layer } = call;
  const u = batched(call, one(call));
  const shape = build.shape(u);
  if (shape.length !== dims + 2)
    throw build.error(layer, `works on ${dims + 1} axes, its input has ${shape.length - 1}`);
  const last = channelsLast(config);
  const { channels, space } = layoutOf(shape.length, last);
  const strides =
    config.get(strideKey) === undefined && standard === 0
      ? size
      : each(config, strideKey, dims, standard || 1);
  const lengths = space.map((axis) => shape[axis]!);
  return {
    u,
    last,
    channels: shape[channels]!,
    space: lengths,
    windows: windowsOf(config, lengths, size, strides),
  };
}

/** How windows of `size` move over axes of these lengths. */
export function windowsOf(
  config: Config,
  lengths: readonly number[],
  size: readonly number[],
  strides: readonly number[],
): Window[] {
  const dilations = each(config, 'dilation_rate', lengths.length, 1);
  const padding = config.text('padding', 'valid').toLowerCase();
  return lengths.map((extent, d): Window => {
    const [stride, dilation, length] = [strides[d]!, dilations[d]!, size[d]!];
    let [before, after] = [0, 0];
    if (padding === 'same') [before, after] = samePadding(extent, length, stride, dilation);
    else if (padding === 'causal') before = (length - 1) * dilation;
    else if (padding !== 'valid')
      throw config.error(`padding is "${padding}", expected valid, same or causal`);
    return { length, stride, dilation, before, after };
  });
}

const bias = (call: Call, count: number): Tensor | undefined =>
  call.config.flag('use_bias', true) ? call.weight('bias', [count]) : undefined;

const conv =
  (dims: number): Rule =>
  (call) => {
    const { config } = call;
    const filters = config.number('filters');
    const groups = config.number('groups', 1);
    const size = each(config, 'kernel_size', dims, 1);
    config.only('rank', dims, `expected ${dims}`);
    config.only('lora_rank', null, 'low-rank updates cannot be read; merge them and save again');
    config.only('quantization_config', null, 'quantized layers cannot be read; save it unquantized');
    const { u, last, channels, windows } = spread(call, dims, size);
    const kernel = call.weight('kernel', [...size, channels / groups, filters]);
    const v = convolution(call, u, {
      kernel,
      bias: bias(call, filters),
      windows,
      groups,
      channelsLast: last,
    });
    return activate(call, unbatched(call, v));
  };

/** `[…window, channels, multiplier]` as one group a channel. */
const depthwise = (kernel: Tensor): Tensor => {
  const [channels, multiplier] = kernel.shape.slice(-2) as [number, number];
  return { shape: [...kernel.shape.slice(0, -2), 1, channels * multiplier], data: kernel.data };
};

const depthwiseConv =
  (dims: number): Rule =>
  (call) => {
    const { config } = call;
    const size = each(config, 'kernel_size', dims, 1);
    const multiplier = config.number('depth_multiplier', 1);
    const { u, last, channels, windows } = spread(call, dims, size);
    // Keras 2 writes what it inherits from other convolutions and does not use.
    for (const key of ['filters', 'groups', 'rank']) config.get(key);
    const name = call.keras !== undefined && call.keras >= 3 ? 'kernel' : 'depthwise_kernel';
    const kernel = depthwise(call.weight(name, [...size, channels, multiplier]));
    const v = convolution(call, u, {
      kernel,
      bias: bias(call, channels * multiplier),
      windows,
      groups: channels,
      channelsLast: last,
    });
    return activate(call, unbatched(call, v));
  };

const separableConv =
  (dims: number): Rule =>
  (call) => {
    const { config } = call;
    const size = each(config, 'kernel_size', dims, 1);
    const [filters, multiplier] = [config.number('filters'), config.number('depth_multiplier', 1)];
    for (const key of ['groups', 'rank']) config.get(key);
    const { u, last, channels, windows } = spread(call, dims, size);
    const deep = depthwise(call.weight('depthwise_kernel', [...size, channels, multiplier]));
    const wide = call.weight('pointwise_kernel', [...size.map(() => 1), channels * multiplier, filters]);
    const first = convolution(call, u, { kernel: deep, windows, groups: channels, channelsLast: last });
    const v = convolution(call, first, {
      kernel: wide,
      bias: bias(call, filters),
      windows: size.map(() => ({ length: 1, stride: 1, dilation: 1, before: 0, after: 0 })),
      groups: 1,
      channelsLast: last,
    });
    return activate(call, unbatched(call, v));
  };

const convTranspose =
  (dims: number): Rule =>
  (call) => {
    const { config } = call;
    const size = each(config, 'kernel_size', dims, 1);
    const filters = config.number('filters');
    for (const key of ['groups', 'rank']) config.get(key);
    const { u, last, channels, space, windows } = spread(call, dims, size);
    const extra = config.get('output_padding') === undefined ? undefined : config.numbers('output_padding');
    const same = config.text('padding', 'valid').toLowerCase() === 'same';
    const out: number[] = [];
    const turned = windows.map((window, d): Window => {
      const { length, stride, dilation } = window;
      const reach = (length - 1) * dilation + 1;
      const full = (space[d]! - 1) * stride + reach;
      const more = extra && (extra[d] ?? extra[0]!);
      if (more !== undefined) out[d] = full + more - (same ? 2 * Math.floor(reach / 2) : 0);
      else out[d] = same ? space[d]! * stride : full + Math.max(stride - reach, 0);
      // What "same" leaves out, as where the convolution goes the other way: the smaller half in front.
      const before = same ? Math.floor(Math.max(full - out[d]!, 0) / 2) : 0;
      return { ...window, before, after: 0 };
    });
    const kernel = call.weight('kernel', [...size, filters, channels]);
    const rank = kernel.shape.length;
    const v = transposedConvolution(
      call,
      u,
      {
        kernel: permuted(kernel, [...range(rank - 2), rank - 1, rank - 2]),
        bias: bias(call, filters),
        windows: turned,
        groups: 1,
        channelsLast: last,
      },
      out,
    );
    return activate(call, unbatched(call, v));
  };

const pool =
  (dims: number, average: boolean): Rule =>
  (call) => {
    const size = each(call.config, 'pool_size', dims, 2);
    const { u, last, windows } = spread(call, dims, size, 'strides', 0);
    const pooling = { windows, channelsLast: last, ceil: false };
    return unbatched(call, average ? averagePool(call, u, pooling, false) : maxPool(call, u, pooling));
  };

const globalPool =
  (dims: number, average: boolean): Rule =>
  (call) => {
    const u = batched(call, one(call));
    const { channels, space } = layoutOf(dims + 2, channelsLast(call.config));
    const shape = call.build.shape(u);
    const v = average ? mean(call, u, space) : largest(call, u, space);
    const keep = call.config.flag('keepdims', false);
    return call.build.reshape(call.layer, v, keep ? call.build.shape(v).slice(1) : [shape[channels]!]);
  };

/** `2`, `[2, 3]` or `[[1, 2], [3, 4]]` as what is before and behind each axis. */
function pairs(call: Call, key: string, dims: number): [number, number][] {
  const flat = call.config.numbers(key, 1);
  if (flat.length === 1) return range(dims).map(() => [flat[0]!, flat[0]!]);
  if (flat.length === 2 * dims) return range(dims).map((d) => [flat[2 * d]!, flat[2 * d + 1]!]);
  if (flat.length === dims) return flat.map((own) => [own, own]);
  throw call.config.error(`"${key}" holds ${flat.length} numbers, expected ${dims} pairs`);
}

/** Axes of space of other lengths, read at other coordinates; negative ones are padding. */
function recoordinated(
  call: Call,
  dims: number,
  lengthOf: (length: number, d: number) => number,
  coordinate: (k: number, length: number, d: number) => number,
): number {
  const u = batched(call, one(call));
  const shape = call.build.shape(u);
  const { space } = layoutOf(dims + 2, channelsLast(call.config));
  const to = shape.map((length, axis) =>
    space.includes(axis) ? lengthOf(length, space.indexOf(axis)) : length,
  );
  call.build.allow(call.layer, to);
  const tables = shape.map((length, axis) =>
    space.includes(axis)
      ? range(to[axis]!).map((k) => coordinate(k, length, space.indexOf(axis)))
      : range(length),
  );
  return unbatched(
    call,
    moved(
      call,
      u,
      to,
      tables.map((own, axis) => ({ of: [axis], at: own })),
    ),
  );
}

const zeroPadding =
  (dims: number): Rule =>
  (call) => {
    const pad = pairs(call, 'padding', dims);
    return recoordinated(
      call,
      dims,
      (length, d) => length + pad[d]![0] + pad[d]![1],
      (k, length, d) => {
        const at = k - pad[d]![0];
        return at < length ? at : -1;
      },
    );
  };

const cropping =
  (dims: number): Rule =>
  (call) => {
    const cut = pairs(call, 'cropping', dims);
    return recoordinated(
      call,
      dims,
      (length, d) => Math.max(0, length - cut[d]![0] - cut[d]![1]),
      (k, _, d) => k + cut[d]![0],
    );
  };

/** The middle of a picture. */
const centerCrop: Rule = (call) => {
  const size = [call.config.number('height'), call.config.number('width')];
  call.named('training');
  return recoordinated(
    call,
    2,
    (length, d) => {
      if (size[d]! > length)
        throw call.config.error(`crops ${length} to ${size[d]}, which resizes; nearest is a smaller size`);
      return size[d]!;
    },
    (k, length, d) => k + Math.floor((length - size[d]!) / 2),
  );
};

const upSampling =
  (dims: number): Rule =>
  (call) => {
    const { config } = call;
    const size = dims === 1 ? [config.number('size', 2)] : each(config, 'size', dims, 2);
    const kind = config.text('interpolation', 'nearest');
    if (kind === 'nearest')
      return recoordinated(
        call,
        dims,
        (length, d) => length * size[d]!,
        (k, _, d) => Math.floor(k / size[d]!),
      );
    if (kind !== 'bilinear') throw config.error(`interpolation is "${kind}", expected nearest or bilinear`);
    let u = batched(call, one(call));
    const { space } = layoutOf(dims + 2, channelsLast(config));
    space.forEach((axis, d) => {
      const length = call.build.shape(u)[axis]!;
      call.build.allow(call.layer, [length * size[d]!]);
      const at = range(length * size[d]!).map((x) => (x + 0.5) / size[d]! - 0.5);
      u = resampled(call, u, axis, linearWeights(length, at));
    });
    return unbatched(call, u);
  };

/** A picture as another size, its pixels' middles laid over those of the other. */
const resizingRule: Rule = (call) => {
  const { config } = call;
  const size = [config.number('height'), config.number('width')];
  // It computes the same in training.
  call.named('training');
  for (const key of ['crop_to_aspect_ratio', 'pad_to_aspect_ratio', 'antialias'])
    config.only(key, false, 'nearest is false');
  for (const key of ['fill_mode', 'fill_value']) config.get(key);
  const kind = config.text('interpolation', 'bilinear');
  const middle = (k: number, length: number, d: number): number => ((k + 0.5) * length) / size[d]!;
  if (kind === 'nearest')
    return recoordinated(
      call,
      2,
      (_, d) => size[d]!,
      (k, length, d) => Math.min(Math.floor(middle(k, length, d)), length - 1),
    );
  if (kind !== 'bilinear') throw config.error(`interpolation is "${kind}", expected nearest or bilinear`);
  let u = batched(call, one(call));
  const { space } = layoutOf(4, channelsLast(config));
  call.build.allow(call.layer, size);
  space.forEach((axis, d) => {
    const length = call.build.shape(u)[axis]!;
    const at = range(size[d]!).map((k) => middle(k, length, d) - 0.5);
    u = resampled(call, u, axis, linearWeights(length, at));
  });
  return unbatched(call, u);
};

const perDimension = (name: string, rule: (dims: number) => Rule, ...dims: readonly number[]) =>
  dims.map((d): [string, Rule] => [`${name}${d}D`, rule(d)]);

export const convolutionRules: Readonly<Record<string, Rule>> = Object.fromEntries([
  ...perDimension('Conv', conv, 1, 2, 3),
  ...perDimension('DepthwiseConv', depthwiseConv, 1, 2),
  ...perDimension('SeparableConv', separableConv, 1, 2),
  ...[1, 2, 3].map((d): [string, Rule] => [`Conv${d}DTranspose`, convTranspose(d)]),
  ...perDimension('MaxPooling', (d) => pool(d, false), 1, 2, 3),
  ...perDimension('AveragePooling', (d) => pool(d, true), 1, 2, 3),
  ...perDimension('GlobalMaxPooling', (d) => globalPool(d, false), 1, 2, 3),
  ...perDimension('GlobalAveragePooling', (d) => globalPool(d, true), 1, 2, 3),
  ...perDimension('ZeroPadding', zeroPadding, 1, 2, 3),
  ...perDimension('Cropping', cropping, 1, 2, 3),
  ...perDimension('UpSampling', upSampling, 1, 2, 3),
  ['Resizing', resizingRule],
  ['CenterCrop', centerCrop],
]);
