import { type Grid, type GridDynamics, simulateLoss, unitName } from '../../index.js';

const primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71] as const;

/** Element `index ≥ 1` of the Halton sequence in a base: a low-discrepancy point of (0, 1) (Halton 1960). */
export function halton(index: number, base: number): number {
  let [value, factor] = [0, 1];
  for (let i = index; i > 0; i = Math.floor(i / base)) {
    factor /= base;
    value += factor * (i % base);
  }
  return value;
}

/** Simulated losses: inputs P of all units (0 where lost), the lost MW, P of all loads; output the lowest frequency, Hz. */
export interface LossSamples {
  readonly names: readonly string[];
  readonly count: number;
  readonly inputs: number;
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * Samples of a grid at Halton points: outputs anywhere between their limits, loads at 0.8 … 1.2 of theirs, the outputs then
 * moved in proportion to the room left until they are 1.02 of the loads; unit `i mod G` is lost. With `around`, a dispatch in
 * MW, outputs are drawn within a tenth of their range of it: more samples where an answer lies.
 */
export function lossSamples(
  grid: Grid,
  dynamics: GridDynamics,
  count: number,
  { first = 1, around }: { readonly first?: number; readonly around?: ReadonlyMap<string, number> } = {},
): LossSamples {
  const units = grid.units.filter(({ on }) => on);
  const loads = grid.loads.filter(({ on }) => on);
  const names = [
    ...units.map((unit) => `P(${unitName(unit)})`),
    'lost',
    ...loads.map((load) => `load(${unitName(load)})`),
  ];
  const inputs = names.length;
  const [x, y] = [new Float64Array(count * inputs), new Float64Array(count)];
  const base = (k: number): number => primes[k % primes.length]!;
  for (let n = 0; n < count; n++) {
    const i = first + n;
    const drawn = loads.map(({ MW }, k) => MW * (0.8 + 0.4 * halton(i, base(units.length + k))));
    const loadMW = drawn.reduce((sum, MW) => sum + MW, 0);
    const P = units.map((unit, k) => {
      const u = halton(i, base(k));
      const range = unit.maxMW - unit.minMW;
      const near = around?.get(unitName(unit));
      const MW = near === undefined ? unit.minMW + range * u : near + 0.2 * range * (u - 0.5);
      return Math.min(unit.maxMW, Math.max(unit.minMW, MW));
    });
    const gap = 1.02 * loadMW - P.reduce((sum, MW) => sum + MW, 0);
    const room = units.map(({ minMW, maxMW }, k) => (gap > 0 ? maxMW - P[k]! : P[k]! - minMW));
    const all = room.reduce((sum, MW) => sum + MW, 0);
    const share = all > 0 ? Math.min(1, Math.abs(gap) / all) * Math.sign(gap) : 0;
    for (const [k, MW] of room.entries()) P[k]! += share * MW;
    const lost = i % units.length;
    const outputs = new Map(units.map((unit, k) => [unitName(unit), P[k]!]));
    y[n] = simulateLoss(grid, dynamics, { outputs, loadMW }, [unitName(units[lost]!)]).lowest;
    const row = x.subarray(n * inputs, (n + 1) * inputs);
    row.set(P);
    row[lost] = 0;
    row[units.length] = P[lost]!;
    row.set(drawn, units.length + 1);
  }
  return { names, count, inputs, x, y };
}
