import { readJson } from '../runtime/node/read-json.js';
import { type SavedPoint, savedPoint } from './grid/saved-point.js';

/** Reads a `result.json` of a grid to start from. Throws {@link InputError} for what is none. */
export const readSavedPoint = (file: string): SavedPoint => savedPoint(readJson(file), file);
