import { InputError } from '../core/errors.js';
import { listOf, optionsOf, recordOf } from '../core/given.js';
import { unreached } from './check.js';
import { requireGrid } from './given.js';
import { type Branch, branchName, type Contingency, type Grid, type Unit, unitName } from './grid.js';

type Lost = Contingency['lost'][number];

const isUnit = (lost: Lost & { kind: 'unit' }, unit: Unit): boolean =>
  unit.bus === lost.bus && unit.id === lost.id;
const isBranch = (lost: Lost & { kind: 'branch' }, { from, to, circuit }: Branch): boolean =>
  circuit === lost.circuit &&
  ((from === lost.from && to === lost.to) || (from === lost.to && to === lost.from));

export const lostName = (lost: Lost): string =>
  lost.kind === 'unit' ? `unit ${unitName(lost)}` : `branch ${branchName(lost)}`;

/** The unit or branch of the grid that is lost; undefined where it does not exist. */
export const lostElement = (
  { units, branches }: Pick<Grid, 'units' | 'branches'>,
  lost: Lost,
): Unit | Branch | undefined =>
  lost.kind === 'unit'
    ? units.find((unit) => isUnit(lost, unit))
    : branches.find((branch) => isBranch(lost, branch));

/**
 * The contingencies, where they can happen. Throws {@link InputError} that names what does not exist, is out of service
 * already, or would cut buses off.
 */
export function checkContingencies(
  grid: Grid,
  contingencies: readonly Contingency[],
): readonly Contingency[] {
  for (const { name, lost, at } of contingencies) {
    const where = at === undefined ? '' : `${at}: `;
    for (const each of lost) {
      const element = lostElement(grid, each);
      if (element === undefined)
        throw new InputError(`${where}contingency ${name}: ${lostName(each)} does not exist`);
      if (!element.on)
        throw new InputError(`${where}contingency ${name}: ${lostName(each)} is out of service already`);
    }
    const cutOff = cutOffBy(grid, lost);
    if (cutOff.length > 0)
      throw new InputError(
        `${where}contingency ${name} cuts ${cutOff.length === 1 ? `bus ${cutOff[0]}` : `buses ${cutOff.slice(0, 5).join(', ')}${cutOff.length > 5 ? ' …' : ''}`} off; leave it out`,
      );
  }
  return contingencies;
}

/** Buses that the reference bus no longer reaches. */
function cutOffBy(grid: Grid, lost: readonly Lost[]): number[] {
  const open = lost.filter((each) => each.kind === 'branch');
  if (open.length === 0) return [];
  return unreached({
    ...grid,
    branches: grid.branches.filter((branch) => !open.some((each) => isBranch(each, branch))),
  });
}

/** All outages of single units, or branches, in service; those that would cut buses off apart, by name. */
export function singleOutages(
  grid: Grid,
  which: { readonly units: boolean; readonly branches: boolean },
): { readonly contingencies: Contingency[]; readonly islanding: string[] } {
  requireGrid(grid, 'singleOutages');
  recordOf(which, 'singleOutages: which losses');
  optionsOf(which, 'singleOutages', ['units', 'branches']);
  const lost: Lost[] = [
    ...(which.units
      ? grid.units.filter(({ on }) => on).map(({ bus, id }) => ({ kind: 'unit', bus, id }) as const)
      : []),
    ...(which.branches
      ? grid.branches
          .filter(({ on }) => on)
          .map(({ from, to, circuit }) => ({ kind: 'branch', from, to, circuit }) as const)
      : []),
  ];
  const islanding: string[] = [];
  const contingencies = lost.flatMap((each): Contingency[] => {
    if (cutOffBy(grid, [each]).length > 0) {
      islanding.push(lostName(each));
      return [];
    }
    const name =
      each.kind === 'unit' ? `UNIT-${each.bus}-${each.id}` : `BRANCH-${each.from}-${each.to}-${each.circuit}`;
    return [{ name, lost: [each] }];
  });
  return { contingencies, islanding };
}

/** Contingencies as a `.con` file, which the reader reads back. */
export const contingencyText = (contingencies: readonly Contingency[]): string =>
  [
    ...listOf(contingencies, 'contingencyText').flatMap((own) => [
      `CONTINGENCY ${recordOf(own, 'contingencyText: a contingency').name}`,
      ...listOf(own.lost, 'contingencyText: what is lost').map((each) =>
        each.kind === 'unit'
          ? `REMOVE UNIT ${each.id} FROM BUS ${each.bus}`
          : `OPEN BRANCH FROM BUS ${each.from} TO BUS ${each.to} CIRCUIT ${each.circuit}`,
      ),
      'END',
    ]),
    'END',
    '',
  ].join('\n');
