import { type Exceeded, exceeded } from './exceeded.js';
import type { Opf } from './opf.js';
import { costOf, degrees, marginalCostOf, type Network } from './per-unit.js';
import { type Point, valueAt } from './point.js';
import { type PriceSplit, type SolveTransposed, splitPrices } from './price-split.js';
import type { State } from './state.js';

/** What of an answer is told in the units of the trade; prices by one rule, see {@link GridReport}. */
export interface BusReport {
  readonly bus: number;
  /** Per unit. */
  readonly v: number;
  readonly angleDeg: number;
  readonly loadMW: number;
  readonly loadMVAr: number;
  /** $/MWh: energy at the reference bus + losses + congestion. */
  readonly price: number;
  readonly priceEnergy: number;
  readonly priceLoss: number;
  readonly priceCongestion: number;
  /** $/MVArh. */
  readonly priceReactive: number;
  /** $/MWh of `price` that more load there costs because the frequency falls farther; where a network looks at loads. */
  readonly priceFrequency?: number;
}

/** What a unit gives, costs, and is held by. */
export interface UnitReport {
  readonly bus: number;
  readonly id: string;
  readonly MW: number;
  readonly MVAr: number;
  readonly minMW: number;
  readonly maxMW: number;
  readonly minMVAr: number;
  readonly maxMVAr: number;
  readonly costPerHour: number;
  readonly marginalCost: number;
  /** Which limits bind: `min MW`, `max MW`, `min MVAr`, `max MVAr`, or `MW fixed`, `MVAr fixed`; null where none does. */
  readonly binding: string | null;
}

/** Flows of a branch, its loading and price. */
export interface BranchReport {
  readonly from: number;
  readonly to: number;
  readonly circuit: string;
  readonly fromMW: number;
  readonly fromMVAr: number;
  readonly toMW: number;
  readonly toMVAr: number;
  /** Of the normal rating, at the end that carries more; null where unlimited. */
  readonly loadingPercent: number | null;
  /** $/h that one MVA of rating more would save. */
  readonly limitPrice: number;
  /** `rating`, `angle`, or null. */
  readonly binding: string | null;
}

/**
 * An optimal power flow in MW, degrees and $. One rule for signs: the price at a bus is what one MWh (MVArh) more there would
 * cost, the price of a rating what one MVA more would save; both are positive where they hurt.
 */
export interface GridReport {
  readonly system: {
    readonly generationMW: number;
    readonly loadMW: number;
    /** In branches; generation − load − losses is what shunts draw. */
    readonly lossesMW: number;
    readonly costPerHour: number;
  };
  readonly buses: readonly BusReport[];
  readonly units: readonly UnitReport[];
  readonly branches: readonly BranchReport[];
  /** What is beyond its limits, in the grid's words, worst first; empty where all limits hold. */
  readonly exceeded: readonly Exceeded[];
}

/** A limit binds where its price exceeds this ($/MWh, $/MVArh, $/MVA h). */
const LEAST_PRICE = 1e-3;

/**
 * The report of a solved power flow. `solve` is needed to split prices; see {@link splitPrices}. What is drawn at a bus is drawn
 * in `others` too, the states after losses: the price is the sum of all.
 */
export function reportOpf(
  { network, state }: Pick<Opf, 'network' | 'state'>,
  point: Point,
  solve: SolveTransposed,
  others: readonly State[] = [],
): GridReport {
  const { base } = network;
  const units = unitReports(network, state, point);
  const branches = branchReports(network, state, point);
  const loadMW = base * network.buses.reduce((sum, { pd }) => sum + pd, 0);
  return {
    system: {
      generationMW: units.reduce((sum, { MW }) => sum + MW, 0),
      loadMW,
      lossesMW: branches.reduce((sum, { fromMW, toMW }) => sum + fromMW + toMW, 0),
      costPerHour: units.reduce((sum, { costPerHour }) => sum + costPerHour, 0),
    },
    buses: busReports(network, [state, ...others], point, splitPrices(network, state, point, solve)),
    units,
    branches,
    exceeded: exceeded(network, state, point),
  };
}

