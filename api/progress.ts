import type { Iteration } from '../src/nlp/solver.js';

type Column = readonly [string, number, (row: Iteration) => string];

const first: readonly Column[] = [
  // An `r` marks the restoration phase.
  ['iter', 5, (row) => `${row.iteration}${row.restoration ? 'r' : ' '}`],
  ['objective', 15, (row) => exponential(row.objective, 7)],
  ['primal', 9, (row) => exponential(row.primal, 2)],
  ['dual', 9, (row) => exponential(row.dual, 2)],
  ['log μ', 6, (row) => (row.barrier > 0 ? Math.log10(row.barrier).toFixed(1) : '-')],
  ['‖step‖', 9, (row) => exponential(row.step, 1)],
  ['log δ', 6, (row) => (row.regularization > 0 ? Math.log10(row.regularization).toFixed(1) : '-')],
];
const trials: Column = ['ls', 3, (row) => String(row.trials)];

/** Columns of the progress table: heading, width, cell. Together under 80 characters, so that they fit a terminal. */
const columns: readonly Column[] = [
  ...first,
  ['α', 9, (row) => exponential(row.alphaPrimal, 2)],
  trials,
  ['sec', 7, (row) => row.seconds.toFixed(2)],
];

/** Ipopt's ten columns. */
const ipoptColumns: readonly Column[] = [
  ...first,
  ['α dual', 8, (row) => exponential(row.alphaDual, 2)],
  ['α primal', 8, (row) => exponential(row.alphaPrimal, 2)],
  trials,
];

const exponential = (value: number, digits: number): string =>
  value === 0 ? '0' : value.toExponential(digits);

/** Prints the table as iterations arrive, its heading again every 20 rows on a terminal. */
export function progressPrinter(
  print: (line: string) => void,
  repeatHeading: boolean,
  table = columns,
): (row: Iteration) => void {
  const line = (cell: (column: Column) => string): string =>
    table.map((column) => cell(column).padStart(column[1])).join(' ');
  let rows = 0;
  return (row) => {
    if (rows === 0 || (repeatHeading && rows % 20 === 0)) print(line(([title]) => title));
    rows++;
    print(line(([, , cell]) => cell(row)));
  };
}

/** Prints the table as readers of Ipopt's log expect it: its columns, one line an iteration. */
export function ipoptProgressPrinter(print: (line: string) => void): (row: Iteration) => void {
  const printRow = progressPrinter(print, false, ipoptColumns);
  let last = -1;
  return (row) => {
    // Restoration begins at the iterate that was told already.
    if (row.iteration > last) printRow(row);
    last = row.iteration;
  };
}
