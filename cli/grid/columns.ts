import type { BranchReport, BusReport, UnitReport } from '../../index.js';

/** A column of a table: heading with unit, decimals on screen, the entry. */
export interface Column<Row> {
  readonly heading: string;
  readonly decimals?: number;
  readonly of: (row: Row) => number | string | null;
}

export const busColumns: readonly Column<BusReport>[] = [
  { heading: 'bus', decimals: 0, of: ({ bus }) => bus },
  { heading: 'v', decimals: 4, of: ({ v }) => v },
  { heading: 'angle °', decimals: 2, of: ({ angleDeg }) => angleDeg },
  { heading: 'load MW', decimals: 2, of: ({ loadMW }) => loadMW },
  { heading: 'load MVAr', decimals: 2, of: ({ loadMVAr }) => loadMVAr },
  { heading: 'price $/MWh', decimals: 3, of: ({ price }) => price },
  { heading: 'energy', decimals: 3, of: ({ priceEnergy }) => priceEnergy },
  { heading: 'loss', decimals: 3, of: ({ priceLoss }) => priceLoss },
  { heading: 'congestion', decimals: 3, of: ({ priceCongestion }) => priceCongestion },
  { heading: 'reactive $/MVArh', decimals: 3, of: ({ priceReactive }) => priceReactive },
];

/** What more load costs by the frequency, where a network looks at loads; part of the price. */
export const frequencyColumn: Column<BusReport> = {
  heading: 'frequency',
  decimals: 3,
  of: ({ priceFrequency = 0 }) => priceFrequency,
};

export const unitColumns: readonly Column<UnitReport>[] = [
  { heading: 'unit', of: ({ bus, id }) => `${bus}/${id}` },
  { heading: 'MW', decimals: 2, of: ({ MW }) => MW },
  { heading: 'MVAr', decimals: 2, of: ({ MVAr }) => MVAr },
  { heading: 'min MW', decimals: 1, of: ({ minMW }) => minMW },
  { heading: 'max MW', decimals: 1, of: ({ maxMW }) => maxMW },
  { heading: 'cost $/h', decimals: 2, of: ({ costPerHour }) => costPerHour },
  { heading: 'marginal $/MWh', decimals: 3, of: ({ marginalCost }) => marginalCost },
  { heading: 'binds', of: ({ binding }) => binding ?? '' },
];

export const branchColumns: readonly Column<BranchReport>[] = [
  { heading: 'from', decimals: 0, of: ({ from }) => from },
  { heading: 'to', decimals: 0, of: ({ to }) => to },
  { heading: 'circuit', of: ({ circuit }) => circuit },
  { heading: 'from MW', decimals: 2, of: ({ fromMW }) => fromMW },
  { heading: 'from MVAr', decimals: 2, of: ({ fromMVAr }) => fromMVAr },
  { heading: 'to MW', decimals: 2, of: ({ toMW }) => toMW },
  { heading: 'to MVAr', decimals: 2, of: ({ toMVAr }) => toMVAr },
  { heading: 'loading %', decimals: 1, of: ({ loadingPercent }) => loadingPercent },
  { heading: 'price $/MVA h', decimals: 3, of: ({ limitPrice }) => limitPrice },
  { heading: 'binds', of: ({ binding }) => binding ?? '' },
];
