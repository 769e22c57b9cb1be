import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { add, affinely, apply, line, multiply } from '../../lower/arithmetic.js';
import { expand, toEnd } from '../../lower/move.js';
import {
  batchLine,
  centered,
  moments,
  normalized,
  rootMeanSquare,
  scaledToUnit,
} from '../../lower/normalize.js';
import { range } from '../../lower/place.js';
import { sum as sumOver } from '../../lower/reduce.js';
import { type Call, computed, type Operator } from './call.js';

/** One number for each channel, to broadcast against `[batch, channels, …space]`. */
const ofChannels = (data: Float32Array | Float64Array, rank: number): Tensor => ({
  shape: [data.length, ...new Array<number>(Math.max(0, rank - 2)).fill(1)],
  data,
});

function batchNormalization(call: Call): number {
  if (call.int('training_mode', 0) === 1) throw call.error('is in training mode; export for inference');
  call.ignore('momentum', 'is_test', 'spatial', 'consumed_inputs');
  const u = call.node(0);
  const [γ, β, mean, variance] = ['scale', 'bias', 'mean', 'variance'].map((what, k) =>
    call.trainedAt(k + 1, what),
  ) as [Tensor, Tensor, Tensor, Tensor];
  const { scale, shift } = batchLine(call, { γ, β, mean, variance }, call.float('epsilon', 1e-5));
  // Before opset 9 each place could have numbers of its own; more than one output told of training until 14.
  if (call.opset < 14 && call.outputs.length > 1 && call.domain !== 'com.microsoft')
    throw call.error('has the outputs of training; export for inference');
  if (γ.shape.length > 1)
    return affinely(call, u, { shape: γ.shape, data: scale }, { shape: γ.shape, data: shift });
  const rank = call.build.shape(u).length;
  return affinely(call, u, ofChannels(scale, rank), ofChannels(shift, rank));
}

function layerNormalization(call: Call, u: number, γ?: Tensor, β?: Tensor): number {
  const rank = call.build.shape(u).length;
  const from = call.axis(call.int('axis', -1), rank);
  call.ignore('stash_type');
  return normalized(call, u, range(rank).slice(from), call.float('epsilon', 1e-5), γ, β);
}

function groupNormalization(call: Call): number {
  const u = call.node(0);
  const shape = call.build.shape(u);
  const groups = call.int('num_groups');
  const [γ, β] = [call.trainedAt(1, 'scale'), call.trainedAt(2, 'bias')];
  call.ignore('stash_type');
  const parted = call.build.reshape(call.layer, u, [shape[0]!, groups, sizeOf(shape.slice(1)) / groups]);
  const v = call.build.reshape(call.layer, normalized(call, parted, [2], call.float('epsilon', 1e-5)), shape);
  const channels = shape[1]!;
  const spread = ({ data }: Tensor): Tensor =>
    ofChannels(
      Float64Array.from({ length: channels }, (_, c) => data[Math.floor((c * data.length) / channels)]!),
      shape.length,
    );
  return affinely(call, v, spread(γ), spread(β));
}

/** `u / (κ + α/n Σ u²)^β` over `n` neighbouring channels (Krizhevsky et al. 2012). */
function localResponse(call: Call): number {
  const u = call.node(0);
  const channels = call.build.shape(u)[1]!;
  const size = call.int('size');
  const [α, β, κ] = [call.float('alpha', 1e-4), call.float('beta', 0.75), call.float('bias', 1)];
  const [before, after] = [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)];
  const band = Float64Array.from({ length: channels ** 2 }, (_, k) => {
    const gap = Math.floor(k / channels) - (k % channels);
    return gap >= -before && gap <= after ? α / size : 0;
  });
  const { node, back } = toEnd(call, multiply(call, u, u), [1]);
  const weight = { shape: [channels, channels], data: band };
  const sums = call.build.affine(call.layer, node, weight, {
    shape: [channels],
    data: new Float64Array(channels).fill(κ),
  });
  return multiply(call, u, back(apply(call, sums, { name: 'power', exponent: -β })));
}

