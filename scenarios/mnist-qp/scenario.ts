import { InputError } from '../../index.js';
import { random } from '../../models/train/random.js';
import { requireData } from '../data.js';
import { readImages, readLabels } from '../mnist/idx.js';
import type { TrainingChoice, TrainingScenario } from '../training/scenario.js';
import { mnistPicture } from './picture.js';
import { classifier, denseHead, digitsOf, quadraticHead } from './problem.js';

const held = 1000;

/** A classifier of digits whose last layer is a quadratic program, beside a dense one (Amos & Kolter 2017, §4.3). */
export function mnistQp({ data, seed, threads }: TrainingChoice): TrainingScenario {
  if (data === 'own')
    throw new InputError('mnist-qp makes no data of its own; leave out --data, or name a folder with MNIST');
  const folder = data ?? requireData('mnist');
  const [images, labels] = [readImages(folder), readLabels(folder)];
  const training = digitsOf(images, labels, held, images.count);
  const test = digitsOf(images, labels, 0, held);
  return {
    name: 'mnist-qp',
    data: `images ${held}–${images.count - 1} of ${folder}, images 0–${held - 1} to test`,
    count: training.count,
    batch: 64,
    epochs: 20,
    entrants: [
      {
        name: 'qp',
        what: '784-600-10-QP-softmax, the QP of 10 variables and 10 rows',
        open: () =>
          classifier('mnist-qp', training, test, random(seed), (own) => quadraticHead(own, threads)),
      },
      {
        name: 'dense',
        what: '784-600-10-10-softmax',
        open: () => classifier('mnist-dense', training, test, random(seed), denseHead),
      },
    ],
    tell: ({ loss, error }) => `test error ${(100 * error!).toFixed(1)} %, loss ${loss!.toFixed(4)}`,
    report: (outcomes) => ({
      picture: mnistPicture(outcomes.map(({ entrant: { name, what }, curve }) => ({ name, what, curve }))),
      facts: {},
    }),
  };
}
