// The convolutional network and the small transformer: derivatives beside torch.func on the CPU, and the adversarial image.
//   node dist/bench/images.js [--networks DIR,…] [--engines onnx,wasm] [--samples 0-9 | none] [--threads 1] [--seconds 3]
//     [--python python3 | none] [--max-time 120]
// Milliseconds of y + J + H together, f64: processor time, which other work on the machine disturbs least, and least wall clock.
import { spawnSync } from 'node:child_process';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadNetwork, type Network, shutdown, solve } from '../index.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { derive } from '../src/derive/derive.js';
import type { Order, Slot } from '../src/engine/contract.js';
import { openEngine } from '../src/engine/open.js';
import { byInputs, makeSlot } from '../src/oracle/slot.js';
import '../runtime/node/provide.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';
import { benchmarkPoint } from './networks.js';

const kinds = ['convolution', 'attention'] as const;
const { values: flags } = parseArgs({
  options: {
    networks: {
      type: 'string',
      default: kinds.map((kind) => join(packageRoot, 'models', `mnist-${kind}`)).join(','),
    },
    engines: { type: 'string', default: 'onnx,wasm' },
    samples: { type: 'string', default: '0-9' },
    threads: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '3' },
    python: { type: 'string', default: 'python3' },
    'max-time': { type: 'string', default: '120' },
  },
});
const seconds = Number(flags.seconds);
const threads = Number(flags.threads);

interface Timing {
  readonly least: number;
  readonly cpu: number;
}

async function timed(call: () => void | Promise<void>): Promise<Timing> {
  await call();
  const before = process.cpuUsage();
  const end = performance.now() + 1000 * seconds;
  let [least, count] = [Number.POSITIVE_INFINITY, 0];
  while (count < 3 || performance.now() < end) {
    const start = performance.now();
    await call();
    least = Math.min(least, performance.now() - start);
    count++;
  }
  const { user, system } = process.cpuUsage(before);
  return { least, cpu: (user + system) / 1000 / count };
}

const norm = (numbers: Float64Array): number => Math.sqrt(numbers.reduce((sum, v) => sum + v * v, 0));

interface Measured {
  readonly jacobian: Timing;
  readonly hessian: Timing;
  readonly norms: readonly number[];
}

async function measured(net: Network, engineName: string): Promise<Measured> {
  const programs = derive(net, { through: 'expand' });
  const engine = await openEngine(engineName);
  const executable = await engine.compile(programs, { precision: 'f64', device: 'cpu', threads });
  const shape = { ...executable, accuracy: 0, secondDerivatives: true };
  const out: Slot = { ...makeSlot(shape), ...benchmarkPoint(net.inputSize, net.outputSize) };
  const run = (order: Order): Promise<Timing> => timed(() => executable.evaluate(order, [out]));
  const [jacobian, hessian] = [await run(1), await run(2)];
  const { y, J, H } = byInputs(shape, out);
  await executable.dispose();
  return { jacobian, hessian, norms: [norm(y), norm(J), norm(H)] };
}

interface Peer {
  readonly version: string;
  readonly jacobian: Timing & { readonly by: string };
  readonly hessian: Timing & { readonly by: string };
  readonly norms: readonly number[];
}

function peer(folder: string, net: Network): Peer | string {
  const { x, λ } = benchmarkPoint(net.inputSize, net.outputSize);
  const spec = { folder, kind: basename(folder).replace('mnist-', ''), threads, seconds };
  const ran = spawnSync(flags.python, [join(packageRoot, 'bench', 'peers', 'torch_models.py')], {
    input: JSON.stringify({ ...spec, x: [...x], multipliers: [...λ] }),
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: flags.threads, OPENBLAS_NUM_THREADS: flags.threads },
  });
  if (ran.status !== 0) return ran.stderr?.trim().split('\n').at(-1) ?? ran.error?.message ?? 'no message';
  return JSON.parse(ran.stdout) as Peer;
}

const times = ({ cpu, least }: Timing): string[] => [cpu.toFixed(1), least.toFixed(1)];
const notes: string[] = [];
const derivatives: (string | number)[][] = [];
const attacks: (string | number)[][] = [];
for (const folder of flags.networks.split(',')) {
  const net = await loadNetwork(folder);
  const theirs = flags.python === 'none' ? 'not asked' : peer(folder, net);
  if (typeof theirs === 'string') notes.push(`${net.name}: torch did not run: ${theirs}`);
  else {
    const { jacobian, hessian, version } = theirs;
    derivatives.push([net.name, `torch ${version}, ${jacobian.by}`, 'J', ...times(jacobian), '–']);
    derivatives.push([net.name, `torch ${version}, ${hessian.by}`, 'H', ...times(hessian), '–']);
  }
  for (const engine of flags.engines.split(',')) {
    const own = await measured(net, engine);
    const other = typeof theirs === 'string' ? undefined : theirs;
    const ratio = (mine: Timing, peers: Timing | undefined): string =>
      peers ? (mine.cpu / peers.cpu).toFixed(3) : '–';
    derivatives.push([
      net.name,
      engine,
      'y + J',
      ...times(own.jacobian),
      ratio(own.jacobian, other?.jacobian),
    ]);
    derivatives.push([
      net.name,
      engine,
      'y + J + H',
      ...times(own.hessian),
      ratio(own.hessian, other?.hessian),
    ]);
    if (other?.norms.some((size, k) => Math.abs(size - own.norms[k]!) > 1e-6 * size))
      notes.push(`${net.name}, ${engine}: norms ${own.norms} against torch's ${other.norms}`);
  }
  if (flags.samples !== 'none') await attack(net);
}
await shutdown();

async function attack(net: Network): Promise<void> {
  const data = requireData('mnist');
  const { images } = readImages(data);
  const labels = readLabels(data);
  const [first, last = first] = flags.samples.split('-').map(Number) as [number, number?];
  for (let sample = first; sample <= last; sample++) {
    const image = Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (v) => v / 255);
    const { model } = adversarialImage({ network: net, image, target: TARGETS[labels[sample]!]! });
    const before = process.cpuUsage();
    const {
      status,
      objective,
      networkError,
      iterations,
      seconds: spent,
    } = await solve(model, {
      max_wall_time: Number(flags['max-time']),
    });
    const { user, system } = process.cpuUsage(before);
    const figures = [objective.toFixed(5), networkError?.toExponential(1) ?? '–', iterations];
    const cpu = (user + system) / 1e6;
    attacks.push([net.name, sample, status, ...figures, spent.total.toFixed(1), cpu.toFixed(1)]);
    process.stderr.write(`${net.name}, image ${sample}: ${status}, ${spent.total.toFixed(1)} s\n`);
  }
}

const text = [
  `${machine()}; f64, ${threads} ${threads === 1 ? 'thread' : 'threads'}, milliseconds; the last column is processor time over torch.func's.`,
  markdown(['network', 'by', 'what', 'processor', 'wall clock', 'ratio'], derivatives),
  ...notes,
  ...(attacks.length > 0
    ? [
        'The adversarial image, tol 1e-8, reduced space:',
        markdown(
          ['network', 'image', 'status', 'objective', 'network error', 'iterations', 's', 'processor s'],
          attacks,
        ),
      ]
    : []),
];
process.stdout.write(`${text.join('\n\n')}\n`);
