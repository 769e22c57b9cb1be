import { existsSync, readFileSync } from 'node:fs';
import { InputError } from '../../core/errors.js';

/** Names of variables, constraints and objectives, in the order of the .nl file. */
export interface NlNames {
  readonly variables: readonly string[];
  readonly constraints: readonly string[];
  readonly objectives: readonly string[];
}

/** Names as the .nl file itself writes them, for files without .col and .row beside them. */
export function plainNames(variables: number, constraints: number, objectives: number): NlNames {
  const numbered = (letter: string, count: number) =>
    Array.from({ length: count }, (_, k) => `${letter}${k}`);
  return {
    variables: numbered('v', variables),
    constraints: numbered('c', constraints),
    objectives: numbered('o', objectives),
  };
}

/**
 * Reads STUB.col (variables) and STUB.row (constraints, then objectives) where they stand beside STUB.nl; an empty file,
 * which Pyomo leaves when it writes no names, counts as none.
 */
export function readNames(stub: string, plain: NlNames): NlNames {
  const column = lines(`${stub}.col`);
  const row = lines(`${stub}.row`);
  if (column && column.length !== plain.variables.length)
    throw new InputError(
      `${stub}.col: ${column.length} names for ${plain.variables.length} variables; remove it or write it anew with the .nl file`,
    );
  const rows = plain.constraints.length;
  if (row && (row.length < rows || row.length > rows + plain.objectives.length))
    throw new InputError(
      `${stub}.row: ${row.length} names for ${rows} constraints and ${plain.objectives.length} objectives; remove it or write it anew with the .nl file`,
    );
  return {
    variables: column ?? plain.variables,
    constraints: row?.slice(0, rows) ?? plain.constraints,
    objectives: plain.objectives.map((name, k) => row?.[rows + k] ?? name),
  };
}

function lines(path: string): string[] | undefined {
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8').replace(/\r/g, '').replace(/\n$/, '');
  return text === '' ? undefined : text.split('\n');
}
