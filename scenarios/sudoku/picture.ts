import { chart, picture, text } from '../training/chart.js';
import type { Epoch } from '../training/train.js';
import { boardsOf, cells, digits, type Puzzles, width } from './grids.js';

/** What was trained: its curve, and what it makes of the test puzzles. */
export interface Trained {
  readonly name: string;
  readonly curve: readonly Epoch[];
}

const side = 36;

/** A board: given digits black, predicted ones blue, wrong ones red with the right one small beside. */
function board(
  left: number,
  top: number,
  digitsOf: Uint8Array,
  given: Uint8Array,
  right: Uint8Array,
): string {
  const parts: string[] = [];
  for (let cell = 0; cell < cells; cell++) {
    const [x, y] = [left + side * (cell & 3), top + side * (cell >> 2)];
    parts.push(
      `<rect x="${x}" y="${y}" width="${side}" height="${side}" fill="${given[cell] ? '#ececec' : '#fff'}" stroke="#999"/>`,
    );
    if (digitsOf[cell]! < digits) {
      const wrong = digitsOf[cell] !== right[cell];
      const colour = wrong ? '#c62828' : given[cell] ? '#111' : '#1f5fa8';
      parts.push(
        text(x + side / 2, y + side / 2 + 7, String(digitsOf[cell]! + 1), {
          anchor: 'middle',
          size: 20,
          colour,
          bold: Boolean(given[cell]),
        }),
      );
      if (wrong)
        parts.push(text(x + side - 4, y + 12, String(right[cell]! + 1), { anchor: 'end', size: 10 }));
    }
  }
  for (const k of [0, 2, 4])
    parts.push(
      `<path d="M${left + side * k} ${top}v${4 * side}M${left} ${top + side * k}h${4 * side}" stroke="#222" stroke-width="2" fill="none"/>`,
    );
  return parts.join('\n');
}

/** How the errors fell, and one puzzle with what was predicted before and after training. */
export function sudokuPicture(
  trained: readonly Trained[],
  puzzle: Puzzles,
  before: Float64Array,
  after: Float64Array,
): string {
  const points = (curve: readonly Epoch[], measure: string): [number, number][] =>
    curve.map(({ epoch, test }) => [epoch, test[measure]!]);
  const given = Uint8Array.from({ length: cells }, (_, cell) =>
    puzzle.puzzles.subarray(digits * cell, digits * (cell + 1)).some(Boolean) ? 1 : 0,
  );
  const empty = (boards: Uint8Array): Uint8Array =>
    boards.map((digit, cell) => (given[cell] ? digit : digits));
  const right = boardsOf(puzzle.solutions.subarray(0, width), 1);
  const boards: [string, Uint8Array][] = [
    ['the puzzle', empty(right)],
    ['before training', boardsOf(before, 1)],
    ['after training', boardsOf(after, 1)],
    ['its solution', right],
  ];
  const step = 4 * side + 46;
  return picture(800, 620, [
    text(20, 26, 'Rules of 4 × 4 Sudoku, learned as the rows of a quadratic program', {
      size: 16,
      bold: true,
    }),
    chart(
      {
        title: 'test boards that are wrong, %',
        x: 'epoch',
        y: '% of test puzzles',
        series: trained.flatMap(({ name, curve }) => [
          {
            name: `${name}: not the solution`,
            points: points(curve, 'strict').map(([at, share]) => [at, 100 * share] as const),
          },
          {
            name: `${name}: by the usual test`,
            points: points(curve, 'usual').map(([at, share]) => [at, 100 * share] as const),
            reference: true,
          },
        ]),
      },
      { left: 10, top: 40, width: 390, height: 320 },
    ),
    chart(
      {
        title: 'test loss: mean (z − solution)²',
        x: 'epoch',
        y: 'mean squared error',
        logarithmic: true,
        series: trained.map(({ name, curve }) => ({ name, points: points(curve, 'mse') })),
      },
      { left: 405, top: 40, width: 390, height: 320 },
    ),
    ...boards.flatMap(([name, own], k) => [
      text(24 + step * k, 388, name, { size: 12, bold: true }),
      board(24 + step * k, 398, own, given, right),
    ]),
    text(
      24,
      398 + 4 * side + 28,
      'Given digits stand on grey. Predicted ones are blue, and red where they are wrong;',
    ),
    text(
      24,
      398 + 4 * side + 46,
      'the right digit then stands small in the corner. The layer never saw the rules, only solved boards.',
    ),
    text(
      24,
      398 + 4 * side + 64,
      'By the usual test a board is wrong where a row, column or block has another sum, or lacks a 1 or a 4.',
    ),
  ]);
}
