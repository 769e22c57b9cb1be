import { InputError } from '../core/errors.js';
import { optionsOf, textOf } from '../core/given.js';
import { checkGrid } from '../grid/check.js';
import type { Branch, Bus, Cost, Grid, Load, Shunt, Unit } from '../grid/grid.js';
import { Numbering } from '../grid/numbering.js';
import { type Columns, columnNames, columnsOf } from './matpower/columns.js';
import { readCosts } from './matpower/costs.js';
import { type CaseFields, readFields } from './matpower/fields.js';
import { type Matrix, readMatrix, readScalar } from './matpower/matrix.js';

/** What messages call a case. */
export interface MatpowerOptions {
  /** What messages call the file. */
  readonly file?: string;
}

const ISOLATED = 4;
const REFERENCE = 3;

/**
 * Reads a MATPOWER case of version 2 (MATPOWER User's Manual, appendix B) from its text. Read are `baseMVA`, `bus`, `gen`,
 * `branch`, `gencost`; other fields are skipped and named in the remarks. Rating 0 means unlimited, ratio 0 means 1, angle
 * limits 0/0 or beyond ±90° are none; a bus of type 4 is off with all that it carries. Throws {@link InputError}, one line
 * with file and line, for what is no sound grid.
 */
export function readMatpowerText(source: string, options: MatpowerOptions = {}): Grid {
  const { file = 'case.m' } = optionsOf(options, 'readMatpowerText', ['file']);
  textOf(file, 'readMatpowerText: the name of the file');
  const text = textOf(source, 'readMatpowerText');
  const found = readFields(text, file);
  checkVersion(found, file);
  const baseMVA = readBase(found, file);
  const busRows = columnsOf(matrix(found, 'bus', file), file, columnNames.bus, 13);
  const unitRows = columnsOf(matrix(found, 'gen', file), file, columnNames.gen, 10);
  const branchRows = columnsOf(matrix(found, 'branch', file), file, columnNames.branch, 11);
  const buses = busRows.map(busOf);
  const isolated = new Set(buses.filter(({ on }) => !on).map(({ id }) => id));
  const stands = (bus: number): boolean => !isolated.has(bus);
  const { cost, reactive } = costsOf(found, unitRows.length, file);
  const unitNumbers = new Numbering();
  const circuits = new Numbering();
  const grid: Grid = {
    name: found.name ?? file.replace(/.*[\\/]/, '').replace(/\.m$/i, ''),
    baseMVA,
    reference: referenceOf(busRows, found, file),
    buses,
    units: unitRows.map((row, k) => ({
      ...unitOf(row, unitNumbers),
      on: row.get('status') > 0 && stands(row.get('bus')),
      ...(cost[k] && { cost: cost[k] }),
      ...(reactive[k] && { reactiveCost: reactive[k] }),
    })),
    loads: busRows.flatMap(loadOf),
    shunts: busRows.flatMap(shuntOf),
    branches: branchRows.map((row) => ({
      ...branchOf(row, circuits),
      on: row.get('status') !== 0 && stands(row.get('fbus')) && stands(row.get('tbus')),
    })),
    contingencies: [],
    remarks: skipped(found, file),
  };
  return checkGrid(grid, file);
}

function checkVersion(found: CaseFields, file: string): void {
  const field = found.fields.get('version');
  const version = field && String(readScalar(field, file));
  if (version !== '2')
    throw new InputError(
      `${file}:${field?.line ?? 1}: mpc.version is ${version === undefined ? 'missing, which means 1' : `'${version}'`}; version 2 is read (MATPOWER's savecase writes it)`,
    );
}

