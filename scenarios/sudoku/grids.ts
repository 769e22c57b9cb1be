import type { Random } from '../../models/train/random.js';

/** Cells of a 4 × 4 board, by rows; digits 0–3. */
export const cells = 16;
export const digits = 4;
/** Numbers of a board as it is learned: cell by cell, one for each digit. */
export const width = cells * digits;

/** The twelve sets of four cells that hold each digit once: rows, columns, blocks. */
export const units: readonly (readonly number[])[] = [0, 1, 2, 3].flatMap((k) => [
  [0, 1, 2, 3].map((j) => 4 * k + j),
  [0, 1, 2, 3].map((j) => 4 * j + k),
  [0, 1, 4, 5].map((j) => 8 * (k >> 1) + 2 * (k & 1) + j),
]);

let known: Uint8Array[] | undefined;

/** The 288 valid boards. */
export function validBoards(): readonly Uint8Array[] {
  if (known) return known;
  const found: Uint8Array[] = [];
  const board = new Uint8Array(cells).fill(digits);
  const fits = (cell: number, digit: number): boolean =>
    units.every((unit) => !unit.includes(cell) || unit.every((other) => board[other] !== digit));
  const fill = (cell: number): void => {
    if (cell === cells) {
      found.push(board.slice());
      return;
    }
    for (let digit = 0; digit < digits; digit++)
      if (fits(cell, digit)) {
        board[cell] = digit;
        fill(cell + 1);
        board[cell] = digits;
      }
  };
  fill(0);
  known = found;
  return found;
}

/** Puzzles and their solutions: one-hot, `width` numbers each; an empty cell is all zeros. */
export interface Puzzles {
  readonly count: number;
  readonly puzzles: Uint8Array;
  readonly solutions: Uint8Array;
}

/**
 * Puzzles with one solution each and 4 to 8 givens: a random valid board loses random cells as long as no other board
 * agrees with the rest, down to a random number of givens.
 */
export function makePuzzles(count: number, random: Random): Puzzles {
  const boards = validBoards();
  const [puzzles, solutions] = [new Uint8Array(count * width), new Uint8Array(count * width)];
  for (let k = 0; k < count; ) {
    const board = boards[Math.floor(random.uniform() * boards.length)]!;
    const order = Int32Array.from({ length: cells }, (_, cell) => cell);
    random.shuffle(order);
    const given = new Set<number>(order);
    const least = 4 + Math.floor(random.uniform() * 5);
    for (const cell of order) {
      if (given.size === least) break;
      given.delete(cell);
      const unique = boards.every(
        (other) => other === board || [...given].some((own) => other[own] !== board[own]),
      );
      if (!unique) given.add(cell);
    }
    if (given.size > 8) continue;
    for (let cell = 0; cell < cells; cell++) {
      const at = k * width + digits * cell + board[cell]!;
      solutions[at] = 1;
      if (given.has(cell)) puzzles[at] = 1;
    }
    k++;
  }
  return { count, puzzles, solutions };
}

/** The digit of each cell that a prediction `[count, width]` finds most likely. */
export function boardsOf(prediction: ArrayLike<number>, count: number): Uint8Array {
  const boards = new Uint8Array(count * cells);
  for (let cell = 0; cell < boards.length; cell++) {
    let best = 0;
    for (let digit = 1; digit < digits; digit++)
      if (prediction[digits * cell + digit]! > prediction[digits * cell + best]!) best = digit;
    boards[cell] = best;
  }
  return boards;
}

/** Shares of boards that are wrong. */
export interface BoardErrors {
  /** Another board than the solution. */
  readonly strict: number;
  /**
   * A row, column or block that does not sum to 6 or lacks 0 or 3: what is usually reported. It accepts 984 boards, of
   * which 288 are valid, and ignores the givens.
   */
  readonly usual: number;
}

export function boardErrors(
  prediction: ArrayLike<number>,
  solutions: ArrayLike<number>,
  count: number,
): BoardErrors {
  const [boards, right] = [boardsOf(prediction, count), boardsOf(solutions, count)];
  let [strict, usual] = [0, 0];
  for (let k = 0; k < count; k++) {
    const board = boards.subarray(k * cells, (k + 1) * cells);
    if (board.some((digit, cell) => digit !== right[k * cells + cell])) strict++;
    if (!looksRight(board)) usual++;
  }
  return { strict: strict / count, usual: usual / count };
}

/** Whether rows, columns and blocks sum to 6 and hold 0 and 3. */
export const looksRight = (board: Uint8Array): boolean =>
  units.every((unit) => {
    const own = unit.map((cell) => board[cell]!);
    return own[0]! + own[1]! + own[2]! + own[3]! === 6 && own.includes(0) && own.includes(3);
  });
