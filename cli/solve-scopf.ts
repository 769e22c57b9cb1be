import {
  InputError,
  isSolved,
  loadNetwork,
  type Network,
  openOracle,
  progressPrinter,
  reportScopf,
  type SecuredFlow,
  type Solution,
  scopf,
  shown,
  simulateLoss,
  solve,
  solveOpf,
  surrogateInputs,
  unitName,
} from '../index.js';
import { drawGrid } from '../scenarios/opf/picture.js';
import { isInformative, LEAST_GAIN, readCard, type SurrogateCard } from '../scenarios/scopf/card.js';
import {
  type CaseFlags,
  chooseContingencies,
  loadCase,
  type SecurityCase,
} from '../scenarios/scopf/load-case.js';
import { readNpy } from '../scenarios/scopf/npy.js';
import {
  fittingLoad,
  nearestSample,
  outOfRange,
  type RangeChoice,
  rangeOf,
} from '../scenarios/scopf/range.js';
import { exitCode } from './exit-code.js';
import { branchColumns, busColumns, unitColumns } from './grid/columns.js';
import { beyondLimits, csv, gridTables } from './grid/tables.js';
import { interruptible } from './interruption.js';
import { type SolveFlags, solverSettings } from './options.js';
import { print, remark, toJson } from './output.js';
import { Outputs } from './outputs.js';
import { resultJson, summary } from './report.js';
import { table } from './table.js';

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
}

