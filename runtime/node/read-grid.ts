import { Budget } from '../../src/core/budget.js';
import type { Grid } from '../../src/grid/grid.js';
import { readMatpowerText } from '../../src/read/matpower.js';
import { readRegularFile } from './read-file.js';

const textOf = (source: string | Uint8Array): string =>
  (typeof source === 'string' ? readRegularFile(source, new Budget()) : Buffer.from(source)).toString('utf8');

/** Reads a MATPOWER case from a path or from its bytes, see {@link readMatpowerText}. */
export const readMatpower = (source: string | Uint8Array, file = 'case.m'): Grid =>
  readMatpowerText(textOf(source), { file: typeof source === 'string' ? source : file });
