import { lostName } from './contingencies.js';
import { type Exceeded, exceeded } from './exceeded.js';
import { branchName, type Contingency, unitName } from './grid.js';
import { type Point, valueAt } from './point.js';
import { priceOfRating } from './report.js';
import type { ContingencyState, Scopf } from './scopf.js';

/** What a loss means for the grid. */
export interface ContingencyReport {
  readonly name: string;
  /** `unit`, `branch`, or `several`. */
  readonly kind: 'unit' | 'branch' | 'several';
  readonly element: string;
  /** MW by which the units that are left answer, all together. */
  readonly deltaMW: number;
  /** Limits that bind after it, a few by name; null where none does: then it costs nothing. */
  readonly binding: string | null;
  /** What is beyond its limits after it; empty at a solution. */
  readonly exceeded: readonly Exceeded[];
}

/** A limit binds where its price exceeds this, $/MWh. */
const LEAST_PRICE = 1e-3;
const MOST_NAMES = 5;

/** The contingencies of a solved problem. */
export const reportContingencies = (problem: Scopf, point: Point): ContingencyReport[] =>
  problem.contingencies.map((each) => {
    const { contingency, state, lostUnits } = each;
    const answer = state.units.reduce(
      (sum, { index }, k) =>
        sum + valueAt(point, state.variables.p[k]!) - valueAt(point, problem.base.variables.p[index]!),
      0,
    );
    const names = bindingAfter(problem, each, point);
    const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
    return {
      name: contingency.name,
      kind: kindOf(contingency),
      element: contingency.lost.map((lost) => lostName(lost).replace(/^(unit|branch) /, '')).join(', '),
      deltaMW: lostUnits.length === 0 && Math.abs(answer) < 1e-12 ? 0 : answer * problem.network.base,
      binding: names.length === 0 ? null : names.slice(0, MOST_NAMES).join(', ') + more,
      exceeded: exceeded(problem.network, state, point),
    };
  });

const kindOf = ({ lost }: Contingency): ContingencyReport['kind'] =>
  lost.length > 1 ? 'several' : lost[0]!.kind;

function bindingAfter({ network }: Scopf, { state }: ContingencyState, point: Point): string[] {
  const { base } = network;
  const { lower, upper } = point.multipliers;
  const bounds = (name: string, index: number): string[] => [
    ...(lower[index]! / base > LEAST_PRICE ? [`${name} at its least`] : []),
    ...(upper[index]! / base > LEAST_PRICE ? [`${name} at its largest`] : []),
  ];
  return [
    ...state.branches.flatMap(({ branch }, k) =>
      priceOfRating(state, k, point) / base > LEAST_PRICE ? [`rating of ${branchName(branch)}`] : [],
    ),
    ...state.units.flatMap(({ unit }, k) => [
      ...bounds(`P of ${unitName(unit)}`, state.variables.p[k]!.index),
      ...bounds(`Q of ${unitName(unit)}`, state.variables.q[k]!.index),
    ]),
    ...network.buses.flatMap(({ bus }, k) => bounds(`v of ${bus.id}`, state.variables.v[k]!.index)),
  ];
}
