/**
 * Trains the frequency surrogates of the 37-bus grid and of the built-in nine buses:
 *
 *     node dist/models/train/scopf.js --grid hawaii37 --nodes 100 --layers 3
 *     node dist/models/train/scopf.js --grid nine-buses
 *
 * `layers` counts input and output. Reactive outputs, and inputs that never move, get no weight: an optimizer finds every
 * direction that the samples left free.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  dense,
  dynamicsOf,
  type Grid,
  InputError,
  readPsse,
  scopf,
  shutdown,
  singleOutages,
  solve,
  solveOpf,
  surrogateInputs,
  unitName,
} from '../../index.js';
import { requireData } from '../../scenarios/data.js';
import { nineBusDynamics, nineBuses } from '../../scenarios/scopf/nine-buses.js';
import { readNpy } from '../../scenarios/scopf/npy.js';
import { type Around, type LossSamples, lossSamples } from '../../scenarios/scopf/samples.js';
import { appendSamples } from './append.js';
import { fitRegression, type Layers, rowsOf } from './regression.js';
import { type SurrogateData, type SurrogateOptions, saveSurrogate, trainSurrogate } from './surrogate.js';

const { values } = parseArgs({
  options: {
    grid: { type: 'string', default: 'hawaii37' },
    nodes: { type: 'string' },
    layers: { type: 'string' },
    epochs: { type: 'string' },
    decay: { type: 'string' },
    rate: { type: 'string' },
    seed: { type: 'string', default: '1' },
    others: { type: 'string', default: '5' },
    out: { type: 'string', default: 'models' },
  },
});

const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const number = (
  name: 'nodes' | 'layers' | 'epochs' | 'decay' | 'rate' | 'seed' | 'others',
  otherwise: number,
): number => {
  const value = Number(values[name] ?? otherwise);
  if (!(value > 0)) throw new InputError(`--${name} ${values[name]}: give a positive number`);
  return value;
};

/** The authors' samples, and the optimal dispatch as the place where seeds are compared. */
async function hawaii(): Promise<{ data: SurrogateData; options: SurrogateOptions; name: string }> {
  const folder = requireData('scopf');
  const x = readNpy(join(folder, '10_10_gen_load_input_v2.npy'));
  const y = readNpy(join(folder, '10_10_freq_output_v2.npy'));
  const grid = readPsse(folder);
  const problem = scopf(grid, { response: 'linear', contingencyLimits: false });
  const solution = await solve(problem.model);
  const inputs = surrogateInputs(problem, 1);
  const reference = inputs.map(({ variable, constant = 0 }) =>
    variable === undefined ? constant : grid.baseMVA * solution.value(variable),
  );
  const [nodes, layers] = [number('nodes', 100), number('layers', 3)];
  return {
    name: `scopf-tanh-${nodes}x${layers}`,
    data: {
      grid: grid.name,
      samples: { count: x.rows, inputs: x.columns, outputs: y.columns, x: x.data, y: y.data },
      names: inputs.map(({ name }) => name),
      reference: { x: reference, what: 'the optimal power flow without a limit of the frequency' },
    },
    options: {
      hidden: Array(layers - 2).fill(nodes),
      epochs: number('epochs', 2500),
      rate: number('rate', 2e-3),
      decay: number('decay', 3e-3),
      seed: number('seed', 1),
      others: number('others', 5),
      ignored: inputs.flatMap(({ name }, j) => (name.startsWith('Q(') ? [j] : [])),
      tell,
    },
  };
}

/** What is asked of the network that is being made: limits in Hz, and losses. */
const questions = [
  { limit: 59.4, all: false },
  { limit: 59.5, all: false },
  { limit: 59.4, all: true },
] as const;
/** Samples around each answer, and how often answers are looked for anew. */
const [NEAR, ROUNDS] = [320, 2];

/**
 * The built-in grid by the loop that the scenario's page tells: train, solve, sample around the answers, train again. Samples
 * that are held out once stay so.
 */
