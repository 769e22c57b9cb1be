import { join } from 'node:path';
import { Command } from 'commander';
import { type Grid, InputError, readJson, unitName } from '../index.js';
import { appendSamples } from '../models/train/append.js';
import { saveSurrogate, trainSurrogate } from '../models/train/surrogate.js';
import { writeWhole } from '../runtime/node/draft.js';
import { loadCase, SAMPLES_FILE } from '../scenarios/scopf/load-case.js';
import { npyBytes } from '../scenarios/scopf/npy.js';
import { type Around, lossSamples } from '../scenarios/scopf/samples.js';
import { heedSignals, unheedSignals } from './interruption.js';
import { whole } from './options.js';
import { print, printJson, remark } from './output.js';
import { Outputs } from './outputs.js';

interface TrainFlags {
  readonly case?: string;
  readonly dynamics?: string;
  readonly around?: readonly string[];
  readonly samples: number;
  readonly epochs: number;
  readonly seed: number;
  readonly others: number;
  readonly out: string;
  readonly json: boolean;
}

/** `graybox train scopf`: a network that foretells the lowest frequency after the loss of any unit of a grid. */
export function trainScopfCommand(): Command {
  return new Command('scopf')
    .description('train a network on simulated losses of a grid')
    .option('--case <path>', 'a MATPOWER case or a folder of PSS/E files', 'nine-buses')
    .option('--dynamics <file>', 'JSON of what moves the frequency: hertz, D, default, units')
    .option(
      '--around <files...>',
      "result.json files of 'solve scopf': a quarter more samples around the dispatch of each",
    )
    .option('--samples <n>', 'simulated losses', whole(20, 1_000_000), 2560)
    .option('--epochs <n>', 'passes over the samples', whole(1, 1_000_000), 900)
    .option('--seed <n>', 'of the first weights', whole(1, 2 ** 31), 1)
    .option(
      '--others <n>',
      'networks trained beside it for the card: folds, and as many seeds',
      whole(1, 5),
      3,
    )
    .option('--out <folder>', 'where network and card are written', 'surrogate')
    .option('--json', 'one JSON object on standard output', false)
    .action(train);
}

function train({
  case: named,
  dynamics: file,
  around: results = [],
  samples: count,
  epochs,
  seed,
  others,
  out,
  json,
}: TrainFlags): void {
  const { grid, dynamics, what } = loadCase({
    ...(named && { case: named }),
    ...(file && { dynamics: file }),
  });
  if (dynamics === undefined)
    throw new InputError(
      `nothing is known of the dynamics of ${what}: name a JSON file with --dynamics ('{}' takes the defaults)`,
    );
  if (!grid.units.every(({ on }) => on))
    throw new InputError(`grid ${grid.name} has units that are off: leave them out of the case`);
  // A place that takes no files is refused before the training, not after it.
  const outputs = Outputs.open(out, ['model.json', 'weights.bin', 'card.json', SAMPLES_FILE]);
  outputs.tellReplaced((line) => remark(`graybox: ${line}`));
  outputs.close();
  unheedSignals();
  const spread = lossSamples(grid, dynamics, count);
  const quarter = Math.ceil(count / 4);
  const near = results.map((file, k) =>
    lossSamples(grid, dynamics, quarter, {
      first: count + 1 + k * quarter,
      around: dispatchOf(grid, file),
    }),
  );
  const all = appendSamples(spread, ...near);
  remark(
    `graybox: ${all.count} losses simulated, lowest frequencies ${Math.min(...all.y).toFixed(3)} to ${Math.max(...all.y).toFixed(3)} Hz`,
  );
  const trained = trainSurrogate(
    {
      grid: grid.name,
      samples: { ...all, outputs: 1 },
      spread: count,
      around: results.join(', '),
      names: all.names,
      reference: { x: all.x.subarray(0, all.inputs), what: 'the first sample' },
    },
    {
      hidden: [32, 32],
      epochs,
      batch: 256,
      rate: 1e-2,
      decay: 1e-6,
      seed,
      others,
      tell: (line) => remark(`graybox: ${line}`),
    },
  );
  // Where it is written is no part of the recipe.
  const command = process.argv
    .slice(2)
    .join(' ')
    .replace(/--out[ =]\S+/, '')
    .trim();
  heedSignals();
  const card = saveSurrogate(out, trained, `graybox ${command}`);
  writeWhole(join(out, SAMPLES_FILE), npyBytes({ rows: all.count, columns: all.inputs, data: all.x }));
  const { heldOut } = card;
  if (json) printJson({ scenario: 'scopf', status: 'trained', folder: out, ...card });
  else
    print(
      `${out}: held out ${(1000 * heldOut.rmse).toFixed(1)} mHz, the mean ${(1000 * heldOut.mean).toFixed(1)}, a linear model ${(1000 * heldOut.linear).toFixed(1)}; use it with graybox solve scopf --case ${named}${file === undefined ? '' : ` --dynamics ${file}`} --network ${out}`,
    );
}

/** The dispatch that a result file holds, and the factor of the loads. */
function dispatchOf(grid: Grid, file: string): Around {
  const { grid: told } = (readJson(file) ?? {}) as {
    grid?: { system?: { loadMW?: number }; units?: ({ bus: number; id: string; MW: number } | null)[] };
  };
  const loadMW = told?.system?.loadMW;
  if (typeof loadMW !== 'number' || !Array.isArray(told?.units))
    throw new InputError(`${file}: holds no dispatch: give a result.json that 'solve scopf --out' wrote`);
  const found = new Map(told.units.map((unit) => [unit && unitName(unit), unit?.MW]));
  const outputs = grid.units.map((unit): [string, number] => {
    const MW = found.get(unitName(unit));
    if (typeof MW !== 'number' || !Number.isFinite(MW))
      throw new InputError(`${file}: holds no output of unit ${unitName(unit)}: it is of another grid`);
    return [unitName(unit), MW];
  });
  const whole = grid.loads.filter(({ on }) => on).reduce((sum, { MW }) => sum + MW, 0);
  return { outputs: new Map(outputs), load: loadMW / whole };
}
