import { existsSync, statSync } from 'node:fs';
import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { noOptions, optionsOf, told } from '../../src/core/given.js';
import { longestHeader, readHeader } from '../../src/read/nl/header.js';
import { type NlNames, plainNames } from '../../src/read/nl/names.js';
import { type NlFile, type NlOptions, readNlBytes } from '../../src/read/nl.js';
import { readBeginning, readRegularFile } from './read-file.js';
import { stubOf } from './stub.js';

/** Reads a .nl file from a path (with or without `.nl`) or from its bytes, see {@link readNlBytes}. */
export function readNl(source: string | Uint8Array, options: NlOptions = {}): NlFile {
  if (typeof source !== 'string') return readNlBytes(source, options);
  optionsOf(options, 'readNl');
  const path = locate(source);
  const budget = new Budget(options.limits);
  const { stub, name } = stubOf(path);
  return readNlBytes(
    readRegularFile(path, budget),
    { file: path, ...options },
    { name, names: (plain) => readNames(stub, plain, budget) },
  );
}

/** The header of a .nl file and what its variables and rows are called, without reading the rest. */
export function readNlHeader(source: string): Pick<NlFile, 'file' | 'header' | 'names'>;
export function readNlHeader(source: string, ...more: unknown[]): Pick<NlFile, 'file' | 'header' | 'names'> {
  noOptions(more, 'readNlHeader');
  const file = locate(source);
  const { bytes, size } = readBeginning(file, longestHeader);
  const header = readHeader(bytes, file, size);
  return {
    file,
    header,
    get names() {
      const plain = plainNames(header.variables, header.constraints, header.objectives);
      return readNames(stubOf(file).stub, plain, new Budget());
    },
  };
}

function locate(source: string): string {
  if (typeof source !== 'string') throw new InputError(`${told(source)} is not the path of a .nl file`);
  const there = [source, `${source}.nl`].filter((path) => existsSync(path));
  // What is no file is refused where it is opened, by what it is.
  const path = there.find((own) => statSync(own).isFile()) ?? there[0];
  if (path !== undefined) return path;
  throw new InputError(`${source}: no such .nl file; give the path of a .nl file, with or without '.nl'`);
}

/**
 * Reads STUB.col (variables) and STUB.row (constraints, then objectives) where they stand beside STUB.nl; an empty file,
 * which Pyomo leaves when it writes no names, counts as none.
 */
function readNames(stub: string, plain: NlNames, budget: Budget): NlNames {
  const column = lines(`${stub}.col`, budget);
  const row = lines(`${stub}.row`, budget);
  if (column && column.length !== plain.variables.length)
    throw new InputError(
      `${stub}.col: ${column.length} names for ${plain.variables.length} variables; remove it or write it anew with the .nl file`,
    );
  const places = new Map<string, number>();
  column?.forEach((name, k) => {
    const before = places.get(name);
    if (name === '' || before !== undefined)
      throw new InputError(
        `${stub}.col:${k + 1}: ${before === undefined ? 'a name is empty' : `${told(name)} stands in line ${before} as well`}; remove the file or write it anew with the .nl file`,
      );
    places.set(name, k + 1);
  });
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

function lines(path: string, budget: Budget): string[] | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = readRegularFile(path, budget, 'names');
  const text = bytes.toString('utf8').replace(/\r/g, '').replace(/\n$/, '');
  return text === '' ? undefined : text.split('\n');
}
