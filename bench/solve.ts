// The adversarial image, sample 6 → 9: whole solves beside Ipopt with MUMPS and a PyTorch oracle, in turns in one run.
//   node dist/bench/solve.js [--tol 1e-6] [--runs 5] [--network DIR …] [--python python3] [--json]
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { loadNetwork, shutdown, solve } from '../index.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readImages } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { machine, median } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    tol: { type: 'string', default: '1e-6' },
    runs: { type: 'string', default: '5' },
    network: {
      type: 'string',
      multiple: true,
      default: ['mnist-tanh-128', 'mnist-tanh-512'].map((name) => join(packageRoot, 'models', name)),
    },
    python: { type: 'string', default: 'python3' },
    option: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

interface Run {
  readonly status: string | number;
  readonly iterations: number;
  readonly objective: number;
  readonly total: number;
  readonly oracle: number;
  /** Linear algebra; unknown inside Ipopt. */
  readonly linear?: number;
}

const tol = Number(flags.tol);
const data = requireData('mnist');
const extra = Object.fromEntries(flags.option.map((text) => text.split('=') as [string, string]));

async function ours(folder: string, formulation: 'reduced' | 'lifted'): Promise<Run> {
  const network = await loadNetwork(folder);
  const image = Float64Array.from(readImages(data).images.subarray(6 * 784, 7 * 784), (v) => v / 255);
  const { model } = adversarialImage({ network, image, target: 9, formulation });
  const { status, iterations, objective, seconds } = await solve(model, { tol, ...extra });
  return {
    status,
    iterations,
    objective,
    total: seconds.total,
    oracle: seconds.oracle,
    linear: seconds.linear,
  };
}

/** One run of the peer, or undefined where Python, PyTorch or libipopt is missing. */
function peer(folder: string): Run | undefined {
  const script = join(packageRoot, 'bench', 'peers', 'ipopt_torch.py');
  try {
    const text = execFileSync(
      flags.python,
      [
        script,
        '--network',
        folder,
        '--data',
        join(data, '..'),
        '--samples',
        '6',
        '--target',
        '9',
        '--tol',
        String(tol),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const { status, iterations, objective, seconds } = JSON.parse(text);
    const oracle = seconds.value + seconds.jacobian + seconds.hessian;
    return { status, iterations, objective, total: seconds.total, oracle };
  } catch (error) {
    const lines = String((error as { stderr?: string }).stderr ?? error)
      .trim()
      .split('\n');
    console.error(`bench/peers/ipopt_torch.py did not run: ${lines.at(-1)}`);
    return undefined;
  }
}

/** The run of median total time. */
const typical = (runs: readonly Run[]): Run =>
  [...runs].sort((a, b) => a.total - b.total)[(runs.length - 1) >> 1]!;

const rows: (string | number)[][] = [];
const record: unknown[] = [];
for (const folder of flags.network) {
  const name = folder.split(/[\\/]/).filter(Boolean).at(-1)!;
  const first = await ours(folder, 'reduced');
  const mine: Run[] = [];
  const lifted: Run[] = [];
  const theirs: Run[] = [];
  for (let run = 0; run < Number(flags.runs); run++) {
    // The caches are the peer's by now; it compiles nothing either while it is timed.
    await ours(folder, 'reduced');
    mine.push(await ours(folder, 'reduced'));
    lifted.push(await ours(folder, 'lifted'));
    const other = peer(folder);
    if (other) theirs.push(other);
  }
  const show = (solver: string, run: Run): (string | number)[] => {
    const perIteration = 1000 / Math.max(1, run.iterations);
    const rest = run.total - run.oracle - (run.linear ?? 0);
    return [
      name,
      solver,
      String(run.status),
      run.iterations,
      run.objective.toFixed(6),
      run.total.toFixed(3),
      (run.total * perIteration).toFixed(2),
      (run.oracle * perIteration).toFixed(2),
      run.linear === undefined ? '' : (run.linear * perIteration).toFixed(2),
      (rest * perIteration).toFixed(2),
      `${((100 * rest) / run.total).toFixed(1)} %`,
    ];
  };
  rows.push(
    show('graybox', typical(mine)),
    show('graybox, first in its process', first),
    show('graybox, lifted', typical(lifted)),
  );
  if (theirs.length > 0) rows.push(show('Ipopt + MUMPS + PyTorch', typical(theirs)));
  const faster = (runs: readonly Run[]): number | undefined =>
    theirs.length > 0 ? median(theirs.map((run, k) => run.total / runs[k]!.total)) : undefined;
  const [ratio, liftedRatio] = [faster(mine), faster(lifted)];
  if (ratio !== undefined)
    rows.push([
      name,
      `${ratio.toFixed(1)} times faster in total, ${liftedRatio!.toFixed(1)} times lifted: median of ${theirs.length} pairs`,
    ]);
  record.push({ network: name, first, ours: mine, lifted, peer: theirs, ratio, liftedRatio });
}
await shutdown();
if (flags.json) console.log(JSON.stringify({ machine: machine(), tol, record }));
else
  console.log(
    `${machine()}; f64, tol ${tol}, image 6 → 9; milliseconds per iteration\n\n${table(
      [
        'network',
        'solver',
        'status',
        'iterations',
        'objective',
        'seconds',
        'ms/iter',
        'oracle',
        'linear',
        'rest',
        'rest',
      ],
      rows,
    )}`,
  );
