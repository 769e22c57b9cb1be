// Bounds of networks over boxes: whether they hold, what one costs, how they compare, what they prove.
//   node dist/bench/bounds.js [--networks 150] [--values 1000000] [--samples 0-19 | none] [--network DIR] [--python python3]
// Values are sampled in random dense networks over random boxes, half of them cut by an ℓ1 ball, often at their corners; each
// must lie within its bounds. Seconds are processor time of a bound. auto_LiRPA is asked for 784-128-10, the first and the last
// layer of the shipped network. Certificates are of the adversarial images `--samples` for `--network`. Exit code 1 where a value lies outside.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  bounds,
  type DenseLayer,
  dense,
  evaluate,
  isSolved,
  loadNetwork,
  type Network,
  shutdown,
  solve,
} from '../index.js';
import { modelFolder } from '../models/index.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { attackFreeRadius } from '../scenarios/mnist/certificate.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { machine, median } from './machine.js';
import { markdown } from './markdown.js';

const { values: flags } = parseArgs({
  options: {
    networks: { type: 'string', default: '150' },
    values: { type: 'string', default: '1000000' },
    samples: { type: 'string', default: '0-19' },
    network: { type: 'string', default: modelFolder('mnist-tanh-128') },
    python: { type: 'string', default: 'python3' },
  },
});

/** Uniform in [0, 1), xorshift32. */
function stream(seed: number): () => number {
  let state = (seed * 2654435761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

type Activation = NonNullable<DenseLayer['activation']>;

const activations: readonly Activation[] = [
  ...(['tanh', 'relu', 'sigmoid', 'softplus', 'swish', 'gelu', 'geluTanh', 'softsign', 'mish'] as const),
  ...(['selu', 'relu6', 'hardSigmoid', 'exp', 'erf', 'sin', 'cos', 'atan', 'abs', 'linear'] as const),
  { name: 'elu', alpha: 1.3 },
  { name: 'leakyRelu', alpha: 0.2 },
];

const tensor = (shape: readonly number[], next: () => number) => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, next),
});

function drawn(seed: number): Network {
  const next = stream(seed);
  const whole = (most: number): number => 1 + Math.floor(next() * most);
  const sizes = Array.from({ length: 2 + whole(4) }, () => whole(24));
  const layers = sizes.slice(1).map((outputs, k) => {
    const inputs = sizes[k]!;
    const W = tensor([inputs, outputs], () => ((2 * next() - 1) * 2) / Math.sqrt(inputs));
    const b = tensor([outputs], () => next() - 0.5);
    const last = k === sizes.length - 2;
    const activation = last
      ? next() < 0.5
        ? 'softmax'
        : 'linear'
      : activations[whole(activations.length) - 1]!;
    return { W, b, activation };
  });
  return dense(layers, { name: `drawn ${seed}` });
}

function contained(): { readonly values: number; readonly outside: number } {
  const [count, wanted] = [Number(flags.networks), Number(flags.values)];
  let [values, outside] = [0, 0];
  for (let seed = 1; seed <= count; seed++) {
    const net = drawn(seed);
    const next = stream(seed + 7919);
    const n = net.inputSize;
    const radius = 10 ** (2 * next() - 1.5);
    const center = Float64Array.from({ length: n }, () => 2 * next() - 1);
    const [lower, upper] = [center.map((c) => c - radius * next()), center.map((c) => c + radius * next())];
    const norm1 = seed % 2 === 0 ? radius * (0.5 + next()) : undefined;
    const found = bounds(net, { lower, upper, center, ...(norm1 !== undefined && { norm1 }) });
    for (const end = Math.ceil((wanted * seed) / count); values < end; ) {
      const x = lower.map((low, i) => {
        const t = next();
        return low + (upper[i]! - low) * (next() < 0.5 ? Math.round(t) : t);
      });
      const away = x.reduce((sum, value, i) => sum + Math.abs(value - center[i]!), 0);
      const back = norm1 === undefined ? 1 : Math.min(1, norm1 / away);
      const y = evaluate(
        net,
        x.map((value, i) => center[i]! + back * (value - center[i]!)),
      );
      for (let k = 0; k < y.length; k++, values++)
        if (!(y[k]! >= found.lower[k]! && y[k]! <= found.upper[k]!)) outside++;
    }
  }
  return { values, outside };
}

const data = requireData('mnist');
const { images } = readImages(data);
const labels = readLabels(data);
const imageAt = (sample: number): Float64Array =>
  Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (pixel) => pixel / 255);

/** Processor milliseconds of a bound. */
function cost(net: Network, norm1: number | undefined): number {
  const image = imageAt(6);
  const box =
    norm1 === undefined
      ? { lower: image.map((v) => v - 0.01), upper: image.map((v) => v + 0.01) }
      : { lower: 0, upper: 1, center: image, norm1 };
  for (let k = 0; k < 5; k++) bounds(net, box);
  const before = process.cpuUsage();
  const times = 20;
  for (let k = 0; k < times; k++) bounds(net, box);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / times;
}

