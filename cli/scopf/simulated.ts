import { type SecuredFlow, type Solution, simulateLoss, unitName } from '../../index.js';
import type { SurrogateCard } from '../../scenarios/scopf/card.js';
import type { SecurityCase } from '../../scenarios/scopf/load-case.js';
import { table } from '../table.js';
import { mHz } from './surrogate.js';

/** A loss of the answer, foretold and simulated, Hz. */
export interface Simulated {
  readonly name: string;
  readonly predicted?: number;
  readonly lowest: number;
  /** Seconds after the loss. */
  readonly at: number;
}

/** The answer's own losses, simulated, where the dynamics are known. */
export function simulated(
  { grid, dynamics }: SecurityCase,
  problem: SecuredFlow,
  solution: Solution,
): Simulated[] | undefined {
  if (dynamics === undefined) return undefined;
  const { base, buses } = problem.network;
  const outputs = new Map(
    problem.base.units.map(({ unit }, k) => [
      unitName(unit),
      base * solution.value(problem.base.variables.p[k]!),
    ]),
  );
  const loadMW = base * buses.reduce((sum, { pd }) => sum + pd, 0);
  const { frequency } = problem;
  return problem.contingencies.flatMap(({ contingency, lostUnits }): Simulated[] => {
    if (lostUnits.length === 0) return [];
    const lost = lostUnits.map(({ unit }) => unitName(unit));
    const { lowest, lowestAt } = simulateLoss(grid, dynamics, { outputs, loadMW }, lost);
    const use = frequency?.names.indexOf(contingency.name) ?? -1;
    const predicted = use < 0 ? undefined : solution.value(frequency!.y[use]!.at(0));
    return [{ name: contingency.name, lowest, at: lowestAt, ...(predicted !== undefined && { predicted }) }];
  });
}

export const simulatedTable = (rows: readonly Simulated[]): string =>
  table(
    ['contingency', 'predicted Hz', 'simulated Hz', 'at s'],
    rows.map((each) => [
      each.name,
      each.predicted?.toFixed(4) ?? '-',
      each.lowest.toFixed(4),
      each.at.toFixed(2),
    ]),
  );

/** A warning with the commands that add samples where a network is off by more than its card says; undefined where it is not. */
export function warningOf(
  rows: readonly Simulated[],
  card: SurrogateCard | undefined,
  flags: {
    readonly case?: string | undefined;
    readonly dynamics?: string | undefined;
    readonly out?: string | undefined;
  },
): string | undefined {
  if (card === undefined) return undefined;
  const { rmse } = card.heldOut;
  const wrong = rows.filter(
    ({ predicted, lowest }) => predicted !== undefined && Math.abs(predicted - lowest) > rmse,
  );
  if (wrong.length === 0) return undefined;
  const given = [
    `--case ${flags.case ?? 'nine-buses'}`,
    ...(flags.dynamics === undefined ? [] : [`--dynamics ${flags.dynamics}`]),
  ].join(' ');
  const result = flags.out === undefined ? 'DIR/result.json' : `${flags.out}/result.json`;
  return [
    `Warning: off by more than the network's held-out error of ${mHz(rmse)} for ${wrong.map(({ name }) => name).join(', ')}. Add samples there, train again, solve again:`,
    ...(flags.out === undefined ? [`  (once more with --out DIR, which writes the answer)`] : []),
    `  graybox train scopf ${given} --around ${result} --out surrogate`,
    `  graybox solve scopf ${given} --network surrogate …`,
  ].join('\n');
}
