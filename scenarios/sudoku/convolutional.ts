import type { Random } from '../../models/train/random.js';
import { affine, affineBack, rectify, rectifyBack } from '../training/affine.js';
import { boardErrors, cells, digits, type Puzzles } from './grids.js';
import { choose, type SudokuSolver, squares } from './problem.js';

/** Number of layers and filters: the paper's baseline has ten of 512. */
export interface Convolutions {
  readonly layers: number;
  readonly filters: number;
}

/** For each cell the nine cells of its neighbourhood, −1 beyond the board. */
const neighbours: readonly (readonly number[])[] = Array.from({ length: cells }, (_, cell) => {
  const [row, column] = [cell >> 2, cell & 3];
  return [-1, 0, 1].flatMap((down) =>
    [-1, 0, 1].map((right) => {
      const [r, c] = [row + down, column + right];
      return r < 0 || r > 3 || c < 0 || c > 3 ? -1 : 4 * r + c;
    }),
  );
});

/** Neighbourhoods side by side: `[count · 16, channels]` to `[count · 16, 9 · channels]`. */
function unfold(x: Float64Array, count: number, channels: number): Float64Array {
  const out = new Float64Array(count * cells * 9 * channels);
  for (let k = 0; k < count; k++)
    for (let cell = 0; cell < cells; cell++)
      neighbours[cell]!.forEach((other, place) => {
        if (other < 0) return;
        const from = (k * cells + other) * channels;
        out.set(x.subarray(from, from + channels), ((k * cells + cell) * 9 + place) * channels);
      });
  return out;
}

/** The transpose of {@link unfold}. */
function fold(y: Float64Array, count: number, channels: number): Float64Array {
  const out = new Float64Array(count * cells * channels);
  for (let k = 0; k < count; k++)
    for (let cell = 0; cell < cells; cell++)
      neighbours[cell]!.forEach((other, place) => {
        if (other < 0) return;
        const [to, from] = [(k * cells + other) * channels, ((k * cells + cell) * 9 + place) * channels];
        for (let c = 0; c < channels; c++) out[to + c]! += y[from + c]!;
      });
  return out;
}

/** 3 × 3 convolutions with ReLU between, a digit's probability by softmax at each cell; loss as of the layer beside it. */
export function convolutional(
  training: Puzzles,
  held: Puzzles,
  random: Random,
  { layers, filters }: Convolutions,
): SudokuSolver {
  const channels = Array.from({ length: layers + 1 }, (_, k) => (k === 0 || k === layers ? digits : filters));
  const parameters: Record<string, Float64Array> = {};
  for (let k = 0; k < layers; k++) {
    const inputs = 9 * channels[k]!;
    const deviation = Math.sqrt(2 / inputs);
    parameters[`W${k}`] = Float64Array.from(
      { length: inputs * channels[k + 1]! },
      () => deviation * random.normal(),
    );
    parameters[`b${k}`] = new Float64Array(channels[k + 1]!);
  }
  const forward = (puzzles: Uint8Array, count: number) => {
    let x: Float64Array = Float64Array.from(puzzles);
    const kept: { unfolded: Float64Array; y: Float64Array }[] = [];
    for (let k = 0; k < layers; k++) {
      const unfolded = unfold(x, count, channels[k]!);
      const [W, b] = [parameters[`W${k}`]!, parameters[`b${k}`]!];
      const y = affine(unfolded, W, b, count * cells, 9 * channels[k]!, channels[k + 1]!);
      x = k === layers - 1 ? softmax(y) : rectify(y);
      kept.push({ unfolded, y: x });
    }
    return { x, kept };
  };
  return {
    name: 'sudoku-convolutional',
    parameters,
    rate: 1e-3,
    gradient(samples) {
      const chosen = choose(training, samples);
      const { x, kept } = forward(chosen.puzzles, samples.length);
      const { loss, slope } = squares(x, chosen.solutions);
      let back = softmaxBack(x, slope);
      const gradients: Record<string, Float64Array> = {};
      for (let k = layers - 1; k >= 0; k--) {
        if (k < layers - 1) rectifyBack(kept[k]!.y, back);
        const { dX, dW, db } = affineBack(
          kept[k]!.unfolded,
          parameters[`W${k}`]!,
          back,
          samples.length * cells,
          9 * channels[k]!,
          channels[k + 1]!,
        );
        gradients[`W${k}`] = dW;
        gradients[`b${k}`] = db;
        if (k > 0) back = fold(dX(), samples.length, channels[k]!);
      }
      return { loss, gradients };
    },
    test() {
      const { x } = forward(held.puzzles, held.count);
      const { strict, usual } = boardErrors(x, held.solutions, held.count);
      return { mse: squares(x, held.solutions).loss, strict, usual };
    },
    predict: (puzzles, count) => forward(puzzles, count).x,
  };
}

function softmax(u: Float64Array): Float64Array {
  for (let at = 0; at < u.length; at += digits) {
    const own = u.subarray(at, at + digits);
    const largest = Math.max(...own);
    let total = 0;
    for (let k = 0; k < digits; k++) total += own[k] = Math.exp(own[k]! - largest);
    for (let k = 0; k < digits; k++) own[k]! /= total;
  }
  return u;
}

function softmaxBack(p: Float64Array, slope: Float64Array): Float64Array {
  const out = new Float64Array(p.length);
  for (let at = 0; at < p.length; at += digits) {
    let along = 0;
    for (let k = 0; k < digits; k++) along += p[at + k]! * slope[at + k]!;
    for (let k = 0; k < digits; k++) out[at + k] = p[at + k]! * (slope[at + k]! - along);
  }
  return out;
}
