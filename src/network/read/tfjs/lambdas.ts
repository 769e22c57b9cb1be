import { swap } from '../../lower/move.js';
import { matmul } from '../../lower/product.js';
import { find, plain, side } from './arguments.js';
import { type Call, type Rule, unbatched } from './call.js';
import { Config } from './config.js';
import { operationRules } from './operations.js';

const rule = (name: string): Rule => operationRules[name]!;

/** Arguments that change nothing while they are these. */
const idle: Readonly<Record<string, unknown>> = {
  conjugate: false,
  validate_indices: null,
  batch_dims: 0,
  dtype: null,
  exclusive: false,
  reverse: false,
  epsilon: 1e-12,
  constant_values: 0,
};

/** A function of TensorFlow as the operation of Keras that computes it, which knows its arguments by other `names`. */
const like =
  (operation: Rule, names: Readonly<Record<string, string>> = {}): Rule =>
  (call) => {
    const json: Record<string, unknown> = { ...call.config.json };
    for (const [own, theirs] of Object.entries(names)) {
      const given = plain(call.named(theirs));
      if (given !== undefined && given !== null) json[own] = given;
    }
    call.named('name');
    for (const [key, value] of Object.entries(idle)) {
      const given = plain(call.named(key)) ?? null;
      if (given !== null && given !== value)
        throw call.config.error(`its call has "${key}" = ${JSON.stringify(given)}; nearest is ${value}`);
    }
    return operation({
      ...call,
      config: new Config(json, call.config.where),
      named: (key) => call.named(names[key] ?? key),
    });
  };

/** Parts of an axis by their sizes. */
const split: Rule = (call) => {
  const given = plain(call.named('num_or_size_splits'));
  let end = 0;
  const cuts = Array.isArray(given) ? given.slice(0, -1).map((size) => (end += Number(size))) : given;
  const named = (key: string) => (key === 'indices_or_sections' ? { constant: cuts } : call.named(key));
  return rule('Split')({ ...call, named });
};

const product: Rule = (call) => {
  const turned = (k: number, name: string) => {
    const own = side(call, find(call, k, name));
    const yes = [`transpose_${name}`, `adjoint_${name}`].map((key) => plain(call.named(key)) === true);
    if (!yes.includes(true)) return own;
    if (!('node' in own)) throw call.config.error('transposes a constant; nearest is none');
    return { node: swap(call, own.node, -1, -2) };
  };
  return unbatched(call, matmul(call, turned(0, 'a'), turned(1, 'b')));
};

const activations: Readonly<Record<string, string>> = {
  relu: 'Relu',
  relu6: 'Relu6',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  softsign: 'Softsign',
  silu: 'Silu',
  selu: 'Selu',
  elu: 'Elu',
  gelu: 'Gelu',
  softmax: 'Softmax',
  log_softmax: 'LogSoftmax',
};
const numbers = [
  ...[
    'add',
    'subtract',
    'multiply',
    'divide',
    'maximum',
    'minimum',
    'negative',
    'square',
    'sqrt',
    'rsqrt',
    'exp',
  ],
  ...[
    'log',
    'sin',
    'cos',
    'tan',
    'sinh',
    'cosh',
    'tanh',
    'asinh',
    'acosh',
    'atanh',
    'sigmoid',
    'abs',
    'softplus',
  ],
  ...['erf', 'log1p', 'expm1', 'sign', 'reciprocal', 'greater', 'less', 'floor', 'ceil', 'round', 'cumsum'],
  ...['logical_and', 'logical_or', 'logical_not', 'greater_equal', 'less_equal', 'squared_difference'],
];
const renamed: Readonly<Record<string, string>> = {
  truediv: 'Divide',
  pow: 'Power',
  atan: 'Arctan',
  asin: 'Arcsin',
  acos: 'Arccos',
  asinh: 'Arcsinh',
  acosh: 'Arccosh',
  atanh: 'Arctanh',
  atan2: 'Arctan2',
};
const reductions: Readonly<Record<string, string>> = {
  reduce_mean: 'Mean',
  reduce_sum: 'Sum',
  reduce_max: 'Max',
  reduce_min: 'Min',
  reduce_prod: 'Prod',
  reduce_std: 'Std',
  reduce_variance: 'Var',
  reduce_logsumexp: 'Logsumexp',
};
const title = (name: string): string =>
  name.replace(/(^|_)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
const table = (domain: string, all: readonly (readonly [string, Rule])[]) =>
  Object.fromEntries(all.map(([name, own]) => [`${domain}.${name}`, own]));

/** What Keras 2 writes as a TFOpLambda, by function. */
const functions: Readonly<Record<string, Rule>> = {
  ...table(
    'math',
    numbers.flatMap((name) => {
      const own = operationRules[renamed[name] ?? title(name)];
      return own ? [[name, like(own)] as const] : [];
    }),
  ),
  ...table(
    'math',
    Object.entries(renamed).map(([name, own]) => [name, like(rule(own))]),
  ),
  ...table(
    'math',
    Object.entries(reductions).map(([name, own]) => [name, like(rule(own))]),
  ),
  ...table(
    'nn',
    Object.entries(activations).map(([name, own]) => [
      name,
      like(rule(own), { axis: 'axis', approximate: 'approximate' }),
    ]),
  ),
  'nn.leaky_relu': like(rule('LeakyRelu'), { negative_slope: 'alpha' }),
  'math.l2_normalize': like(rule('Normalize'), { axis: 'axis' }),
  '__operators__.add': like(rule('Add')),
  '__operators__.radd': like(rule('Add')),
  'linalg.matmul': like(product),
  'compat.v1.norm': like(rule('Norm')),
  'linalg.norm': like(rule('Norm')),
  'linalg.matrix_transpose': like((call) => swap(call, call.inputs[0]!, -1, -2)),
  reshape: like(rule('Reshape')),
  concat: like(rule('Concatenate')),
  stack: like(rule('Stack')),
  split: like(split),
  unstack: like(rule('Unstack')),
  tile: like(rule('Tile')),
  reverse: like(rule('Flip')),
  expand_dims: like(rule('ExpandDims')),
  'compat.v1.squeeze': like(rule('Squeeze')),
  'compat.v1.gather': like(rule('Take')),
  'compat.v1.pad': like(rule('Pad')),
  'compat.v1.transpose': like(rule('Transpose')),
  clip_by_value: like(rule('Clip'), { x_min: 'clip_value_min', x_max: 'clip_value_max' }),
  where: like(rule('Where')),
  identity: like(rule('Identity')),
  stop_gradient: like(rule('StopGradient')),
};

export const lambdaRules: Readonly<Record<string, Rule>> = {
  TFOpLambda: (call: Call) => {
    const name = call.config.text('function');
    const own = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (name === 'einsum')
      throw call.build.error(call.layer, 'Keras 2 saves tf.einsum without its tensors; use EinsumDense');
    if (!own)
      throw call.build.error(call.layer, `calls tf.${name}, which cannot be read; use a layer of Keras`);
    return own(call);
  },
  SlicingOpLambda: (call) => {
    call.config.get('function');
    return rule('GetItem')(call);
  },
};
