import '../../runtime/node/provide.js';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { derive } from '../../src/derive/derive.js';
import { openEngine } from '../../src/engine/open.js';
import type { Elementwise, Network, Tensor } from '../../src/network/graph.js';
import { tolerances } from '../tolerances.js';
import { evaluated, expectClose, pointOf } from './contract.js';
import { chain } from './networks.js';

type Activation = 'tanh' | 'sigmoid' | 'softplus' | 'elu' | 'swish';
const functions: readonly [Activation, Elementwise][] = [
  ['tanh', { name: 'tanh' }],
  ['sigmoid', { name: 'sigmoid' }],
  ['softplus', { name: 'softplus' }],
  ['elu', { name: 'elu', alpha: 1 }],
  ['swish', { name: 'swish' }],
];

const constant = ({ data, shape }: Tensor): tf.Tensor => tf.tensor(Float32Array.from(data), [...shape]);

/** A tfjs layers model with the weights of a chain of dense layers that ends in a softmax. */
function layersModel(network: Network, activation: Activation): tf.LayersModel {
  const affine = network.nodes.flatMap(({ op }) => (op.kind === 'affine' ? [op] : []));
  const model = tf.sequential();
  affine.forEach(({ weight }, k) => {
    model.add(
      tf.layers.dense({
        units: weight.shape[1]!,
        activation: k === affine.length - 1 ? 'softmax' : (activation as 'tanh'),
        ...(k === 0 ? { inputShape: [network.inputSize] } : {}),
      }),
    );
  });
  model.setWeights(affine.flatMap(({ weight, bias }) => [constant(weight), constant(bias!)]));
  return model;
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  await tf.ready();
});

describe.each(['wasm', 'onnx', 'reference'])('engine %s against tfjs with the same weights', (engineName) => {
  it.each(functions)('predict and gradients: %s', async (activation, fn) => {
    const network = chain([7, 9, 8, 4], { fn, softmax: true });
    const model = layersModel(network, activation);
    const point = pointOf(network);
    const engine = await openEngine(engineName);
    const executable = await engine.compile(derive(network), { precision: 'f64', device: 'cpu' });
    const { y, J, H } = await evaluated(executable, 2, point);
    await executable.dispose();

    const n = network.inputSize;
    const x = tf.tensor2d(Float32Array.from(point.x), [1, n]);
    const predicted = model.predict(x) as tf.Tensor;
    expectClose(y, await predicted.data(), tolerances.f32);

    const weighted = (λ: ArrayLike<number>) => {
      const factors = tf.tensor2d(Float32Array.from(λ), [1, λ.length]);
      return (u: tf.Tensor) => (model.apply(u) as tf.Tensor).mul(factors).sum() as tf.Scalar;
    };
    for (let i = 0; i < network.outputSize; i++) {
      const unit = new Float64Array(network.outputSize).with(i, 1);
      const row = tf.grad(weighted(unit))(x);
      expectClose(J.subarray(i * n, (i + 1) * n), await row.data(), tolerances.f32);
    }
    // tfjs cannot differentiate the gradients of all its operations once more; differences of its gradients serve.
    const step = 1e-2;
    const gradient = tf.grad(weighted(point.λ));
    for (let j = 0; j < n; j++) {
      const at = async (shift: number) => {
        const moved = Float32Array.from(point.x.with(j, point.x[j]! + shift));
        return gradient(tf.tensor2d(moved, [1, n])).data();
      };
      const [plus, minus] = [await at(step), await at(-step)];
      for (let i = j; i < n; i++) {
        const h = (plus[i]! - minus[i]!) / (2 * step);
        expect(Math.abs(H[(i * (i + 1)) / 2 + j]! - h)).toBeLessThan(5e-3);
      }
    }
  });
});
