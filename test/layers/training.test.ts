import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { random } from '../../models/train/random.js';
import { findData } from '../../scenarios/data.js';
import { connected } from '../../scenarios/denoising/connected.js';
import { learnedOperator, tuned } from '../../scenarios/denoising/problem.js';
import { length, ownSignals, readSignals, someOf as someSignals } from '../../scenarios/denoising/signals.js';
import { totalVariation, variationError } from '../../scenarios/denoising/total-variation.js';
import { classifier, denseHead, quadraticHead } from '../../scenarios/mnist-qp/problem.js';
import { convolutional } from '../../scenarios/sudoku/convolutional.js';
import {
  boardErrors,
  cells,
  digits,
  looksRight,
  makePuzzles,
  validBoards,
  width,
} from '../../scenarios/sudoku/grids.js';
import { someOf, sudokuLayer } from '../../scenarios/sudoku/problem.js';
import { product } from '../../scenarios/training/product.js';
import { type Trainee, train } from '../../scenarios/training/train.js';
import { tolerances } from '../tolerances.js';

const folder = mkdtempSync(join(tmpdir(), 'graybox-training-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = findData('denoising');

/** Gradients against differences along a random direction of each array, and all together. */
function expectGradients(trainee: Trainee, samples: Int32Array, step = 1e-6): void {
  const { gradients } = trainee.gradient(samples);
  const source = random(2);
  for (const [name, array] of Object.entries(trainee.parameters)) {
    const kept = array.slice();
    const direction = array.map((value) => source.normal() * (Math.abs(value) + 0.01));
    const at = (by: number): number => {
      for (let k = 0; k < array.length; k++) array[k] = kept[k]! + by * direction[k]!;
      return trainee.gradient(samples).loss;
    };
    const slope = (at(step) - at(-step)) / (2 * step);
    array.set(kept);
    const exact = direction.reduce((sum, value, k) => sum + value * gradients[name]![k]!, 0);
    expect(Math.abs(slope - exact), `${trainee.name} ${name}: ${exact} against ${slope}`).toBeLessThan(
      1e-5 * (1 + Math.abs(slope)),
    );
  }
}

describe('Sudoku', () => {
  const all = makePuzzles(40, random(3));

  it('has 288 valid boards of 4 × 4, and 984 that the usual test accepts', () => {
    expect(validBoards().length).toBe(288);
    expect(validBoards().every(looksRight)).toBe(true);
    // Each unit that sums to 6 and holds 0 and 3 has 0, 3 and 1, 2 or 3, 0: counted row by row.
    const rows: number[][] = [];
    for (let k = 0; k < 256; k++) {
      const row = [k & 3, (k >> 2) & 3, (k >> 4) & 3, (k >> 6) & 3];
      if (row[0]! + row[1]! + row[2]! + row[3]! === 6 && row.includes(0) && row.includes(3)) rows.push(row);
    }
    let count = 0;
    for (const a of rows)
      for (const b of rows)
        for (const c of rows)
          for (const d of rows) if (looksRight(Uint8Array.from([...a, ...b, ...c, ...d]))) count++;
    expect(count).toBe(984);
  });

  it('makes puzzles of 4 to 8 givens with one solution each, the same for the same seed', () => {
    for (let k = 0; k < all.count; k++) {
      const puzzle = all.puzzles.subarray(k * width, (k + 1) * width);
      const fits = validBoards().filter((board) =>
        board.every((digit, cell) => {
          const own = [...puzzle.subarray(digits * cell, digits * (cell + 1))];
          return !own.includes(1) || own[digit] === 1;
        }),
      );
      expect(fits.length).toBe(1);
      const givens = puzzle.reduce((sum, entry) => sum + entry, 0);
      expect(givens).toBeGreaterThanOrEqual(4);
      expect(givens).toBeLessThanOrEqual(8);
    }
    expect(makePuzzles(40, random(3))).toEqual(all);
  });

  it('counts another board as an error where the usual test does not', () => {
    const [a, b] = validBoards();
    const onehot = (board: Uint8Array): number[] =>
      [...board].flatMap((digit) => Array.from({ length: digits }, (_, k) => (k === digit ? 1 : 0)));
    expect(boardErrors(onehot(a!), onehot(b!), 1)).toEqual({ strict: 1, usual: 0 });
    expect(boardErrors(onehot(a!), onehot(a!), 1)).toEqual({ strict: 0, usual: 0 });
    const broken = a!.slice();
    broken[0] = (broken[0]! + 1) % digits;
    expect(boardErrors(onehot(broken), onehot(a!), 1)).toEqual({ strict: 1, usual: 1 });
    expect(a!.length).toBe(cells);
  });

  it('is learned by gradients that agree with differences', () => {
    const held = someOf(all, 30, 40);
    expectGradients(sudokuLayer(all, held, random(1)), Int32Array.of(0, 5, 7), 1e-7);
    expectGradients(convolutional(all, held, random(1), { layers: 3, filters: 4 }), Int32Array.of(0, 5, 7));
  });

  it('is resumed to the bit, and refuses what belongs to another training', async () => {
    const schedule = { batch: 10, count: 30, seed: 4, settings: { data: 'own' }, tell: () => {} };
    const open = () => sudokuLayer(all, someOf(all, 30, 40), random(1));
    const [whole, half] = [open(), open()];
    const curve = await train(whole, { ...schedule, epochs: 2 });
    const checkpoint = join(folder, 'sudoku.checkpoint');
    await train(half, { ...schedule, epochs: 1, checkpoint });
    const resumed = open();
    const second = await train(resumed, { ...schedule, epochs: 2, checkpoint });
    expect(resumed.parameters).toEqual(whole.parameters);
    const measures = (all: typeof curve) => all.map(({ epoch, loss, test }) => ({ epoch, loss, test }));
    expect(measures(second)).toEqual(measures(curve));
    await expect(train(open(), { ...schedule, seed: 5, epochs: 2, checkpoint })).rejects.toThrow(
      /belongs to a training with other settings.*remove it/,
    );
    const bytes = readFileSync(checkpoint);
    for (const [broken, message] of [
      [bytes.subarray(0, bytes.length - 8), /cut off or damaged/],
      [Buffer.from('{}\n'), /no checkpoint of this version/],
      [Buffer.from('nothing'), /is no checkpoint/],
    ] as const) {
      writeFileSync(checkpoint, broken);
      await expect(train(open(), { ...schedule, epochs: 2, checkpoint })).rejects.toThrow(message);
    }
  });
});

describe('denoising', () => {
  const all = ownSignals(8, 5);

  it('finds total variation exactly: its optimality conditions hold', () => {
    for (const λ of [0, 0.5, 7, 21, 400]) {
      const y = all.noisy.subarray(0, length);
      const z = totalVariation(y, λ);
      // u with Dᵀu = y − z, |u| ≤ λ, and uᵢ = ±λ where z jumps.
      let u = 0;
      for (let i = 0; i < length - 1; i++) {
        u -= y[i]! - z[i]!;
        expect(Math.abs(u)).toBeLessThan(λ + 1e-9);
        const jump = z[i + 1]! - z[i]!;
        if (Math.abs(jump) > 1e-9) expect(u).toBeCloseTo(λ * Math.sign(jump), 8);
      }
      expect(u - (y[length - 1]! - z[length - 1]!)).toBeCloseTo(0, 8);
    }
  });

  it.skipIf(data === undefined)('has the known errors of total variation on the shared signals', () => {
    const test = someSignals(readSignals(data!), 9000, 10_000);
    expect(variationError(test, 21)).toBeCloseTo(15.904, 2);
    expect(variationError(test, 13)).toBeCloseTo(18.47, 2);
    expect(variationError(test, 20)).toBeGreaterThan(variationError(test, 21));
    expect(variationError(test, 22)).toBeGreaterThan(variationError(test, 21));
  });

  it('is learned by gradients that agree with differences', () => {
    expectGradients(connected(all, all, random(1)), Int32Array.of(0, 5));
  });

  it('is resumed to the bit with its warm starts, by any number of threads, and ends after a step when told', async () => {
    const some = ownSignals(16, 6);
    const [training, held] = [someSignals(some, 0, 12), someSignals(some, 12, 16)];
    const schedule = { batch: 6, count: 12, seed: 2, settings: {}, tell: () => {} };
    const checkpoint = join(folder, 'tuned.checkpoint');
    const whole = tuned(training, held, random(3));
    const curve = await train(whole, { ...schedule, epochs: 2 });
    const half = tuned(training, held, random(3), 2);
    let steps = 0;
    const stop = new AbortController();
    const counted: Trainee = {
      ...half,
      gradient: (samples) => {
        // In the first of two steps of the second epoch.
        if (++steps === 3) stop.abort();
        return half.gradient(samples);
      },
    };
    const cut = await train(counted, { ...schedule, epochs: 2, checkpoint, signal: stop.signal });
    expect([cut.length, steps]).toEqual([2, 3]);
    const resumed = tuned(training, held, random(3));
    const second = await train(resumed, { ...schedule, epochs: 2, checkpoint });
    expect(resumed.parameters).toEqual(whole.parameters);
    const measures = (all: typeof curve) => all.map(({ epoch, loss, test }) => ({ epoch, loss, test }));
    expect(measures(second)).toEqual(measures(curve));
    await expect(train(resumed, { ...schedule, epochs: 2, batch: 4, checkpoint })).rejects.toThrow(
      /belongs to a training with other settings/,
    );
  });

  it('begins near total variation', () => {
    const two = someSignals(all, 0, 2);
    const { mse } = tuned(two, two, random(1)).test() as { mse: number };
    expect(Math.abs(mse - variationError(two, 21))).toBeLessThan(1.5);
    const operator = learnedOperator(all, all, random(1));
    expect(operator.operator()!.length).toBe(99 * 100);
  });
});

describe('digits', () => {
  const source = random(8);
  const few = {
    count: 6,
    x: Float64Array.from({ length: 6 * 784 }, () => source.uniform()),
    labels: Uint8Array.from({ length: 6 }, (_, k) => k),
  };
  it.each([
    ['a quadratic program', quadraticHead],
    ['a dense layer', denseHead],
  ])('are learned with %s as the head by gradients that agree with differences', (name, head) => {
    expectGradients(classifier(name, few, few, random(1), head), Int32Array.of(0, 3, 4), 1e-7);
  });

  it('multiply matrices of any size rightly', () => {
    for (const [m, k, n] of [
      [1, 1, 1],
      [5, 3, 7],
      [8, 4, 4],
      [6, 9, 10],
    ] as const) {
      const [A, B] = [m * k, k * n].map((size) => Float64Array.from({ length: size }, () => source.normal()));
      const C = product(A!, B!, m, k, n);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0;
          for (let l = 0; l < k; l++) sum += A![i * k + l]! * B![l * n + j]!;
          expect(Math.abs(C[i * n + j]! - sum)).toBeLessThan(tolerances.f64);
        }
    }
  });
});
