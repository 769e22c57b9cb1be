import { basename } from 'node:path';
import { isSolved, progressPrinter, readMatpower, readSavedPoint, shown, solveOpf } from '../index.js';
import { drawGrid } from '../scenarios/opf/picture.js';
import { exitCode } from './exit-code.js';
import { branchColumns, busColumns, unitColumns } from './grid/columns.js';
import { beyondLimits, csv, gridTables } from './grid/tables.js';
import { interruptible } from './interruption.js';
import { type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';
import { byName, resultJson, summary } from './report.js';

export interface GridFlags {
  /** `flat`, `case`, `dc` or a result file. */
  readonly start?: string;
  readonly limits?: 'hard' | 'soft';
  readonly load?: number;
}

const files = ['picture.svg', 'buses.csv', 'units.csv', 'branches.csv', 'result.json', 'log.txt'] as const;

/** `graybox solve CASE.m`; returns the exit code. */
export async function solveGrid(path: string, flags: SolveFlags & GridFlags): Promise<number> {
  const log: string[] = [];
  const tell = (line: string): void => {
    log.push(shown(line));
    (flags.json ? remark : print)(line);
  };
  const settings = solverSettings(flags);
  const reading = { limits: flags.limit };
  const grid = readMatpower(path, undefined, reading);
  const { start = 'flat', limits = 'hard', load } = flags;
  const from =
    start === 'flat' || start === 'case' || start === 'dc' ? start : readSavedPoint(start, reading);
  const outputs = flags.out === undefined ? undefined : Outputs.open(flags.out, files);
  try {
    outputs?.tellReplaced(tell);
    const { solution, report, remarks, opf } = await solveOpf(grid, {
      ...settings,
      solver: flags.solver,
      start: from,
      limits,
      ...(load !== undefined && { load }),
      signal: interruptible({ elsewhere: outputs !== undefined }),
      started: 0,
      onRemark: tell,
      onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
    });
    for (const line of remarks) tell(line);
    tell(`\n${summary(solution)}\n`);
    const solved = isSolved(solution.status);
    if (solved) tell(gridTables(report));
    else if (report.exceeded.length > 0)
      tell(
        `${beyondLimits(report.exceeded)}\nThis is the point held, no answer. What has to give at the least price: graybox solve ${basename(path)} --limits soft`,
      );
    const names = opf.model.statement().variables.names;
    const json = {
      ...resultJson(grid.name, solution, byName(names, solution.x)),
      grid: report,
      multipliers: solution.multipliers,
    };
    const written =
      outputs?.write(
        [
          ['picture.svg', drawGrid(grid, report)],
          ['buses.csv', csv(busColumns, report.buses)],
          ['units.csv', csv(unitColumns, report.units)],
          ['branches.csv', csv(branchColumns, report.branches)],
          ['result.json', `${toJson(json, 1)}\n`],
        ],
        log,
        tell,
      ) ?? true;
    if (flags.json || !written) print(toJson(json));
    return !written ? exitCode.unwritten : solved ? exitCode.done : exitCode.failed;
  } finally {
    outputs?.close();
  }
}
