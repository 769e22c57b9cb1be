// The Hessian of a network in f32 with y and J in f64, beside f64 throughout: answers, iterations and time of the oracle over
// images, in turn.
//   node dist/bench/mixed.js [--samples 0-99] [--network DIR] [--engine onnx] [--tol 1e-8] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { isSolved, loadNetwork, shutdown, solve } from '../index.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';

const { values: flags } = parseArgs({
  options: {
    samples: { type: 'string', default: '0-99' },
    network: { type: 'string', default: join(packageRoot, 'models', 'mnist-tanh-128') },
    engine: { type: 'string', default: 'onnx' },
    tol: { type: 'string', default: '1e-8' },
    json: { type: 'boolean', default: false },
  },
});

/** One precision over all samples. */
export interface MixedRow {
  readonly precision: 'f64' | 'mixed';
  readonly solved: number;
  readonly samples: number;
  readonly iterations: number;
  /** Milliseconds of the oracle an iteration. */
  readonly oracle: number;
}

/** Objectives of both precisions that differ by no more, relative to their size, are one answer. */
const SAME = 1e-6;

const data = requireData('mnist');
const { images } = readImages(data);
const labels = readLabels(data);
const network = await loadNetwork(flags.network);
const [first, last = first] = flags.samples.split('-').map(Number) as [number, number?];
const precisions = ['f64', 'mixed'] as const;

async function solved(sample: number, precision: (typeof precisions)[number]) {
  const image = Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (v) => v / 255);
  const { model } = adversarialImage({ network, image, target: TARGETS[labels[sample]!]! });
  return solve(model, { tol: Number(flags.tol), engine: flags.engine as 'onnx', precision });
}

const found = {
  f64: [] as Awaited<ReturnType<typeof solved>>[],
  mixed: [] as Awaited<ReturnType<typeof solved>>[],
};
for (const precision of precisions) await solved(first, precision);
for (let sample = first; sample <= last; sample++)
  for (const precision of precisions) found[precision].push(await solved(sample, precision));
await shutdown();

const rows = precisions.map((precision): MixedRow => {
  const runs = found[precision];
  const iterations = runs.reduce((sum, run) => sum + run.iterations, 0);
  return {
    precision,
    solved: runs.filter(({ status }) => isSolved(status)).length,
    samples: runs.length,
    iterations,
    oracle: (1000 * runs.reduce((sum, { seconds }) => sum + seconds.oracle, 0)) / Math.max(1, iterations),
  };
});
const different = found.f64.flatMap(({ objective }, k) =>
  Math.abs(found.mixed[k]!.objective - objective) <= SAME * Math.max(1, Math.abs(objective))
    ? []
    : [first + k],
);
if (flags.json)
  console.log(
    JSON.stringify({ machine: machine(), network: network.name, tol: Number(flags.tol), rows, different }),
  );
else
  console.log(
    `${machine()}; ${network.name}, ${flags.engine}, tol ${flags.tol}, samples ${flags.samples}\n\n${markdown(
      ['H', 'solved', 'iterations', 'oracle, ms an iteration'],
      rows.map((row) => [
        row.precision,
        `${row.solved} of ${row.samples}`,
        row.iterations,
        row.oracle.toFixed(2),
      ]),
    )}\n\nother answers: ${different.length === 0 ? 'none' : `samples ${different.join(', ')}`}`,
  );
