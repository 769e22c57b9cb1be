import { show, sizeOf } from '../../build.js';
import type { Tensor } from '../../graph.js';
import { activate, activationLayers, type Site } from './activations.js';

/** One call of one layer. */
export interface Call extends Site {
  /** Nodes the layer is called on. */
  readonly inputs: readonly number[];
  /** A trained array of this layer, counted once however often the layer is called. */
  weight(name: string, shape: readonly number[]): Tensor;
  /** Marks a weight that is not computed with. */
  ignore(name: string): void;
}

type Rule = (call: Call) => number;

const identity: Rule = (call) => one(call);

/** The single input of a layer that takes one. */
function one({ build, layer, inputs }: Call): number {
  if (inputs.length !== 1) throw build.error(layer, `is called on ${inputs.length} inputs, expected one`);
  return inputs[0]!;
}

function several({ build, layer, inputs }: Call): readonly number[] {
  if (inputs.length < 2)
    throw build.error(layer, `is called on ${inputs.length} inputs, expected at least 2`);
  return inputs;
}

/** Shape of the single input. */
function shapeOf(call: Call): readonly number[] {
  return call.build.shape(one(call));
}

function lastOf(call: Call): number {
  const last = shapeOf(call).at(-1);
  if (last === undefined) throw call.build.error(call.layer, 'needs an input with an axis besides the batch');
  return last;
}

/** Demands that `key` names the last axis. */
function lastAxis(call: Call, key: string, standard: number): void {
  const rank = shapeOf(call).length;
  if (call.config.axis(key, rank, standard) !== rank - 1) {
    throw call.build.error(
      call.layer,
      `works along an axis of ${show(shapeOf(call))} that is not the last; permute first`,
    );
  }
}

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

const flatten: Rule = (call) => {
  const { build, layer, config } = call;
  const shape = shapeOf(call);
  if (/first$/i.test(config.text('data_format', 'channels_last')) && shape.length > 1) {
    throw build.error(
      layer,
      'has data_format channels_first, which permutes; only channels_last can be read',
    );
  }
  return build.reshape(layer, one(call), [sizeOf(shape)]);
};

/** At inference `v = γ(u − mean)/√(variance + ε) + β`, one line per entry of the last axis. */
const batchNormalization: Rule = (call) => {
  const { build, layer, config } = call;
  lastAxis(call, 'axis', -1);
  config.only('renorm', false, 'batch renormalization cannot be read; train without it');
  const length = lastOf(call);
  const epsilon = config.number('epsilon', 1e-3);
  const γ = config.flag('scale', true) ? call.weight('gamma', [length]).data : undefined;
  const β = config.flag('center', true) ? call.weight('beta', [length]).data : undefined;
  const mean = call.weight('moving_mean', [length]).data;
  const variance = call.weight('moving_variance', [length]).data;
  return normalize(call, length, (k) => {
    const squared = variance[k]! + epsilon;
    if (!(squared > 0)) {
      throw build.error(
        layer,
        `moving variance + epsilon is ${squared} at index ${k}; train the network again`,
      );
    }
    const scale = (γ?.[k] ?? 1) / Math.sqrt(squared);
    return [scale, (β?.[k] ?? 0) - scale * mean[k]!];
  });
};

/** Keras's Normalization: `(u − mean)/max(√variance, 1e-7)`, or its inverse. */
const normalization: Rule = (call) => {
  const { build, layer, config } = call;
  const length = lastOf(call);
  const given = config.get('mean') !== undefined;
  if (config.get('axis') !== undefined) lastAxis(call, 'axis', -1);
  else if (!given) throw build.error(layer, 'has axis null, expected -1');
  const of = (name: string) =>
    given ? spread(call, name, config.numbers(name), length).data : call.weight(name, [length]).data;
  const [mean, variance] = [of('mean'), of('variance')];
  call.ignore('count');
  const invert = config.flag('invert', false);
  return normalize(call, length, (k) => {
    if (variance[k]! < 0)
      throw build.error(layer, `variance is ${variance[k]} at index ${k}; adapt the layer again`);
    const deviation = Math.max(Math.sqrt(variance[k]!), 1e-7);
    return invert ? [deviation, mean[k]!] : [1 / deviation, -mean[k]! / deviation];
  });
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
  ...Object.fromEntries(Object.entries(activationLayers).map(([name, fn]) => [name, ofInput(fn)])),
  PReLU: pReLU,
  Flatten: flatten,
  Reshape: reshape,
  RepeatVector: repeatVector,
  Dropout: identity,
  SpatialDropout1D: identity,
  GaussianNoise: identity,
  GaussianDropout: identity,
  AlphaDropout: identity,
  BatchNormalization: batchNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
  Add: (call) => call.build.add(call.layer, several(call)),
  Multiply: (call) => several(call).reduce((a, b) => call.build.multiply(call.layer, a, b)),
  Average: (call) =>
    call.build.scaleBy(call.layer, call.build.add(call.layer, several(call)), 1 / call.inputs.length),
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
  GaussianNoise: random,
  GaussianDropout: random,
  AlphaDropout: random,
  Dense: ['lora_alpha'],
  BatchNormalization: ['momentum', 'fused', 'synchronized', 'renorm_clipping', 'renorm_momentum'],
};
