import { qpLayer } from '../../index.js';
import type { Random } from '../../models/train/random.js';
import type { Trainee } from '../training/train.js';
import { boardErrors, type Puzzles, width } from './grids.js';

export const equalities = 40;

/** Rows `from` to `to` of a set of puzzles. */
export const someOf = ({ puzzles, solutions }: Puzzles, from: number, to: number): Puzzles => ({
  count: to - from,
  puzzles: puzzles.subarray(from * width, to * width),
  solutions: solutions.subarray(from * width, to * width),
});

/** A {@link Trainee} with what it predicts for puzzles, `[count, width]`. */
export interface SudokuSolver extends Trainee {
  predict(puzzles: Uint8Array, count: number): Float64Array;
}

const identity = (size: number, factor: number): Float64Array => {
  const matrix = new Float64Array(size * size);
  for (let k = 0; k < size; k++) matrix[k * (size + 1)] = factor;
  return matrix;
};

/**
 * The rules of Sudoku as rows Az = b that are learned (Amos & Kolter 2017, §4.4): z* = argmin ½·0.1 ‖z‖² − puzzleᵀz s.t.
 * Az = b, z ≥ 0; A `[40, 64]` from U(0, 1), b = A·exp(w), w = 0, so that there is always a solution. Loss: the mean of
 * (z − solution)².
 */
export function sudokuLayer(training: Puzzles, held: Puzzles, random: Random, threads = 1): SudokuSolver {
  const [n, m] = [width, equalities];
  const A = Float64Array.from({ length: m * n }, () => random.uniform());
  const w = new Float64Array(n);
  const layer = qpLayer({ n, m, p: n, shared: ['Q', 'A', 'b', 'G', 'h'], threads });
  const fixed = { Q: identity(n, 0.1), G: identity(n, -1), h: new Float64Array(n) };
  const solve = (puzzles: Uint8Array): Float64Array => {
    const point = w.map(Math.exp);
    const b = Float64Array.from({ length: m }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += A[i * n + j]! * point[j]!;
      return sum;
    });
    return layer.forward({ ...fixed, q: Float64Array.from(puzzles, (given) => -given), A, b }).z;
  };
  return {
    name: 'sudoku',
    parameters: { A, w },
    rate: 0.1,
    gradient(samples) {
      const chosen = choose(training, samples);
      const z = solve(chosen.puzzles);
      const { loss, slope } = squares(z, chosen.solutions);
      const { A: dA, b: db } = layer.backward({ z: slope });
      const [total, dw] = [dA.slice(), new Float64Array(n)];
      for (let j = 0; j < n; j++) {
        const point = Math.exp(w[j]!);
        for (let i = 0; i < m; i++) {
          total[i * n + j]! += db[i]! * point;
          dw[j]! += A[i * n + j]! * db[i]! * point;
        }
      }
      return { loss, gradients: { A: total, w: dw } };
    },
    test() {
      const z = solve(held.puzzles);
      const { strict, usual } = boardErrors(z, held.solutions, held.count);
      return { mse: squares(z, held.solutions).loss, strict, usual };
    },
    predict: (puzzles) => solve(puzzles),
  };
}

/** The samples with these numbers. */
export function choose({ puzzles, solutions }: Puzzles, samples: Int32Array): Puzzles {
  const [own, right] = [new Uint8Array(samples.length * width), new Uint8Array(samples.length * width)];
  samples.forEach((sample, k) => {
    own.set(puzzles.subarray(sample * width, (sample + 1) * width), k * width);
    right.set(solutions.subarray(sample * width, (sample + 1) * width), k * width);
  });
  return { count: samples.length, puzzles: own, solutions: right };
}

/** The mean of (z − wanted)² and its slope. */
export function squares(z: Float64Array, wanted: ArrayLike<number>): { loss: number; slope: Float64Array } {
  let loss = 0;
  const slope = z.map((value, k) => {
    const gap = value - wanted[k]!;
    loss += gap * gap;
    return (2 * gap) / z.length;
  });
  return { loss: loss / z.length, slope };
}
