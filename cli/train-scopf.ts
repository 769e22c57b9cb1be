import { Command } from 'commander';
import { InputError, readSavedPoint, unitName } from '../index.js';
import { appendSamples } from '../models/train/append.js';
import { saveSurrogate, trainSurrogate } from '../models/train/surrogate.js';
import { loadCase } from '../scenarios/scopf/load-case.js';
import { lossSamples } from '../scenarios/scopf/samples.js';
import { whole } from './options.js';
import { print, remark } from './output.js';

interface TrainFlags {
  readonly case?: string;
  readonly dynamics?: string;
  readonly around?: string;
  readonly samples: number;
  readonly epochs: number;
  readonly seed: number;
  readonly others: number;
  readonly out: string;
}

/** `graybox train scopf`: a network that foretells the lowest frequency after the loss of any unit of a grid. */
export function trainScopfCommand(): Command {
  return new Command('scopf')
    .description('train a network on simulated losses of a grid')
    .option('--case <path>', 'a MATPOWER case or a folder of PSS/E files', 'nine-buses')
    .option('--dynamics <file>', 'JSON of what moves the frequency: hertz, D, default, units')
    .option(
      '--around <file>',
      "a result.json of 'solve scopf': half as many samples more around its dispatch",
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
    .action(train);
}

function train({
  case: named,
  dynamics: file,
  around,
  samples: count,
  epochs,
  seed,
  others,
  out,
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
  const spread = lossSamples(grid, dynamics, count);
  const near = around === undefined ? undefined : dispatchOf(around);
  const all = near
    ? appendSamples(
        spread,
        lossSamples(grid, dynamics, Math.ceil(count / 2), { first: count + 1, around: near }),
      )
    : spread;
  remark(
    `graybox: ${all.count} losses simulated, lowest frequencies ${Math.min(...all.y).toFixed(3)} to ${Math.max(...all.y).toFixed(3)} Hz`,
  );
  const trained = trainSurrogate(
    {
      grid: grid.name,
      samples: { ...all, outputs: 1 },
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
  const { heldOut } = saveSurrogate(out, trained, `graybox ${command}`);
  print(
    `${out}: held out ${(1000 * heldOut.rmse).toFixed(1)} mHz, the mean ${(1000 * heldOut.mean).toFixed(1)}, a linear model ${(1000 * heldOut.linear).toFixed(1)}; use it with graybox solve scopf --case ${named} --network ${out}`,
  );

  function dispatchOf(result: string): ReadonlyMap<string, number> {
    const { values } = readSavedPoint(result);
    const entries = grid.units.map((unit): [string, number] => {
      const value = values[`p[${unitName(unit)}]`];
      if (value === undefined)
        throw new InputError(`${result}: holds no output of unit ${unitName(unit)}: it is of another grid`);
      return [unitName(unit), grid.baseMVA * value];
    });
    return new Map(entries);
  }
}
