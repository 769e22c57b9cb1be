import { Command, CommanderError } from 'commander';
import { InputError } from '../index.js';
import { benchCommand } from './bench.js';
import { checkCommand } from './check.js';
import { dataCommand } from './data.js';
import { inspectCommand } from './inspect.js';
import { solveCommand } from './solve.js';
import { optionsCommand } from './solver-options.js';
import { protocolLine } from './version.js';

/** Exit codes: 0 solved (or done), 1 not solved (or a check failed), 2 a caller's mistake. */
const exitCode = { done: 0, failed: 1, mistake: 2 } as const;

/** The commands, in the order of the help page. Each sets `process.exitCode` when it did not reach its goal. */
function program(): Command {
  const graybox = new Command('graybox')
    .description('Nonlinear programs in which trained neural networks are constraints.')
    .version(protocolLine, '--version')
    .addHelpText(
      'after',
      "\nAs an AMPL solver: graybox STUB -AMPL key=value …, writes STUB.sol (see 'graybox -=' for its options).",
    );
  for (const add of [solveCommand, inspectCommand, checkCommand, benchCommand, dataCommand, optionsCommand])
    graybox.addCommand(add());
  for (const command of [graybox, ...graybox.commands, ...graybox.commands.flatMap((c) => c.commands)])
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .configureOutput({
        outputError: (text, write) =>
          write(
            `${text
              .replace(/^error: /, 'graybox: ')
              .trimEnd()
              .replaceAll('\n', ' ')}\n`,
          ),
      });
  return graybox;
}

/** Called by AMPL, Pyomo and their kin: `STUB -AMPL`, or one of the flags that ask an AMPL solver about itself. */
const asAmplSolver = (args: readonly string[]): boolean =>
  args.includes('-AMPL') || ['-v', '-=', '-?'].includes(args[0] ?? '');

/** Runs the command; returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  if (asAmplSolver(args)) {
    const { runAmpl } = await import('./ampl.js');
    return runAmpl(args, process.env);
  }
  try {
    await program().parseAsync([...args], { from: 'user' });
    return Number(process.exitCode ?? exitCode.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.done : exitCode.mistake;
    if (error instanceof InputError) {
      process.stderr.write(`graybox: ${error.message}\n`);
      return exitCode.mistake;
    }
    throw error;
  }
}
