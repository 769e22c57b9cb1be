import type { Iteration } from '../index.js';

/** Columns of the progress table: heading, width, cell. Together under 80 characters, so that they fit a terminal. */
const COLUMNS: readonly (readonly [string, number, (row: Iteration) => string])[] = [
  ['iter', 5, (row) => `${row.iteration}${row.restoration ? 'r' : ' '}`],
  ['objective', 15, (row) => exponential(row.objective, 7)],
  ['primal', 9, (row) => exponential(row.primal, 2)],
  ['dual', 9, (row) => exponential(row.dual, 2)],
  ['log μ', 6, (row) => (row.barrier > 0 ? Math.log10(row.barrier).toFixed(1) : '-')],
  ['‖step‖', 9, (row) => exponential(row.step, 1)],
  ['log δ', 6, (row) => (row.regularization > 0 ? Math.log10(row.regularization).toFixed(1) : '-')],
  ['α', 9, (row) => exponential(row.alphaPrimal, 2)],
  ['ls', 3, (row) => String(row.trials)],
  ['sec', 7, (row) => row.seconds.toFixed(2)],
];

const exponential = (value: number, digits: number): string =>
  value === 0 ? '0' : value.toExponential(digits);

/** Heading of the progress table. */
export const progressHeading = (): string => COLUMNS.map(([title, width]) => title.padStart(width)).join(' ');

/** One line of the progress table; an `r` behind the number marks the restoration phase. */
export const progressRow = (row: Iteration): string =>
  COLUMNS.map(([, width, cell]) => cell(row).padStart(width)).join(' ');

/** Prints the table as iterations arrive, its heading again every 20 rows on a terminal. */
export function progressPrinter(
  print: (line: string) => void,
  repeatHeading: boolean,
): (row: Iteration) => void {
  let rows = 0;
  return (row) => {
    if (rows === 0 || (repeatHeading && rows % 20 === 0)) print(progressHeading());
    rows++;
    print(progressRow(row));
  };
}