function busReports(
  { base, buses, reference }: Network,
  states: readonly State[],
  point: Point,
  split: PriceSplit,
): BusReport[] {
  const { v, θ } = states[0]!.variables;
  const { constraints } = point.multipliers;
  const price = (kind: 'balanceP' | 'balanceQ', k: number): number =>
    states.reduce((sum, { rows }) => sum + constraints[rows[kind][k]!.index]!, 0) / base;
  const priceEnergy = price('balanceP', reference);
  return buses.map(({ bus, pd, qd }, k) => {
    const whole = price('balanceP', k);
    const priceLoss = priceEnergy * split.loss[k]!;
    return {
      bus: bus.id,
      v: valueAt(point, v[k]!),
      angleDeg: degrees(valueAt(point, θ[k]!)),
      loadMW: pd * base,
      loadMVAr: qd * base,
      price: whole,
      priceEnergy,
      priceLoss,
      priceCongestion: whole - priceEnergy - priceLoss,
      priceReactive: price('balanceQ', k),
    };
  });
}

function unitReports({ base }: Network, state: State, point: Point): UnitReport[] {
  const { p, q } = state.variables;
  const price = (side: 'lower' | 'upper', index: number): number => point.multipliers[side][index]! / base;
  return state.units.map(({ unit }, k) => {
    const bounds = (index: number, what: string, fixed: boolean): string[] =>
      fixed
        ? [`${what} fixed`]
        : (['lower', 'upper'] as const)
            .filter((side) => price(side, index) > LEAST_PRICE)
            .map((side) => `${side === 'lower' ? 'min' : 'max'} ${what}`);
    const binding = [
      ...bounds(p[k]!.index, 'MW', unit.minMW === unit.maxMW),
      ...bounds(q[k]!.index, 'MVAr', unit.minMVAr === unit.maxMVAr),
    ];
    const [own, ownQ] = [valueAt(point, p[k]!), valueAt(point, q[k]!)];
    return {
      bus: unit.bus,
      id: unit.id,
      MW: own * base,
      MVAr: ownQ * base,
      minMW: unit.minMW,
      maxMW: unit.maxMW,
      minMVAr: unit.minMVAr,
      maxMVAr: unit.maxMVAr,
      costPerHour: costOf(unit.cost, own, base) + costOf(unit.reactiveCost, ownQ, base),
      marginalCost: marginalCostOf(unit.cost, own, base),
      binding: binding.length === 0 ? null : binding.join(', '),
    };
  });
}

function branchReports({ base }: Network, state: State, point: Point): BranchReport[] {
  const { pf, qf, pt, qt } = state.variables;
  return state.branches.map(({ branch, ratings }, k) => {
    const [a, b, c, d] = [pf, qf, pt, qt].map((list) => valueAt(point, list[k]!)) as [
      number,
      number,
      number,
      number,
    ];
    const [S] = ratings;
    const limitPrice = priceOfRating(state, k, point) / base;
    const angle = Math.abs(point.multipliers.constraints[state.rows.angle[k]!.index]!) / base;
    return {
      from: branch.from,
      to: branch.to,
      circuit: branch.circuit,
      fromMW: a * base,
      fromMVAr: b * base,
      toMW: c * base,
      toMVAr: d * base,
      loadingPercent:
        S === Number.POSITIVE_INFINITY ? null : (100 * Math.max(Math.hypot(a, b), Math.hypot(c, d))) / S,
      limitPrice,
      binding: limitPrice > LEAST_PRICE ? 'rating' : angle > LEAST_PRICE ? 'angle' : null,
    };
  });
}

/**
 * What one unit of rating more would save: `2Sμ` of the rows at both ends and the multipliers of the bounds ±S of the flows,
 * which share the price where a flow is all active or all reactive power.
 */
export function priceOfRating(state: State, k: number, { multipliers }: Pick<Point, 'multipliers'>): number {
  const { pf, qf, pt, qt } = state.variables;
  const S = state.branches[k]!.ratings[state.rating];
  if (S === Number.POSITIVE_INFINITY) return 0;
  const rows = [state.rows.limitFrom[k], state.rows.limitTo[k]];
  const overload = state.slack?.overload[k];
  // Where a rating may be violated, the row is p² + q² ≤ (S + overload)²: the price is that of the violation at most.
  const fromRows = rows.reduce((sum, row) => sum + (row ? multipliers.constraints[row.index]! : 0), 0);
  const fromBounds = [pf, qf, pt, qt].reduce(
    (sum, list) => sum + multipliers.lower[list[k]!.index]! + multipliers.upper[list[k]!.index]!,
    0,
  );
  return 2 * S * fromRows + (overload ? 0 : fromBounds);
}
