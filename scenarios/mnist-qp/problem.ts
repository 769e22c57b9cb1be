import { qpLayer } from '../../index.js';
import type { Random } from '../../models/train/random.js';
import type { Images } from '../mnist/idx.js';
import { affine, affineBack, rectify, rectifyBack } from '../training/affine.js';
import { atLeastZero, feasible, feasibleBack, squareBack, squareOf } from '../training/factor.js';
import type { Trainee } from '../training/train.js';

export const pixels = 784;
const hidden = 600;
export const classes = 10;
const rows = 10;
const ε = 1e-4;

/** Images as numbers in [0, 1], with their labels. */
export interface Digits {
  readonly count: number;
  readonly x: Float64Array;
  readonly labels: Uint8Array;
}

export function digitsOf({ images }: Images, labels: Uint8Array, from: number, to: number): Digits {
  return {
    count: to - from,
    x: Float64Array.from(images.subarray(from * pixels, to * pixels), (grey) => grey / 255),
    labels: labels.subarray(from, to),
  };
}

/** The last part of the classifier: ten numbers to ten scores. */
interface Head {
  project?(): void;
  readonly parameters: Readonly<Record<string, Float64Array>>;
  forward(u: Float64Array, count: number): Float64Array;
  /** Slopes by u and by the parameters, for the last batch. */
  backward(slope: Float64Array, count: number): { du: Float64Array; gradients: Record<string, Float64Array> };
}

/** `argmin ½zᵀQz + uᵀz s.t. Gz ≤ h`, Q = LLᵀ + 10⁻⁴I, h = Gz₀ + s₀, all learned (Amos & Kolter 2017, §4.3). */
export function quadraticHead(random: Random, threads = 1): Head {
  const n = classes;
  const L = Float64Array.from({ length: n * n }, (_, k) =>
    k % n <= Math.floor(k / n) ? random.uniform() : 0,
  );
  const G = Float64Array.from({ length: rows * n }, () => 2 * random.uniform() - 1);
  const [z0, s0] = [new Float64Array(n), new Float64Array(rows).fill(1)];
  const layer = qpLayer({ n, p: rows, shared: ['Q', 'G', 'h'], threads });
  return {
    parameters: { L, G, z0, s0 },
    // So that z₀ stays feasible.
    project: () => atLeastZero(s0),
    forward: (u) => layer.forward({ Q: squareOf(L, n, ε), q: u, G, h: feasible(G, z0, s0) }).z,
    backward(slope) {
      const { Q, q, G: direct, h } = layer.backward({ z: slope });
      const { dG, dz0 } = feasibleBack(h, G, z0, direct);
      return { du: q, gradients: { L: squareBack(Q, L, n), G: dG, z0: dz0, s0: h } };
    },
  };
}

/** A dense layer 10-10 behind ReLU, the baseline. */
export function denseHead(random: Random): Head {
  const parameters = { W: draw(classes, classes, random), b: new Float64Array(classes) };
  let kept: Float64Array | undefined;
  return {
    parameters,
    forward(u, count) {
      kept = rectify(u.slice());
      return affine(kept, parameters.W, parameters.b, count, classes, classes);
    },
    backward(slope, count) {
      const { dX, dW, db } = affineBack(kept!, parameters.W, slope, count, classes, classes);
      return { du: rectifyBack(kept!, dX()), gradients: { W: dW, b: db } };
    },
  };
}

/** Glorot & Bengio's uniform weights. */
const draw = (inputs: number, outputs: number, random: Random): Float64Array =>
  Float64Array.from(
    { length: inputs * outputs },
    () => ((2 * random.uniform() - 1) * Math.sqrt(6)) / Math.sqrt(inputs + outputs),
  );

/** `784-600-10-head-softmax`, ReLU behind the 600; mean cross-entropy. */
export function classifier(
  name: string,
  training: Digits,
  held: Digits,
  random: Random,
  open: (random: Random) => Head,
): Trainee {
  const own = {
    W1: draw(pixels, hidden, random),
    b1: new Float64Array(hidden),
    W2: draw(hidden, classes, random),
    b2: new Float64Array(classes),
  };
  const head = open(random);
  const parameters = {
    ...own,
    ...Object.fromEntries(Object.entries(head.parameters).map(([key, array]) => [`head.${key}`, array])),
  };
  const forward = (x: Float64Array, count: number) => {
    const inner = rectify(affine(x, own.W1, own.b1, count, pixels, hidden));
    const u = affine(inner, own.W2, own.b2, count, hidden, classes);
    return { inner, scores: head.forward(u, count) };
  };
  return {
    name,
    parameters,
    rate: 1e-3,
    project: () => head.project?.(),
    gradient(samples) {
      const { x, labels } = choose(training, samples);
      const count = samples.length;
      const { inner, scores } = forward(x, count);
      const { loss, slope } = crossEntropy(scores, labels);
      const { du, gradients } = head.backward(slope, count);
      const second = affineBack(inner, own.W2, du, count, hidden, classes);
      const first = affineBack(x, own.W1, rectifyBack(inner, second.dX()), count, pixels, hidden);
      return {
        loss,
        gradients: {
          W1: first.dW,
          b1: first.db,
          W2: second.dW,
          b2: second.db,
          ...Object.fromEntries(Object.entries(gradients).map(([key, array]) => [`head.${key}`, array])),
        },
      };
    },
    test() {
      const { scores } = forward(held.x, held.count);
      let wrong = 0;
      held.labels.forEach((label, k) => {
        const own = scores.subarray(k * classes, (k + 1) * classes);
        if (own.indexOf(Math.max(...own)) !== label) wrong++;
      });
      return { loss: crossEntropy(scores, held.labels).loss, error: wrong / held.count };
    },
  };
}

function choose({ x, labels }: Digits, samples: Int32Array): Digits {
  const own = new Float64Array(samples.length * pixels);
  samples.forEach((sample, k) => {
    own.set(x.subarray(sample * pixels, (sample + 1) * pixels), k * pixels);
  });
  return { count: samples.length, x: own, labels: Uint8Array.from(samples, (sample) => labels[sample]!) };
}

/** Mean of −log softmax(scores)[label], and its slope by the scores. */
function crossEntropy(scores: Float64Array, labels: Uint8Array): { loss: number; slope: Float64Array } {
  const slope = new Float64Array(scores.length);
  const count = labels.length;
  let loss = 0;
  for (let k = 0; k < count; k++) {
    const own = scores.subarray(k * classes, (k + 1) * classes);
    const largest = Math.max(...own);
    let total = 0;
    for (let j = 0; j < classes; j++) total += Math.exp(own[j]! - largest);
    for (let j = 0; j < classes; j++)
      slope[k * classes + j] = (Math.exp(own[j]! - largest) / total - (j === labels[k] ? 1 : 0)) / count;
    loss += (Math.log(total) + largest - own[labels[k]!]!) / count;
  }
  return { loss, slope };
}
