import { isSolved, progressPrinter, readNlHeader, shown, solveNl } from '../index.js';
import { readAssignments } from './ampl/keywords.js';
import { exitCode } from './exit-code.js';
import { interruptible } from './interruption.js';
import { adoptNlOptions } from './nl/options.js';
import { type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';
import { byName, resultJson, summary } from './report.js';

/** `graybox solve FILE.nl`; returns the exit code. */
export async function solveNlProblem(path: string, flags: SolveFlags): Promise<number> {
  const log: string[] = [];
  const tell = (line: string): void => {
    log.push(shown(line));
    (flags.json ? remark : print)(line);
  };
  const { reading, option } = sortOption(flags.option);
  const settings = solverSettings({ ...flags, option }, adoptNlOptions);
  readNlHeader(path); // a file that is none is refused before anything is made
  const outputs = flags.out === undefined ? undefined : Outputs.open(flags.out, ['result.json', 'log.txt']);
  try {
    outputs?.tellReplaced(tell);
    const { file, solution } = await solveNl(path, {
      ...reading,
      relax: flags.relax,
      limits: flags.limit,
      solver: flags.solver,
      ...settings,
      signal: interruptible({ elsewhere: outputs !== undefined }),
      started: 0,
      onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
    });
    for (const warning of file.warnings) remark(`graybox: ${warning}`);
    tell(`\n${summary(solution)}`);
    const { x } = solution;
    const names = x.length === 0 ? [] : file.names.variables;
    const json = resultJson(path, solution, byName(names, x));
    const written = outputs?.write([['result.json', `${toJson(json, 1)}\n`]], log, tell) ?? true;
    if (flags.json || !written) print(toJson(json));
    return !written ? exitCode.unwritten : isSolved(solution.status) ? exitCode.done : exitCode.failed;
  } finally {
    outputs?.close();
  }
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
