// How long a solve keeps the main thread from other work: the widest gap between ticks of a timer of 1 ms while solves run.
//   node dist/bench/gap.js [--terms 200000] [--network DIR] [--runs 3] [--json]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { loadNetwork, Model, multiply, power, shutdown, solve, sum } from '../index.js';
import { packageRoot } from '../scenarios/data.js';
import { drawnDigit } from '../scenarios/mnist/digit.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { machine } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    terms: { type: 'string', default: '200000' },
    network: { type: 'string', default: join(packageRoot, 'models', 'mnist-tanh-512') },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});

/** Milliseconds; the least over the runs of the widest gap of each, by the clock and by processor time of the thread. */
export interface GapRow {
  readonly problem: string;
  readonly seconds: number;
  readonly wall: number;
  /** What other processes take does not count; absent where the system does not tell it. */
  readonly processor?: number;
}

/** Milliseconds this thread has computed (Linux). */
function computed(): number | undefined {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
}

async function measure(problem: string, make: () => Model): Promise<GapRow> {
  let [seconds, wall, processor] = [Infinity, Infinity, Infinity];
  for (let run = 0; run < Number(flags.runs); run++) {
    const model = make();
    let last = { clock: performance.now(), own: computed() };
    let widest = { wall: 0, processor: 0 };
    const look = (): void => {
      const now = { clock: performance.now(), own: computed() };
      widest = {
        wall: Math.max(widest.wall, now.clock - last.clock),
        processor: Math.max(widest.processor, (now.own ?? Number.NaN) - (last.own ?? Number.NaN)),
      };
      last = now;
    };
    const timer = setInterval(look, 1);
    const begin = performance.now();
    await solve(model, { tol: 1e-6, max_iter: 100 });
    look();
    clearInterval(timer);
    seconds = Math.min(seconds, (performance.now() - begin) / 1000);
    wall = Math.min(wall, widest.wall);
    processor = Math.min(processor, widest.processor);
  }
  return { problem, seconds, wall, ...(Number.isFinite(processor) && { processor }) };
}

const network = await loadNetwork(flags.network);
const { pixels } = drawnDigit();
const terms = Number(flags.terms);
const rows = [
  await measure(
    `${network.name}, drawn digit`,
    () => adversarialImage({ network, image: pixels, target: 9 }).model,
  ),
  await measure(`${terms} terms and rows`, () => {
    const model = new Model('large');
    const x = [...model.variables('x', terms, { lower: -2, upper: 2, start: 0.5 })];
    for (let k = 1; k < terms; k++) model.constrain(multiply(x[k - 1]!, x[k]!), { upper: 1.5 });
    model.minimize(sum(x.map((own) => power(own, 2))));
    return model;
  }),
];
await shutdown();
if (flags.json) console.log(JSON.stringify({ machine: machine(), rows }));
else
  console.log(
    `${machine()}; milliseconds, least of ${flags.runs} runs\n\n${table(
      ['problem', 'seconds', 'widest gap', 'by processor time'],
      rows.map(({ problem, seconds, wall, processor }) => [
        problem,
        seconds.toFixed(2),
        wall.toFixed(1),
        processor?.toFixed(1) ?? '–',
      ]),
    )}`,
  );
