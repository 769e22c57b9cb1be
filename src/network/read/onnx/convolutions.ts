import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { add, apply, clip, line } from '../../lower/arithmetic.js';
import { convolution, permuted, transposedConvolution } from '../../lower/convolution.js';
import { range } from '../../lower/place.js';
import { averagePool, maxPool, type Pooling, windowSums } from '../../lower/pool.js';
import { samePadding, type Window } from '../../lower/window.js';
import { namedActivation } from './activations.js';
import { type Call, computed, type Operator } from './call.js';

/** The windows that the attributes describe, over an input `[batch, channels, …space]`. */
export function windowsOf(call: Call, shape: readonly number[], kernel: readonly number[]): Window[] {
  const space = shape.slice(2);
  if (kernel.length !== space.length)
    throw call.error(`has a window of ${kernel.length} axes for [${shape}]`);
  const [strides, dilations, pads] = [call.ints('strides'), call.ints('dilations'), call.ints('pads')];
  const auto = call.text('auto_pad', 'NOTSET');
  return space.map((length, d) => {
    const [stride, dilation] = [strides?.[d] ?? 1, dilations?.[d] ?? 1];
    let [before, after] = [pads?.[d] ?? 0, pads?.[d + space.length] ?? 0];
    if (auto === 'VALID') [before, after] = [0, 0];
    else if (auto.startsWith('SAME'))
      [before, after] = samePadding(length, kernel[d]!, stride, dilation, auto === 'SAME_UPPER');
    else if (auto !== 'NOTSET' && auto !== '') throw call.error(`auto_pad ${auto} cannot be read`);
    return { length: kernel[d]!, stride, dilation, before, after };
  });
}

function conv(call: Call): number {
  const u = call.node(0);
  const W = call.trainedAt(1, 'weight');
  const rank = W.shape.length;
  const kernelShape = call.ints('kernel_shape') ?? W.shape.slice(2);
  return convolution(call, u, {
    kernel: permuted(W, [...range(rank - 2).map((d) => d + 2), 1, 0]),
    bias: call.optionalTensor(2, 'bias'),
    windows: windowsOf(call, call.build.shape(u), kernelShape),
    groups: call.int('group', 1),
    channelsLast: false,
  });
}

/** The kernel `[in, out / groups, …window]` as `[…window, in / groups, out]`. */
function turnedKernel({ shape, data }: Tensor, groups: number): Tensor {
  const [ins, each, ...window] = shape as [number, number, ...number[]];
  const size = sizeOf(window);
  const [own, outs] = [ins / groups, each * groups];
  const out = new Float64Array(data.length);
  for (let c = 0; c < ins; c++)
    for (let m = 0; m < each; m++)
      for (let k = 0; k < size; k++) {
        const group = Math.floor(c / own);
        out[(k * own + (c % own)) * outs + group * each + m] = data[(c * each + m) * size + k]!;
      }
  return { shape: [...window, own, outs], data: out };
}

function convTranspose(call: Call): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const W = call.trainedAt(1, 'weight');
  const groups = call.int('group', 1);
  const window = call.ints('kernel_shape') ?? W.shape.slice(2);
  const space = shape.slice(2);
  const [strides, dilations, pads] = [call.ints('strides'), call.ints('dilations'), call.ints('pads')];
  const extra = call.ints('output_padding') ?? space.map(() => 0);
  const given = call.ints('output_shape');
  const auto = call.text('auto_pad', 'NOTSET');
  const out: number[] = [];
  const windows = space.map((length, d): Window => {
    const [stride, dilation] = [strides?.[d] ?? 1, dilations?.[d] ?? 1];
    const full = stride * (length - 1) + extra[d]! + (window[d]! - 1) * dilation + 1;
    let [before, after] = [pads?.[d] ?? 0, pads?.[d + space.length] ?? 0];
    const wanted = given?.slice(-space.length)[d] ?? (auto.startsWith('SAME') ? length * stride : undefined);
    if (wanted !== undefined) {
      const total = Math.max(0, full - wanted);
      const half = Math.floor(total / 2);
      [before, after] = auto === 'SAME_UPPER' ? [half, total - half] : [total - half, half];
      out[d] = wanted;
    } else out[d] = full - before - after;
    return { length: window[d]!, stride, dilation, before, after };
  });
  const kernel = turnedKernel(W, groups);
  return transposedConvolution(
    call,
    u,
    { kernel, bias: call.optionalTensor(2, 'bias'), windows, groups, channelsLast: false },
    out,
  );
}

function pooling(call: Call, u: number): Pooling {
  const window = call.ints('kernel_shape');
  if (!window) throw call.error('attribute kernel_shape is missing');
  call.ignore('storage_order');
  return {
    windows: windowsOf(call, call.build.shape(u), window),
    channelsLast: false,
    ceil: call.int('ceil_mode', 0) === 1,
  };
}

export const convolutions: Readonly<Record<string, Operator>> = {
  Conv: (call) => computed(conv(call)),
  /** com.microsoft: a convolution, what is added to it, and its activation. */
  FusedConv: (call) => {
    const name = call.text('activation', '');
    const parameters = call.floats('activation_params') ?? [];
    const own = conv(call);
    const v = call.has(3) ? add(call, own, call.node(3)) : own;
    const [a, b] = parameters;
    if (name === 'Clip')
      return computed(clip(call, v, a ?? Number.NEGATIVE_INFINITY, b ?? Number.POSITIVE_INFINITY));
    return computed(name === '' ? v : namedActivation(call, name, a, b)(v));
  },
  ConvTranspose: (call) => computed(convTranspose(call)),
  MaxPool: (call) => {
    const u = call.node(0);
    return [computed(maxPool(call, u, pooling(call, u))), undefined];
  },
  AveragePool: (call) => {
    const u = call.node(0);
    return computed(averagePool(call, u, pooling(call, u), call.int('count_include_pad', 0) === 1));
  },
  LpPool: (call) => {
    const u = call.node(0);
    const p = call.int('p', 2);
    const own = p % 2 === 0 ? u : apply(call, u, { name: 'abs' });
    const powers = p === 1 ? own : apply(call, own, { name: 'power', exponent: p });
    const sums = windowSums(call, powers, pooling(call, u));
    return computed(p === 1 ? line(call, sums, 1) : apply(call, sums, { name: 'power', exponent: 1 / p }));
  },
};
