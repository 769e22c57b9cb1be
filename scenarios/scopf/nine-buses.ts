import type { Branch, Grid, Unit } from '../../index.js';

/** A plant of equal units; cost of the whole plant, $/h of its MW. */
interface Plant {
  readonly bus: number;
  readonly count: number;
  readonly MVA: number;
  /** Inertia constant on the unit's own rating, seconds. */
  readonly H: number;
  readonly cost: readonly [c0: number, c1: number, c2: number];
}

/** Inertia: 23.64, 6.4 and 3.01 s on 100 MVA (Anderson & Fouad 1977, table 2.1); costs: MATPOWER's case9 (Chow). */
const plants: readonly Plant[] = [
  { bus: 1, count: 3, MVA: 82.5, H: 9.5515, cost: [150, 5, 0.11] },
  { bus: 2, count: 3, MVA: 64, H: 3.3333, cost: [600, 1.2, 0.085] },
  { bus: 3, count: 2, MVA: 64, H: 2.3516, cost: [335, 1, 0.1225] },
];

const loads = [
  [5, 125, 50],
  [6, 90, 30],
  [8, 100, 35],
] as const;

/** from, to, r, x, b, MVA (Anderson & Fouad 1977, fig. 2.18; ratings: MATPOWER's case9). */
const branches = [
  [1, 4, 0, 0.0576, 0, 250],
  [2, 7, 0, 0.0625, 0, 250],
  [3, 9, 0, 0.0586, 0, 300],
  [4, 5, 0.01, 0.085, 0.176, 250],
  [4, 6, 0.017, 0.092, 0.158, 250],
  [5, 7, 0.032, 0.161, 0.306, 250],
  [6, 9, 0.039, 0.17, 0.358, 150],
  [7, 8, 0.0085, 0.072, 0.149, 250],
  [8, 9, 0.0119, 0.1008, 0.209, 150],
] as const;

/** The WSCC grid of nine buses with its three plants in eight units: what `solve scopf` takes without data. */
export function nineBuses(): Grid {
  const infinity = Number.POSITIVE_INFINITY;
  return {
    name: 'nine-buses',
    baseMVA: 100,
    reference: 1,
    buses: Array.from({ length: 9 }, (_, k) => ({
      id: k + 1,
      on: true,
      area: 1,
      kV: 230,
      v: 1,
      angle: 0,
      vMin: 0.9,
      vMax: 1.1,
    })),
    units: plants.flatMap(({ bus, count, MVA, cost: [c0, c1, c2] }) =>
      Array.from(
        { length: count },
        (_, k): Unit => ({
          bus,
          id: String(k + 1),
          on: true,
          MW: 0,
          MVAr: 0,
          minMW: 10,
          maxMW: 0.9 * MVA,
          minMVAr: -0.4 * MVA,
          maxMVAr: 0.6 * MVA,
          MVA,
          cost: { kind: 'polynomial', coefficients: [c0 / count, c1, c2 * count] },
          response: MVA,
        }),
      ),
    ),
    loads: loads.map(([bus, MW, MVAr]) => ({ bus, id: '1', on: true, MW, MVAr })),
    shunts: [],
    branches: branches.map(
      ([from, to, r, x, b, MVA]): Branch => ({
        from,
        to,
        circuit: '1',
        on: true,
        r,
        x,
        fromShunt: [0, b / 2],
        toShunt: [0, b / 2],
        tap: 1,
        shift: 0,
        ratings: [MVA, infinity, MVA],
        minAngle: -30,
        maxAngle: 30,
      }),
    ),
    contingencies: [{ name: 'UNIT-2-1', lost: [{ kind: 'unit', bus: 2, id: '1' }] }],
    remarks: [],
  };
}

/** Inertia of its units as plain data, see `dynamicsOf`; all else is as for reheat steam turbines. */
export const nineBusDynamics = (): unknown => ({
  units: Object.fromEntries(
    plants.flatMap(({ bus, count, H }) =>
      Array.from({ length: count }, (_, k) => [`${bus}/${k + 1}`, { H }] as const),
    ),
  ),
});
