/**
 * Trains a digit classifier 784 → h → (layers − 1) × (h → h) → 10 and writes it to `models/mnist-ACTIVATION-h`, with other
 * than five hidden layers to `models/mnist-ACTIVATION-hxlayers`:
 *
 *     node dist/models/train/mnist.js --width 128
 *     node dist/models/train/mnist.js --width 128 --activation relu --hidden 3
 *
 * or a convolutional network or a small transformer, to `models/mnist-convolution` and `models/mnist-attention`:
 *
 *     node dist/models/train/mnist.js --kind convolution
 *     node dist/models/train/mnist.js --kind attention
 *
 * Learns from images 1000–9999 of the MNIST test set (a user need not have the training set) with randomly distorted
 * copies; accuracy is measured on images 0–999, which it never sees. Same seed, same tfjs: same weights.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { InputError } from '../../index.js';
import { writeWhole } from '../../runtime/node/draft.js';
import { requireData } from '../../scenarios/data.js';
import { readImages, readLabels } from '../../scenarios/mnist/idx.js';
import type { Architecture } from './architecture.js';
import { attention } from './attention.js';
import { type Distortion, distort } from './augment.js';
import { type Card, describe } from './card.js';
import type { HiddenActivation } from './classifier.js';
import { convolution } from './convolution.js';
import { denseLearner, learnerOf, usualLayers } from './learner.js';
import { random } from './random.js';

const held = 1000;
const classes = 10;
const distortion: Distortion = { rotation: 0.25, scale: 0.15, shear: 0.15, shift: 2 };

const { values } = parseArgs({
  options: {
    kind: { type: 'string', default: 'dense' },
    width: { type: 'string', default: '128' },
    hidden: { type: 'string', default: String(usualLayers) },
    activation: { type: 'string', default: 'tanh' },
    epochs: { type: 'string', default: '60' },
    batch: { type: 'string', default: '100' },
    rate: { type: 'string', default: '0.001' },
    seed: { type: 'string', default: '1' },
    data: { type: 'string' },
    out: { type: 'string', default: 'models' },
  },
});

function positive(name: 'width' | 'hidden' | 'epochs' | 'batch' | 'rate' | 'seed'): number {
  const value = Number(values[name]);
  if (!(value > 0) || (name !== 'rate' && !Number.isInteger(value))) {
    throw new InputError(
      `--${name} ${values[name]}: give a positive ${name === 'rate' ? 'number' : 'integer'}`,
    );
  }
  return value;
}

function activationOf(name: string): HiddenActivation {
  if (name !== 'tanh' && name !== 'relu') throw new InputError(`--activation ${name}: give tanh or relu`);
  return name;
}

const architectures: Readonly<Record<string, () => Architecture>> = { convolution, attention };

function architectureOf(kind: string): Architecture | undefined {
  if (kind === 'dense') return undefined;
  if (!Object.hasOwn(architectures, kind))
    throw new InputError(`--kind ${kind}: give dense, ${Object.keys(architectures).join(', ')}`);
  return architectures[kind]!();
}

async function train(): Promise<Card> {
  const started = performance.now();
  const architecture = architectureOf(values.kind);
  const [epochs, batch, rate, seed] = [
    positive('epochs'),
    positive('batch'),
    positive('rate'),
    positive('seed'),
  ];
  const data = values.data ?? requireData('mnist');
  const { images, count, rows, columns } = readImages(data, { verify: true });
  const labels = readLabels(data, { verify: true });
  const pixels = rows * columns;

  const backend = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json');
  setWasmPaths(`${join(dirname(backend), 'dist')}/`);
  await tf.setBackend('wasm');
  const stream = random(seed);
  const learner = architecture
    ? learnerOf(architecture, [pixels, classes], stream)
    : denseLearner(
        {
          inputs: pixels,
          width: positive('width'),
          hidden: positive('hidden'),
          classes,
          activation: activationOf(values.activation),
        },
        stream,
      );

  const order = Int32Array.from({ length: count - held }, (_, i) => held + i);
  let at = order.length;
  const steps = Math.ceil((epochs * order.length) / batch);
  learner.learn(
    (x, label) => {
      for (let k = 0; k < batch; k++) {
        if (at === order.length) {
          stream.shuffle(order);
          at = 0;
        }
        const i = order[at++]!;
        distort(images.subarray(i * pixels, (i + 1) * pixels), rows, distortion, stream, x, k * pixels);
        label[k] = labels[i]!;
      }
    },
    { steps, batch, firstRate: rate, lastRate: rate / 100 },
    (step, loss) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      process.stderr.write(`step ${step} of ${steps}, loss ${loss.toFixed(4)}, ${seconds} s\n`);
    },
  );

  const right = tf.tidy(() => {
    const x = tf.tensor2d(
      Float32Array.from(images.subarray(0, held * pixels), (p) => p / 255),
      [held, pixels],
    );
    const guess = Int32Array.from(learner.values(x).argMax(1).dataSync());
    return guess.filter((digit, i) => digit === labels[i]).length;
  });

  const digest = await learner.save(join(values.out, learner.name));
  return {
    name: learner.name,
    architecture: learner.told,
    parameters: learner.parameters,
    input: 'pixels / 255, 28 × 28, row-major, flattened',
    output: 'probabilities of the digits 0–9',
    data: 'MNIST test set (t10k), images 1000–9999, with randomly rotated, sheared, scaled and shifted copies',
    distortion,
    training: {
      command: `node dist/models/train/mnist.js ${learner.flags} --epochs ${epochs} --batch ${batch} --rate ${rate} --seed ${seed}`,
      seed,
      epochs,
      batch,
      loss: 'cross-entropy',
      optimizer: `Adam, rate ${rate} falling along half a cosine to ${rate / 100}`,
      software: `tfjs ${tf.version.tfjs}, backend ${tf.getBackend()}`,
      date: new Date().toISOString().slice(0, 10),
      seconds: Math.round((performance.now() - started) / 1000),
    },
    accuracy: { measuredOn: 'MNIST test set (t10k), images 0–999', images: held, correct: right },
    sha256: { 'weights.bin': digest },
    licence:
      'The weights are ours, under the licence of this repository. MNIST images (CC BY-SA 3.0) are not included.',
  };
}

try {
  const card = await train();
  const folder = join(values.out, card.name);
  writeWhole(join(folder, 'card.json'), `${JSON.stringify(card, null, 2)}\n`);
  writeWhole(join(folder, 'README.md'), describe(card));
  const { correct, images } = card.accuracy;
  process.stderr.write(`${folder}: ${correct} of ${images} right\n`);
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