function readBase(found: CaseFields, file: string): number {
  const field = found.fields.get('baseMVA');
  if (field === undefined) throw new InputError(`${file}:1: mpc.baseMVA is missing`);
  const value = readScalar(field, file);
  if (typeof value !== 'number' || !(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InputError(`${file}:${field.line}: mpc.baseMVA is ${value}; give a positive number`);
  return value;
}

function matrix(found: CaseFields, name: string, file: string): Matrix {
  const field = found.fields.get(name);
  if (field === undefined)
    throw new InputError(`${file}:1: mpc.${name} is missing: no case, or the file is cut off`);
  return readMatrix(field, file);
}

function typeOf(row: Columns<(typeof columnNames.bus)[number]>): number {
  const type = row.get('type');
  if (![1, 2, REFERENCE, ISOLATED].includes(type))
    throw new InputError(
      `${row.at}: bus ${row.get('bus_i')} has type ${type}; 1 (load), 2 (voltage), 3 (reference), 4 (isolated) exist`,
    );
  return type;
}

const busOf = (row: Columns<(typeof columnNames.bus)[number]>): Bus => ({
  id: row.get('bus_i'),
  on: typeOf(row) !== ISOLATED,
  area: row.get('area'),
  kV: row.get('baseKV'),
  v: row.get('Vm'),
  angle: row.get('Va'),
  vMin: row.get('Vmin'),
  vMax: row.get('Vmax'),
  at: row.at,
});

function referenceOf(
  rows: readonly Columns<(typeof columnNames.bus)[number]>[],
  found: CaseFields,
  file: string,
): number {
  const [first, second] = rows.filter((row) => row.get('type') === REFERENCE);
  if (first === undefined)
    throw new InputError(
      `${file}:${found.fields.get('bus')!.line}: no bus of type 3: give the reference bus that type`,
    );
  if (second !== undefined)
    throw new InputError(
      `${second.at}: bus ${second.get('bus_i')} is a second reference bus (type 3) beside bus ${first.get('bus_i')}; leave one`,
    );
  return first.get('bus_i');
}

const unitOf = (row: Columns<(typeof columnNames.gen)[number]>, numbers: Numbering): Omit<Unit, 'on'> => ({
  bus: row.get('bus'),
  id: numbers.next(row.get('bus')),
  MW: row.get('Pg'),
  MVAr: row.get('Qg'),
  minMW: row.get('Pmin'),
  maxMW: row.get('Pmax'),
  minMVAr: row.get('Qmin'),
  maxMVAr: row.get('Qmax'),
  MVA: row.get('mBase'),
  at: row.at,
});

function loadOf(row: Columns<(typeof columnNames.bus)[number]>): Load[] {
  const [MW, MVAr] = [row.get('Pd'), row.get('Qd')];
  const on = row.get('type') !== ISOLATED;
  return MW === 0 && MVAr === 0 ? [] : [{ bus: row.get('bus_i'), id: '1', on, MW, MVAr, at: row.at }];
}

function shuntOf(row: Columns<(typeof columnNames.bus)[number]>): Shunt[] {
  const [MW, MVAr] = [row.get('Gs'), row.get('Bs')];
  const on = row.get('type') !== ISOLATED;
  return MW === 0 && MVAr === 0 ? [] : [{ bus: row.get('bus_i'), id: '1', on, MW, MVAr, at: row.at }];
}

function branchOf(
  row: Columns<(typeof columnNames.branch)[number]>,
  circuits: Numbering,
): Omit<Branch, 'on'> {
  const [from, to] = [row.get('fbus'), row.get('tbus')];
  const rating = (name: 'rateA' | 'rateB' | 'rateC'): number => row.get(name) || Number.POSITIVE_INFINITY;
  const half = row.get('b') / 2;
  const [low, high] = [row.get('angmin'), row.get('angmax')];
  const none = low === 0 && high === 0;
  return {
    from,
    to,
    circuit: circuits.next(`${Math.min(from, to)} ${Math.max(from, to)}`),
    r: row.get('r'),
    x: row.get('x'),
    fromShunt: [0, half],
    toShunt: [0, half],
    tap: row.get('ratio') || 1,
    shift: row.get('angle'),
    ratings: [rating('rateA'), rating('rateB'), rating('rateC')],
    minAngle: none || low <= -90 ? Number.NEGATIVE_INFINITY : low,
    maxAngle: none || high >= 90 ? Number.POSITIVE_INFINITY : high,
    at: row.at,
  };
}

/** Costs of active output and, where `gencost` has a second block, of reactive output. */
function costsOf(
  found: CaseFields,
  units: number,
  file: string,
): { readonly cost: readonly Cost[]; readonly reactive: readonly Cost[] } {
  const field = found.fields.get('gencost');
  if (field === undefined) return { cost: [], reactive: [] };
  const rows = readCosts(readMatrix(field, file), file);
  if (rows.length !== units && rows.length !== 2 * units)
    throw new InputError(
      `${rows[units]?.at ?? `${file}:${field.line}`}: ${field.name} has ${rows.length} rows for ${units} units; give one each, or two with reactive output`,
    );
  return { cost: rows.slice(0, units), reactive: rows.slice(units) };
}

const known = new Set(['version', 'baseMVA', 'bus', 'gen', 'branch', 'gencost']);
/** Fields that describe, and change nothing. */
const silent = new Set(['bus_name', 'areas', 'gentype', 'genfuel', 'branch_name', 'gen_name', 'casename']);

function skipped({ fields }: CaseFields, file: string): string[] {
  return [...fields.values()]
    .filter(({ name }) => {
      const field = name.replace(/^\w+\./, '');
      return !known.has(field) && !silent.has(field);
    })
    .map(({ name, line }) => `${file}:${line}: ${name} is not read`);
}
