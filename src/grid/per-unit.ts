import { costAt, curveWithin, isConvex, marginalCost, misses } from './cost.js';
import type { Branch, Bus, Cost, Grid, Unit } from './grid.js';
import { unitName } from './grid.js';

/**
 * The one place where the trade's units (MW, MVAr, MVA, degrees, $/h of MW) become those of the equations (per unit on
 * baseMVA, radians, $/h of per-unit power), and results become MW, degrees and $/MWh again.
 */

/** Widest angle difference across a branch, radians: 60° as PowerModels rounds it. */
const WIDEST_ANGLE = 1.0472;
/** Slope changes of cost curves below this, $/h per unit of power, count as none (PowerModels). */
const FLAT = 0.01;
/** How far curves are extended beyond a unit's limits, per unit of power (PowerModels). */
const ROOM = 0.01;

/** Powers drawn at a bus: constant, and at v = 1 of what grows with v². */
export interface BusInNetwork {
  readonly bus: Bus;
  readonly pd: number;
  readonly qd: number;
  readonly gs: number;
  readonly bs: number;
}

export type PerUnitCost =
  /** `Σ coefficients[k] pᵏ`, $/h. */
  | { readonly kind: 'polynomial'; readonly coefficients: readonly number[] }
  /** Points (power, $/h) that cover the unit's range. */
  | { readonly kind: 'piecewise'; readonly points: readonly (readonly [number, number])[] };

/** A unit that is on, per unit. */
export interface UnitInNetwork {
  readonly unit: Unit;
  /** Its index among the units of the network, and its bus's among the buses. */
  readonly index: number;
  readonly bus: number;
  readonly pMin: number;
  readonly pMax: number;
  readonly qMin: number;
  readonly qMax: number;
  readonly cost?: PerUnitCost;
  readonly reactiveCost?: PerUnitCost;
}

/** A branch that is in service, per unit. */
export interface BranchInNetwork {
  readonly branch: Branch;
  readonly from: number;
  readonly to: number;
  /** Ratings, Infinity where unlimited. */
  readonly ratings: readonly [number, number, number];
  readonly minAngle: number;
  readonly maxAngle: number;
  readonly flows: FlowCoefficients;
}

/**
 * Each flow is `own·v_own² + across·v_from·v_to·sin(θ_from − θ_to + phase)`: of P and Q from `from` and from `to`. One sine
 * for the usual pair of sine and cosine: `α cos δ + β sin δ = √(α² + β²) sin(δ + atan2(α, β))`.
 */
export interface FlowCoefficients {
  readonly pf: Flow;
  readonly qf: Flow;
  readonly pt: Flow;
  readonly qt: Flow;
}
export interface Flow {
  readonly own: number;
  readonly across: number;
  readonly phase: number;
}

/** What of a grid is in service, per unit. */
export interface Network {
  readonly grid: Grid;
  readonly base: number;
  readonly reference: number;
  readonly buses: readonly BusInNetwork[];
  readonly units: readonly UnitInNetwork[];
  readonly branches: readonly BranchInNetwork[];
  /** Index of a bus by its number; undefined for those out of service. */
  readonly busIndex: ReadonlyMap<number, number>;
  /** Cost curves that do not cover their unit's range, a line each. */
  readonly remarks: readonly string[];
}

