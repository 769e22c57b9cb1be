import { Command } from 'commander';
import { InputError, isSolved, shown, simulateLoss, solveOpf, unitName } from '../index.js';
import { loadCase } from '../scenarios/scopf/load-case.js';
import { plotFrequency } from '../scenarios/scopf/plot.js';
import { exitCode } from './exit-code.js';
import { positive } from './options.js';
import { print, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';
import { table } from './table.js';

interface SimulateFlags {
  readonly case?: string;
  readonly dynamics?: string;
  readonly lose?: string;
  readonly load: number;
  readonly step: number;
  readonly seconds: number;
  readonly out?: string;
  readonly json: boolean;
}

/** `graybox simulate`: the frequency after the loss of a unit, at the optimal power flow. */
export function simulateCommand(): Command {
  return new Command('simulate')
    .description('simulate the frequency after the loss of a unit, dispatched at least cost')
    .option('--case <path>', "a folder of PSS/E files, a MATPOWER case, or 'nine-buses'", 'nine-buses')
    .option('--dynamics <file>', 'JSON of what moves the frequency: hertz, D, default, units')
    .option('--lose <unit>', 'bus/id (default: each unit in turn)')
    .option('--load <factor>', 'times all loads', positive, 1)
    .option('--step <seconds>', 'of the simulation', positive, 0.01)
    .option('--seconds <number>', 'to simulate', positive, 10)
    .option('--out <folder>', 'write a plot and the courses there')
    .option('--json', 'print one JSON object and nothing else on standard output', false)
    .action(async (flags: SimulateFlags) => {
      process.exitCode = await simulate(flags);
    });
}

async function simulate(flags: SimulateFlags): Promise<number> {
  const { grid, dynamics, what } = loadCase(flags);
  const { load, step, seconds } = flags;
  if (dynamics === undefined)
    throw new InputError(
      `nothing is known of the dynamics of ${what}: name a JSON file with --dynamics ('{}' takes the defaults)`,
    );
  if (seconds / step > 1e7) throw new InputError(`--step ${step}: more than 10,000,000 steps`);
  const outputs =
    flags.out === undefined
      ? undefined
      : Outputs.open(flags.out, ['frequency.svg', 'frequency.csv', 'log.txt']);
  try {
    const { opf, solution } = await solveOpf(grid, { load });
    if (!isSolved(solution.status)) {
      remark(`graybox: the optimal power flow of ${what} ended ${solution.status}: ${solution.message}`);
      return exitCode.failed;
    }
    const { base, buses } = opf.network;
    const MW = new Map(
      opf.state.units.map(({ unit }, k) => [
        unitName(unit),
        base * solution.value(opf.state.variables.p[k]!),
      ]),
    );
    const loadMW = base * buses.reduce((sum, { pd }) => sum + pd, 0);
    const names = flags.lose === undefined ? [...MW.keys()] : [flags.lose];
    const courses = names.map((name) => ({
      name,
      course: simulateLoss(grid, dynamics, { outputs: MW, loadMW }, [name], { step, seconds }),
    }));
    const rows = courses.map(({ name, course }) => ({
      unit: name,
      lostMW: MW.get(name)!,
      lowestHz: course.lowest,
      at: course.lowestAt,
      rateOfChange: course.rateOfChange + 0,
      stillFalling: course.lowestAt === course.time.at(-1) && course.lowest < course.frequency[0]!,
    }));
    const lines = [
      `Losses of ${what} at the optimal power flow, ${solution.objective.toFixed(2)} $/h.`,
      table(
        ['unit', 'lost MW', 'lowest Hz', 'at s', 'Hz/s at first'],
        rows.map((row) => [
          row.unit,
          row.lostMW.toFixed(2),
          row.lowestHz.toFixed(5),
          row.stillFalling ? `${row.at.toFixed(2)}, still falling` : row.at.toFixed(2),
          (Math.round(1e5 * row.rateOfChange) / 1e5 + 0).toFixed(5),
        ]),
      ),
    ];
    const log: string[] = [];
    const tell = (line: string): void => {
      log.push(shown(line));
      (flags.json ? remark : print)(line);
    };
    for (const line of lines) tell(line);
    const time = courses[0]!.course.time;
    const csv = [
      ['seconds', ...names].join(','),
      ...Array.from(time, (t, n) => [t, ...courses.map(({ course }) => course.frequency[n]!)].join(',')),
      '',
    ].join('\n');
    const written =
      outputs?.write(
        [
          ['frequency.svg', plotFrequency(courses, `Frequency of ${grid.name} after the loss of a unit`)],
          ['frequency.csv', csv],
        ],
        log,
        tell,
      ) ?? true;
    if (flags.json) print(toJson({ grid: grid.name, costPerHour: solution.objective, losses: rows }));
    return written ? exitCode.done : exitCode.unwritten;
  } finally {
    outputs?.close();
  }
}
