import { Budget } from '../../src/core/budget.js';
import { optionsOf } from '../../src/core/given.js';
import { readJson as readText } from '../../src/core/json.js';
import type { ReadOptions } from '../../src/network/read/tfjs.js';
import { readRegularFile } from './read-file.js';

/** The JSON in a file. Throws {@link InputError} where there is none, and where it is larger or deeper than `limits` allow. */
export function readJson(file: string, options: ReadOptions = {}): unknown {
  const budget = new Budget(optionsOf(options, 'readJson', ['limits']).limits);
  return readText(readRegularFile(file, budget, 'json'), file, budget);
}
