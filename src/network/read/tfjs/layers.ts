import { sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { add, affinely, maximum, minimum, multiply, subtract } from '../../lower/arithmetic.js';
import { transpose } from '../../lower/move.js';
import { normalized, rootMeanSquare } from '../../lower/normalize.js';
import { range } from '../../lower/place.js';
import { einsum } from '../../lower/product.js';
import { activate, activationLayers } from './activations.js';
import { attentionRules } from './attention.js';
import { batched, type Call, lastOf, one, type Rule, several, shapeOf } from './call.js';
import { convolutionalRecurrentRules } from './convolutional-recurrents.js';
import { convolutionRules } from './convolutions.js';
import { lambdaRules } from './lambdas.js';
import { quadraticKeys, quadraticRules } from './quadratic.js';
import { toUnitLength } from './rearrangements.js';
import { recurrentRules, spectralNormalization, timeDistributed } from './recurrents.js';

const identity: Rule = (call) => one(call);

/** One number for all, or one per entry of the last axis. */
function spread(call: Call, key: string, values: readonly number[], length: number): Tensor {
  if (values.length !== 1 && values.length !== length) {
    throw call.build.error(call.layer, `"${key}" holds ${values.length} numbers, expected 1 or ${length}`);
  }
  call.build.reserve(call.layer, length);
  const data = Float64Array.from({ length }, (_, k) => values[values.length === 1 ? 0 : k]!);
  return { shape: [length], data };
}

const dense: Rule = (call) => {
  const { build, layer, config } = call;
  const units = config.number('units');
  const weight = call.weight('kernel', [lastOf(call), units]);
  const bias = config.flag('use_bias', true) ? call.weight('bias', [units]) : undefined;
  config.only('lora_rank', null, 'low-rank updates cannot be read; merge them and save again');
  config.only('quantization_config', null, 'quantized layers cannot be read; save it unquantized');
  return activate(call, build.affine(layer, one(call), weight, bias));
};

/** `max(u, 0) − α ∘ max(−u, 0)`, with α of the input's shape, 1 along shared axes. */
const pReLU: Rule = (call) => {
  const { build, layer, config } = call;
  const shape = shapeOf(call);
  const shared = config.get('shared_axes') === undefined ? [] : config.numbers('shared_axes');
  const alpha = call.weight(
    'alpha',
    shape.map((length, k) => (shared.includes(k + 1) ? 1 : length)),
  );
  const size = sizeOf(shape);
  build.reserve(layer, size);
  const slope = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let [rest, at, stride] = [i, 0, 1];
    for (let k = shape.length - 1; k >= 0; k--) {
      const index = rest % shape[k]!;
      rest = (rest - index) / shape[k]!;
      if (alpha.shape[k] !== 1) at += index * stride;
      stride *= alpha.shape[k]!;
    }
    slope[i] = -alpha.data[at]!;
  }
  const flat = build.reshape(layer, one(call), [size]);
  const above = build.elementwise(layer, flat, { name: 'relu' });
  const below = build.elementwise(layer, build.scaleBy(layer, flat, -1), { name: 'relu' });
  const bent = build.scale(layer, below, { shape: [size], data: slope }, spread(call, 'shift', [0], size));
  return build.reshape(layer, build.add(layer, [above, bent]), shape);
};

const reshape: Rule = (call) => {
  const { build, layer, config } = call;
  const from = shapeOf(call);
  const target = config.list('target_shape').map((length) => (length === null ? -1 : length));
  const unknown = target.filter((length) => length === -1).length;
  const known = target.filter((length) => length !== -1) as number[];
  if (unknown > 1 || known.some((length) => !Number.isSafeInteger(length) || length < 1)) {
    throw build.error(layer, `target shape ${JSON.stringify(config.get('target_shape'))} is not a shape`);
  }
  const rest = sizeOf(from) / sizeOf(known);
  return build.reshape(
    layer,
    one(call),
    target.map((length) => (length === -1 ? rest : (length as number))),
  );
};

/** With `channels_first` Keras moves the channels behind before it flattens. */
const flatten: Rule = (call) => {
  const { build, layer, config } = call;
  const shape = shapeOf(call);
  const first = /first$/i.test(config.text('data_format', 'channels_last')) && shape.length > 1;
  const u = first ? transpose(call, one(call), [...range(shape.length).slice(1), 0]) : one(call);
  return build.reshape(layer, u, [sizeOf(shape)]);
};

