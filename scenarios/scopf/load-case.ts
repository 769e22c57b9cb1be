import { existsSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import {
  type Contingency,
  dynamicsOf,
  type Grid,
  type GridDynamics,
  InputError,
  readContingencyFile,
  readJson,
  readMatpower,
  readPsse,
  singleOutages,
  unitName,
} from '../../index.js';
import { findData, packageRoot } from '../data.js';
import { nineBusDynamics, nineBuses } from './nine-buses.js';
import { readNpy } from './npy.js';
import type { Samples } from './range.js';
import { lossPoints } from './samples.js';

/** A grid with what is known of it. */
export interface SecurityCase {
  readonly grid: Grid;
  /** Absent where nothing is known of how its frequency moves. */
  readonly dynamics?: GridDynamics;
  /** Folder of the network that comes with it. */
  readonly network?: string;
  /** Samples that this network was trained on, where they are here. */
  readonly samples?: () => Samples;
  readonly what: string;
}

export interface CaseFlags {
  /** A folder of PSS/E files, a MATPOWER case, or `nine-buses`. */
  readonly case?: string;
  /** JSON of dynamics, see `dynamicsOf`. */
  readonly dynamics?: string;
}

/** Samples of the built-in grid that are spread over its range; what its network was trained on beside them lies around answers. */
export const NINE_BUS_SAMPLES = 2560;

/**
 * The samples that a network was trained on: those that `graybox train` wrote beside it, or those of the case where it is a
 * network of the package; undefined where they are not here.
 */
export function samplesOf(
  { network: own, samples }: SecurityCase,
  network: string,
  inputs: number,
): Samples | undefined {
  const folder = network.replace(/[\\/]?model\.json$/, '') || '.';
  const file = join(folder, SAMPLES_FILE);
  const ours = network === own || (own !== undefined && dirname(network) === dirname(own));
  const found = existsSync(file) ? readNpy(file) : ours ? samples?.() : undefined;
  if (found !== undefined && found.columns !== inputs)
    throw new InputError(`${file}: has ${found.columns} columns for the ${inputs} inputs of the network`);
  return found;
}

/** What `graybox train` writes beside a network: the inputs of its samples. */
export const SAMPLES_FILE = 'samples.npy';

const shipped = (name: string): string => join(packageRoot, 'models', name);

/** A path as it is; the name of a network of the package, such as `scopf-tanh-500x5`, as its folder. */
export const networkPath = (given: string): string =>
  !existsSync(given) && /^scopf-[\w-]+$/.test(given) && existsSync(shipped(given)) ? shipped(given) : given;

/** The case that is named; else the 37-bus grid where its data are here, else the built-in nine buses. */
export function loadCase({ case: named, dynamics }: CaseFlags): SecurityCase {
  const own = dynamics === undefined ? undefined : (readJson(dynamics) as unknown);
  const moving = (grid: Grid): { readonly dynamics?: GridDynamics } =>
    own === undefined ? {} : { dynamics: dynamicsOf(grid, own, dynamics) };
  const data = named === undefined ? findData('scopf') : undefined;
  if (named === 'nine-buses' || (named === undefined && data === undefined)) {
    const grid = nineBuses();
    return {
      grid,
      dynamics: dynamicsOf(grid, own ?? nineBusDynamics(), dynamics),
      network: shipped('scopf-nine-buses'),
      samples: () => {
        const { x: data, count: rows, inputs: columns } = lossPoints(grid, NINE_BUS_SAMPLES);
        return { data, rows, columns };
      },
      what:
        named === undefined
          ? "the built-in grid of nine buses ('graybox data scopf' brings the one of 37 buses)"
          : 'the built-in grid of nine buses',
    };
  }
  if (data !== undefined) {
    const grid = readPsse(data);
    return {
      grid,
      ...moving(grid),
      network: shipped('scopf-tanh-100x3'),
      samples: () => readNpy(join(data, '10_10_gen_load_input_v2.npy')),
      what: 'the grid of 37 buses (hawaii37)',
    };
  }
  if (existsSync(named!) && statSync(named!).isDirectory()) {
    const grid = readPsse(named!);
    const samples = join(named!, '10_10_gen_load_input_v2.npy');
    const known = existsSync(samples) && grid.name === 'hawaii37';
    return {
      grid,
      ...moving(grid),
      ...(known && { network: shipped('scopf-tanh-100x3'), samples: () => readNpy(samples) }),
      what: named!,
    };
  }
  if (!existsSync(named!)) throw new InputError(`--case ${named}: there is no such file or folder`);
  if (extname(named!).toLowerCase() !== '.m')
    throw new InputError(
      `--case ${named}: give a folder of PSS/E files, a MATPOWER case (.m) or 'nine-buses'`,
    );
  const plain = readMatpower(named!);
  const known = moving(plain);
  // Units answer in proportion to their rating where nothing else is known.
  const units = plain.units.map((unit) => ({
    ...unit,
    response: known.dynamics?.units.get(unitName(unit))?.MVA ?? unit.MVA,
  }));
  return { grid: { ...plain, units }, ...known, what: named! };
}

/** The contingencies asked for: those of the case, all losses of single units, those of a file, or the loss of one unit. */
export function chooseContingencies(grid: Grid, asked: string | undefined): readonly Contingency[] {
  if (asked === undefined) {
    if (grid.contingencies.length > 0) return grid.contingencies;
    throw new InputError(
      `grid ${grid.name} comes without contingencies: name them with --contingency all, a unit (bus/id) or a .con file`,
    );
  }
  const all = singleOutages(grid, { units: true, branches: false }).contingencies;
  if (asked === 'all') return all;
  const unit = /^(\d+)\/(\S+)$/.exec(asked);
  if (unit && !existsSync(asked)) {
    const found = all.find(({ lost: [each] }) => each?.kind === 'unit' && `${each.bus}/${each.id}` === asked);
    if (found === undefined)
      throw new InputError(`--contingency ${asked}: no unit of that name is in service in grid ${grid.name}`);
    return [found];
  }
  return readContingencyFile(asked, grid);
}
