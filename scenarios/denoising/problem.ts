import { qpLayer } from '../../index.js';
import type { Random } from '../../models/train/random.js';
import { affine, affineBack } from '../training/affine.js';
import { atLeastZero, feasible, feasibleBack, squareBack, squareOf } from '../training/factor.js';
import type { Trainee } from '../training/train.js';
import { warmStarts } from '../training/warm-starts.js';
import { choose, length, type Signals, squares } from './signals.js';

/** Differences of neighbours: as many auxiliary variables, twice as many rows. */
export const differences = length - 1;
const [n, p] = [length + differences, 2 * differences];

/** A {@link Trainee} with what it makes of noisy signals, and the difference operator it has learned, `[99, 100]`. */
export interface Denoiser extends Trainee {
  denoise(noisy: Float64Array, count: number): Float64Array;
  operator(): Float64Array | undefined;
}

/** D, `[99, 100]`: (Dx)ᵢ = xᵢ₊₁ − xᵢ. */
export function differenceOperator(): Float64Array {
  const D = new Float64Array(differences * length);
  for (let i = 0; i < differences; i++) {
    D[i * length + i] = -1;
    D[i * length + i + 1] = 1;
  }
  return D;
}

/** `G = [D −I; −D −I]`, `[198, 199]`: Gz ≤ 0 says |Dx| ≤ t for z = (x, t). */
export function absoluteRows(D: Float64Array): Float64Array {
  const G = new Float64Array(p * n);
  for (let i = 0; i < differences; i++) {
    for (let j = 0; j < length; j++) {
      G[i * n + j] = D[i * length + j]!;
      G[(differences + i) * n + j] = -D[i * length + j]!;
    }
    G[i * n + length + i] = -1;
    G[(differences + i) * n + length + i] = -1;
  }
  return G;
}

/** The first `length` numbers of each z. */
function signalsOf(z: Float64Array, count: number): Float64Array {
  const x = new Float64Array(count * length);
  for (let k = 0; k < count; k++) x.set(z.subarray(k * n, k * n + length), k * length);
  return x;
}

/** Elements that are tested at once. */
const portion = 250;

function inPortions(
  noisy: Float64Array,
  count: number,
  some: (own: Float64Array, count: number, from: number) => Float64Array,
): Float64Array {
  const out = new Float64Array(count * length);
  for (let from = 0; from < count; from += portion) {
    const to = Math.min(count, from + portion);
    out.set(some(noisy.subarray(from * length, to * length), to - from, from), from * length);
  }
  return out;
}

/** The test signals' numbers among the elements that a layer knows, behind those of the training set. */
const heldElements = (training: Signals, from: number, count: number): Int32Array =>
  Int32Array.from({ length: count }, (_, k) => training.count + from + k);

/**
 * A quadratic program that begins as total variation and is then trained as a whole (Amos & Kolter 2017, §4.2): 199
 * variables (signal, 99 auxiliary), 198 rows, Q = LLᵀ + 10⁻⁴I, h = Gz₀ + s₀, a dense layer into q.
 */
export function tuned(training: Signals, held: Signals, random: Random, threads = 1): Denoiser {
  const noise = (scale: number): number => scale * random.normal();
  const L = new Float64Array(n * n);
  for (let k = 0; k < n; k++) L[k * n + k] = k < length ? 1 : 1e-4;
  const G = absoluteRows(differenceOperator());
  const s0 = Float64Array.from({ length: p }, () => 1 + noise(1e-6));
  const z0 = negativeLeastNorm(s0).map((value) => value + noise(1e-6));
  const W = Float64Array.from(
    { length: length * n },
    (_, k) => (Math.floor(k / n) === k % n ? -1 : 0) + noise(1e-3),
  );
  const bias = Float64Array.from({ length: n }, (_, k) => (k < length ? 0 : 21.21));
  // Parameters move slowly: the last solution of a signal is nearly that of the next epoch.
  const layer = qpLayer({ n, p, shared: ['Q', 'G', 'h'], threads, keepWarm: true });
  const cold = qpLayer({ n, p, shared: ['Q', 'G', 'h'], threads });
  const solve = (noisy: Float64Array, count: number, elements?: Int32Array): Float64Array => {
    const q = affine(noisy, W, bias, count, length, n);
    const data = { Q: squareOf(L, n, 1e-4), q, G, h: feasible(G, z0, s0) };
    return (elements ? layer.forward(data, { elements }) : cold.forward(data)).z;
  };
  return {
    name: 'denoising-tuned',
    parameters: { L, G, z0, s0, W, bias },
    rate: 1e-4,
    memory: warmStarts(layer, training.count + held.count),
    project: () => atLeastZero(s0),
    gradient(samples) {
      const chosen = choose(training, samples);
      const { loss, slope } = squares(solve(chosen.noisy, chosen.count, samples), chosen, n);
      const back = layer.backward({ z: slope });
      const { dG, dz0 } = feasibleBack(back.h, G, z0, back.G);
      const { dW, db } = affineBack(chosen.noisy, W, back.q, chosen.count, length, n);
      const dL = squareBack(back.Q, L, n);
      return { loss, gradients: { L: dL, G: dG, z0: dz0, s0: back.h, W: dW, bias: db } };
    },
    test: () => ({
      mse: squares(
        inPortions(held.noisy, held.count, (own, count, from) =>
          signalsOf(solve(own, count, heldElements(training, from, count)), count),
        ),
        held,
      ).loss,
    }),
    denoise: (noisy, count) => inPortions(noisy, count, (own, some) => signalsOf(solve(own, some), some)),
    operator: () => topLeft(G),
  };
}

