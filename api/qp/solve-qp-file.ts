import { readRegularFile } from '../../runtime/node/read-file.js';
import { Budget } from '../../src/core/budget.js';
import { optionsOf } from '../../src/core/given.js';
import { readJson } from '../../src/core/json.js';
import { type QpOptions, type QpProblem, type QpReport, solveQps } from './solve-qps.js';

/** {@link solveQps} for a JSON file `{Q, q, A, b, G, h, cotangent?}` or `{problems: […]}`. */
export function solveQpFile(file: string, options: QpOptions = {}): QpReport {
  const budget = new Budget(optionsOf(options, 'solveQpFile').limits);
  const value = readJson(readRegularFile(file, budget, 'json'), file, budget);
  return solveQps(value as QpProblem, options, file);
}
