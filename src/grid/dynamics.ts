import { InputError } from '../core/errors.js';
import { textOf } from '../core/given.js';
import { requireGrid } from './given.js';
import { type Grid, unitName } from './grid.js';

/** What decides how a unit answers a falling frequency. Times in seconds. */
export interface UnitDynamics {
  /** Rating that H and the droop refer to. */
  readonly MVA: number;
  /** Inertia constant H, seconds. */
  readonly H: number;
  /** Droop R: relative fall of frequency for which the valve opens by the whole rating. */
  readonly R: number;
  /** Time constants of governor and valve, steam chest, reheater; 0 for none. */
  readonly TG: number;
  readonly TCH: number;
  readonly TRH: number;
  /** Share of the high-pressure turbine, which answers before the reheater. */
  readonly F: number;
}

/** Dynamics of a grid: by unit name (`bus/id`), and of all loads together. */
export interface GridDynamics {
  readonly hertz: number;
  /** Relative change of load per relative change of frequency. */
  readonly D: number;
  readonly units: ReadonlyMap<string, UnitDynamics>;
}

/** Reheat steam turbines (Kundur, Power System Stability and Control, 1994, §11.1); H typical of them (table 3.2). */
export const defaultDynamics: Omit<UnitDynamics, 'MVA'> & { readonly D: number; readonly hertz: number } = {
  H: 4,
  R: 0.05,
  TG: 0.2,
  TCH: 0.3,
  TRH: 7,
  F: 0.3,
  D: 1,
  hertz: 60,
};

const parameters = ['MVA', 'H', 'R', 'TG', 'TCH', 'TRH', 'F'] as const;

/**
 * The dynamics of a grid from plain data `{ hertz, D, default: { H, R, … }, units: { "bus/id": { … } } }`: what is named for a
 * unit, else under `default`, else {@link defaultDynamics}; MVA else the grid's. Throws {@link InputError} for what is no
 * number in its range and for units that do not exist.
 */
export function dynamicsOf(grid: Grid, given: unknown = {}, file = 'dynamics'): GridDynamics {
  requireGrid(grid, 'dynamicsOf');
  textOf(file, 'dynamicsOf: the name of the file');
  const whole = record(given, `${file}: the dynamics`);
  const known = ['hertz', 'D', 'default', 'units'];
  refuseOthers(whole, known, file);
  const common = record(whole['default'] ?? {}, `${file}: 'default'`);
  const byUnit = record(whole['units'] ?? {}, `${file}: 'units'`);
  refuseOthers(common, parameters, `${file}: 'default'`);
  refuseOthers(byUnit, grid.units.map(unitName), `${file}: 'units'`);
  const units = grid.units.map((unit): [string, UnitDynamics] => {
    const name = unitName(unit);
    const where = `${file}: unit ${name}`;
    const own = record(byUnit[name] ?? {}, where);
    refuseOthers(own, parameters, where);
    const value = (key: (typeof parameters)[number]): number => {
      const otherwise = key === 'MVA' ? unit.MVA : defaultDynamics[key];
      return inRange(own[key] ?? common[key] ?? otherwise, key, where);
    };
    return [
      name,
      {
        MVA: value('MVA'),
        H: value('H'),
        R: value('R'),
        TG: value('TG'),
        TCH: value('TCH'),
        TRH: value('TRH'),
        F: value('F'),
      },
    ];
  });
  return {
    hertz: inRange(whole['hertz'] ?? defaultDynamics.hertz, 'hertz', file),
    D: inRange(whole['D'] ?? defaultDynamics.D, 'D', file),
    units: new Map(units),
  };
}

function inRange(value: unknown, key: string, where: string): number {
  const mayBeZero = ['TG', 'TCH', 'TRH', 'D', 'F'].includes(key);
  const most = key === 'F' ? 1 : Number.MAX_VALUE;
  if (typeof value !== 'number' || !(mayBeZero ? value >= 0 : value > 0) || !(value <= most))
    throw new InputError(
      `${where}: ${key} is ${JSON.stringify(value)}; give a number ${mayBeZero ? '≥' : '>'} 0${key === 'F' ? ' and ≤ 1' : ''}`,
    );
  return value;
}

function record(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError(`${what} must be an object`);
  return value as Record<string, unknown>;
}

function refuseOthers(value: Record<string, unknown>, known: readonly string[], where: string): void {
  const other = Object.keys(value).find((key) => !known.includes(key));
  if (other !== undefined)
    throw new InputError(`${where}: '${other}' is unknown; known are ${known.slice(0, 12).join(', ')}`);
}
