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

/** Losses of units: P of all units (0 where lost), the lost MW, P of all loads, a row each. */
export interface LossPoints {
  readonly names: readonly string[];
  readonly count: number;
  readonly inputs: number;
  /** `[count × inputs]`, MW. */
  readonly x: Float64Array;
}

/** Simulated losses with the lowest frequency of each, Hz. */
export interface LossSamples extends LossPoints {
  readonly y: Float64Array;
}

/** A dispatch around which more samples are drawn: MW by unit name, and the factor of the loads that it serves. */
export interface Around {
  readonly outputs: ReadonlyMap<string, number>;
  readonly load: number;
}

export interface SampleOptions {
  /** Number of the first Halton point. Default 1. */
  readonly first?: number;
  readonly around?: Around;
}

/** What the outputs of a sample are of its loads: losses of the network are a few percent. */
const WITH_LOSSES = 1.02;
/** Extents of the box around a dispatch: of a unit's range, of the loads, and of outputs relative to loads. */
const NEAR = { outputs: 0.2, loads: 0.06, losses: 0.02 };

/**
 * Which unit point i loses. `i mod G` goes together with the leading digits of the coordinate in a base that divides G; around
 * a dispatch, where few points have to fill all directions, the next digits decide.
 */
const lostUnit = (i: number, units: number, around: Around | undefined): number =>
  (around ? Math.floor(i / units) : i) % units;

/**
 * Points of a grid at Halton numbers: outputs anywhere between their limits, loads at 0.8 … 1.2 of theirs, the outputs then
 * moved in proportion to the room left until they are 1.02 of the loads; one unit is lost (`lostUnit`). With `around`, a box about
 * that dispatch, which also spans what the others leave out: outputs that are not 1.02 of the loads.
 */
export function lossPoints(grid: Grid, count: number, { first = 1, around }: SampleOptions = {}): LossPoints {
  const units = grid.units.filter(({ on }) => on);
  const loads = grid.loads.filter(({ on }) => on);
  const names = [
    ...units.map((unit) => `P(${unitName(unit)})`),
    'lost',
    ...loads.map((load) => `load(${unitName(load)})`),
  ];
  const inputs = names.length;
  const sum = (list: readonly number[]): number => list.reduce((all, MW) => all + MW, 0);
  const own = around && {
    outputs: units.map((unit) => around.outputs.get(unitName(unit)) ?? 0),
    loads: loads.map(({ MW }) => MW * around.load),
  };
  const x = new Float64Array(count * inputs);
  const base = (k: number): number => primes[k % primes.length]!;
  for (let n = 0; n < count; n++) {
    const i = first + n;
    const drawn = loads.map(({ MW }, k) => {
      const u = halton(i, base(units.length + k));
      return own ? own.loads[k]! * (1 + NEAR.loads * (u - 0.5)) : MW * (0.8 + 0.4 * u);
    });
    const P = units.map(({ minMW, maxMW }, k) => {
      const u = halton(i, base(k));
      const MW = own
        ? own.outputs[k]! + NEAR.outputs * (maxMW - minMW) * (u - 0.5)
        : minMW + (maxMW - minMW) * u;
      return Math.min(maxMW, Math.max(minMW, MW));
    });
    const ratio = own
      ? sum(own.outputs) / sum(own.loads) + NEAR.losses * (halton(i, base(units.length + loads.length)) - 0.5)
      : WITH_LOSSES;
    const gap = ratio * sum(drawn) - sum(P);
    const room = units.map(({ minMW, maxMW }, k) => (gap > 0 ? maxMW - P[k]! : P[k]! - minMW));
    const all = sum(room);
    const share = all > 0 ? Math.min(1, Math.abs(gap) / all) * Math.sign(gap) : 0;
    for (const [k, MW] of room.entries()) P[k]! += share * MW;
    const lost = lostUnit(i, units.length, around);
    const row = x.subarray(n * inputs, (n + 1) * inputs);
    row.set(P);
    row[lost] = 0;
    row[units.length] = P[lost]!;
    row.set(drawn, units.length + 1);
  }
  return { names, count, inputs, x };
}

/** {@link lossPoints}, each simulated. */
export function lossSamples(
  grid: Grid,
  dynamics: GridDynamics,
  count: number,
  options: SampleOptions = {},
): LossSamples {
  const { first = 1 } = options;
  const points = lossPoints(grid, count, options);
  const units = grid.units.filter(({ on }) => on).map(unitName);
  const y = Float64Array.from({ length: count }, (_, n) => {
    const row = points.x.subarray(n * points.inputs, (n + 1) * points.inputs);
    const lost = lostUnit(first + n, units.length, options.around);
    const outputs = new Map(
      units.map((name, k): [string, number] => [name, k === lost ? row[units.length]! : row[k]!]),
    );
    const loadMW = row.subarray(units.length + 1).reduce((all, MW) => all + MW, 0);
    return simulateLoss(grid, dynamics, { outputs, loadMW }, [units[lost]!]).lowest;
  });
  return { ...points, y };
}
