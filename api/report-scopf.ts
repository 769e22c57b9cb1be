import { listOf, partsOf } from '../src/core/given.js';
import { valueAt } from '../src/grid/point.js';
import { type BusReport, type GridReport, reportOpf } from '../src/grid/report.js';
import { type ContingencyReport, reportContingencies } from '../src/grid/security.js';
import type { Result } from '../src/nlp/result.js';
import { solveTransposed } from './grid/transposed.js';
import type { Frequency, SecuredFlow } from './scopf.js';

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

/** Derivatives of the surrogate at each of its uses, Hz per MW (MVAr) of each input: `[outputs × inputs]` in rows. */
export type FrequencySlopes = readonly ArrayLike<number>[];

/**
 * The report of a solved {@link scopf}. Loads are inputs of the surrogate, too: where its slopes are given, prices of active
 * power hold what more load costs by the frequency, else they leave that out.
 */
export function reportScopf(
  secured: SecuredFlow,
  result: Pick<Result, 'x' | 'multipliers'>,
  slopes?: FrequencySlopes,
): SecurityReport {
  partsOf(result, 'reportScopf: the result', ['x', 'multipliers']);
  const needed = ['network', 'base', 'contingencies', 'grid'] as const;
  const { network, base, contingencies, frequency, grid, ...rest } = partsOf(
    secured,
    'reportScopf: the problem',
    needed,
  );
  listOf(contingencies, 'reportScopf: the contingencies');
  const problem = { network, base, contingencies, grid, ...rest };
  const states = contingencies.map(({ state }) => state);
  const plain = reportOpf({ network, state: base }, result, solveTransposed, states);
  const known = { contingencies: reportContingencies(problem, result) };
  if (frequency === undefined) return { grid: plain, ...known };
  const values = frequency.y.flatMap((use) => [...use].map((each) => valueAt(result, each)));
  const lowest = values.reduce((best, value, k) => (value < values[best]! ? k : best), 0);
  const places =
    frequency.y.length === 1 && values.length > 1 ? grid.buses.map(({ id }) => id) : frequency.names;
  const buses = slopes ? priced(plain.buses, frequency, result, slopes) : plain.buses;
  return {
    grid: { ...plain, buses },
    ...known,
    frequency: {
      limit: frequency.limit,
      price: frequency.rows.reduce((sum, { index }) => sum - result.multipliers.constraints[index]!, 0),
      lowest: values[lowest]!,
      lowestBus: places[lowest]!,
    },
  };
}

/**
 * With rows `y − NN = 0` (ν) and `y ≥ limit` (λ ≤ 0) the cost changes by `−ν ∂NN/∂load = λ ∂NN/∂load` per MW of load; of
 * several loads at a bus all grow in proportion.
 */
function priced(
  buses: readonly BusReport[],
  { inputs, rows, y }: Frequency,
  { multipliers }: Pick<Result, 'multipliers'>,
  slopes: FrequencySlopes,
): BusReport[] {
  const own = new Map<number, number>();
  let row = 0;
  for (const [use, list] of inputs.entries()) {
    const sizes = new Map<number, number>();
    for (const { load, constant = 0 } of list)
      if (load !== undefined) sizes.set(load, (sizes.get(load) ?? 0) + constant);
    for (let i = 0; i < [...y[use]!].length; i++) {
      const λ = multipliers.constraints[rows[row++]!.index]!;
      for (const [k, { load, constant = 0 }] of list.entries()) {
        if (load === undefined || constant === 0) continue;
        const share = constant / sizes.get(load)!;
        own.set(load, (own.get(load) ?? 0) + λ * share * slopes[use]![i * list.length + k]!);
      }
    }
  }
  return buses.map((bus) => {
    const priceFrequency = own.get(bus.bus) ?? 0;
    return { ...bus, price: bus.price + priceFrequency, priceFrequency };
  });
}
