// The paper's two tables, structure and runtime, by network, formulation and solver: the adversarial image, and the secured
// power flow with its frequency surrogates.
//   node dist/bench/formulations.js --out FOLDER [--problems mnist,scopf] [--networks DIR,…] [--sizes 100x3,500x5]
//     [--formulations auto,reduced,partial,full] [--solvers interior-point,ipopt] [--samples 6 or 0-19] [--tol 1e-6]
//     [--max-time 300] [--relu continuation|complementarity] [--json]
// Each solve is a line of FOLDER/rows.jsonl, failures too; one that stands there is not repeated, so that a run may be ended
// and gone on with. Writes tables.md and plot.svg beside it. Partial: the middle layer of images' networks is exposed, of
// surrogates the first. Networks with kinks on many images, by each treatment:
//   node dist/bench/formulations.js --out out/treatments --problems mnist --networks models/mnist-relu-128x3 --samples 0-19
//     --formulations auto,piecewise,full --relu continuation --solvers interior-point --tol 1e-8
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type Formulation,
  loadNetwork,
  type Model,
  type Network,
  readPsse,
  scopf,
  shutdown,
  solve,
} from '../index.js';
import { writeWhole } from '../runtime/node/draft.js';
import { findData, packageRoot, requireData } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { isSmooth } from '../src/network/traits.js';
import { plot } from './formulations/plot.js';
import { keyOf, type Row, rowIn } from './formulations/row.js';
import { apartTable, pairs, runtimeTable, structureTable, treatmentTable } from './formulations/tables.js';
import { machine } from './machine.js';
import { surrogateOf } from './surrogates.js';

const shipped = ['mnist-tanh-128', 'mnist-tanh-512', 'mnist-relu-128x3'];
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'out/formulations' },
    problems: { type: 'string', default: 'mnist,scopf' },
    networks: { type: 'string', default: shipped.map((name) => join(packageRoot, 'models', name)).join(',') },
    sizes: { type: 'string', default: '100x3,500x5' },
    formulations: { type: 'string', default: 'auto,reduced,partial,full' },
    solvers: { type: 'string', default: 'interior-point,ipopt' },
    samples: { type: 'string', default: '6' },
    tol: { type: 'string', default: '1e-6' },
    'max-time': { type: 'string', default: '300' },
    relu: { type: 'string', default: 'complementarity' },
    json: { type: 'boolean', default: false },
  },
});

mkdirSync(flags.out, { recursive: true });
const log = join(flags.out, 'rows.jsonl');
const rows: Row[] = existsSync(log)
  ? readFileSync(log, 'utf8')
      .split('\n')
      .flatMap((line) => rowIn(line))
  : [];
const known = new Set(rows.map(keyOf));
if (flags.relu !== 'complementarity' && flags.relu !== 'continuation')
  throw new Error(`--relu ${flags.relu}, expected complementarity or continuation`);
const relu = flags.relu;

type Case = Pick<Row, 'problem' | 'network' | 'parameters' | 'formulation' | 'solver' | 'sample'>;

/** Solves unless that was done, and notes what came of it. */
async function measure(own: Case, stated: () => Model): Promise<void> {
  if (known.has(keyOf(own))) return;
  const row: Row = { ...own, ...(await measured(own, stated)) };
  rows.push(row);
  appendFileSync(log, `${JSON.stringify(row)}\n`);
  process.stderr.write(`${keyOf(row)}: ${row.status}, ${row.seconds?.total.toFixed(1) ?? '–'} s\n`);
}

async function measured({ solver }: Case, stated: () => Model): Promise<Omit<Row, keyof Case>> {
  const before = process.cpuUsage();
  try {
    const limits = { tol: Number(flags.tol), max_wall_time: Number(flags['max-time']) };
    const found = await solve(stated(), { solver: solver as 'interior-point' | 'ipopt', ...limits });
    const { status, message, objective, networkError, iterations, sizes, errors, seconds, network } = found;
    const { total, oracle, linear } = seconds;
    const { user, system } = process.cpuUsage(before);
    return {
      status,
      message,
      objective,
      networkError,
      iterations,
      sizes: { ...sizes },
      errors: { ...errors },
      seconds: { total, oracle, linear },
      processor: (user + system) / 1e6,
      engine: network?.engine,
    };
  } catch (error) {
    return { status: 'refused', message: (error as Error).message };
  }
}

/** The affine layer in the middle of a network. */
function middleLayer({ nodes }: Network): string {
  const affine = nodes.filter(({ op }) => op.kind === 'affine');
  return affine[Math.floor(affine.length / 2)]!.layer;
}

const problems = flags.problems.split(',');
const formulations = flags.formulations.split(',') as Formulation[];
const solvers = flags.solvers.split(',');
if (problems.includes('mnist')) {
  const data = requireData('mnist');
  const { images } = readImages(data);
  const labels = readLabels(data);
  const [first, last = first] = flags.samples.split('-').map(Number) as [number, number?];
  for (const path of flags.networks.split(',')) {
    const network = await loadNetwork(path);
    const kinked = !network.nodes.every(({ op }) => isSmooth(op));
    for (const formulation of formulations)
      for (const solver of solvers)
        for (let sample = first; sample <= last; sample++) {
          const image = Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (v) => v / 255);
          await measure(
            {
              problem: 'mnist',
              network: basename(path),
              parameters: network.parameters,
              formulation: kinked && formulation === 'full' ? `full, ${relu}` : formulation,
              solver,
              sample,
            },
            () =>
              adversarialImage({
                network,
                image,
                target: TARGETS[labels[sample]!]!,
                formulation,
                ...(formulation === 'partial' && { layers: [middleLayer(network)] }),
                ...(kinked && formulation === 'full' && { relu }),
              }).model,
          );
        }
  }
}
if (problems.includes('scopf') && findData('scopf') !== undefined) {
  const grid = readPsse(requireData('scopf'));
  for (const size of flags.sizes.split(',')) {
    const surrogate = await surrogateOf(size, grid.buses.length);
    for (const formulation of formulations)
      for (const solver of solvers)
        await measure(
          {
            problem: 'scopf',
            network: surrogate.name,
            parameters: surrogate.parameters,
            formulation,
            solver,
            sample: 0,
          },
          () =>
            scopf(grid, {
              response: 'linear',
              contingencyLimits: false,
              frequencyLimit: 59.4,
              surrogate,
              formulation: formulation === 'partial' ? 'lifted' : formulation,
            }).model,
        );
  }
}
await shutdown();

const text = [
  `${machine()}; f64, tol ${flags.tol}, time limit ${flags['max-time']} s.`,
  structureTable(rows),
  runtimeTable(rows),
  treatmentTable(rows),
  apartTable(pairs(rows), 1e-6),
].filter((own) => own !== '');
writeWhole(join(flags.out, 'tables.md'), `${text.join('\n\n')}\n`);
writeWhole(join(flags.out, 'plot.svg'), plot(rows));
if (flags.json) process.stdout.write(`${JSON.stringify({ machine: machine(), rows })}\n`);
else process.stdout.write(`${text.join('\n\n')}\n`);
