// Adversarial images solved at the same time on one oracle host, beside one after another: wall-clock
// seconds, seconds of all cores, largest difference of the answers. Engine and precision as a solve takes them unless named.
//   node dist/bench/many.js [--network DIR] [--samples 20] [--concurrency 20] [--engine auto] [--precision f64] [--json]
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import {
  isSolved,
  loadNetwork,
  type ManyItem,
  type ManyOutcome,
  openRuntime,
  type Precision,
  solveMany,
} from '../index.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { machine } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    network: { type: 'string', default: join(packageRoot, 'models', 'mnist-tanh-512') },
    samples: { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '20' },
    engine: { type: 'string', default: 'auto' },
    precision: { type: 'string' },
    tol: { type: 'string', default: '1e-6' },
    json: { type: 'boolean', default: false },
  },
});

const data = requireData('mnist');
const { images } = readImages(data);
const labels = readLabels(data);
const network = await loadNetwork(flags.network);
const items = Array.from({ length: Number(flags.samples) }, (_, k): ManyItem => {
  const image = Float64Array.from(images.subarray(784 * k, 784 * (k + 1)), (v) => v / 255);
  const target = TARGETS[labels[k]!]!;
  return { key: `${k}`, model: () => adversarialImage({ network, image, target }).model };
});

async function timed(concurrency: number, list = items) {
  const runtime = openRuntime({ threads: concurrency });
  try {
    const options = {
      engine: flags.engine as 'auto',
      precision: flags.precision as Precision | undefined,
      tol: Number(flags.tol),
    };
    // Threads, programs and sessions are there before the clock runs.
    await solveMany(list.slice(0, 1), { runtime, options });
    const begin = performance.now();
    const before = process.cpuUsage();
    const outcomes = await solveMany(list, { runtime, concurrency, options });
    const { user, system } = process.cpuUsage(before);
    return { outcomes, seconds: (performance.now() - begin) / 1000, cpu: (user + system) / 1e6 };
  } finally {
    await runtime.close();
  }
}

const solvedOf = (outcomes: readonly ManyOutcome[]): number =>
  outcomes.filter(({ solution }) => solution && isSolved(solution.status)).length;

const alone = await timed(1);
const together = await timed(Number(flags.concurrency));
let difference = 0;
for (const [k, { solution }] of together.outcomes.entries())
  for (const [i, value] of (solution?.x ?? []).entries())
    difference = Math.max(difference, Math.abs(value - (alone.outcomes[k]!.solution?.x[i] ?? Number.NaN)));
const rows = [
  { concurrency: 1, ...alone },
  { concurrency: Number(flags.concurrency), ...together },
].map(({ concurrency, seconds, cpu, outcomes }) => ({
  concurrency,
  seconds,
  cpu,
  solved: solvedOf(outcomes),
  iterations: outcomes.reduce((sum, { solution }) => sum + (solution?.iterations ?? 0), 0),
  oracle: outcomes.reduce((sum, { solution }) => sum + (solution?.seconds.oracle ?? 0), 0),
  linear: outcomes.reduce((sum, { solution }) => sum + (solution?.seconds.linear ?? 0), 0),
}));
const engines = [
  ...new Set(
    together.outcomes.map(({ solution }) => `${solution?.network?.engine} ${solution?.network?.precision}`),
  ),
].join(', ');
const ratio = together.seconds / alone.seconds;
if (flags.json) console.log(JSON.stringify({ machine: machine(), rows, ratio, difference }));
else {
  console.log(`# ${machine()}; ${network.name}, engine ${engines}, ${items.length} images`);
  console.log(
    table(
      ['at a time', 'seconds', 'of all cores', 'solved', 'iterations', 'oracle s', 'linear s'],
      rows.map(({ concurrency, seconds, cpu, solved, iterations, oracle, linear }) => [
        String(concurrency),
        seconds.toFixed(1),
        cpu.toFixed(1),
        String(solved),
        String(iterations),
        oracle.toFixed(1),
        linear.toFixed(1),
      ]),
    ),
  );
  console.log(`ratio ${ratio.toFixed(2)}, largest difference of x ${difference.toExponential(1)}`);
}
