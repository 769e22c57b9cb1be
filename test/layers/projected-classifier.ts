import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { fromTfjs, type Network } from '../../index.js';
import { QpLayer } from '../../layers/tfjs/index.js';
import { packageRoot } from '../../scenarios/data.js';

const folder = join(packageRoot, 'models', 'mnist-tanh-128');

/** The shipped classifier of digits with a quadratic program before its softmax: its scores are projected. */
export async function projectedClassifier(): Promise<Network> {
  await tf.setBackend('cpu');
  const { modelTopology, weightsManifest } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
  const [{ weights, paths }] = weightsManifest;
  const bytes = Buffer.concat(paths.map((path: string) => readFileSync(join(folder, path))));
  const shipped = (await tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology,
      weightSpecs: weights,
      weightData: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer,
    }),
  )) as tf.Sequential;
  const [last] = shipped.layers.slice(-1);
  const scores = tf.layers.dense({ units: 10, name: 'scores' });
  const model = tf.sequential({
    name: 'projected',
    layers: [
      ...shipped.layers.slice(0, -1),
      scores,
      new QpLayer({
        n: 10,
        p: 10,
        input: '-q',
        quadratic: 'fixed',
        name: 'program',
        seed: 6,
        initial: { s0: new Array<number>(10).fill(4) },
      }),
      tf.layers.activation({ activation: 'softmax', name: 'probabilities' }),
    ],
  });
  scores.setWeights(last!.getWeights());
  return fromTfjs(model);
}
