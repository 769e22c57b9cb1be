import { isSolved, type SecuredFlow, type Solution, unitName } from '../../index.js';
import { table } from '../table.js';

/** One stage of security and what it costs. */
export interface Stage {
  readonly what: string;
  readonly solution: Solution;
}

/** $/h of a stage; null where it was not solved. */
export const costOf = (solution: Solution | undefined): number | null =>
  solution && isSolved(solution.status) ? solution.objective : null;

/** Without the sign of what rounds to 0. */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

export function costTable([first, ...others]: readonly [Stage, ...Stage[]]): string {
  const least = costOf(first.solution);
  return table(
    ['cost', '$/h', 'more', '%'],
    [first, ...others].map(({ what, solution }) => {
      const cost = costOf(solution);
      if (cost === null) return [what, solution.status, '-', '-'];
      if (least === null) return [what, cost.toFixed(2), '-', '-'];
      return [what, cost.toFixed(2), fixed(cost - least, 2), fixed((100 * (cost - least)) / least, 3)];
    }),
  );
}

const MOST = 10;
/** MW that count as a change. */
const LEAST_CHANGE = 0.005;

/** The largest changes of outputs that the limit of the frequency makes. */
export function changes(
  before: SecuredFlow,
  unlimited: Solution,
  after: SecuredFlow,
  solution: Solution,
): string {
  const { base } = after.network;
  const rows = after.base.units
    .map(({ unit }, k) => {
      const [from, to] = [
        base * unlimited.value(before.base.variables.p[k]!),
        base * solution.value(after.base.variables.p[k]!),
      ];
      return { name: unitName(unit), from, to };
    })
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .filter(({ from, to }) => Math.abs(to - from) > LEAST_CHANGE);
  if (rows.length === 0) return 'The limit changes no output.';
  const shown = table(
    ['unit', 'MW without', 'MW with', 'change'],
    rows
      .slice(0, MOST)
      .map(({ name, from, to }) => [name, from.toFixed(2), to.toFixed(2), (to - from).toFixed(2)]),
  );
  return rows.length > MOST ? `${shown}\nand ${rows.length - MOST} smaller changes` : shown;
}
