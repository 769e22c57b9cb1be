import { InputError } from '../../core/errors.js';
import type { Branch, Bus, Grid, Load, Shunt, Unit } from '../../grid/grid.js';
import { type Line, Lines, type SourceText } from './records.js';
import { readTransformers, type TransformerOptions } from './transformers.js';

/** What a `.raw` file holds: a grid without costs, responses and contingencies. */
export type RawGrid = Omit<Grid, 'contingencies'>;

/** Sections of version 33 in their order, up to the last that is there; those that describe only are `quiet`. */
const sections = [
  { name: 'bus' },
  { name: 'load' },
  { name: 'fixed shunt' },
  { name: 'generator' },
  { name: 'branch' },
  { name: 'transformer' },
  { name: 'area', quiet: true },
  { name: 'two-terminal DC' },
  { name: 'voltage source converter' },
  { name: 'impedance correction' },
  { name: 'multi-terminal DC' },
  { name: 'multi-section line', quiet: true },
  { name: 'zone', quiet: true },
  { name: 'inter-area transfer', quiet: true },
  { name: 'owner', quiet: true },
  { name: 'FACTS device' },
  { name: 'switched shunt' },
  { name: 'GNE device' },
  { name: 'induction machine' },
] as const;

const ISOLATED = 4;
const REFERENCE = 3;
const VERSION = 33;

/**
 * Reads PSS/E's `.raw` of version 33 (Program Operation Manual, PSS®E 33, ch. 5): sections by their order, each ended by a
 * leading 0. Loads are taken at the file's voltages; switched shunts are held at BINIT. Throws {@link InputError}, one line
 * with file and line.
 */
export function readRaw(source: SourceText, options: TransformerOptions): RawGrid {
  const lines = new Lines(source);
  const { file } = source;
  const head = lines.need('the case identification');
  const version = head.whole(2, 'REV', VERSION);
  if (version !== VERSION)
    throw new InputError(`${head.at}: version ${version} of PSS/E's raw format; version ${VERSION} is read`);
  const baseMVA = head.number(1, 'SBASE', 100);
  if (!(baseMVA > 0)) throw new InputError(`${head.at}: SBASE is ${baseMVA}; give a positive number of MVA`);
  for (let k = 0; k < 2; k++) if (lines.raw() === undefined) lines.need('a title');
  const remarks: string[] = [];
  const buses: (Bus & { readonly reference: boolean })[] = [];
  const [loads, shunts, units, branches]: [Load[], Shunt[], Unit[], Branch[]] = [[], [], [], []];
  const byId = new Map<number, Bus>();
  const stands = (id: number): boolean => byId.get(id)?.on ?? true;
  for (const { name, ...how } of sections) {
    // Later sections may be missing, where Q or the file ends.
    if (name === 'GNE device' || name === 'induction machine') {
      const first = lines.next();
      if (first === undefined || first.fields[0] === 'Q') break;
      if (first.ends) continue;
      remarks.push(
        `${first.at}: ${1 + [...lines.section(name)].length} records of section '${name}' are not read`,
      );
      continue;
    }
    const section = lines.section(name);
    if (name === 'transformer') {
      const {
        branches: more,
        stars,
        remarks: said,
      } = readTransformers(lines, { baseMVA, byId, file }, options);
      for (const branch of more) branches.push(branch);
      for (const star of stars) {
        buses.push({ ...star, reference: false });
        byId.set(star.id, star);
      }
      for (const line of said) remarks.push(line);
      continue;
    }
    let unread = 0;
    let firstUnread = '';
    for (const line of section) {
      if (name === 'bus') {
        const bus = busOf(line);
        buses.push(bus);
        const other = byId.get(bus.id);
        if (other)
          throw new InputError(
            `${bus.at}: bus ${bus.id} is there already (${other.at}); numbers must differ`,
          );
        byId.set(bus.id, bus);
      } else if (name === 'load') loads.push(loadOf(line, byId));
      else if (name === 'fixed shunt') shunts.push(fixedShuntOf(line, stands));
      else if (name === 'generator') units.push(unitOf(line, stands));
      else if (name === 'branch') branches.push(lineOf(line, stands, remarks));
      else if (name === 'switched shunt') {
        const shunt = switchedShuntOf(line, stands);
        shunts.push(shunt);
        if (shunt.on)
          remarks.push(
            `${line.at}: the switched shunt at bus ${shunt.bus} is held at BINIT, ${shunt.MVAr} MVAr`,
          );
      } else {
        if (unread++ === 0) firstUnread = line.at;
      }
    }
    if (unread > 0 && !('quiet' in how))
      remarks.push(
        `${firstUnread}: ${unread} record${unread === 1 ? '' : 's'} of section '${name}' ${unread === 1 ? 'is' : 'are'} not read`,
      );
  }
  const rest = unknownSections(lines);
  if (rest !== undefined) remarks.push(rest);
  return {
    name: file.replace(/.*[\\/]/, '').replace(/\.raw$/i, ''),
    baseMVA,
    reference: referenceOf(buses, file),
    buses: buses.map(({ reference: _, ...bus }) => bus),
    loads,
    shunts,
    units,
    branches,
    remarks,
  };
}

/** What stands behind the last section of this version, up to Q. */
function unknownSections(lines: Lines): string | undefined {
  let count = 0;
  let first = '';
  for (let line = lines.next(); line !== undefined && line.fields[0] !== 'Q'; line = lines.next()) {
    if (line.ends || line.fields.length === 0) continue;
    if (count++ === 0) first = line.at;
  }
  return count === 0
    ? undefined
    : `${first}: ${count} record${count === 1 ? '' : 's'} behind the last section of version ${VERSION} ${count === 1 ? 'is' : 'are'} not read`;
}

