import { readJson } from '../../runtime/node/read-json.js';
import { optionsOf } from '../../src/core/given.js';
import { type QpOptions, type QpProblem, type QpReport, solveQps } from './solve-qps.js';

/** {@link solveQps} for a JSON file `{Q, q, A, b, G, h, cotangent?}` or `{problems: […]}`. */
export function solveQpFile(file: string, options: QpOptions = {}): QpReport {
  const { limits } = optionsOf(options, 'solveQpFile');
  const value = readJson(file, { limits });
  return solveQps(value as QpProblem, options, file);
}