const topLeft = (G: Float64Array): Float64Array =>
  Float64Array.from(
    { length: differences * length },
    (_, k) => G[Math.floor(k / length) * n + (k % length)]!,
  );

/** `−G⁺s` of G = [D −I; −D −I], s = (a, b): t = (a + b)/2, Dx = (b − a)/2, x with mean zero. */
function negativeLeastNorm(s: Float64Array): Float64Array {
  const z = new Float64Array(n);
  for (let i = 0; i < differences; i++) {
    const [a, b] = [s[i]!, s[differences + i]!];
    z[length + i] = (a + b) / 2;
    z[i + 1] = z[i]! + (b - a) / 2;
  }
  let mean = 0;
  for (let i = 0; i < length; i++) mean += z[i]! / length;
  for (let i = 0; i < length; i++) z[i]! -= mean;
  return z;
}

/**
 * Total variation with λ = 13 whose difference operator is learned from noise: min ½‖x − y‖² + 13 Σt + ½·10⁻⁴‖t‖² s.t.
 * |Dx| ≤ t, D `[99, 100]` from 0.3 N(0, 1), with the penalty 0.1 ‖D‖₁.
 */
export function learnedOperator(training: Signals, held: Signals, random: Random, threads = 1): Denoiser {
  const D = Float64Array.from({ length: differences * length }, () => 0.3 * random.normal());
  const Q = new Float64Array(n * n);
  for (let k = 0; k < n; k++) Q[k * n + k] = k < length ? 1 : 1e-4;
  // Parameters move slowly: the last solution of a signal is nearly that of the next epoch.
  const layer = qpLayer({ n, p, shared: ['Q', 'G', 'h'], threads, keepWarm: true });
  const cold = qpLayer({ n, p, shared: ['Q', 'G', 'h'], threads });
  const h = new Float64Array(p);
  const solve = (noisy: Float64Array, count: number, elements?: Int32Array): Float64Array => {
    const q = new Float64Array(count * n).fill(13);
    for (let k = 0; k < count; k++) for (let i = 0; i < length; i++) q[k * n + i] = -noisy[k * length + i]!;
    const data = { Q, q, G: absoluteRows(D), h };
    return (elements ? layer.forward(data, { elements }) : cold.forward(data)).z;
  };
  return {
    name: 'denoising-operator',
    parameters: { D },
    rate: 1e-2,
    memory: warmStarts(layer, training.count + held.count),
    gradient(samples) {
      const chosen = choose(training, samples);
      const { loss, slope } = squares(solve(chosen.noisy, chosen.count, samples), chosen, n);
      const { G } = layer.backward({ z: slope });
      let penalty = 0;
      const dD = D.map((value, k) => {
        const [i, j] = [Math.floor(k / length), k % length];
        penalty += Math.abs(value);
        return G[i * n + j]! - G[(differences + i) * n + j]! + 0.1 * Math.sign(value);
      });
      return { loss: loss + 0.1 * penalty, gradients: { D: dD } };
    },
    test: () => ({
      mse: squares(
        inPortions(held.noisy, held.count, (own, count, from) =>
          signalsOf(solve(own, count, heldElements(training, from, count)), count),
        ),
        held,
      ).loss,
    }),
    denoise: (noisy, count) => inPortions(noisy, count, (own, some) => signalsOf(solve(own, some), some)),
    operator: () => D.slice(),
  };
}
