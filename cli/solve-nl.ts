import { isSolved } from '../index.js';
import { readAssignments } from './ampl/keywords.js';
import { openFolder, writeWhole } from './files.js';
import { interruptible } from './interruption.js';
import { adoptNlOptions } from './nl/options.js';
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
  const { reading, option } = sortOption(flags.option);
  const { file, solution } = await superviseNl(path, {
    ...reading,
    relax: flags.relax,
    solver: flags.solver,
    ...solverSettings({ ...flags, option }, adoptNlOptions),
    signal: interruptible(),
    started: 0,
    onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
  });
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

/** Options of `--option` that say how the file is read, under their types, and the solver's. */
function sortOption(given: SolveFlags['option'] = {}) {
  const { objno, warm_start_init_point, ...option } = given;
  const assignments = Object.entries({ objno, warm_start_init_point })
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, text]) => ({ name, text }));
  const { protocol } = readAssignments(assignments);
  const reading = { objno: protocol.objno, warm_start_init_point: protocol.warm_start_init_point };
  return { reading, option };
}