const files = ['picture.svg', 'buses.csv', 'units.csv', 'branches.csv', 'result.json', 'log.txt'] as const;

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
  const { network, card } = limit === undefined ? {} : await surrogateOf(known, flags);
  const outputs = flags.out === undefined ? undefined : Outputs.open(flags.out, files);
  try {
    outputs?.tellReplaced(tell);
    tell(
      `Secured power flow of ${known.what}: ${contingencies.length === 1 ? `contingency ${contingencies[0]!.name}` : `${contingencies.length} contingencies`}.`,
    );
    for (const line of grid.remarks) tell(line);
    const { load = 1, response = 'limited', contingencyLimits = 'on', formulation } = flags;
    const { within, extrapolated } = rangeFor(
      known,
      card,
      flags.range ?? 'auto',
      load,
      network !== undefined,
      tell,
    );
    const plain = { contingencies, response, contingencyLimits: contingencyLimits === 'on', load } as const;
    const signal = interruptible({ elsewhere: outputs !== undefined });
    const quiet = {
      ...settings,
      signal,
      started: 0,
      ...(flags.solver === 'interior-point' && { bound_relax_factor: 0 }),
    };
    const engine = {
      engine: flags.engine,
      device: flags.device,
      precision: flags.precision,
      ...(flags.threads !== undefined && { threads: flags.threads }),
    };

    const dispatch = await solveOpf(grid, { ...quiet, load });
    const before = scopf(grid, { ...plain, ...(within && { within }) });
    const problem =
      network === undefined || limit === undefined
        ? before
        : scopf(grid, {
            ...plain,
            ...(within && { within }),
            surrogate: network,
            frequencyLimit: limit,
            formulation,
          });
    const unlimited = problem === before ? undefined : await solve(before.model, quiet);
    const solution = await solve(problem.model, {
      ...quiet,
      ...engine,
      onRemark: tell,
      onIteration: progressPrinter(tell, !flags.json && process.stdout.isTTY === true),
    });
    tell(`\n${summary(solution)}\n`);
    const solved = isSolved(solution.status);
    const report = reportScopf(problem, solution);
    if (solved) tell(`${gridTables(report.grid)}\n`);
    else {
      if (report.grid.exceeded.length > 0) tell(beyondLimits(report.grid.exceeded));
      if (unlimited && isSolved(unlimited.status))
        tell(
          `Without the limit of ${limit} Hz the same problem is solved: no dispatch found keeps it. Try a lower --frequency-limit, fewer contingencies, or --range none.\n`,
        );
    }

    const secured = unlimited ?? solution;
    const costs = [
      { what: 'dispatch alone', solution: dispatch.solution },
      { what: 'with the contingencies', solution: secured },
      ...(unlimited ? [{ what: `with ${limit} Hz`, solution }] : []),
    ];
    tell(costTable(costs));
    if (
      isSolved(secured.status) &&
      isSolved(dispatch.solution.status) &&
      secured.objective - dispatch.solution.objective < 1e-3
    )
      tell(
        contingencyLimits === 'off'
          ? 'The contingencies cost nothing: without limits of units after a loss all their multipliers are 0.'
          : 'The contingencies cost nothing: none of their limits binds.',
      );
    tell('');
    tell(
      table(
        ['contingency', 'lost', 'answer MW', 'binds after it'],
        report.contingencies.map((each) => [
          each.name,
          each.element,
          each.deltaMW.toFixed(2),
          each.binding ?? '-',
        ]),
      ),
    );
    const frequency =
      network && unlimited
        ? await frequencyReport({ known, network, card, before, unlimited, problem, solution, load, engine })
        : undefined;
    if (frequency && report.frequency) {
      const { price, lowest, lowestBus } = report.frequency;
      const mark = extrapolated ? ' (extrapolated)' : '';
      tell('');
      tell(
        `Lowest frequency by the network${mark}: ${frequency.lowestBefore.toFixed(4)} Hz without the limit, ${lowest.toFixed(4)} Hz with it (${typeof lowestBus === 'number' ? `bus ${lowestBus}` : lowestBus}); price of the limit${mark} ${price.toFixed(0)} $/h per Hz.`,
      );
      tell(changes(before, unlimited!, problem, solution));
      for (const line of frequency.lines) tell(line);
    }
    const simulated = simulate(known, problem, solution);
    if (simulated !== undefined) {
      tell('');
      tell(
        table(
          ['contingency', 'predicted Hz', 'simulated Hz', 'at s'],
          simulated.map((each) => [
            each.name,
            each.predicted?.toFixed(4) ?? '-',
            each.lowest.toFixed(4),
            each.at.toFixed(2),
          ]),
        ),
      );
      warnOfPrediction(simulated, card, tell);
    }
    const names = problem.model.statement().variables.names;
    const json = {
      ...resultJson('scopf', solution, Object.fromEntries(names.map((name, j) => [name, solution.x[j]!]))),
      grid: report.grid,
      security: {
        contingencies: report.contingencies,
        cost: {
          dispatch: dispatch.solution.objective,
          contingencies: secured.objective,
          frequency: unlimited ? solution.objective : null,
        },
        frequency: report.frequency
          ? {
              ...report.frequency,
              extrapolated,
              lowestBefore: frequency?.lowestBefore ?? null,
              simulated: simulated ? Math.min(...simulated.map(({ lowest }) => lowest)) : null,
            }
          : null,
        outOfRange: frequency?.outOfRange ?? [],
        nearestSample: frequency?.nearestSample ?? null,
      },
      multipliers: solution.multipliers,
    };
    const written =
      outputs?.write(
        [
          ['picture.svg', drawGrid(grid, report.grid)],
          ['buses.csv', csv(busColumns, report.grid.buses)],
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

function frequencyLimitOf(text = '59.4'): number | undefined {
  if (text === 'none') return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < 1000))
    throw new InputError(`--frequency-limit ${text}: give a number of Hz, or none`);
  return value;
}

/** The network that foretells frequencies, with its card; one that does not beat the mean is refused. */
async function surrogateOf(
  { network: own, grid }: SecurityCase,
  { network: given, force = false }: ScopfFlags,
): Promise<{ readonly network: Network; readonly card?: SurrogateCard }> {
  const path = given ?? own;
  if (path === undefined)
    throw new InputError(
      `no network foretells the frequency of grid ${grid.name}: name one with --network, train one with 'graybox train scopf', or give --frequency-limit none`,
    );
  const network = await loadNetwork(path);
  const card = readCard(path);
  if (card && !isInformative(card) && !force)
    throw new InputError(
      `${path}: on samples that it never saw the network errs by ${mHz(card.heldOut.rmse)}, the mean by ${mHz(card.heldOut.mean)}: less than ${LEAST_GAIN} times better, so it knows next to nothing; --force takes it all the same`,
    );
  return { network, ...(card && { card }) };
}

const mHz = (hertz: number): string => `${(1000 * hertz).toFixed(1)} mHz`;

/** Bounds on the units' outputs by the card's range, as `--range` asks. */
function rangeFor(
  { grid }: SecurityCase,
  card: SurrogateCard | undefined,
  choice: RangeChoice,
  load: number,
  used: boolean,
  tell: (line: string) => void,
): { readonly within?: ReturnType<typeof rangeOf>; readonly extrapolated: boolean } {
  if (!used) return { extrapolated: false };
  if (card === undefined) {
    if (choice === 'card') throw new InputError('--range card: the network has no card.json beside it');
    tell('Warning: the network has no card: nothing is known of its range and its errors; no range is kept.');
    return { extrapolated: true };
  }
  if (choice === 'none') return { extrapolated: true };
  const { least, most } = fittingLoad(grid, card);
  if (choice === 'auto' && (load < least || load > most)) {
    tell(
      `Warning: at load ${load} this case does not fit the samples of the network, which cover loads of ${least.toFixed(3)} to ${most.toFixed(3)} (try --load ${Math.floor(1000 * most) / 1000}): no range is kept, what rests on the network is extrapolated.`,
    );
    return { extrapolated: true };
  }
  tell("Outputs of units are kept within the range of the network's samples.");
  return { within: rangeOf(card), extrapolated: false };
}

function costTable(costs: readonly { readonly what: string; readonly solution: Solution }[]): string {
  const [first] = costs;
  return table(
    ['cost', '$/h', 'more', '%'],
    costs.map(({ what, solution }) => {
      const solved = isSolved(solution.status);
      const more = solution.objective - first!.solution.objective;
      return solved
        ? [
            what,
            solution.objective.toFixed(2),
            more.toFixed(2),
            ((100 * more) / first!.solution.objective).toFixed(3),
          ]
        : [what, solution.status, '-', '-'];
    }),
  );
}

/** The largest changes of outputs that the limit of the frequency makes. */
function changes(before: SecuredFlow, unlimited: Solution, after: SecuredFlow, solution: Solution): string {
  const { base } = after.network;
  const rows = after.base.units
    .map(({ unit }, k) => {
      const [from, to] = [
        base * unlimited.value(before.base.variables.p[k]!),
        base * solution.value(after.base.variables.p[k]!),
      ];
      return { name: unitName(unit), from, to };
    })
    .sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from))
    .filter(({ from, to }) => Math.abs(to - from) > 0.005)
    .slice(0, 10);
  return rows.length === 0
    ? 'The limit changes no output.'
    : table(
        ['unit', 'MW without', 'MW with', 'change'],
        rows.map(({ name, from, to }) => [name, from.toFixed(2), to.toFixed(2), (to - from).toFixed(2)]),
      );
}

