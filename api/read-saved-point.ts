import { readJson } from '../runtime/node/read-json.js';
import type { ReadOptions } from '../src/network/read/tfjs.js';
import { type SavedPoint, savedPoint } from './grid/saved-point.js';

/** Reads a `result.json` of a grid to start from. Throws {@link InputError} for what is none. */
export const readSavedPoint = (file: string, options: ReadOptions = {}): SavedPoint =>
  savedPoint(readJson(file, options), file);
