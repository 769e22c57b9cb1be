import { flowAt, flowNames, isFrom } from './flows.js';
import type { Network } from './per-unit.js';
import { type Point, valueAt } from './point.js';
import type { State } from './state.js';

/** What losses add to the price of active power at each bus, relative to the price at the reference bus. */
export interface PriceSplit {
  readonly loss: Float64Array;
}

/** Solves `Aᵀ y = b`, A square and sparse, given as triplets; those at one place add up. */
export type SolveTransposed = (
  matrix: {
    readonly order: number;
    readonly row: readonly number[];
    readonly column: readonly number[];
    readonly value: readonly number[];
  },
  b: Float64Array,
) => Float64Array;

/** A unit's reactive output is free where it is farther from its limits than this, per unit. */
const FREE = 1e-5;

/**
 * Splits prices against the reference bus. One more unit of power drawn at bus i and delivered by the reference bus needs
 * `1 + ∂losses/∂pᵢ` there, with voltages held where a unit's reactive output is free: with the balances
 * `P(z), Q(z)`, z the free angles and voltages, the loss part is `eᵢ − 1` of the price there, `e` from
 * `Aᵀ e = −∂P_ref/∂z`, A the derivatives by z of the other balances (Schweppe et al., Spot Pricing of Electricity,
 * 1988, ch. 3 and app. D). The rest is what limits of flows, angles, voltages and reactive output add: congestion.
 */
export function splitPrices(
  network: Network,
  state: State,
  point: Point,
  solve: SolveTransposed,
): PriceSplit {
  const { buses, reference } = network;
  const count = buses.length;
  const { variables, units, branches } = state;
  const held = new Uint8Array(count);
  for (const [k, { bus, qMin, qMax }] of units.entries()) {
    const q = valueAt(point, variables.q[k]!);
    if (q - qMin > FREE && qMax - q > FREE) held[bus] = 1;
  }
  // Rows: P but at the reference, Q where the voltage is not held; columns: the angle and the voltage of the same bus.
  const [placeP, placeQ] = [new Int32Array(count).fill(-1), new Int32Array(count).fill(-1)];
  let order = 0;
  for (let k = 0; k < count; k++) {
    if (k !== reference) placeP[k] = order++;
    if (!held[k]) placeQ[k] = order++;
  }
  const triplets = { order, row: [] as number[], column: [] as number[], value: [] as number[] };
  const b = new Float64Array(order);
  const [v, θ] = [variables.v, variables.θ].map((list) => list.map((each) => valueAt(point, each)));
  /** The balance of P (Q) at a bus changes by `value` per unit of the angle (voltage) whose place is `column`. */
  const put = (active: boolean, bus: number, column: number, value: number): void => {
    if (column < 0) return;
    if (active && bus === reference) b[column]! -= value;
    const row = (active ? placeP : placeQ)[bus]!;
    if (row < 0) return;
    triplets.row.push(row);
    triplets.column.push(column);
    triplets.value.push(value);
  };
  for (const branch of branches)
    for (const name of flowNames) {
      const at = flowAt(name, branch, v!, θ!);
      const bus = isFrom(name) ? branch.from : branch.to;
      const active = name.startsWith('p');
      put(active, bus, placeQ[branch.from]!, at.vf);
      put(active, bus, placeQ[branch.to]!, at.vt);
      put(active, bus, placeP[branch.from]!, at.θf);
      put(active, bus, placeP[branch.to]!, at.θt);
    }
  for (const [k, { gs, bs }] of buses.entries()) {
    put(true, k, placeQ[k]!, 2 * gs * v![k]!);
    put(false, k, placeQ[k]!, -2 * bs * v![k]!);
  }
  const e = order === 0 ? b : solve(triplets, b);
  return { loss: Float64Array.from(placeP, (place) => (place < 0 ? 0 : e[place]! - 1)) };
}
