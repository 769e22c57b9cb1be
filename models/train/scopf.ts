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
  dynamicsOf,
  InputError,
  readPsse,
  scopf,
  shutdown,
  solve,
  surrogateInputs,
  unitName,
} from '../../index.js';
import { requireData } from '../../scenarios/data.js';
import { nineBusDynamics, nineBuses } from '../../scenarios/scopf/nine-buses.js';
import { readNpy } from '../../scenarios/scopf/npy.js';
import { lossSamples } from '../../scenarios/scopf/samples.js';
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

function nine(): { data: SurrogateData; options: SurrogateOptions; name: string } {
  const grid = nineBuses();
  const samples = lossSamples(grid, dynamicsOf(grid, nineBusDynamics()), 2560);
  const unit = unitName(grid.units[3]!);
  // Equal units produce alike at the optimum; see the README of the scenario.
  const P = [29.9329, 29.9329, 29.9329, 0, 44.7735, 44.7735, 47.0937, 47.0937];
  return {
    name: 'scopf-nine-buses',
    data: {
      grid: grid.name,
      samples: { ...samples, outputs: 1 },
      names: samples.names,
      reference: { x: [...P, 44.7735, 125, 90, 100], what: `the optimal power flow, unit ${unit} lost` },
    },
    options: {
      hidden: [32, 32],
      epochs: number('epochs', 900),
      batch: 256,
      rate: number('rate', 1e-2),
      decay: number('decay', 1e-6),
      seed: number('seed', 1),
      others: number('others', 5),
      tell,
    },
  };
}

try {
  const { data, options, name } = values.grid === 'nine-buses' ? nine() : await hawaii();
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
    `${name}: held out ${mHz(rmse)}, mean ${mHz(mean)}, linear ${mHz(linear)}; five folds ${card.folds.map(mHz).join(', ')}; seeds disagree by ${mHz(card.disagreement.hertz)}`,
  );
} catch (error) {
  if (!(error instanceof InputError)) throw error;
  tell(error.message);
  process.exitCode = 2;
} finally {
  await shutdown();
}
