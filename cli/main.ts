import { existsSync } from 'node:fs';
import { Command, CommanderError, Help, type Option } from 'commander';
import { InputError, isOutOfMemory, oneLine } from '../index.js';
import { benchCommand } from './bench.js';
import { boundsCommand } from './bounds.js';
import { checkCommand } from './check.js';
import { contingenciesCommand } from './contingencies.js';
import { dataCommand } from './data.js';
import { doctorCommand } from './doctor.js';
import { exitCode } from './exit-code.js';
import { exportCommand } from './export.js';
import { inspectCommand } from './inspect.js';
import { remark } from './output.js';
import { qpCommand } from './qp.js';
import { simulateCommand } from './simulate.js';
import { solveCommand } from './solve.js';
import { optionsCommand } from './solver-options.js';
import { trainCommand } from './train.js';
import { protocolLine } from './version.js';

/** The commands, in the order of the help page. Each sets `process.exitCode` when it did not reach its goal. */
function program(): Command {
  const graybox = new Command('graybox')
    .description('Nonlinear programs in which trained neural networks are constraints.')
    .version(protocolLine, '--version')
    // What follows the name of a benchmark is the benchmark's.
    .enablePositionalOptions()
    .addHelpText(
      'after',
      "\nAs an AMPL solver: graybox STUB -AMPL key=value …, writes STUB.sol (see 'graybox -=' for its options).",
    );
  for (const add of [
    solveCommand,
    qpCommand,
    inspectCommand,
    checkCommand,
    boundsCommand,
    exportCommand,
    benchCommand,
    dataCommand,
    optionsCommand,
    doctorCommand,
    simulateCommand,
    contingenciesCommand,
    trainCommand,
  ])
    graybox.addCommand(add());
  for (const command of [graybox, ...graybox.commands, ...graybox.commands.flatMap((c) => c.commands)])
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureHelp({ optionDescription })
      .configureOutput({
        outputError: (text, write) =>
          write(
            `${oneLine(
              text
                .replace(/^error: /, 'graybox: ')
                .trimEnd()
                .replaceAll('\n', ' '),
            )}\n`,
          ),
      });
  return graybox;
}

/** That a flag is off where it is not given goes without saying. */
const optionDescription = (option: Option): string =>
  new Help().optionDescription(option).replace(/ \(default: false\)$/, '');

/**
 * Called by AMPL, Pyomo and their kin, or as they call: `STUB -AMPL`, one of the flags that precede a stub, or a stub where
 * the name of a command would stand.
 */
function asAmplSolver(args: readonly string[], commands: readonly string[]): boolean {
  const [first = '', ...rest] = args;
  if (args.some((arg) => arg.startsWith('-AMPL')) || /^-([v=?es-]|o.*)$/.test(first)) return true;
  if (first.startsWith('-') || commands.includes(first)) return false;
  return rest.some((arg) => /^\w+=/.test(arg)) || (first !== '' && isStub(first));
}

const isStub = (path: string): boolean =>
  existsSync(`${path}.nl`) || (/\.nl$/i.test(path) && existsSync(path));

/** Runs the command; returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const graybox = program();
  if (asAmplSolver(args, ['help', ...graybox.commands.map((command) => command.name())])) {
    const { runAmpl } = await import('./ampl.js');
    return runAmpl(args, process.env);
  }
  try {
    await graybox.parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? exitCode.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.mistake;
    if (isOutOfMemory(error)) {
      remark(`graybox: out of memory: ${error.message}`);
      return exitCode.failed;
    }
    if (error instanceof InputError) {
      remark(`graybox: ${error.message}`);
      return exitCode.mistake;
    }
    throw error;
  }
}