async function frequencyReport({
  known,
  network,
  card,
  before,
  unlimited,
  problem,
  solution,
  load,
  engine,
}: {
  readonly known: SecurityCase;
  readonly network: Network;
  readonly card: SurrogateCard | undefined;
  readonly before: SecuredFlow;
  readonly unlimited: Solution;
  readonly problem: SecuredFlow;
  readonly solution: Solution;
  readonly load: number;
  readonly engine: Parameters<typeof openOracle>[1];
}) {
  const { base } = problem.network;
  const uses = problem.frequency!.inputs;
  const at = (inputs: (typeof uses)[0], from: Solution): Float64Array =>
    Float64Array.from(inputs, ({ variable, constant = 0 }) =>
      // Base variables stand at the same places in both problems.
      variable === undefined ? constant : base * from.x[variable.index]!,
    );
  const oracle = await openOracle(network, engine);
  let lowestBefore = Number.POSITIVE_INFINITY;
  try {
    for (const inputs of uses)
      lowestBefore = Math.min(lowestBefore, ...(await oracle.value(at(inputs, unlimited))));
  } finally {
    await oracle.dispose();
  }
  const lines: string[] = [];
  if (surrogateInputs(before, load).length === 0 || card === undefined)
    return { lowestBefore, lines, outOfRange: [], nearestSample: null };
  const points = uses.map((inputs) => ({
    names: inputs.map(({ name }) => name),
    values: at(inputs, solution),
  }));
  const outside = points.flatMap(({ names, values }) => outOfRange(card, names, values));
  if (outside.length > 0) {
    lines.push(`${outside.length} inputs of the network lie outside its samples:`);
    for (const { input, value, lower, upper } of outside.slice(0, 10))
      lines.push(`  ${input} ${value.toFixed(2)}, samples ${lower.toFixed(2)} … ${upper.toFixed(2)}`);
    if (outside.length > 10) lines.push(`  and ${outside.length - 10} more (result.json)`);
  }
  const nearest =
    known.samples === undefined ? null : nearestSample(card, readNpy(known.samples), points[0]!.values);
  if (nearest !== null)
    lines.push(
      `Nearest sample: row ${nearest.row}, ${nearest.distance.toFixed(2)} ranges away in its farthest input.`,
    );
  return { lowestBefore, lines, outOfRange: outside, nearestSample: nearest };
}

