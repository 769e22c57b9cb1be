import { InputError } from '../core/errors.js';
import { checkCost } from './cost.js';
import { type Branch, type Bus, branchName, type Grid, type Located, type Unit, unitName } from './grid.js';

/**
 * The grid, where it is sound: every bus that is named exists, names differ, limits do not cross, every branch has a
 * reactance, every bus in service reaches the reference bus. Throws {@link InputError} in one line with file and line.
 */
export function checkGrid(grid: Grid, file: string): Grid {
  const fail = ({ at = file }: Located, message: string): never => {
    throw new InputError(`${at}: ${message}`);
  };
  if (grid.buses.length === 0) fail({}, 'the grid has no bus');
  const buses = new Map<number, Bus>();
  for (const bus of grid.buses) {
    checkBus(bus, fail);
    const other = buses.get(bus.id);
    if (other)
      fail(bus, `bus ${bus.id} is there already${other.at ? ` (${other.at})` : ''}; numbers must differ`);
    buses.set(bus.id, bus);
  }
  const place = (element: Located, what: string, id: number): void => {
    if (!buses.has(id)) fail(element, `${what} is at bus ${id}, which does not exist`);
  };
  for (const [what, list] of [
    ['unit', grid.units],
    ['load', grid.loads],
    ['shunt', grid.shunts],
  ] as const) {
    const names = new Set<string>();
    for (const element of list) {
      const name = unitName(element);
      place(element, `${what} ${name}`, element.bus);
      if (names.has(name)) fail(element, `${what} ${name} is there twice; ids at one bus must differ`);
      names.add(name);
    }
  }
  for (const unit of grid.units) checkUnit(unit, fail);
  for (const [what, list] of [
    ['load', grid.loads],
    ['shunt', grid.shunts],
  ] as const)
    for (const element of list)
      if (!Number.isFinite(element.MW + element.MVAr))
        fail(element, `${what} ${unitName(element)}: its MW or MVAr are not finite`);
  const circuits = new Set<string>();
  for (const branch of grid.branches) {
    const name = branchName(branch);
    for (const end of [branch.from, branch.to]) place(branch, `branch ${name}`, end);
    const key = [Math.min(branch.from, branch.to), Math.max(branch.from, branch.to), branch.circuit].join();
    if (circuits.has(key))
      fail(branch, `branch ${name} is there twice; circuits between two buses must differ`);
    circuits.add(key);
    checkBranch(branch, fail);
  }
  const reference = buses.get(grid.reference);
  if (reference === undefined) return fail({}, `the reference bus ${grid.reference} does not exist`);
  if (!reference.on) fail(reference, `the reference bus ${reference.id} is out of service`);
  for (const list of [grid.units, grid.loads, grid.shunts] as const)
    for (const element of list)
      if (element.on && !buses.get(element.bus)!.on)
        fail(element, `${unitName(element)} is in service at bus ${element.bus}, which is not`);
  const cutOff = unreached(grid);
  if (cutOff.length > 0) {
    const first = buses.get(cutOff[0]!)!;
    const others = cutOff.length > 1 ? ` and ${cutOff.length - 1} more are` : ' is';
    fail(
      first,
      `bus ${first.id}${others} cut off from the reference bus ${grid.reference}: take it out of service (type 4) or connect it`,
    );
  }
  return grid;
}

type Fail = (element: Located, message: string) => never;

function checkBus(bus: Bus, fail: Fail): void {
  const { id } = bus;
  if (!Number.isInteger(id) || id < 1) fail(bus, `bus number ${id} is no whole number ≥ 1`);
  for (const { vMin, vMax } of [bus, ...(bus.emergency ? [bus.emergency] : [])]) {
    if (!(vMin >= 0)) fail(bus, `bus ${id}: its least voltage ${vMin} is below 0`);
    if (!(vMin <= vMax)) fail(bus, `bus ${id}: its least voltage ${vMin} is above its largest ${vMax}`);
  }
  if (!Number.isFinite(bus.v) || !Number.isFinite(bus.angle))
    fail(bus, `bus ${id}: its voltage is not finite`);
}

function checkUnit(unit: Unit, fail: Fail): void {
  if (!unit.on) return;
  const name = `unit ${unitName(unit)}`;
  for (const [low, high, what] of [
    [unit.minMW, unit.maxMW, 'MW'],
    [unit.minMVAr, unit.maxMVAr, 'MVAr'],
  ] as const)
    if (!(low <= high))
      fail(unit, `${name}: its least output ${low} ${what} is above its largest ${high} ${what}`);
  for (const [cost, low, high, whose] of [
    [unit.cost, unit.minMW, unit.maxMW, name],
    [unit.reactiveCost, unit.minMVAr, unit.maxMVAr, `${name}, reactive output`],
  ] as const) {
    if (cost === undefined) continue;
    checkCost(cost, whose);
    if (cost.kind === 'piecewise' && !Number.isFinite(high - low))
      fail(
        unit,
        `${whose}: its limits ${low} … ${high} are not finite; with a cost curve, which must cover them, they have to be`,
      );
  }
}

function checkBranch(branch: Branch, fail: Fail): void {
  const name = `branch ${branchName(branch)}`;
  for (const rating of branch.ratings)
    if (!(rating >= 0)) fail(branch, `${name}: its rating ${rating} MVA is negative; 0 means unlimited`);
  if (!branch.on) return;
  if (branch.from === branch.to) fail(branch, `${name}: both ends are at bus ${branch.from}`);
  if (branch.x === 0) fail(branch, `${name}: its reactance x is 0; give it one, or make one bus of the two`);
  const numbers = [branch.r, branch.x, ...branch.fromShunt, ...branch.toShunt, branch.shift, branch.tap];
  if (!numbers.every(Number.isFinite)) fail(branch, `${name}: impedance, tap or shift is not finite`);
  if (branch.tap <= 0) fail(branch, `${name}: its ratio ${branch.tap} is not positive`);
  if (branch.minAngle > branch.maxAngle)
    fail(branch, `${name}: its least angle ${branch.minAngle}° is above its largest ${branch.maxAngle}°`);
}

/** Buses in service that no path of branches in service connects with the reference bus, in the grid's order. */
export function unreached({
  buses,
  branches,
  reference,
}: Pick<Grid, 'buses' | 'branches' | 'reference'>): number[] {
  const neighbours = new Map<number, number[]>(buses.filter(({ on }) => on).map(({ id }) => [id, []]));
  for (const { on, from, to } of branches) {
    if (!on) continue;
    neighbours.get(from)?.push(to);
    neighbours.get(to)?.push(from);
  }
  const seen = new Set([reference]);
  const next = [reference];
  for (let id = next.pop(); id !== undefined; id = next.pop())
    for (const other of neighbours.get(id) ?? [])
      if (!seen.has(other)) {
        seen.add(other);
        next.push(other);
      }
  return [...neighbours.keys()].filter((id) => !seen.has(id));
}
