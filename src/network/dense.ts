import { Budget, type BudgetLimits } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { listOf } from '../core/given.js';
import { NetworkBuilder } from './build.js';
import type { Elementwise, Network, Tensor } from './graph.js';
import { permuted } from './lower/convolution.js';

/** An activation by name, or one with its constants. */
export type DenseActivation =
  | 'linear'
  | 'softmax'
  | Exclude<Elementwise['name'], 'elu' | 'leakyRelu' | 'thresholdedRelu' | 'power'>
  | Elementwise
  /** `log(1 + e^(βu))/β`, and `u` itself where `βu` is beyond the threshold (20 in PyTorch), where both agree to 1e-9/β. */
  | { readonly name: 'softplus'; readonly beta: number };

/** One layer: `φ(u W + b)`. */
export interface DenseLayer {
  /** `[in, out]`; `[out, in]`, as PyTorch stores it, with `transposed`. */
  readonly W: Tensor;
  readonly b?: Tensor;
  readonly activation?: DenseActivation;
  readonly transposed?: boolean;
}

/**
 * A network of dense layers from their arrays, for weights that come without a description, such as PyTorch's in a
 * `.safetensors` file. Throws InputError where shapes do not fit or a weight is not finite.
 */
export function dense(
  given: readonly DenseLayer[],
  { name = 'dense', limits }: { readonly name?: string; readonly limits?: BudgetLimits } = {},
): Network {
  const layers = listOf(given, `${name}: the layers`);
  const [first] = layers;
  if (!first) throw new InputError(`${name}: has no layers; give [{ W, b, activation }, …]`);
  const build = new NetworkBuilder(name, name, new Budget(limits));
  const matrix = ({ W, transposed }: DenseLayer): Tensor => (transposed ? permuted(W, [1, 0]) : W);
  for (const [k, { W }] of layers.entries())
    if (W?.shape?.length !== 2) throw build.error(`dense_${k}`, 'W must have two axes, [in, out]');
  let u = build.input('input', [matrix(first).shape[0]!]);
  layers.forEach((layer, k) => {
    const label = `dense_${k}`;
    build.count(layer.W.data.length + (layer.b?.data.length ?? 0));
    u = activated(build, label, build.affine(label, u, matrix(layer), layer.b), layer.activation ?? 'linear');
  });
  return build.finish([u]);
}

function activated(build: NetworkBuilder, label: string, u: number, activation: DenseActivation): number {
  if (activation === 'linear') return u;
  if (activation === 'softmax') return build.softmax(label, u);
  if (typeof activation === 'string') return build.elementwise(label, u, { name: activation } as Elementwise);
  if (activation.name === 'softplus' && 'beta' in activation) {
    const { beta } = activation;
    if (!(beta > 0) || !Number.isFinite(beta)) throw build.error(label, `softplus has beta = ${beta}`);
    const v = build.elementwise(label, build.scaleBy(label, u, beta), { name: 'softplus' });
    return build.scaleBy(label, v, 1 / beta);
  }
  return build.elementwise(label, u, activation as Elementwise);
}
