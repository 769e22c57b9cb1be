// Networks in full space: `schur`, which eliminates them by blocks, beside the whole as one sparse matrix and Ipopt with MUMPS.
//   node dist/bench/schur.js [--network 784-512x5-10 …] [--solver schur …] [--runs 3] [--tol 1e-6] [--max-iter 200] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import {
  network as constrain,
  evaluate,
  InputError,
  loadNetwork,
  Model,
  type Network,
  power,
  shutdown,
  solve,
  subtract,
  sum,
} from '../index.js';
import { packageRoot } from '../scenarios/data.js';
import { drawnDigit } from '../scenarios/mnist/digit.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { machine, median } from './machine.js';
import { chainNetwork } from './networks.js';

const { values: flags } = parseArgs({
  options: {
    network: { type: 'string', multiple: true, default: ['784-512x5-10', '117-500x3-37', '117-1000x5-37'] },
    solver: { type: 'string', multiple: true, default: ['schur', 'augmented', 'ipopt'] },
    runs: { type: 'string', default: '3' },
    tol: { type: 'string', default: '1e-6' },
    'max-iter': { type: 'string', default: '200' },
    json: { type: 'boolean', default: false },
  },
});

/** One solver on one network; medians. */
export interface SchurRow {
  readonly network: string;
  readonly solver: string;
  readonly status: string;
  readonly iterations: number;
  readonly objective: number;
  /** Seconds an iteration: all but building, and linear algebra alone where it is told. */
  readonly each: number;
  readonly linear: number | undefined;
}

const tanh = (widths: readonly number[]): Network =>
  chainNetwork({ name: 'tanh', widths, activation: 'tanh', softmax: false });

const models: Readonly<Record<string, () => Promise<Model> | Model>> = {
  '784-512x5-10': async () => {
    const network = await loadNetwork(join(packageRoot, 'models', 'mnist-tanh-512'));
    return adversarialImage({ network, image: drawnDigit().pixels, target: 9, formulation: 'full' }).model;
  },
  '117-500x3-37': () => nearest(tanh([117, 500, 500, 500, 37])),
  '117-1000x5-37': () => nearest(tanh([117, 1000, 1000, 1000, 1000, 1000, 37])),
};

/** `min Σ (xᵢ − ½)²` such that the first three outputs are a little larger than at ½. */
function nearest(net: Network): Model {
  const start = new Float64Array(net.inputSize).fill(0.5);
  const value = evaluate(net, start);
  const model = new Model('nearest point');
  const x = model.variables('x', net.inputSize, { lower: 0, upper: 1, start: 0.5 });
  const y = constrain(net, x, { formulation: 'full' });
  for (let k = 0; k < 3; k++)
    model.constrain(y.at(k), { lower: value[k]! + 0.05 * Math.max(0.1, Math.abs(value[k]!)) });
  model.minimize(sum([...x].map((own) => power(subtract(own, 0.5), 2))));
  return model;
}

async function measure(network: string, model: Model, solver: string): Promise<SchurRow> {
  const limits = { tol: Number(flags.tol), max_iter: Number(flags['max-iter']), max_wall_time: 300 };
  const options =
    solver === 'ipopt' ? ({ solver, ...limits } as const) : ({ kkt: solver as 'schur', ...limits } as const);
  const runs = [];
  for (let run = 0; run < Number(flags.runs); run++) runs.push(await solve(model, options));
  const { status, iterations, objective } = runs[0]!;
  const perIteration = (seconds: number): number => seconds / Math.max(1, iterations);
  return {
    network,
    solver,
    status,
    iterations,
    objective,
    each: median(runs.map(({ seconds }) => perIteration(seconds.total - seconds.build))),
    linear: solver === 'ipopt' ? undefined : median(runs.map(({ seconds }) => perIteration(seconds.linear))),
  };
}

const rows: SchurRow[] = [];
for (const name of flags.network) {
  const open = models[name];
  if (!open)
    throw new InputError(`bench schur: network ${name}; there are ${Object.keys(models).join(', ')}`);
  const model = await open();
  for (const solver of flags.solver) {
    const row = await measure(name, model, solver);
    console.error(JSON.stringify(row));
    rows.push(row);
  }
}
await shutdown();
if (flags.json) console.log(JSON.stringify({ machine: machine(), tol: Number(flags.tol), rows }));
else
  console.log(
    `${machine()}; f64, tol ${flags.tol}; milliseconds an iteration, without building\n\n${table(
      ['network', 'solver', 'status', 'iterations', 'objective', 'ms/iter', 'linear'],
      rows.map(({ network, solver, status, iterations, objective, each, linear }) => [
        network,
        solver,
        status,
        iterations,
        objective.toPrecision(9),
        (1000 * each).toFixed(1),
        linear === undefined ? '' : (1000 * linear).toFixed(1),
      ]),
    )}`,
  );
