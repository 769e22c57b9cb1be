import { isSolved } from '../index.js';
import { openFolder, writeWhole } from './files.js';
import { interruptible } from './interruption.js';
import { superviseNl } from './nl/supervise.js';
import { type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { progressPrinter } from './progress.js';
import { resultJson, summary } from './report.js';

/** `graybox solve FILE.nl`; returns the exit code. */
export async function solveNlProblem(path: string, flags: SolveFlags): Promise<number> {
  const log: string[] = [];
  const tell = (line: string): void => {
    log.push(line);
    (flags.json ? remark : print)(line);
  };
  const { file, solution } = await superviseNl(
    path,
    {
      relax: flags.relax,
      solver: flags.solver,
      ...solverSettings(flags),
      signal: interruptible(),
      onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
    },
    0,
  );
  for (const warning of file.warnings) remark(`graybox: ${warning}`);
  tell(`\n${summary(solution)}`);
  const { x } = solution;
  const names = x.length === 0 ? [] : file.names.variables;
  const json = resultJson(path, solution, Object.fromEntries(names.map((name, j) => [name, x[j]!])));
  if (flags.out !== undefined) {
    openFolder(flags.out);
    tell(`Wrote ${writeWhole(flags.out, 'result.json', `${toJson(json, 1)}\n`)}.`);
    writeWhole(flags.out, 'log.txt', `${log.join('\n')}\n`);
  }
  if (flags.json) print(toJson(json));
  return isSolved(solution.status) ? 0 : 1;
}
