import type { NetworkBuilder } from '../../build.js';
import type { Elementwise } from '../../graph.js';
import { type Config, isObject } from './config.js';

/** Elementwise activations by Keras's name; tfjs writes the same in camelCase while a model is in memory. */
const elementwise: Readonly<Record<string, Elementwise>> = {
  relu: { name: 'relu' },
  relu6: { name: 'relu6' },
  tanh: { name: 'tanh' },
  sigmoid: { name: 'sigmoid' },
  hard_sigmoid: { name: 'hardSigmoid' },
  softplus: { name: 'softplus' },
  softsign: { name: 'softsign' },
  exponential: { name: 'exp' },
  elu: { name: 'elu', alpha: 1 },
  selu: { name: 'selu' },
  swish: { name: 'swish' },
  silu: { name: 'swish' },
  mish: { name: 'mish' },
  gelu: { name: 'gelu' },
  gelu_new: { name: 'geluTanh' },
};

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '');
const byPlainName = new Map(Object.entries(elementwise).map(([name, fn]) => [plain(name), fn]));

/** Adds the activation that `config` names (linear where it names none) and returns its node. */
export function activate(build: NetworkBuilder, layer: string, u: number, config: Config): number {
  const given = config.get('activation') ?? 'linear';
  const name = isObject(given) ? config.object('activation').text('class_name') : given;
  if (name === 'linear') return u;
  if (name === 'softmax') return build.softmax(layer, u);
  const fn = typeof name === 'string' ? byPlainName.get(plain(name)) : undefined;
  if (!fn) {
    throw build.error(
      layer,
      `activation ${JSON.stringify(name)} cannot be read; supported are linear, softmax, ${Object.keys(elementwise).join(', ')}`,
    );
  }
  return build.elementwise(layer, u, fn);
}
