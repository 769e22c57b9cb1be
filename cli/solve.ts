import { extname } from 'node:path';
import { Command, Option } from 'commander';
import { InputError } from '../index.js';
import { engineOptions, limitOption, positive, type SolveFlags, solverOptions, whole } from './options.js';
import { type GridFlags, refuseGridFlags, solveGrid } from './solve-grid.js';
import { type MnistFlags, solveMnist } from './solve-mnist.js';

/** `graybox solve PROBLEM`: a scenario by name, or a problem file. */
export function solveCommand(): Command {
  const command = new Command('solve')
    .description(
      'solve a scenario (mnist), an AMPL problem file (.nl) or the optimal power flow of a grid (.m)',
    )
    .argument('<problem>', 'mnist, or the path of an .nl file or a MATPOWER case')
    .addOption(new Option('--sample <n>', 'mnist: test image, from 0 (default: 6)').argParser(whole(0, 9999)))
    .option('--image <file>', 'mnist: a PNG picture of your own instead')
    .addOption(
      new Option('--target <digit>', 'mnist: what the image shall be taken for').argParser(whole(0, 9)),
    )
    .addOption(new Option('--probability <p>', 'mnist: how surely (default: 0.6)').argParser(positive))
    .option('--network <path>', 'mnist: folder or model.json of a tfjs LayersModel')
    .addOption(
      new Option('--formulation <name>', 'network rows')
        .choices(['reduced', 'lifted', 'full'])
        .default('reduced'),
    );
  for (const option of [...solverOptions(), ...engineOptions(), limitOption()]) command.addOption(option);
  command
    .option('--start <how>', 'grids: flat, case, dc, or a result.json to go on from (default: flat)')
    .addOption(
      new Option('--limits <how>', 'grids: hard, or soft: violated at a price').choices(['hard', 'soft']),
    )
    .addOption(new Option('--load <factor>', 'grids: times all loads').argParser(positive));
  command.option('--relax', '.nl files: treat integer variables as continuous', false);
  return command
    .option('--polish', 'after a solve in f32, finish in f64', false)
    .option('--out <folder>', 'write result, log and pictures there')
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action(async (problem: string, flags: SolveFlags & MnistFlags & GridFlags) => {
      const isGrid = extname(problem).toLowerCase() === '.m';
      if (!isGrid) refuseGridFlags((name) => command.getOptionValueSource(name) === 'cli', problem);
      if (problem === 'mnist' && flags.relax)
        throw new InputError(
          "--relax belongs to 'graybox solve FILE.nl': the mnist problem has no integer variables",
        );
      if (problem === 'mnist') process.exitCode = await solveMnist(flags);
      else if (extname(problem).toLowerCase() === '.nl')
        process.exitCode = await solveNlFile(problem, flags, command);
      else if (isGrid) {
        refuseForeign(MNIST_ONLY, 'graybox solve mnist', problem, command);
        process.exitCode = await solveGrid(problem, flags);
      } else
        throw new InputError(
          `cannot solve '${problem}': give 'mnist', or the path of an .nl file or a MATPOWER case (.m)`,
        );
    });
}

const MNIST_ONLY = ['sample', 'image', 'target', 'probability', 'network'] as const;

function refuseForeign(names: readonly string[], whose: string, path: string, command: Command): void {
  const foreign = names.find((name) => command.getOptionValueSource(name) === 'cli');
  if (foreign) throw new InputError(`--${foreign} belongs to '${whose}' and means nothing for ${path}`);
}

async function solveNlFile(path: string, flags: SolveFlags, command: Command): Promise<number> {
  refuseForeign(MNIST_ONLY, 'graybox solve mnist', path, command);
  const { solveNlProblem } = await import('./solve-nl.js');
  return solveNlProblem(path, flags);
}
