import { isSolved, type reportScopf, type SecuredFlow, type Solution } from '../../index.js';
import { table } from '../table.js';
import { changes, costOf, costTable } from './costs.js';
import type { Distance, Foretold } from './frequency.js';
import type { Simulated } from './simulated.js';

/** The solves of one call, each with more limits than the one before it; those that there was no need for are absent. */
export interface Solves {
  readonly dispatch: Solution;
  /** With the contingencies alone; there where outputs are kept within samples besides. */
  readonly secured: Solution | undefined;
  /** Without the limit of the frequency. */
  readonly unlimited: Solution | undefined;
  /** What was asked for. */
  readonly solution: Solution;
}

type Report = ReturnType<typeof reportScopf>;

/** $/h that count as no cost. */
const NOTHING = 1e-2;

/** What each limit costs, in words and figures. */
export function costLines(
  { dispatch, secured, unlimited, solution }: Solves,
  { limit, limitsAfter }: { readonly limit: number | undefined; readonly limitsAfter: boolean },
): string[] {
  const first = secured ?? unlimited ?? solution;
  const lines = [
    costTable([
      { what: 'dispatch alone', solution: dispatch },
      { what: 'with the contingencies', solution: first },
      ...(secured ? [{ what: "within the network's samples", solution: unlimited ?? solution }] : []),
      ...(unlimited ? [{ what: `with ${limit} Hz`, solution }] : []),
    ]),
  ];
  const [alone, withLosses] = [costOf(dispatch), costOf(first)];
  if (alone !== null && withLosses !== null && withLosses - alone < NOTHING)
    lines.push(
      limitsAfter
        ? 'The contingencies cost nothing: none of their limits binds.'
        : 'The contingencies cost nothing: without limits of units after a loss all their multipliers are 0.',
    );
  return lines;
}

export const contingencyTable = ({ contingencies }: Report): string =>
  table(
    ['contingency', 'lost', 'answer MW', 'binds after it'],
    contingencies.map(({ name, element, deltaMW, binding }) => [
      name,
      element,
      deltaMW.toFixed(2),
      binding ?? '-',
    ]),
  );

/** What the network says of the frequency, and what its limit changes. */
export function frequencyLines(
  { price, lowest, lowestBus }: NonNullable<Report['frequency']>,
  { lowestBefore }: Foretold,
  extrapolated: boolean,
  [before, unlimited]: readonly [SecuredFlow, Solution],
  [problem, solution]: readonly [SecuredFlow, Solution],
): string[] {
  const mark = extrapolated ? ' (extrapolated)' : '';
  const where = typeof lowestBus === 'number' ? `bus ${lowestBus}` : lowestBus;
  return [
    `Lowest frequency by the network${mark}: ${lowestBefore.toFixed(4)} Hz without the limit, ${lowest.toFixed(4)} Hz with it (${where}); price of the limit${mark} ${price.toFixed(0)} $/h per Hz.`,
    changes(before, unlimited, problem, solution),
  ];
}

/** What is told of the security of an answer, as JSON. */
export function securityJson(
  { dispatch, secured, unlimited, solution }: Solves,
  report: Report,
  {
    foretelling,
    distance,
    losses,
    extrapolated,
  }: {
    readonly foretelling: Foretold | undefined;
    readonly distance: Distance | undefined;
    readonly losses: readonly Simulated[] | undefined;
    readonly extrapolated: boolean;
  },
) {
  const { frequency, contingencies } = report;
  return {
    contingencies: contingencies.map(({ name, kind, element, deltaMW, binding }) => ({
      name,
      kind,
      element,
      deltaMW,
      binding,
    })),
    cost: {
      dispatch: costOf(dispatch),
      contingencies: costOf(secured ?? unlimited ?? solution),
      range: secured ? costOf(unlimited ?? solution) : null,
      frequency: unlimited ? costOf(solution) : null,
    },
    frequency: frequency
      ? {
          limit: frequency.limit,
          price: isSolved(solution.status) ? frequency.price : null,
          lowest: frequency.lowest,
          lowestBus: frequency.lowestBus,
          simulated: losses?.length ? Math.min(...losses.map(({ lowest }) => lowest)) : null,
          lowestBefore: unlimited && isSolved(unlimited.status) ? (foretelling?.lowestBefore ?? null) : null,
          extrapolated,
        }
      : null,
    outOfRange: distance?.outOfRange ?? [],
    nearestSample: distance?.nearestSample ?? null,
  };
}
