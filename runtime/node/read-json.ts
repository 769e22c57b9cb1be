import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { readRegularFile } from './read-file.js';

/** The JSON in a file. Throws {@link InputError} where there is none. */
export function readJson(file: string): unknown {
  const text = readRegularFile(file, new Budget()).toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    throw new InputError(`${file}: is no JSON file, or is cut off`);
  }
}