type Affine = Extract<Network['nodes'][number]['op'], { readonly kind: 'affine' }>;

/** The first and the last layer of a network, before its softmax. */
function shallow({ nodes }: Network): readonly [Affine, Affine] {
  const affine = nodes.flatMap(({ op }) => (op.kind === 'affine' ? [op] : []));
  return [affine[0]!, affine.at(-1)!];
}

/** W as rows, and b. */
function rowsOf({ weight: { shape, data }, bias }: Affine): [number[][], number[]] {
  const [inputs, outputs] = shape as [number, number];
  const row = (_: unknown, i: number): number[] => Array.from(data.subarray(i * outputs, (i + 1) * outputs));
  return [Array.from({ length: inputs }, row), Array.from(bias!.data)];
}

/** Widths of ours over auto_LiRPA's, or why there are none. */
function beside(deep: Network): string {
  const layers = shallow(deep);
  const net = dense(
    layers.map(({ weight, bias }, k) => ({ W: weight, b: bias!, activation: k === 0 ? 'tanh' : 'linear' })),
  );
  const image = imageAt(6);
  const [lower, upper] = [image.map((v) => v - 0.01), image.map((v) => v + 0.01)];
  const own = bounds(net, { lower, upper });
  const script = fileURLToPath(new URL('bench/peers/lirpa_bounds.py', `file://${packageRoot}/`));
  const ran = spawnSync(flags.python, [script], {
    input: JSON.stringify({
      activation: 'tanh',
      layers: layers.map(rowsOf),
      lower: [...lower],
      upper: [...upper],
    }),
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (ran.status !== 0)
    return `auto_LiRPA did not run: ${ran.stderr?.trim().split('\n').at(-1) ?? ran.error?.message}`;
  const theirs = JSON.parse(ran.stdout.slice(ran.stdout.indexOf('{'))) as {
    lower: number[];
    upper: number[];
    version: string;
  };
  const ratios = theirs.lower.map((low, k) => (own.upper[k]! - own.lower[k]!) / (theirs.upper[k]! - low));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return `784-128-10, tanh, ε = 0.01, image 6: width of each output's bounds over that by auto_LiRPA ${theirs.version} (CROWN): ${mean.toFixed(4)} in the mean, ${Math.max(...ratios).toFixed(4)} at most`;
}

async function certificates(net: Network): Promise<string> {
  const { name } = net;
  const [first, last = first] = flags.samples.split('-').map(Number) as [number, number?];
  const rows: (string | number)[][] = [];
  const shares: number[] = [];
  for (let sample = first; sample <= last; sample++) {
    const image = imageAt(sample);
    const target = TARGETS[labels[sample]!]!;
    const { model } = adversarialImage({ network: net, image, target });
    const { status, objective } = await solve(model, { tol: 1e-6 });
    if (!isSolved(status)) {
      rows.push([sample, target, status, '–', '–', '–']);
      continue;
    }
    const before = process.cpuUsage();
    const { radius, bounds: count } = attackFreeRadius(net, image, target, objective);
    const { user, system } = process.cpuUsage(before);
    shares.push(radius / objective);
    const percent = `${((100 * radius) / objective).toFixed(0)} %`;
    rows.push([
      sample,
      target,
      objective.toFixed(3),
      radius.toFixed(3),
      percent,
      ((user + system) / 1000 / count).toFixed(1),
    ]);
    process.stderr.write(`${name}, image ${sample}: ${percent}\n`);
  }
  const middle = shares.length > 0 ? `${(100 * median(shares)).toFixed(0)} %` : '–';
  return [
    `Certificates, ${name}: no attack is closer than the proved share of the found distance, ${middle} in the median of ${shares.length} images.`,
    markdown(['image', 'target', 'found', 'proved', 'share', 'ms a bound'], rows),
  ].join('\n\n');
}

const { values, outside } = contained();
const tanh = await loadNetwork(modelFolder('mnist-tanh-128'));
const relu = await loadNetwork(`${packageRoot}/models/mnist-relu-128x3`);
const timed = [tanh, relu].flatMap((net) =>
  [undefined, 0.5, 2].map((norm1) => [
    net.name,
    norm1 === undefined ? 'box, ε = 0.01' : `ball, ρ = ${norm1}`,
    cost(net, norm1).toFixed(1),
  ]),
);
const text = [
  `${machine()}; f64, inner bounds from products in f32 with their error.`,
  `${values} sampled outputs of ${flags.networks} random networks over boxes, every other one cut by an ℓ1 ball: ${outside} outside their bounds.`,
  markdown(['network', 'region', 'processor ms a bound'], timed),
  beside(tanh),
  ...(flags.samples === 'none' ? [] : [await certificates(await loadNetwork(flags.network))]),
];
await shutdown();
process.stdout.write(`${text.join('\n\n')}\n`);
process.exitCode = outside > 0 ? 1 : 0;
