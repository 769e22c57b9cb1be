import {
  type Contingency,
  InputError,
  isSolved,
  type Network,
  progressPrinter,
  reportScopf,
  type Solution,
  scopf,
  shown,
  solve,
  solveOpf,
} from '../index.js';
import { drawGrid } from '../scenarios/opf/picture.js';
import { type CaseFlags, chooseContingencies, loadCase, samplesOf } from '../scenarios/scopf/load-case.js';
import type { RangeChoice } from '../scenarios/scopf/range.js';
import { exitCode } from './exit-code.js';
import { branchColumns, busColumns, frequencyColumn, unitColumns } from './grid/columns.js';
import { csv, gridTables } from './grid/tables.js';
import { interruptible } from './interruption.js';
import { type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';
import { byName, resultJson, summary } from './report.js';
import { distanceToSamples, foretold } from './scopf/frequency.js';
import { beyondOf, culprits, inadequate, whyNot } from './scopf/infeasible.js';
import { contingencyTable, costLines, frequencyLines, type Solves, securityJson } from './scopf/result.js';
import { simulated as simulatedLosses, simulatedTable, warningOf } from './scopf/simulated.js';
import { rangeFor, surrogateOf } from './scopf/surrogate.js';

export interface ScopfFlags extends CaseFlags {
  readonly contingency?: string;
  readonly response?: 'linear' | 'limited';
  readonly contingencyLimits?: 'on' | 'off';
  /** Hz, or `none`. */
  readonly frequencyLimit?: string;
  readonly range?: RangeChoice;
  readonly network?: string;
  readonly load?: number;
  readonly force?: boolean;
  /** Names with commas between them. */
  readonly layers?: string;
}

const files = ['picture.svg', 'buses.csv', 'units.csv', 'branches.csv', 'result.json', 'log.txt'] as const;
const MOST_LINES = 5;
/** Ends that have a cause in the problem. */
const isWithoutAnswer = (status: Solution['status']): boolean =>
  status === 'infeasible' || status === 'restoration-failed';

/** `graybox solve scopf`; returns the exit code. */
export async function solveScopf(flags: SolveFlags & ScopfFlags): Promise<number> {
  const log: string[] = [];
  const tell = (line: string): void => {
    log.push(shown(line));
    (flags.json ? remark : print)(line);
  };
  const settings = { ...solverSettings(flags), solver: flags.solver };
  const limit = frequencyLimitOf(flags.frequencyLimit);
  const known = loadCase(flags);
  const { grid } = known;
  const contingencies = chooseContingencies(grid, flags.contingency);
  const loaded = limit === undefined ? undefined : await surrogateOf(known, flags);
  const surrogate = loaded && foretells(loaded.network, contingencies) ? loaded : undefined;
  const outputs = flags.out === undefined ? undefined : Outputs.open(flags.out, files);
  try {
    outputs?.tellReplaced(tell);
    tell(
      `Secured power flow of ${known.what}: ${contingencies.length === 1 ? `contingency ${contingencies[0]!.name}` : `${contingencies.length} contingencies`}.`,
    );
    for (const line of grid.remarks) tell(line);
    if (loaded !== surrogate)
      tell('No contingency loses a unit: the frequency is not foretold, and has no limit.');
    if (surrogate && surrogate.network.outputSize > 1 && contingencies !== grid.contingencies)
      tell(
        'The network foretells frequencies after the one loss that it was made for, whichever contingencies there are.',
      );
    const { load = 1, response = 'limited', contingencyLimits = 'on', formulation, range = 'auto' } = flags;
    const stated = { formulation, ...(flags.layers !== undefined && { layers: flags.layers.split(',') }) };
    const { within, extrapolated } = rangeFor(known, surrogate, range, load, tell);
    const plain = { contingencies, response, contingencyLimits: contingencyLimits === 'on', load } as const;
    const kept = { ...plain, ...(within && { within }) };
    const quiet = {
      ...settings,
      signal: interruptible({ elsewhere: outputs !== undefined }),
      started: 0,
      ...(flags.solver === 'interior-point' && { bound_relax_factor: 0 }),
    };
    const engine = {
      engine: flags.engine,
      device: flags.device,
      precision: flags.precision,
      ...(flags.threads !== undefined && { threads: flags.threads }),
    };
    const aloud = {
      ...quiet,
      ...engine,
      polish: flags.polish,
      onRemark: tell,
      onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
    };

    const dispatch = await solveOpf(grid, { ...quiet, load });
    const before = scopf(grid, kept);
    const problem =
      surrogate === undefined || limit === undefined
        ? before
        : scopf(grid, { ...kept, surrogate: surrogate.network, frequencyLimit: limit, ...stated });
    const { frequency } = problem;
    const short = inadequate(problem);
    for (const line of short.slice(0, MOST_LINES)) tell(line);
    if (short.length > MOST_LINES) tell(`The same holds after ${short.length - MOST_LINES} more.`);
    const secured = within && (await solve(scopf(grid, plain).model, quiet));
    const unlimited = problem === before ? undefined : await solve(before.model, quiet);
    const solution = await solve(problem.model, aloud);
    const first = secured ?? unlimited ?? solution;
    tell(`\n${summary(solution)}\n`);
    const solved = isSolved(solution.status);
    const foretelling =
      frequency && surrogate && unlimited
        ? await foretold(surrogate.network, frequency, problem, unlimited, solution, engine)
        : undefined;
    const report = reportScopf(problem, solution, foretelling?.slopes);
    if (solved)
      tell(`${gridTables(report.grid, foretelling ? [...busColumns, frequencyColumn] : busColumns)}\n`);
    else {
      const beyond = beyondOf(report);
      if (beyond !== undefined) tell(`${beyond}\n`);
      if (isWithoutAnswer(first.status)) {
        if (short.length === 0 && contingencies.length > 1) tell(`${await culprits(known, plain, quiet)}\n`);
      } else if (unlimited && surrogate && limit !== undefined && isWithoutAnswer(solution.status))
        tell(
          isSolved(unlimited.status)
            ? `${await whyNot(known, surrogate.network, { ...kept, ...stated, frequencyLimit: limit }, { ...quiet, ...engine })}\n`
            : `Without the limit of ${limit} Hz the same problem is ${unlimited.status}, too${within ? ": outputs within the network's samples do not serve the load; try --range none or another --load" : ''}.\n`,
        );
    }

    const solves: Solves = {
      dispatch: dispatch.solution,
      secured: secured || undefined,
      unlimited,
      solution,
    };
    for (const line of costLines(solves, { limit, limitsAfter: contingencyLimits === 'on' })) tell(line);
    if (solved) tell(`\n${contingencyTable(report)}`);
    if (solved && foretelling && report.frequency && unlimited) {
      tell('');
      const lines = frequencyLines(
        report.frequency,
        foretelling,
        extrapolated,
        [before, unlimited],
        [problem, solution],
      );
      for (const line of lines) tell(line);
    }
    const distance =
      solved && frequency && surrogate?.card
        ? distanceToSamples(
            surrogate.card,
            samplesOf(known, surrogate.path, surrogate.network.inputSize),
            frequency,
            problem,
            solution,
          )
        : undefined;
    for (const line of distance?.lines ?? []) tell(line);
    const losses = solved ? simulatedLosses(known, problem, solution) : undefined;
    if (losses !== undefined && losses.length > 0) {
      tell(`\n${simulatedTable(losses)}`);
      const warning = warningOf(losses, surrogate?.card, flags);
      if (warning !== undefined) tell(warning);
    }
    const names = problem.model.statement().variables.names;
    const json = {
      ...resultJson('scopf', solution, byName(names, solution.x)),
      grid: report.grid,
      security: securityJson(solves, report, { foretelling, distance, losses, extrapolated }),
      multipliers: solution.multipliers,
    };
    const written =
      outputs?.write(
        [
          ['picture.svg', drawGrid(grid, report.grid)],
          ['buses.csv', csv(foretelling ? [...busColumns, frequencyColumn] : busColumns, report.grid.buses)],
          ['units.csv', csv(unitColumns, report.grid.units)],
          ['branches.csv', csv(branchColumns, report.grid.branches)],
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

/** A network of losses tells nothing where no unit is lost; one of many outputs was made for one loss. */
const foretells = (network: Network, contingencies: readonly Contingency[]): boolean =>
  network.outputSize > 1 || contingencies.some(({ lost }) => lost.some(({ kind }) => kind === 'unit'));

function frequencyLimitOf(text = '59.4'): number | undefined {
  if (text === 'none') return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1000))
    throw new InputError(`--frequency-limit ${text}: give a number of Hz, or none`);
  return value;
}