/** At inference `v = γ(u − mean)/√(variance + ε) + β`, one line per entry of an axis. */
const batchNormalization: Rule = (call) => {
  const { build, layer, config } = call;
  const shape = shapeOf(call);
  const axis = config.axis('axis', shape.length, -1);
  config.only('renorm', false, 'batch renormalization cannot be read; train without it');
  const length = shape[axis]!;
  const epsilon = config.number('epsilon', 1e-3);
  const γ = config.flag('scale', true) ? call.weight('gamma', [length]).data : undefined;
  const β = config.flag('center', true) ? call.weight('beta', [length]).data : undefined;
  const mean = call.weight('moving_mean', [length]).data;
  const variance = call.weight('moving_variance', [length]).data;
  const line = (k: number): [number, number] => {
    const squared = variance[k]! + epsilon;
    if (!(squared > 0)) {
      throw build.error(
        layer,
        `moving variance + epsilon is ${squared} at index ${k}; train the network again`,
      );
    }
    const scale = (γ?.[k] ?? 1) / Math.sqrt(squared);
    return [scale, (β?.[k] ?? 0) - scale * mean[k]!];
  };
  if (axis === shape.length - 1) return normalize(call, length, line);
  const to = shape.map((own, k) => (k === axis ? own : 1)).slice(axis);
  const lines = range(length).map(line);
  const along = (k: 0 | 1): Tensor => ({ shape: to, data: Float64Array.from(lines, (own) => own[k]) });
  return affinely(call, one(call), along(0), along(1));
};

/** Axes counted with the batch, without it. */
function axesOf(call: Call, standard: number): number[] {
  const rank = shapeOf(call).length;
  const given = call.config.get('axis') === undefined ? [standard] : call.config.numbers('axis');
  return given
    .map((axis) => {
      const counted = axis < 0 ? axis + rank + 1 : axis;
      if (!Number.isInteger(counted) || counted < 1 || counted > rank)
        throw call.config.error(`axis is ${axis}, expected one from 1 to ${rank}`);
      return counted - 1;
    })
    .sort((a, b) => a - b);
}

/** Weights of the shape of `axes`, to broadcast against the input. */
function alongAxes(call: Call, name: string, axes: readonly number[]): Tensor {
  const shape = shapeOf(call);
  const { data } = call.weight(
    name,
    axes.map((axis) => shape[axis]!),
  );
  return { shape: shape.map((length, axis) => (axes.includes(axis) ? length : 1)), data };
}

const layerNormalization: Rule = (call) => {
  const { config } = call;
  const axes = axesOf(call, -1);
  const epsilon = config.number('epsilon', 1e-3);
  const γ = config.flag('scale', true) ? alongAxes(call, 'gamma', axes) : undefined;
  const β = config.flag('center', true) ? alongAxes(call, 'beta', axes) : undefined;
  if (config.flag('rms_scaling', false)) return rootMeanSquare(call, one(call), axes, epsilon, γ);
  return normalized(call, one(call), axes, epsilon, γ, β);
};

const rmsNormalization: Rule = (call) => {
  const axes = axesOf(call, -1);
  const γ = call.config.flag('scale', true) ? alongAxes(call, 'scale', axes) : undefined;
  return rootMeanSquare(call, one(call), axes, call.config.number('epsilon', 1e-6), γ);
};

/** Each group of channels is normalized together with all of space. */
const groupNormalization: Rule = (call) => {
  const { build, layer, config } = call;
  const shape = shapeOf(call);
  const [axis] = axesOf(call, -1) as [number];
  const given = config.number('groups', 32);
  const groups = given === -1 ? shape[axis]! : given;
  if (shape[axis]! % groups !== 0) throw config.error(`groups is ${groups} for ${shape[axis]} channels`);
  const [γ, β] = [
    config.flag('scale', true) ? alongAxes(call, 'gamma', [axis]) : undefined,
    config.flag('center', true) ? alongAxes(call, 'beta', [axis]) : undefined,
  ];
  const parted = build.reshape(layer, one(call), [
    ...shape.slice(0, axis),
    groups,
    shape[axis]! / groups,
    ...shape.slice(axis + 1),
  ]);
  const axes = range(shape.length + 1).filter((k) => k !== axis);
  const v = build.reshape(layer, normalized(call, parted, axes, config.number('epsilon', 1e-3)), shape);
  return γ || β ? affinely(call, v, γ, β) : v;
};

