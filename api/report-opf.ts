import { partsOf } from '../src/core/given.js';
import type { Opf } from '../src/grid/opf.js';
import { type GridReport, reportOpf as report } from '../src/grid/report.js';
import type { Result } from '../src/nlp/result.js';
import { solveTransposed } from './grid/transposed.js';

/** What a solved {@link opf} means, in MW, MVAr, degrees, $/h and $/MWh; see {@link GridReport} for the signs of prices. */
export const reportOpf = (problem: Opf, result: Pick<Result, 'x' | 'multipliers'>): GridReport =>
  report(
    partsOf(problem, 'reportOpf: the problem', ['network', 'state']),
    partsOf(result, 'reportOpf: the result', ['x', 'multipliers']),
    solveTransposed,
  );
