import { type NetworkBuilder, sizeOf } from '../../build.js';
import type { Elementwise } from '../../graph.js';
import { slice, toEnd } from '../../lower/move.js';
import { logSoftmax, softmax as softmaxAlong } from '../../lower/reduce.js';
import { nearest } from '../nearest.js';
import { brief, Config, isObject } from './config.js';
import { checkDtype, checkOwner, harmlessKey } from './keys.js';

/** One activation: the function of a layer, or a layer that is nothing else. */
export interface Site {
  readonly build: NetworkBuilder;
  readonly layer: string;
  /** Parameters of the function; of a Dense or Activation layer, its own configuration. */
  readonly config: Config;
  /** The major version of Keras whose definitions hold; tfjs has those of 2. Undefined where the file does not tell. */
  readonly keras: number | undefined;
}

/** Adds the function of node `u` and returns its node. */
type Activation = (site: Site, u: number) => number;

const apply =
  (fn: Elementwise): Activation =>
  ({ build, layer }, u) =>
    build.elementwise(layer, u, fn);

/** `max(u, 0)`, after Keras: `u` where `u > threshold`, else 0, clipped at `max_value`, less `slope · max(threshold − u, 0)`. */
const relu: Activation = ({ build, layer, config }, u) => {
  const slope = either(config, 'negative_slope', 'alpha', 0);
  const threshold = config.number('threshold', 0);
  const most = config.get('max_value') === undefined ? undefined : config.number('max_value');
  if (most !== undefined && !(most > 0))
    throw config.error(`max_value is ${most}, expected a positive number`);
  if (most === undefined && threshold === 0 && slope !== 0)
    return build.elementwise(layer, u, { name: 'leakyRelu', alpha: slope });
  const above: Elementwise =
    threshold === 0 ? { name: 'relu' } : { name: 'thresholdedRelu', theta: threshold };
  let v: number;
  if (most === undefined) v = build.elementwise(layer, u, above);
  else v = clip(build, layer, threshold === 0 ? u : build.elementwise(layer, u, above), most);
  if (slope === 0) return v;
  const below = build.elementwise(layer, build.scaleBy(layer, u, -1, threshold), { name: 'relu' });
  return build.add(layer, [v, build.scaleBy(layer, below, -slope)]);
};

/** `min(max(u, 0), m) = m/6 · relu6(6u/m)`. */
function clip(build: NetworkBuilder, layer: string, u: number, m: number): number {
  const by = (v: number, factor: number): number => (factor === 1 ? v : build.scaleBy(layer, v, factor));
  return by(build.elementwise(layer, by(u, 6 / m), { name: 'relu6' }), m / 6);
}

/** Keras 2 and tfjs: `min(max(u/5 + 1/2, 0), 1)`; Keras 3: `relu6(u + 3)/6`. */
const hardSigmoid: Activation = ({ build, layer, keras }, u) => {
  if (keras === undefined) {
    throw build.error(
      layer,
      'hard_sigmoid is u/5 + 1/2 in Keras 2 and u/6 + 1/2 in Keras 3, and the file has no keras_version; add it beside the topology',
    );
  }
  if (keras < 3) return build.elementwise(layer, u, { name: 'hardSigmoid' });
  const clipped = build.elementwise(layer, build.scaleBy(layer, u, 1, 3), { name: 'relu6' });
  return build.scaleBy(layer, clipped, 1 / 6);
};

/** `min(max(u, −1), 1)`. */
const hardTanh: Activation = ({ build, layer }, u) =>
  build.scaleBy(layer, clip(build, layer, build.scaleBy(layer, u, 1, 1), 2), 1, -1);

const leakyRelu =
  (standard: number): Activation =>
  ({ build, layer, config }, u) =>
    build.elementwise(layer, u, {
      name: 'leakyRelu',
      alpha: either(config, 'negative_slope', 'alpha', standard),
    });

const elu: Activation = ({ build, layer, config }, u) =>
  build.elementwise(layer, u, { name: 'elu', alpha: config.number('alpha', 1) });

const thresholdedRelu: Activation = ({ build, layer, config }, u) =>
  build.elementwise(layer, u, { name: 'thresholdedRelu', theta: config.number('theta', 1) });

