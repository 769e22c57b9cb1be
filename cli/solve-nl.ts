import { isSolved } from '../index.js';
import { solveNl } from './ampl.js';
import { openFolder, writeWhole } from './files.js';
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
  const { file, solution } = await solveNl(path, {
    relax: flags.relax,
    solver: flags.solver,
    ...solverSettings(flags),
    interrupt: true,
    onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
  });
  for (const warning of file.warnings) remark(`graybox: ${warning}`);
  tell(`\n${summary(solution)}`);
  const names = solution.problem.variables.names;
  const json = resultJson(path, solution, Object.fromEntries(names.map((name, j) => [name, solution.x[j]!])));
  if (flags.out !== undefined) {
    openFolder(flags.out);
    tell(`Wrote ${writeWhole(flags.out, 'result.json', `${toJson(json, 1)}\n`)}.`);
    writeWhole(flags.out, 'log.txt', `${log.join('\n')}\n`);
  }
  if (flags.json) print(toJson(json));
  return isSolved(solution.status) ? 0 : 1;
}