export const normalizations: Readonly<Record<string, Operator>> = {
  BatchNormalization: (call) => computed(batchNormalization(call)),
  LayerNormalization: (call) => {
    const u = call.node(0);
    const v = layerNormalization(call, u, call.trainedAt(1, 'scale'), call.optionalTensor(2, 'bias'));
    if (!call.outputs[1] && !call.outputs[2]) return [computed(v), undefined, undefined];
    const rank = call.build.shape(u).length;
    const [mean, variance] = moments(call, u, range(rank).slice(call.axis(call.int('axis', -1), rank)));
    const shifted = line(call, variance, 1, call.float('epsilon', 1e-5));
    return [computed(v), computed(mean), computed(apply(call, shifted, { name: 'power', exponent: -0.5 }))];
  },
  SimplifiedLayerNormalization: (call) => [
    computed(rms(call, call.node(0), call.trainedAt(1, 'scale'))),
    undefined,
  ],
  RMSNormalization: (call) => computed(rms(call, call.node(0), call.trainedAt(1, 'scale'))),
  SkipLayerNormalization: (call) => {
    const [γ, β, bias] = [
      call.trainedAt(2, 'scale'),
      call.optionalTensor(3, 'beta'),
      call.optionalTensor(4, 'bias'),
    ];
    const u = skipped(call, bias);
    return [computed(layerNormalization(call, u, γ, β)), undefined, undefined, computed(u)];
  },
  SkipSimplifiedLayerNormalization: (call) => {
    const u = skipped(call, call.optionalTensor(3, 'bias'));
    return [computed(rms(call, u, call.trainedAt(2, 'scale'))), undefined, undefined, computed(u)];
  },
  InstanceNormalization: (call) => {
    const u = call.node(0);
    const rank = call.build.shape(u).length;
    const [γ, β] = [call.trainedAt(1, 'scale'), call.trainedAt(2, 'bias')];
    call.ignore('consumed_inputs');
    const epsilon = call.float('epsilon', 1e-5);
    return computed(
      normalized(call, u, range(rank).slice(2), epsilon, ofChannels(γ.data, rank), ofChannels(β.data, rank)),
    );
  },
  GroupNormalization: (call) => computed(groupNormalization(call)),
  MeanVarianceNormalization: (call) => {
    const u = call.node(0);
    const rank = call.build.shape(u).length;
    const axes = call.axes(1, rank) ?? [0, 2, 3];
    return computed(scaledToUnit(call, centered(call, u, axes), axes, 1e-18));
  },
  LpNormalization: (call) => {
    const u = call.node(0);
    const shape = call.build.shape(u);
    const axis = call.axis(call.int('axis', -1), shape.length);
    // A row of zeros stays one: what is added to its sum makes the inverse finite, and is nothing beside any other sum.
    const inverse = inverseNorm(call, u, axis, call.int('p', 2));
    return computed(multiply(call, u, expand(call, inverse, shape)));
  },
  LRN: (call) => computed(localResponse(call)),
};

/** `(Σ |u|ᵖ + 1e-36)^(−1/p)` along one axis. */
function inverseNorm(call: Call, u: number, axis: number, p: number): number {
  const powers = p === 1 ? apply(call, u, { name: 'abs' }) : multiply(call, u, u);
  const sum = line(call, sumOver(call, powers, [axis]), 1, 1e-36);
  return p === 1
    ? apply(call, sum, { name: 'reciprocal' })
    : apply(call, sum, { name: 'power', exponent: -0.5 });
}

function rms(call: Call, u: number, γ: Tensor): number {
  const rank = call.build.shape(u).length;
  const from = call.axis(call.int('axis', -1), rank);
  call.ignore('stash_type');
  return rootMeanSquare(call, u, range(rank).slice(from), call.float('epsilon', 1e-5), γ);
}

function skipped(call: Call, bias: Tensor | undefined): number {
  const u = add(call, call.node(0), call.node(1));
  return bias ? affinely(call, u, undefined, bias) : u;
}