const gelu: Activation = ({ build, layer, config }, u) =>
  build.elementwise(layer, u, { name: config.flag('approximate', false) ? 'geluTanh' : 'gelu' });

/** `standard` is the axis where the configuration names none: -1 in Keras, 1 in tfjs's layer. */
const softmax =
  (standard: number, of = softmaxAlong): Activation =>
  (site, u) => {
    const { build, config } = site;
    const shape = build.shape(u);
    config.only('robust_masking', false, 'masks cannot be read');
    const given = config.get('axis') === undefined ? [] : config.numbers('axis');
    if (given.length < 2) return of(site, u, config.axis('axis', shape.length, standard));
    // Several axes as one.
    const axes = given.map((axis) => (axis < 0 ? axis + shape.length : axis - 1));
    if (!axes.every((axis) => axis >= 0 && axis < shape.length))
      throw config.error(`axis is ${brief(given)}, expected axes from 1 to ${shape.length}`);
    const { node, back } = toEnd(site, u, axes);
    const turned = build.shape(node);
    const count = sizeOf(axes.map((axis) => shape[axis]!));
    const rows = build.reshape(site.layer, node, [sizeOf(shape) / count, count]);
    return back(build.reshape(site.layer, of(site, rows, 1), turned));
  };

/** `α e(u/α)`, `e` the exponential unit. */
const celu: Activation = ({ build, layer, config }, u) => {
  const alpha = config.number('alpha', 1);
  const inner = build.elementwise(layer, build.scaleBy(layer, u, 1 / alpha), { name: 'elu', alpha: 1 });
  return build.scaleBy(layer, inner, alpha);
};

/** `(u + √(u² + b))/2` (Barron 2021). */
const squareplus: Activation = ({ build, layer, config }, u) => {
  const root = build.scaleBy(layer, build.multiply(layer, u, u), 1, config.number('b', 4));
  const sum = build.add(layer, [u, build.elementwise(layer, root, { name: 'sqrt' })]);
  return build.scaleBy(layer, sum, 0.5);
};

/** `log sigmoid(u) = −softplus(−u)`. */
const logSigmoid: Activation = ({ build, layer }, u) =>
  build.scaleBy(layer, build.elementwise(layer, build.scaleBy(layer, u, -1), { name: 'softplus' }), -1);

/** `u − tanh u`. */
const tanhShrink: Activation = ({ build, layer }, u) =>
  build.add(layer, [u, build.scaleBy(layer, build.elementwise(layer, u, { name: 'tanh' }), -1)]);

/** The functions by Keras's name; tfjs writes the same in camelCase while a model is in memory. */
const functions: Readonly<Record<string, Activation>> = {
  linear: (_, u) => u,
  relu,
  relu6: apply({ name: 'relu6' }),
  leaky_relu: leakyRelu(0.2),
  tanh: apply({ name: 'tanh' }),
  sigmoid: apply({ name: 'sigmoid' }),
  hard_sigmoid: hardSigmoid,
  hard_tanh: hardTanh,
  hard_silu: hardSwish,
  hard_swish: hardSwish,
  softplus: apply({ name: 'softplus' }),
  softsign: apply({ name: 'softsign' }),
  exponential: apply({ name: 'exp' }),
  elu,
  selu: apply({ name: 'selu' }),
  swish: apply({ name: 'swish' }),
  silu: apply({ name: 'swish' }),
  mish: apply({ name: 'mish' }),
  gelu,
  gelu_new: apply({ name: 'geluTanh' }),
  softmax: softmax(-1),
  log_softmax: softmax(-1, logSoftmax),
  celu,
  squareplus,
  log_sigmoid: logSigmoid,
  tanh_shrink: tanhShrink,
  glu,
  /** `max(u − λ, 0) − max(−u − λ, 0)`. */
  soft_shrink: shrink((site, u, λ) =>
    site.build.elementwise(site.layer, site.build.scaleBy(site.layer, u, 1, -λ), { name: 'relu' }),
  ),
  /** `u` where `|u| > λ`, else 0. */
  hard_shrink: shrink((site, u, λ) =>
    site.build.elementwise(site.layer, u, { name: 'thresholdedRelu', theta: λ }),
  ),
  sparse_plus: sparsePlus,
  sparse_sigmoid: (site, u) => site.build.scaleBy(site.layer, hardTanh(site, u), 0.5, 0.5),
};

