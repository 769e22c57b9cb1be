import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { bytesOf, optionsOf } from '../../src/core/given.js';
import { checkContingencies } from '../../src/grid/contingencies.js';
import type { Contingency, Grid } from '../../src/grid/grid.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { readMatpowerText } from '../../src/read/matpower.js';
import { readContingencies } from '../../src/read/psse/contingencies.js';
import { type PsseOptions, readPsseTexts } from '../../src/read/psse.js';
import { readRegularFile } from './read-file.js';

/** The text of a file, or in bytes that messages call `name`. */
function textOf(source: string | Uint8Array, name: string, budget: Budget): string {
  if (typeof source === 'string') return readRegularFile(source, budget, 'grid').toString('utf8');
  const bytes = bytesOf(source, 'a path or the bytes of a grid');
  budget.check('grid', bytes.length, name);
  return Buffer.from(bytes).toString('utf8');
}

const budgetOf = (options: ReadOptions, where: string): Budget =>
  new Budget(optionsOf(options, where, ['limits']).limits);

/** Reads a MATPOWER case from a path or from its bytes, see {@link readMatpowerText}. */
export function readMatpower(source: string | Uint8Array, file = 'case.m', options: ReadOptions = {}): Grid {
  const name = typeof source === 'string' ? source : file;
  const budget = budgetOf(options, 'readMatpower');
  return readMatpowerText(textOf(source, name, budget), { file: name });
}

/** Files of a PSS/E case, by what they hold; paths. */
export interface PsseFiles {
  readonly raw: string;
  readonly rop?: string;
  readonly inl?: string;
  readonly con?: string;
}

/**
 * Reads a case of PSS/E 33, see {@link readPsseTexts}: a folder with one `.raw` and at most one `.rop`, `.inl`, `.con`, or the
 * files by name.
 */
export function readPsse(source: string | PsseFiles, options: PsseOptions & ReadOptions = {}): Grid {
  const { limits, ...others } = optionsOf(options, 'readPsse', ['limits', 'magnetizing']);
  const budget = new Budget(limits);
  const files =
    typeof source === 'string'
      ? filesIn(source)
      : optionsOf(source, 'readPsse', ['raw', 'rop', 'inl', 'con']);
  if (files?.raw === undefined)
    throw new InputError('readPsse: give a folder, or { raw } with the path of a .raw file');
  const text = (file: string | undefined) =>
    file === undefined ? undefined : { text: textOf(file, file, budget), file };
  const [rop, inl, con] = [text(files.rop), text(files.inl), text(files.con)];
  return readPsseTexts(
    { raw: text(files.raw)!, ...(rop && { rop }), ...(inl && { inl }), ...(con && { con }) },
    others,
  );
}

function filesIn(folder: string): PsseFiles {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new InputError(`${folder}: cannot be read as a folder (${(error as NodeJS.ErrnoException).code})`);
  }
  const one = (ending: string): string | undefined => {
    const [first, second] = names.filter((name) => name.toLowerCase().endsWith(ending));
    if (second !== undefined)
      throw new InputError(`${folder}: holds ${first} and ${second}; leave one file ${ending}`);
    return first === undefined ? undefined : join(folder, first);
  };
  const raw = one('.raw');
  if (raw === undefined) throw new InputError(`${folder}: holds no .raw file`);
  const [rop, inl, con] = ['.rop', '.inl', '.con'].map(one);
  return { raw, ...(rop && { rop }), ...(inl && { inl }), ...(con && { con }) };
}

/** Reads contingencies from a `.con` file for a grid. */
export function readContingencyFile(
  file: string,
  grid: Grid,
  options: ReadOptions = {},
): readonly Contingency[] {
  const budget = budgetOf(options, 'readContingencyFile');
  return checkContingencies(grid, readContingencies({ text: textOf(file, file, budget), file }));
}
