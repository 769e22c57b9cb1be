import { InputError } from '../../core/errors.js';
import type { Matrix } from './matrix.js';

/** The entries of one row by their column's name. */
export interface Columns<Name extends string> {
  readonly at: string;
  get(name: Name): number;
}

/**
 * The rows of a matrix by column names. Throws {@link InputError} where a row has less than `least` entries or another
 * number of them than the first, and where an entry that is asked for is NaN; a column beyond the row's end is 0.
 */
export function columnsOf<const Name extends string>(
  { name, rows, lines }: Matrix,
  file: string,
  names: readonly Name[],
  least: number,
): Columns<Name>[] {
  return rows.map((row, k) => {
    const at = `${file}:${lines[k]}`;
    if (row.length < least)
      throw new InputError(`${at}: a row of ${name} has ${row.length} columns; at least ${least} are needed`);
    if (row.length !== rows[0]!.length)
      throw new InputError(
        `${at}: a row of ${name} has ${row.length} columns, those before it ${rows[0]!.length}`,
      );
    return {
      at,
      get(column) {
        const value = row[names.indexOf(column)] ?? 0;
        if (Number.isNaN(value)) throw new InputError(`${at}: ${column} in ${name} is NaN`);
        return value;
      },
    };
  });
}

/** Columns of MATPOWER's matrices (MATPOWER User's Manual, appendix B), as far as they are read. */
export const columnNames = {
  bus: ['bus_i', 'type', 'Pd', 'Qd', 'Gs', 'Bs', 'area', 'Vm', 'Va', 'baseKV', 'zone', 'Vmax', 'Vmin'],
  gen: ['bus', 'Pg', 'Qg', 'Qmax', 'Qmin', 'Vg', 'mBase', 'status', 'Pmax', 'Pmin'],
  branch: [
    'fbus',
    'tbus',
    'r',
    'x',
    'b',
    'rateA',
    'rateB',
    'rateC',
    'ratio',
    'angle',
    'status',
    'angmin',
    'angmax',
  ],
} as const;
