import { Budget, type BudgetLimits } from '../core/budget.js';
import { InputError } from '../core/errors.js';
import { listOf, numbersOf, optionsOf } from '../core/given.js';
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
  /** `[in, out]`, also as a list of rows; `[out, in]`, as PyTorch stores it, with `transposed`. */
  readonly W: Tensor | readonly ArrayLike<number>[];
  readonly b?: Tensor | ArrayLike<number>;
  readonly activation?: DenseActivation;
  readonly transposed?: boolean;
}

/**
 * A network of dense layers from their arrays, for weights that come without a description, such as PyTorch's in a
 * `.safetensors` file. Throws InputError where shapes do not fit or a weight is not finite.
 */
export function dense(
  given: readonly DenseLayer[],
  options: { readonly name?: string; readonly limits?: BudgetLimits } = {},
): Network {
  const { name = 'dense', limits } = optionsOf(options, 'dense', ['name', 'limits']);
  const layers = listOf(given, `${name}: the layers`).map((layer, k) => {
    const where = `${name}: layer "dense_${k}"`;
    const { W, b, ...rest } = optionsOf(layer, where, ['W', 'b', 'activation', 'transposed']);
    return { ...rest, W: tensorOf(W, `${where}: W`), b: b && tensorOf(b, `${where}: b`) };
  });
  const [first] = layers;
  if (!first) throw new InputError(`${name}: has no layers; give [{ W, b, activation }, …]`);
  const build = new NetworkBuilder(name, name, new Budget(limits));
  const matrix = ({ W, transposed }: (typeof layers)[number]): Tensor =>
    transposed ? permuted(W, [1, 0]) : W;
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

/** A tensor, or the one of a list of numbers or of rows. */
function tensorOf(given: DenseLayer['W' | 'b'], what: string): Tensor {
  if (typeof given !== 'object' || given === null || 'shape' in given) return given as Tensor;
  const [first] = Array.from(given as ArrayLike<number | ArrayLike<number>>);
  if (typeof first !== 'object' || first === null)
    return { shape: [given.length], data: Float64Array.from(numbersOf(given, what)) };
  const rows = Array.from(given as readonly ArrayLike<number>[], (row, k) =>
    numbersOf(row, `${what}: row ${k}`, { length: first.length }),
  );
  const data = new Float64Array(rows.length * first.length);
  rows.forEach((row, k) => {
    data.set(row, k * first.length);
  });
  return { shape: [rows.length, first.length], data };
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
