import { flowAt, flowNames, isFrom } from './flows.js';
import { branchName, unitName } from './grid.js';
import { degrees, type Network } from './per-unit.js';
import { type Point, valueAt } from './point.js';
import { type State, voltageLimits } from './state.js';

/** One limit that does not hold, in the grid's words. */
export interface Exceeded {
  readonly kind: 'balance' | 'reactive balance' | 'voltage' | 'rating' | 'angle' | 'unit';
  readonly element: string;
  /** By how much: MW, MVAr, MVA, per unit of voltage, degrees. */
  readonly amount: number;
  readonly text: string;
}

/** What counts as beyond a limit, per unit: 0.01 MW of a base of 100 MVA. */
const LEAST = 1e-4;

/**
 * What voltages, angles and outputs of a point mean for the grid, by the power-flow equations alone: power that is missing
 * or too much at buses, branches above their ratings, voltages, angles and outputs outside the state's limits. Sorted by kind,
 * then by size.
 */
export function exceeded(network: Network, state: State, point: Point): Exceeded[] {
  const { base, buses } = network;
  const { variables, units, branches, rating, limits } = state;
  const values = (list: (typeof variables)['v']): number[] => list.map((each) => valueAt(point, each));
  const [v, θ, p, q] = [variables.v, variables.θ, variables.p, variables.q].map(values) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const needP = buses.map(({ pd, gs }, k) => pd + gs * v[k]! ** 2);
  const needQ = buses.map(({ qd, bs }, k) => qd - bs * v[k]! ** 2);
  for (const [k, { bus }] of units.entries()) {
    needP[bus]! -= p[k]!;
    needQ[bus]! -= q[k]!;
  }
  const found: Exceeded[] = [];
  const say = (kind: Exceeded['kind'], element: string, amount: number, text: string): void => {
    found.push({ kind, element, amount, text: `${element}: ${text}` });
  };
  const outside = (value: number, low: number, high: number): number =>
    Math.max(low - value, value - high, 0);
  const branchTexts: (() => void)[] = [];
  for (const branch of branches) {
    const name = `branch ${branchName(branch.branch)}`;
    const at = flowNames.map((each) => flowAt(each, branch, v, θ).value);
    for (const [i, each] of flowNames.entries())
      (each.startsWith('p') ? needP : needQ)[isFrom(each) ? branch.from : branch.to]! += at[i]!;
    const S = branch.ratings[rating];
    const above = Math.max(Math.hypot(at[0]!, at[1]!), Math.hypot(at[2]!, at[3]!)) - S;
    const δ = θ[branch.from]! - θ[branch.to]!;
    const beyond = outside(δ, branch.minAngle, branch.maxAngle);
    branchTexts.push(() => {
      if (above > LEAST)
        say('rating', name, above * base, `${mega(above * base)} MVA over ${mega(S * base)}`);
      if (beyond > LEAST)
        say(
          'angle',
          name,
          degrees(beyond),
          `angle ${degrees(δ).toFixed(1)}°, outside ${degrees(branch.minAngle).toFixed(1)} … ${degrees(branch.maxAngle).toFixed(1)}°`,
        );
    });
  }
  for (const [k, { bus }] of buses.entries()) {
    const name = `bus ${bus.id}`;
    const [P, Q] = [needP[k]! * base, needQ[k]! * base];
    if (Math.abs(needP[k]!) > LEAST)
      say('balance', name, Math.abs(P), P > 0 ? `${mega(P)} MW not served` : `${mega(-P)} MW too much`);
    if (Math.abs(needQ[k]!) > LEAST)
      say(
        'reactive balance',
        name,
        Math.abs(Q),
        Q > 0 ? `${mega(Q)} MVAr not served` : `${mega(-Q)} MVAr too much`,
      );
    const { vMin, vMax } = voltageLimits(bus, limits.v);
    const off = outside(v[k]!, vMin, vMax);
    if (off > LEAST) say('voltage', name, off, `voltage ${v[k]!.toFixed(4)}, outside ${vMin} … ${vMax}`);
  }
  for (const tell of branchTexts) tell();
  for (const [k, { unit, pMin, pMax, qMin, qMax }] of units.entries()) {
    const name = `unit ${unitName(unit)}`;
    const [P, Q] = [outside(p[k]!, pMin, pMax) * base, outside(q[k]!, qMin, qMax) * base];
    if (limits.p && P > LEAST * base)
      say('unit', name, P, `${mega(p[k]! * base)} MW, outside ${unit.minMW} … ${unit.maxMW}`);
    if (limits.q && Q > LEAST * base)
      say('unit', name, Q, `${mega(q[k]! * base)} MVAr, outside ${unit.minMVAr} … ${unit.maxMVAr}`);
  }
  const order = ['balance', 'rating', 'voltage', 'reactive balance', 'angle', 'unit'];
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || b.amount - a.amount);
}

const mega = (value: number): string => (Math.abs(value) < 1 ? value.toPrecision(2) : value.toFixed(1));
