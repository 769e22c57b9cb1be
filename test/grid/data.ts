import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Grid } from '../../src/grid/grid.js';
import { readMatpowerText } from '../../src/read/matpower.js';

/** The folder of public data, outside the repository. */
export const dataFolder = process.env['GRAYBOX_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
export const hasPglib = existsSync(join(dataFolder, 'pglib'));
export const hasScopf = existsSync(join(dataFolder, 'scopf'));

export const pglibPath = (name: string): string => join(dataFolder, 'pglib', `pglib_opf_case${name}.m`);
export const pglib = (name: string): Grid =>
  readMatpowerText(readFileSync(pglibPath(name), 'utf8'), { file: `${name}.m` });
