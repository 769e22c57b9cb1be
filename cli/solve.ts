import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { InputError } from '../index.js';
import type { MnistFlags } from './mnist-inputs.js';
import {
  engineOptions,
  limitOption,
  numbers,
  positive,
  type SolveFlags,
  solverOptions,
  whole,
} from './options.js';
import { type GridFlags, solveGrid } from './solve-grid.js';
import { solveMnist } from './solve-mnist.js';
import { solveSamples } from './solve-samples.js';
import { type ScopfFlags, solveScopf } from './solve-scopf.js';

/** `graybox solve PROBLEM`: a scenario by name, or a problem file. */
export function solveCommand(): Command {
  const command = new Command('solve')
    .description(
      'solve a scenario (mnist, scopf), an AMPL problem file (.nl) or the optimal power flow of a grid (.m)',
    )
    .argument('<problem>', 'mnist, scopf, or the path of an .nl file or a MATPOWER case')
    .addOption(new Option('--sample <n>', 'mnist: test image, from 0 (default: 6)').argParser(whole(0, 9999)))
    .addOption(
      new Option('--samples <list>', 'mnist: several test images, as 0-99 or 1,4,10-19').argParser(numbers),
    )
    .addOption(
      new Option(
        '--concurrency <n>',
        'mnist: of --samples, solved at the same time (default: one per core)',
      ).argParser(whole(1, 1024)),
    )
    .option('--image <file>', 'mnist: a PNG picture of your own instead')
    .addOption(
      new Option('--target <digit>', 'mnist: what the image shall be taken for').argParser(whole(0, 9)),
    )
    .addOption(new Option('--probability <p>', 'mnist: how surely (default: 0.6)').argParser(positive))
    .option('--certify', 'mnist: prove a distance within which no attack exists')
    .option('--network <path>', 'mnist, scopf: the network, as for inspect')
    .addOption(
      new Option(
        '--quadratic <how>',
        'mnist: quadratic programs of a network: their optimality conditions, or their solution at a barrier',
      ).choices(['complementarity', 'smooth']),
    )
    .addOption(
      new Option('--formulation <name>', 'network rows')
        .choices(['auto', 'reduced', 'piecewise', 'lifted', 'partial', 'full'])
        .default('auto'),
    )
    .option('--layers <names>', 'mnist and scopf, partial: layers whose values become variables');
  for (const option of [...solverOptions(), ...engineOptions(), limitOption()]) command.addOption(option);
  command
    .option('--start <how>', 'grids: flat, case, dc, or a result.json to go on from (default: flat)')
    .addOption(
      new Option('--limits <how>', 'grids: hard, or soft: violated at a price').choices(['hard', 'soft']),
    )
    .addOption(new Option('--load <factor>', 'grids: times all loads').argParser(positive))
    .option('--case <path>', "scopf: a folder of PSS/E files, a MATPOWER case, or 'nine-buses'")
    .option('--dynamics <file>', 'scopf: JSON of what moves the frequency, to simulate the answer')
    .option(
      '--contingency <which>',
      'scopf: all, a unit (bus/id), or a .con file (default: those of the case)',
    )
    .addOption(
      new Option('--response <how>', 'scopf: of units to a loss (default: limited)').choices([
        'linear',
        'limited',
      ]),
    )
    .addOption(
      new Option(
        '--contingency-limits <how>',
        'scopf: of units and voltages after a loss (default: on)',
      ).choices(['on', 'off']),
    )
    .option('--frequency-limit <hertz>', 'scopf: least frequency after a loss, or none (default: 59.4)')
    .addOption(
      new Option(
        '--range <how>',
        "scopf: whether outputs keep to the network's samples (default: auto)",
      ).choices(['auto', 'card', 'none']),
    )
    .option('--force', 'scopf: take a network whose card says that it knows next to nothing');
  command.option('--relax', '.nl files: treat integer variables as continuous', false);
  return command
    .option('--polish', 'after a solve in f32, finish in f64', false)
    .option('--out <folder>', 'write result, log and pictures there')
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action(async (problem: string, flags: SolveFlags & MnistFlags & GridFlags & ScopfFlags) => {
      const ending = extname(problem).toLowerCase();
      refuseForeign(problem, ending, command);
      if (problem === 'mnist')
        process.exitCode =
          flags.samples === undefined ? await solveMnist(flags) : await solveSamples(flags, flags.samples);
      else if (problem === 'scopf') process.exitCode = await solveScopf(flags);
      else if (ending === '.nl') {
        const { solveNlProblem } = await import('./solve-nl.js');
        process.exitCode = await solveNlProblem(problem, flags);
      } else if (ending === '.m') process.exitCode = await solveGrid(problem, flags);
      else
        throw new InputError(
          `cannot solve '${problem}': give 'mnist', 'scopf', or the path of an .nl file or a MATPOWER case (.m)`,
        );
    });
}

/** Flags of problems with a network. */
const ofNetworks = [
  'network',
  'formulation',
  'layers',
  'engine',
  'device',
  'precision',
  'threads',
  'polish',
] as const;

/** Flags that only some problems understand, and how those are called. */
const owners = {
  mnist: [
    ...ofNetworks,
    'sample',
    'samples',
    'concurrency',
    'image',
    'target',
    'probability',
    'certify',
    'quadratic',
  ],
  scopf: [
    ...ofNetworks,
    'case',
    'dynamics',
    'contingency',
    'response',
    'contingencyLimits',
    'frequencyLimit',
    'range',
    'force',
    'load',
  ],
  'CASE.m': ['start', 'limits', 'load'],
  'FILE.nl': ['relax'],
} as const;

function refuseForeign(problem: string, ending: string, command: Command): void {
  const own = problem === 'mnist' || problem === 'scopf' ? problem : ending === '.m' ? 'CASE.m' : 'FILE.nl';
  const mine: readonly string[] = owners[own];
  const foreign = Object.values(owners)
    .flat()
    .find((name) => !mine.includes(name) && command.getOptionValueSource(name) === 'cli');
  if (foreign !== undefined) {
    const flag = command.options.find((option) => option.attributeName() === foreign)!.long;
    const holders = Object.entries(owners).filter(([, names]: [string, readonly string[]]) =>
      names.includes(foreign),
    );
    throw new InputError(
      `${flag} belongs to 'graybox solve ${holders.map(([owner]) => owner).join(' | ')}' and means nothing for ${problem}`,
    );
  }
}
