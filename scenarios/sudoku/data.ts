import { join } from 'node:path';
import { InputError } from '../../index.js';
import { random } from '../../models/train/random.js';
import { readNpyArray } from '../scopf/npy.js';
import { makePuzzles, type Puzzles, width } from './grids.js';

/** Puzzles of the folder `optnet-sudoku`: `puzzles.npy`, `solutions.npy`, bytes, `[count, 4, 4, 4]`. */
export function readPuzzles(folder: string): Puzzles {
  const [puzzles, solutions] = ['puzzles.npy', 'solutions.npy'].map((name) => {
    const file = join(folder, name);
    const { shape, data } = readNpyArray(file);
    if (!(data instanceof Uint8Array) || shape.slice(1).join() !== '4,4,4' || data.some((entry) => entry > 1))
      throw new InputError(`${file}: holds no boards of 4 × 4 × 4 zeros and ones`);
    return data;
  });
  if (puzzles!.length !== solutions!.length)
    throw new InputError(`${folder}: puzzles.npy and solutions.npy differ in length`);
  return { count: puzzles!.length / width, puzzles: puzzles!, solutions: solutions! };
}

/** Puzzles of our own, the same for the same seed. */
export const ownPuzzles = (count: number, seed: number): Puzzles => makePuzzles(count, random(seed));