/** One side of a function and the other, turned round, less it. */
function shrink(half: (site: Site, u: number, λ: number) => number): Activation {
  return (site, u) => {
    const { build, layer } = site;
    const λ = site.config.number('threshold', 0.5);
    const below = half(site, build.scaleBy(layer, u, -1), λ);
    return build.add(layer, [half(site, u, λ), build.scaleBy(layer, below, -1)]);
  };
}

/** 0 up to −1, `(u + 1)²/4` up to 1, u beyond. */
function sparsePlus(site: Site, u: number): number {
  const { build, layer } = site;
  const held = build.scaleBy(layer, hardTanh(site, u), 0.5, 0.5);
  const beyond = build.elementwise(layer, build.scaleBy(layer, u, 1, -1), { name: 'relu' });
  return build.add(layer, [build.multiply(layer, held, held), beyond]);
}

/** The first half of an axis times the sigmoid of the second. */
function glu(site: Site, u: number): number {
  const { build, layer, config } = site;
  const shape = build.shape(u);
  const axis = config.axis('axis', shape.length, -1);
  const half = shape[axis]! / 2;
  const [a, b] = [0, half].map((start) => slice(site, u, axis, start, half)) as [number, number];
  return build.multiply(layer, a, build.elementwise(layer, b, { name: 'sigmoid' }));
}

/** A function by Keras's name. */
export const functionOf = (name: string): Activation => functions[name]!;

/** `u · hard_sigmoid(u)` of Keras 3, the only one that has it. */
function hardSwish(site: Site, u: number): number {
  return site.build.multiply(site.layer, u, hardSigmoid({ ...site, keras: 3 }, u));
}

/** Layers that are activations; a layer's `activation` may be one of them, too. */
export const activationLayers: Readonly<Record<string, Activation>> = {
  Activation: activate,
  ReLU: relu,
  LeakyReLU: leakyRelu(0.3),
  ELU: elu,
  ThresholdedReLU: thresholdedRelu,
  Softmax: softmax(1),
};

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
const byName = new Map<string, Activation>(
  Object.entries(functions).flatMap(([name, fn]) => [
    [name, fn],
    [camel(name), fn],
  ]),
);
for (const [name, fn] of Object.entries(activationLayers)) if (name !== 'Activation') byName.set(name, fn);

/**
 * Adds the activation that `config` names (linear where it names none) and returns its node. It is a name, or an object
 * of a class (`ELU`, or a function's name) and its parameters, or one of class `function` with a name.
 */
export function activate(site: Site, u: number): number {
  const { layer, config } = site;
  const given = config.get('activation') ?? 'linear';
  if (!isObject(given)) return named(site, given)({ ...site, config: new Config({}, config.where) }, u);

  const object = config.object('activation');
  const kind = object.text('class_name');
  checkOwner(object, kind);
  if (kind === 'function') return named(site, object.get('config'))(emptied(site), u);
  if (kind === 'PReLU') {
    throw site.build.error(
      layer,
      'has a PReLU for its activation, whose weights carry no name; make it a layer of its own and save again',
    );
  }
  const settings = object.get('config') === undefined ? {} : object.object('config').json;
  const own = new Config(settings, `${config.where}: activation ${kind}`);
  const fn = kind === 'Activation' ? activate : named(site, kind);
  const node = fn({ ...site, config: own }, u);
  checkDtype(own, false);
  own.finish('it', harmlessKey);
  return node;
}

const emptied = (site: Site): Site => ({ ...site, config: new Config({}, site.config.where) });

function named({ build, layer }: Site, name: unknown): Activation {
  const fn = typeof name === 'string' ? byName.get(name) : undefined;
  if (!fn) {
    throw build.error(
      layer,
      `activation ${brief(name)} cannot be read; nearest is ${nearest(String(name), [...Object.keys(functions), ...Object.keys(activationLayers)])}`,
    );
  }
  return fn;
}

/** A number under one of two names, which must agree where both are there. */
function either(config: Config, name: string, old: string, standard: number): number {
  const value = config.number(name, config.number(old, standard));
  if (config.get(old) !== undefined && config.number(old) !== value)
    throw config.error(`"${name}" is ${value} and "${old}" is ${config.number(old)}; they must agree`);
  return value;
}