const unitNormalization: Rule = (call) => toUnitLength(call, one(call), axesOf(call, -1));

const permute: Rule = (call) => {
  const axes = call.config.numbers('dims');
  return transpose(
    call,
    one(call),
    axes.map((axis) => axis - 1),
  );
};

/** Dot products along one axis of each of two inputs. */
const dot: Rule = (call) => {
  const [a, b] = several(call) as [number, number];
  const { build, config, layer } = call;
  const axes = config.numbers('axes');
  const ranks = [build.shape(a).length, build.shape(b).length] as const;
  const along = [axes[0]!, axes[1] ?? axes[0]!].map((axis, k) => (axis < 0 ? axis + ranks[k]! + 1 : axis));
  const [p, q] = config.flag('normalize', false)
    ? [a, b].map((u, k) => toUnitLength(call, u, [along[k]! - 1]))
    : [a, b];
  const letters = 'abcdefgh';
  const left = range(ranks[0] + 1).map((k) => (k === along[0] ? 'z' : k === 0 ? 'y' : letters[k]!));
  const right = range(ranks[1] + 1).map((k) =>
    k === along[1] ? 'z' : k === 0 ? 'y' : letters[k]!.toUpperCase(),
  );
  const out = ['y', ...left.slice(1), ...right.slice(1)].filter((label) => label !== 'z');
  const v = einsum(call, `${left.join('')},${right.join('')}->${out.join('')}`, [
    { node: batched(call, p!) },
    { node: batched(call, q!) },
  ]);
  const shape = build.shape(v).slice(1);
  return build.reshape(layer, v, shape.length === 0 ? [1] : shape);
};

/** Keras's Normalization: `(u − mean)/max(√variance, 1e-7)`, or its inverse, with numbers for each entry of some axes. */
const normalization: Rule = (call) => {
  const { config } = call;
  const shape = shapeOf(call);
  const none = config.json['axis'] === null || (config.get('axis') as unknown[] | undefined)?.length === 0;
  const axes = none ? [] : axesOf(call, -1);
  const lengths = axes.map((axis) => shape[axis]!);
  const given = config.get('mean') !== undefined;
  const of = (name: string): Tensor => {
    if (!given) return call.weight(name, lengths);
    const data = Float64Array.from(config.numbers(name));
    if (data.length !== 1 && data.length !== sizeOf(lengths))
      throw call.build.error(
        call.layer,
        `"${name}" holds ${data.length} numbers, expected 1 or ${sizeOf(lengths)}`,
      );
    return { shape: lengths, data };
  };
  const [mean, variance] = [of('mean').data, of('variance').data];
  call.ignore('count');
  const size = sizeOf(lengths);
  call.build.reserve(call.layer, 2 * size);
  const invert = config.flag('invert', false);
  const [scale, shift] = [new Float64Array(size), new Float64Array(size)];
  for (let k = 0; k < size; k++) {
    const squared = variance[variance.length === 1 ? 0 : k]!;
    if (squared < 0)
      throw call.build.error(call.layer, `variance is ${squared} at index ${k}; adapt the layer again`);
    const deviation = Math.max(Math.sqrt(squared), 1e-7);
    const centre = mean[mean.length === 1 ? 0 : k]!;
    scale[k] = invert ? deviation : 1 / deviation;
    shift[k] = invert ? centre : -centre / deviation;
  }
  const along = shape.map((length, axis) => (axes.includes(axis) ? length : 1));
  return affinely(call, one(call), { shape: along, data: scale }, { shape: along, data: shift });
};

/** `scale` with `[s, t]` computed per entry of the last axis. */
function normalize(call: Call, length: number, line: (k: number) => readonly [number, number]): number {
  call.build.reserve(call.layer, 2 * length);
  const [scale, shift] = [new Float64Array(length), new Float64Array(length)];
  for (let k = 0; k < length; k++) [scale[k], shift[k]] = line(k) as [number, number];
  return call.build.scale(
    call.layer,
    one(call),
    { shape: [length], data: scale },
    { shape: [length], data: shift },
  );
}