async function nine(): Promise<{ data: SurrogateData; options: SurrogateOptions; name: string }> {
  const grid = nineBuses();
  const dynamics = dynamicsOf(grid, nineBusDynamics());
  const spread = lossSamples(grid, dynamics, 2560);
  const options: SurrogateOptions = {
    hidden: [32, 32],
    epochs: number('epochs', 900),
    batch: 256,
    rate: number('rate', 1e-2),
    decay: number('decay', 1e-6),
    seed: number('seed', 1),
    others: number('others', 5),
    tell,
  };
  const { reference, around: cheapest } = await cheapestOf(grid);
  const dispatches: Around[] = [cheapest];
  const near = (): LossSamples[] =>
    dispatches.map((around, k) =>
      lossSamples(grid, dynamics, NEAR, { first: spread.count + 1 + k * NEAR, around }),
    );
  for (let round = 0; round < ROUNDS; round++) {
    const all = appendSamples(spread, ...near());
    const layers = fitRegression(
      rowsOf({ ...all, outputs: 1 }, (row) => row % 5 !== 0),
      options,
    );
    for (const question of questions) dispatches.push(await answerOf(grid, layers, question));
  }
  const all = appendSamples(spread, ...near());
  return {
    name: 'scopf-nine-buses',
    data: {
      grid: grid.name,
      samples: { ...all, outputs: 1 },
      spread: spread.count,
      around: `${dispatches.length} dispatches: the cheapest, and answers of ${ROUNDS} networks before it to limits of 59.4 and 59.5 Hz`,
      names: all.names,
      reference,
    },
    options,
  };
}

/** The cheapest dispatch, and the loss of a unit there, where seeds are compared. */
async function cheapestOf(grid: Grid): Promise<{ reference: SurrogateData['reference']; around: Around }> {
  const { report } = await solveOpf(grid);
  const lost = grid.units[3]!;
  const MW = report.units.map((unit) => unit.MW);
  const x = [...MW.map((each, k) => (k === 3 ? 0 : each)), MW[3]!, ...grid.loads.map((load) => load.MW)];
  return {
    reference: { x, what: `the optimal power flow, unit ${unitName(lost)} lost` },
    around: { outputs: new Map(grid.units.map((unit, k) => [unitName(unit), MW[k]!])), load: 1 },
  };
}

/** The dispatch that a network lets be chosen. */
async function answerOf(
  grid: Grid,
  { sizes, weights, biases }: Layers,
  { limit, all }: (typeof questions)[number],
): Promise<Around> {
  const surrogate = dense(
    weights.map((data, k) => ({
      W: { shape: [sizes[k]!, sizes[k + 1]!], data },
      b: { shape: [sizes[k + 1]!], data: biases[k]! },
      activation: k + 1 < weights.length ? ('tanh' as const) : ('linear' as const),
    })),
  );
  const problem = scopf(grid, {
    surrogate,
    frequencyLimit: limit,
    ...(all && { contingencies: singleOutages(grid, { units: true, branches: false }).contingencies }),
  });
  const solution = await solve(problem.model);
  const outputs = new Map(
    problem.base.units.map(({ unit }, k) => [
      unitName(unit),
      grid.baseMVA * solution.value(problem.base.variables.p[k]!),
    ]),
  );
  tell(
    `${limit} Hz${all ? ' after every loss' : ''}: ${solution.status}, ${solution.objective.toFixed(2)} $/h`,
  );
  return { outputs, load: 1 };
}

try {
  const { data, options, name } = values.grid === 'nine-buses' ? await nine() : await hawaii();
  const trained = trainSurrogate(data, options);
  // Where it is written is no part of the recipe.
  const given = process.argv
    .slice(2)
    .join(' ')
    .replace(/--out[ =]\S+/, '')
    .trim();
  const card = saveSurrogate(
    join(values.out, name),
    trained,
    `node dist/models/train/scopf.js ${given}`.trim(),
  );
  const { rmse, mean, linear } = card.heldOut;
  const mHz = (hertz: number): string => `${(1000 * hertz).toFixed(1)} mHz`;
  tell(
    `${name}: held out ${mHz(rmse)}, mean ${mHz(mean)}, linear ${mHz(linear)}; folds ${card.folds.map(mHz).join(', ')}; seeds disagree by ${mHz(card.disagreement.hertz)}`,
  );
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  tell(error.message);
  process.exitCode = 2;
} finally {
  await shutdown();
}