function referenceOf(buses: readonly (Bus & { readonly reference: boolean })[], file: string): number {
  const [first, second] = buses.filter(({ reference }) => reference);
  if (first === undefined)
    throw new InputError(`${file}:4: no bus has IDE 3: give the reference bus that type`);
  if (second !== undefined)
    throw new InputError(
      `${second.at}: bus ${second.id} is a second reference bus (IDE 3) beside bus ${first.id}; leave one`,
    );
  return first.id;
}

function busOf(line: Line): Bus & { readonly reference: boolean } {
  const type = line.whole(3, 'IDE', 1);
  if (type < 1 || type > ISOLATED) throw new InputError(`${line.at}: IDE is ${type}; 1 to 4 exist`);
  const name = line.text(1);
  return {
    id: line.whole(0, 'I'),
    ...(name !== '' && { name }),
    on: type !== ISOLATED,
    reference: type === REFERENCE,
    area: line.whole(4, 'AREA', 1),
    kV: line.number(2, 'BASKV', 0),
    v: line.number(7, 'VM', 1),
    angle: line.number(8, 'VA', 0),
    vMax: line.number(9, 'NVHI', 1.1),
    vMin: line.number(10, 'NVLO', 0.9),
    emergency: { vMax: line.number(11, 'EVHI', 1.1), vMin: line.number(12, 'EVLO', 0.9) },
    at: line.at,
  };
}

/** Constant power, current and admittance at the file's voltage. */
function loadOf(line: Line, buses: ReadonlyMap<number, Bus>): Load {
  const bus = line.whole(0, 'I');
  const v = buses.get(bus)?.v ?? 1;
  const [PL, QL, IP, IQ, YP, YQ] = ['PL', 'QL', 'IP', 'IQ', 'YP', 'YQ'].map((name, k) =>
    line.number(5 + k, name, 0),
  ) as [number, number, number, number, number, number];
  return {
    bus,
    id: line.text(1, '1'),
    on: line.whole(2, 'STATUS', 1) === 1 && (buses.get(bus)?.on ?? true),
    MW: PL + v * IP + v * v * YP,
    MVAr: QL + v * IQ - v * v * YQ,
    at: line.at,
  };
}

function fixedShuntOf(line: Line, stands: (bus: number) => boolean): Shunt {
  const bus = line.whole(0, 'I');
  return {
    bus,
    id: line.text(1, '1'),
    on: line.whole(2, 'STATUS', 1) === 1 && stands(bus),
    MW: line.number(3, 'GL', 0),
    MVAr: line.number(4, 'BL', 0),
    at: line.at,
  };
}

/** Held at BINIT; the range of its steps is kept. */
function switchedShuntOf(line: Line, stands: (bus: number) => boolean): Shunt {
  const bus = line.whole(0, 'I');
  let [low, high] = [0, 0];
  for (let k = 10; k + 1 < line.fields.length; k += 2) {
    const block = line.whole(k, 'N', 0) * line.number(k + 1, 'B', 0);
    if (block < 0) low += block;
    else high += block;
  }
  return {
    bus,
    id: 'switched',
    on: line.whole(3, 'STAT', 1) === 1 && stands(bus),
    MW: 0,
    MVAr: line.number(9, 'BINIT', 0),
    range: [low, high],
    at: line.at,
  };
}

function unitOf(line: Line, stands: (bus: number) => boolean): Unit {
  const bus = line.whole(0, 'I');
  const MVA = line.number(8, 'MBASE', 100);
  return {
    bus,
    id: line.text(1, '1'),
    on: line.whole(14, 'STAT', 1) === 1 && stands(bus),
    MW: line.number(2, 'PG', 0),
    MVAr: line.number(3, 'QG', 0),
    maxMVAr: line.number(4, 'QT', 9999),
    minMVAr: line.number(5, 'QB', -9999),
    maxMW: line.number(16, 'PT', 9999),
    minMW: line.number(17, 'PB', -9999),
    MVA,
    at: line.at,
  };
}

/** A rating; 0 means unlimited. */
export const ratingOf = (line: Line, k: number, name: string): number =>
  line.number(k, name, 0) || Number.POSITIVE_INFINITY;

function lineOf(line: Line, stands: (bus: number) => boolean, remarks: string[]): Branch {
  const from = line.whole(0, 'I');
  // A minus sign marks the metered end.
  const to = Math.abs(line.whole(1, 'J'));
  const B = line.number(5, 'B', 0);
  const [GI, BI, GJ, BJ] = ['GI', 'BI', 'GJ', 'BJ'].map((name, k) => line.number(9 + k, name, 0)) as [
    number,
    number,
    number,
    number,
  ];
  const half = BI === 0 && B !== 0;
  if (B !== 0 && (BI !== 0 || BJ !== 0))
    remarks.push(
      `${line.at}: branch ${from}-${to} has B and shunts of its own: ${half ? 'BJ is' : 'B is'} left out, as PowerModels does`,
    );
  return {
    from,
    to,
    circuit: line.text(2, '1'),
    on: line.whole(13, 'ST', 1) === 1 && stands(from) && stands(to),
    r: line.number(3, 'R', 0),
    x: line.number(4, 'X'),
    fromShunt: [GI, half ? B / 2 : BI],
    toShunt: [GJ, half ? B / 2 : BJ],
    tap: 1,
    shift: 0,
    ratings: [ratingOf(line, 6, 'RATEA'), ratingOf(line, 7, 'RATEB'), ratingOf(line, 8, 'RATEC')],
    minAngle: Number.NEGATIVE_INFINITY,
    maxAngle: Number.POSITIVE_INFINITY,
    at: line.at,
  };
}
