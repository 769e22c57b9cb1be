import { random } from '../../models/train/random.js';
import { findData } from '../data.js';
import type { TrainingChoice, TrainingScenario } from '../training/scenario.js';
import { type Convolutions, convolutional } from './convolutional.js';
import { ownPuzzles, readPuzzles } from './data.js';
import { boardErrors, type Puzzles } from './grids.js';
import { sudokuPicture } from './picture.js';
import { type SudokuSolver, someOf, sudokuLayer } from './problem.js';

/** The paper's baseline has ten layers of 512 filters. */
const baseline: Convolutions = { layers: 5, filters: 32 };
const held = 1000;

/** Learning the rules of 4 × 4 Sudoku from solved boards (Amos & Kolter 2017, §4.4). */
export function sudoku({ data, seed, threads }: TrainingChoice): TrainingScenario<SudokuSolver> {
  const { puzzles, what } = puzzlesOf(data, seed);
  const training = someOf(puzzles, 0, puzzles.count - held);
  const test = someOf(puzzles, puzzles.count - held, puzzles.count);
  const entrants = [
    {
      name: 'layer',
      what: 'a quadratic program with 40 learned rows',
      open: () => sudokuLayer(training, test, random(seed), threads),
    },
    {
      name: 'convolutional',
      what: `${baseline.layers} convolutions of ${baseline.filters} filters (the paper's baseline: 10 of 512)`,
      open: () => convolutional(training, test, random(seed), baseline),
    },
  ];
  return {
    name: 'sudoku',
    data: what,
    count: training.count,
    batch: 150,
    epochs: 12,
    entrants,
    tell: ({ strict, usual, mse }) =>
      `wrong boards ${(100 * strict!).toFixed(1)} % (by the usual test ${(100 * usual!).toFixed(1)} %), test MSE ${mse!.toFixed(4)}`,
    report(outcomes) {
      const [{ entrant, trained }] = outcomes as [(typeof outcomes)[number]];
      const before = entrant.open();
      // A puzzle that was wrong before, so that there is something to see.
      const guessed = before.predict(test.puzzles, test.count);
      let shown = 0;
      while (
        shown < test.count - 1 &&
        boardErrors(guessed.subarray(64 * shown), test.solutions.subarray(64 * shown), 1).strict === 0
      )
        shown++;
      const puzzle = someOf(test, shown, shown + 1);
      return {
        picture: sudokuPicture(
          outcomes.map(({ entrant: { name }, curve }) => ({ name, curve })),
          puzzle,
          guessed.subarray(64 * shown, 64 * (shown + 1)),
          trained.predict(puzzle.puzzles, 1),
        ),
        facts: {},
      };
    },
  };
}

function puzzlesOf(data: string | undefined, seed: number): { puzzles: Puzzles; what: string } {
  const folder = data === 'own' ? undefined : (data ?? findData('optnet-sudoku'));
  if (folder === undefined)
    return {
      puzzles: ownPuzzles(10_000, seed),
      what: `9000 puzzles of our own, 1000 others to test (seed ${seed})`,
    };
  const puzzles = readPuzzles(folder);
  return { puzzles, what: `${puzzles.count - held} puzzles of ${folder}, the last ${held} to test` };
}
