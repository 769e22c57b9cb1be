import {
  type Contingency,
  isSolved,
  type Network,
  type SecuredFlow,
  type SecuredOptions,
  type Solution,
  type SolveOptions,
  scopf,
  solve,
  unitName,
} from '../../index.js';
import type { SecurityCase } from '../../scenarios/scopf/load-case.js';
import { beyondLimits } from '../grid/tables.js';

const MOST = 6;
/** Marks limits that the range of samples sets. */
const SAMPLES = ' (samples)';

/** What has to give in the base and after each loss, at the point held; undefined where nothing of the grid does. */
export function beyondOf({
  grid,
  contingencies,
}: {
  readonly grid: { readonly exceeded: Parameters<typeof beyondLimits>[0] };
  readonly contingencies: readonly {
    readonly name: string;
    readonly exceeded: Parameters<typeof beyondLimits>[0];
  }[];
}): string | undefined {
  const all = [
    ...grid.exceeded,
    ...contingencies.flatMap(({ name, exceeded }) =>
      exceeded.map((each) => ({ ...each, text: `after ${name}: ${each.text}` })),
    ),
  ];
  return all.length === 0 ? undefined : `${beyondLimits(all, MOST)}\nThis is the point held, no answer.`;
}

/** Losses after which the units that are left cannot serve the load, a line each; none where their limits do not hold. */
export function inadequate({ network, contingencies, contingencyLimits }: SecuredFlow): string[] {
  if (!contingencyLimits) return [];
  const { base } = network;
  const load = base * network.buses.reduce((sum, { pd }) => sum + pd, 0);
  return contingencies.flatMap(({ contingency, state }) => {
    const left = base * state.units.reduce((sum, { pMax }) => sum + pMax, 0);
    return left >= load
      ? []
      : [
          `After ${contingency.name} at most ${left.toFixed(1)} MW of units are left for ${load.toFixed(1)} MW of load: no dispatch survives it.`,
        ];
  });
}

/** Most losses that are tried one by one. */
const MOST_ALONE = 40;
const ITERATIONS_ALONE = 300;

/** Which of several losses cannot be survived even alone. */
export async function culprits(
  { grid }: SecurityCase,
  options: SecuredOptions & { readonly contingencies: readonly Contingency[] },
  how: SolveOptions,
): Promise<string> {
  const { contingencies } = options;
  if (contingencies.length > MOST_ALONE)
    return `Which of the ${contingencies.length} losses cannot be survived is not looked for: try some of them.`;
  const found: string[] = [];
  for (const contingency of contingencies) {
    const { model } = scopf(grid, { ...options, contingencies: [contingency] });
    const { status } = await solve(model, { ...how, max_iter: ITERATIONS_ALONE });
    if (status === 'interrupted' || status === 'time-limit')
      return 'Stopped before it was found which losses cannot be survived.';
    if (!isSolved(status)) found.push(contingency.name);
  }
  return found.length === 0
    ? 'Each of the losses alone can be survived: only all of them together cannot.'
    : `Not even alone can be survived: ${listed(found)}. Leave ${found.length === 1 ? 'it' : 'them'} out (--contingency FILE), or make room for ${found.length === 1 ? 'it' : 'them'}.`;
}

/**
 * Why no dispatch keeps a frequency: the highest limit that one keeps by the network, the losses after which it is reached, and
 * the limits of units that stand in the way.
 */
export async function whyNot(
  { grid }: SecurityCase,
  network: Network,
  options: SecuredOptions & { readonly frequencyLimit: number },
  how: SolveOptions,
): Promise<string> {
  const { frequencyLimit: limit } = options;
  const problem = scopf(grid, { ...options, surrogate: network, softFrequency: true });
  const solution = await solve(problem.model, how);
  const { rows, names, shortfall } = problem.frequency!;
  if (!isSolved(solution.status))
    return `Without the limit of ${limit} Hz the same problem is solved; which limit can be kept was not found (${solution.status}).`;
  const best = limit - solution.value(shortfall!);
  if (best > limit - 1e-4)
    return `A dispatch that keeps ${limit} Hz exists all the same (${solution.objective.toFixed(2)} $/h): start there or give the solver more iterations.`;
  const perLoss = rows.length / Math.max(1, names.length);
  const weights = rows.map((row) => -solution.multiplier(row));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const reached = [
    ...new Set(
      weights.flatMap((weight, k) =>
        weight > 0.01 * total && names.length > 0 ? [names[Math.floor(k / perLoss)]!] : [],
      ),
    ),
  ].filter((name) => name !== '');
  const hindering = hindrances(problem, solution);
  const floor = Math.floor(1000 * best) / 1000;
  return [
    `Without the limit of ${limit} Hz the same problem is solved, with it none is: by the network the most that any dispatch keeps is ${best.toFixed(4)} Hz${reached.length > 0 ? `, reached after ${listed(reached)}` : ''}.`,
    hindering.length > 0
      ? `In the way of more: ${listed(hindering)}.`
      : 'No limit of a unit is in the way: what one loss gains by another dispatch, another one loses.',
    `Try --frequency-limit ${floor}${hindering.some((text) => text.endsWith(SAMPLES)) ? ', or --range none' : ''}${problem.contingencies.length > 1 ? ', or fewer contingencies' : ''}.`,
  ].join('\n');
}

const listed = (names: readonly string[]): string =>
  names.length > MOST
    ? `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} more`
    : names.join(', ');

/** Outputs at limits that would let the frequency rise, the most telling first. */
function hindrances({ base, network }: SecuredFlow, solution: Solution): string[] {
  const { lower, upper } = solution.multipliers;
  const found = base.units.flatMap(({ unit, index }, k) => {
    const { pMin, pMax } = network.units[index]!;
    const at = base.variables.p[k]!.index;
    const name = `P(${unitName(unit)})`;
    const own = [unit.minMW, unit.maxMW].map((MW) => MW / network.base);
    return [
      {
        price: lower[at]!,
        text: `${name} ≥ ${(pMin * network.base).toFixed(1)} MW${pMin > own[0]! ? SAMPLES : ''}`,
      },
      {
        price: upper[at]!,
        text: `${name} ≤ ${(pMax * network.base).toFixed(1)} MW${pMax < own[1]! ? SAMPLES : ''}`,
      },
    ];
  });
  const most = Math.max(...found.map(({ price }) => price));
  return found
    .filter(({ price }) => price > 1 && price > 0.02 * most)
    .sort((a, b) => b.price - a.price)
    .map(({ text }) => text);
}