const rescaling: Rule = (call) => {
  const { build, layer, config } = call;
  const length = lastOf(call);
  const scale = spread(call, 'scale', config.numbers('scale'), length);
  const shift = spread(call, 'offset', config.numbers('offset', 0), length);
  return build.scale(layer, one(call), scale, shift);
};

/** `[d]` → `[n, d]`, in about `2 log₂ n` steps: rows are doubled, and joined as the binary digits of `n` say. */
const repeatVector: Rule = (call) => {
  const { build, layer, config } = call;
  const [n, d] = [config.number('n'), lastOf(call)];
  if (!Number.isSafeInteger(n) || n < 1)
    throw build.error(layer, `n is ${n}, expected a whole number above 0`);
  let rows: number | undefined;
  let power = build.reshape(layer, one(call), [1, d]);
  for (let rest = n; ; power = build.concat(layer, [power, power], 0)) {
    if (rest % 2 === 1) rows = rows === undefined ? power : build.concat(layer, [rows, power], 0);
    rest = Math.floor(rest / 2);
    if (rest === 0) return rows!;
  }
};

const ofInput =
  (activation: (typeof activationLayers)[string]): Rule =>
  (call) =>
    activation(call, one(call));

/** How each layer class becomes nodes; dropout and noise do nothing at inference. */
export const layerRules: Readonly<Record<string, Rule>> = {
  Dense: dense,
  ...quadraticRules,
  ...Object.fromEntries(Object.entries(activationLayers).map(([name, fn]) => [name, ofInput(fn)])),
  PReLU: pReLU,
  Flatten: flatten,
  Reshape: reshape,
  RepeatVector: repeatVector,
  Permute: permute,
  LayerNormalization: layerNormalization,
  RMSNormalization: rmsNormalization,
  GroupNormalization: groupNormalization,
  UnitNormalization: unitNormalization,
  Dot: dot,
  Subtract: (call) => {
    const [a, b] = several(call) as [number, number];
    return subtract(call, a, b);
  },
  Maximum: (call) => several(call).reduce((a, b) => maximum(call, a, b)),
  Minimum: (call) => several(call).reduce((a, b) => minimum(call, a, b)),
  ...convolutionRules,
  ...recurrentRules,
  ...convolutionalRecurrentRules,
  ...attentionRules,
  ...lambdaRules,
  TimeDistributed: timeDistributed(() => layerRules),
  SpectralNormalization: spectralNormalization(() => layerRules),
  Lambda: (call) => {
    throw call.build.error(call.layer, 'Lambda layers hold code; replace it by layers of Keras');
  },
  /** Keras leaves out steps whose entries all are the mask's value: single points, at which the network jumps. */
  Masking: (call) => {
    const value = call.config.number('mask_value', 0);
    call.build.note(
      `layer "${call.layer}": steps that are ${value} throughout count like others; leave them out yourself`,
    );
    return one(call);
  },
  Identity: identity,
  Dropout: identity,
  SpatialDropout2D: identity,
  SpatialDropout3D: identity,
  ActivityRegularization: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity,
  BatchNormalization: batchNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
  Add: (call) => add(call, ...several(call)),
  Multiply: (call) => several(call).reduce((a, b) => multiply(call, a, b)),
  Average: (call) => call.build.scaleBy(call.layer, add(call, ...several(call)), 1 / call.inputs.length),
  // A negative axis counts from the end, as Keras says; tfjs 4 itself takes any negative axis for the last.
  Concatenate: (call) => {
    const rank = call.build.shape(several(call)[0]!).length;
    return call.build.concat(call.layer, call.inputs, call.config.axis('axis', rank, -1));
  },
};

const random = ['rate', 'noise_shape', 'stddev', 'rng_type', 'data_format'];

/** Keys of a layer class that change nothing at inference, beyond those of all layers. */
export const harmlessKeys: Readonly<Record<string, readonly string[]>> = {
  Dropout: random,
  SpatialDropout1D: random,
  SpatialDropout2D: random,
  SpatialDropout3D: random,
  ActivityRegularization: ['l1', 'l2'],
  GaussianNoise: random,
  GaussianDropout: random,
  AlphaDropout: random,
  ...quadraticKeys,
  Dense: ['lora_alpha'],
  MultiHeadAttention: ['softmax_robust_masking'],
  BatchNormalization: ['momentum', 'fused', 'synchronized', 'renorm_clipping', 'renorm_momentum'],
};