interface Simulated {
  readonly name: string;
  readonly predicted?: number;
  readonly lowest: number;
  readonly at: number;
}

/** The answer's own losses, simulated, where the dynamics are known. */
function simulate(
  { grid, dynamics }: SecurityCase,
  problem: SecuredFlow,
  solution: Solution,
): Simulated[] | undefined {
  if (dynamics === undefined) return undefined;
  const { base, buses } = problem.network;
  const outputs = new Map(
    problem.base.units.map(({ unit }, k) => [
      unitName(unit),
      base * solution.value(problem.base.variables.p[k]!),
    ]),
  );
  const loadMW = base * buses.reduce((sum, { pd }) => sum + pd, 0);
  const { frequency } = problem;
  return problem.contingencies.flatMap(({ contingency, lostUnits }): Simulated[] => {
    if (lostUnits.length === 0) return [];
    const course = simulateLoss(
      grid,
      dynamics,
      { outputs, loadMW },
      lostUnits.map(({ unit }) => unitName(unit)),
    );
    const use = frequency?.names.indexOf(contingency.name) ?? -1;
    const predicted = use < 0 ? undefined : solution.value(frequency!.y[use]!.at(0));
    return [
      {
        name: contingency.name,
        lowest: course.lowest,
        at: course.lowestAt,
        ...(predicted !== undefined && { predicted }),
      },
    ];
  });
}

/** Errors this many times the held-out one count as more than the card allows. */
const FAR = 3;

function warnOfPrediction(
  simulated: readonly Simulated[],
  card: SurrogateCard | undefined,
  tell: (line: string) => void,
): void {
  if (card === undefined) return;
  const wrong = simulated.filter(
    ({ predicted, lowest }) =>
      predicted !== undefined && Math.abs(predicted - lowest) > FAR * card.heldOut.rmse,
  );
  if (wrong.length > 0)
    tell(
      `Warning: off by more than ${FAR} times the network's held-out error of ${mHz(card.heldOut.rmse)} for ${wrong.map(({ name }) => name).join(', ')}: 'graybox train scopf --around result.json' adds samples there.`,
    );
}
