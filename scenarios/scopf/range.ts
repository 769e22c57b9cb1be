import type { Grid, ScopfWithin } from '../../index.js';
import type { SurrogateCard } from './card.js';

/** Which bounds the samples' range puts on a dispatch. */
export type RangeChoice = 'auto' | 'card' | 'none';

/** The units' outputs in the card's range, by unit name, MW. */
export const rangeOf = ({ inputs }: SurrogateCard): ScopfWithin =>
  new Map(
    inputs.flatMap(({ name, lower, upper }) => {
      const unit = /^P\((.*)\)$/.exec(name)?.[1];
      return unit === undefined ? [] : [[unit, { lower, upper }] as const];
    }),
  );

/**
 * The factors of the grid's loads for which the case fits the card: loads within the sum of their ranges, and units in service
 * that can serve them within theirs.
 */
export function fittingLoad(
  grid: Grid,
  card: SurrogateCard,
): { readonly least: number; readonly most: number } {
  const own = new Map(card.inputs.map((input) => [input.name, input]));
  const loads = grid.loads.filter(({ on }) => on);
  const total = loads.reduce((sum, { MW }) => sum + MW, 0);
  const sums = (names: readonly string[], side: 'lower' | 'upper'): number =>
    names.reduce((sum, name) => sum + (own.get(name)?.[side] ?? 0), 0);
  const loadNames = loads.map(({ bus, id }) => `load(${bus}/${id})`);
  const unitNames = grid.units.filter(({ on }) => on).map(({ bus, id }) => `P(${bus}/${id})`);
  return {
    least: sums(loadNames, 'lower') / total,
    most: Math.min(sums(loadNames, 'upper'), sums(unitNames, 'upper')) / total,
  };
}

/** An input outside the samples. */
export interface OutOfRange {
  readonly input: string;
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** Whether the network looks at it. */
  readonly used: boolean;
}

/** Inputs of samples in rows. */
export interface Samples {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** MW of an input beyond its range that counts as rounding. */
const ROUNDING = 1e-4;

/** The inputs of a point, MW and MVAr, that lie outside the card's ranges: those the network looks at first, the farthest first. */
export function outOfRange(
  card: SurrogateCard,
  names: readonly string[],
  values: ArrayLike<number>,
): OutOfRange[] {
  const found = card.inputs.flatMap((input, k) => {
    const value = values[k]!;
    const beyond = Math.max(input.lower - value, value - input.upper);
    const { lower, upper, used } = input;
    const entry = { input: names[k] ?? input.name, value, lower, upper, used };
    return beyond > ROUNDING ? [{ entry, beyond }] : [];
  });
  return found
    .sort((a, b) => Number(b.entry.used) - Number(a.entry.used) || b.beyond - a.beyond)
    .map(({ entry }) => entry);
}

/** The nearest of some samples, by the largest distance of an input that the network looks at, in units of its range. */
export function nearestSample(
  card: SurrogateCard,
  samples: Samples,
  values: ArrayLike<number>,
): { readonly row: number; readonly distance: number } {
  let best = { row: -1, distance: Number.POSITIVE_INFINITY };
  for (let row = 0; row < samples.rows; row++) {
    let distance = 0;
    for (const [k, { lower, upper, used }] of card.inputs.entries())
      if (used)
        distance = Math.max(
          distance,
          Math.abs(samples.data[row * samples.columns + k]! - values[k]!) / (upper - lower),
        );
    if (distance < best.distance) best = { row, distance };
  }
  return best;
}
