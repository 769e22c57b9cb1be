import { valueAt } from '../src/grid/point.js';
import { type GridReport, reportOpf } from '../src/grid/report.js';
import { type ContingencyReport, reportContingencies } from '../src/grid/security.js';
import type { Result } from '../src/nlp/result.js';
import { solveTransposed } from './grid/transposed.js';
import type { SecuredFlow } from './scopf.js';

/** What a solved secured power flow means, in the units of the trade. */
export interface SecurityReport {
  readonly grid: GridReport;
  readonly contingencies: readonly ContingencyReport[];
  readonly frequency?: {
    readonly limit: number;
    /** $/h that one Hz less of limit would save. */
    readonly price: number;
    /** Hz, by the surrogate. */
    readonly lowest: number;
    /** The bus, or the contingency, where it is lowest. */
    readonly lowestBus: number | string;
  };
}

/** The report of a solved {@link scopf}. Prices of power leave out that loads are inputs of the surrogate. */
export function reportScopf(
  { network, base, contingencies, frequency, grid, ...rest }: SecuredFlow,
  result: Pick<Result, 'x' | 'multipliers'>,
): SecurityReport {
  const problem = { network, base, contingencies, grid, ...rest };
  const report = {
    grid: reportOpf(
      { network, state: base },
      result,
      solveTransposed,
      contingencies.map(({ state }) => state),
    ),
    contingencies: reportContingencies(problem, result),
  };
  if (frequency === undefined) return report;
  const values = frequency.y.flatMap((use) => [...use].map((each) => valueAt(result, each)));
  const lowest = values.reduce((best, value, k) => (value < values[best]! ? k : best), 0);
  const places =
    frequency.y.length === 1 && values.length > 1 ? grid.buses.map(({ id }) => id) : frequency.names;
  return {
    ...report,
    frequency: {
      limit: frequency.limit,
      price: frequency.rows.reduce((sum, { index }) => sum - result.multipliers.constraints[index]!, 0),
      lowest: values[lowest]!,
      lowestBus: places[lowest]!,
    },
  };
}