/** The grid in service with all loads times `load`. */
export function networkOf(grid: Grid, { load = 1 }: { readonly load?: number } = {}): Network {
  const base = grid.baseMVA;
  const on = grid.buses.filter((bus) => bus.on);
  const busIndex = new Map(on.map(({ id }, k) => [id, k]));
  const place = ({ bus }: { readonly bus: number }): number => busIndex.get(bus)!;
  const buses = on.map((bus) => ({ bus, pd: 0, qd: 0, gs: 0, bs: 0 }));
  for (const each of grid.loads) {
    if (!each.on) continue;
    const bus = buses[place(each)]!;
    bus.pd += (each.MW * load) / base;
    bus.qd += (each.MVAr * load) / base;
  }
  for (const each of grid.shunts) {
    if (!each.on) continue;
    const bus = buses[place(each)]!;
    bus.gs += each.MW / base;
    bus.bs += each.MVAr / base;
  }
  const remarks: string[] = [];
  const units = grid.units
    .filter((unit) => unit.on)
    .map((unit, index) => {
      const { minMW, maxMW, minMVAr, maxMVAr, cost, reactiveCost } = unit;
      const priced = (c: Cost, low: number, high: number, what: string): PerUnitCost => {
        if (c.kind === 'piecewise' && misses(c, low, high))
          remarks.push(
            `${c.at ? `${c.at}: ` : ''}unit ${unitName(unit)}: its cost curve covers ${c.points[0]![0]} … ${c.points.at(-1)![0]} ${what}, not ${low} … ${high}: extended`,
          );
        if (!isConvex(c, low, high))
          remarks.push(
            `${c.at ? `${c.at}: ` : ''}unit ${unitName(unit)}: its cost is not convex between ${low} and ${high} ${what}: the optimum found may be one of several`,
          );
        return costInPerUnit(c, low, high, base);
      };
      return {
        unit,
        index,
        bus: place(unit),
        pMin: minMW / base,
        pMax: maxMW / base,
        qMin: minMVAr / base,
        qMax: maxMVAr / base,
        ...(cost && { cost: priced(cost, minMW, maxMW, 'MW') }),
        ...(reactiveCost && { reactiveCost: priced(reactiveCost, minMVAr, maxMVAr, 'MVAr') }),
      };
    });
  const branches = grid.branches
    .filter((branch) => branch.on)
    .map((branch) => ({
      branch,
      from: busIndex.get(branch.from)!,
      to: busIndex.get(branch.to)!,
      ratings: branch.ratings.map((rating) => rating / base) as [number, number, number],
      minAngle: Math.max(-WIDEST_ANGLE, radians(branch.minAngle)),
      maxAngle: Math.min(WIDEST_ANGLE, radians(branch.maxAngle)),
      flows: flowsOf(branch),
    }));
  return { grid, base, reference: busIndex.get(grid.reference)!, buses, units, branches, busIndex, remarks };
}

export const radians = (degrees: number): number => (degrees * Math.PI) / 180;
export const degrees = (angle: number): number => (angle * 180) / Math.PI;

function costInPerUnit(cost: Cost, low: number, high: number, base: number): PerUnitCost {
  if (cost.kind === 'polynomial')
    return { ...cost, coefficients: cost.coefficients.map((c, k) => c * base ** k) };
  const points = cost.points.map(([MW, dollars]) => [MW / base, dollars] as const);
  return { kind: 'piecewise', points: curveWithin(points, low / base, high / base, FLAT, ROOM) };
}

/** $/h and $/MWh at a per-unit output. */
export const costOf = (cost: Cost | undefined, p: number, base: number): number =>
  cost === undefined ? 0 : costAt(cost, p * base);
export const marginalCostOf = (cost: Cost | undefined, p: number, base: number): number =>
  cost === undefined ? 0 : marginalCost(cost, p * base);

/** The π model with an ideal transformer at `from`: `y = 1/(r + jx) = g + jb`, ratio τ, shift φ. */
function flowsOf(branch: Branch): FlowCoefficients {
  const { r, x, tap: τ, fromShunt, toShunt, shuntBeforeTap = false } = branch;
  const φ = radians(branch.shift);
  const z = r * r + x * x;
  const [g, b] = [r / z, -x / z];
  const [τr, τi] = φ === 0 ? [τ, 0] : [τ * Math.cos(φ), τ * Math.sin(φ)];
  const ττ = τ * τ;
  const [gf, bf] = fromShunt;
  const [gt, bt] = toShunt;
  const divisor = shuntBeforeTap ? 1 : ττ;
  const flow = (own: number, cosine: number, sine: number): Flow => ({
    own,
    across: Math.hypot(cosine, sine),
    phase: Math.atan2(cosine, sine),
  });
  const [c1, s1] = [(-g * τr + b * τi) / ττ, (-b * τr - g * τi) / ττ];
  const [c2, s2] = [(-g * τr - b * τi) / ττ, (-b * τr + g * τi) / ττ];
  return {
    pf: flow(g / ττ + gf / divisor, c1, s1),
    qf: flow(-(b / ττ + bf / divisor), -s1, c1),
    pt: flow(g + gt, c2, -s2),
    qt: flow(-(b + bt), -s2, -c2),
  };
}
