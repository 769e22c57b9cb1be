import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { solve } from '../../api/solve.js';
import { network as constrainByNetwork, Model, multiply, power, subtract, sum } from '../../index.js';
import { compiled } from '../../runtime/node/compiled.js';
import { openProducts } from '../../runtime/node/products.js';
import { Runtime } from '../../runtime/node/runtime.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from '../pool/problem.js';

/** A problem of the suite: made anew for every solve. */
export interface Repeated {
  readonly name: string;
  readonly make: () => Model;
  /** Engines that compute it; none where no network is in it. */
  readonly engines: readonly Engine[];
  /** Who updates large dense blocks, where that matters. */
  readonly kernels?: readonly ('wasm' | 'auto')[];
}

const engines = [
  'wasm',
  ...(typeof openProducts(1) === 'string' ? [] : ['blas' as const]),
  'onnx',
  'tfjs',
  'reference',
] as const;
type Engine = (typeof engines)[number];

function rosenbrock(n: number): Model {
  const model = new Model('Rosenbrock');
  const x = [...model.variables('x', [n], { start: -1.2 })];
  model.minimize(
    sum(
      x
        .slice(1)
        .flatMap((next, j) => [
          multiply(100, power(subtract(next, power(x[j]!, 2)), 2)),
          power(subtract(x[j]!, 1), 2),
        ]),
    ),
  );
  return model;
}

/** Wide enough for a front that a system BLAS takes. */
function dense(n: number): Model {
  const model = new Model('dense');
  const x = [...model.variables('x', [n], { lower: 0, upper: 3, start: 1 })];
  model.minimize(sum([power(sum(x), 2), ...x.map((v, j) => power(subtract(v, (j % 5) / 2), 4))]));
  return model;
}

function lifted(): Model {
  const net = smallNetwork(6, 12, 2);
  const model = new Model('full space');
  const x = model.variables('x', [net.inputSize], { lower: -1, upper: 1, start: 0.2 });
  const y = constrainByNetwork(net, x, { formulation: 'full' });
  model.minimize(sum([...[...x].map((v) => power(v, 2)), power(subtract(y.at(0), 0.4), 2)]));
  return model;
}

export const repeated: readonly Repeated[] = [
  { name: 'Rosenbrock, 60 variables', make: () => rosenbrock(60), engines: [] },
  { name: 'one dense front of 260', make: () => dense(260), engines: [], kernels: ['wasm', 'auto'] },
  { name: 'a network in full space', make: lifted, engines: [] },
  { name: 'a small network', make: () => nearest(0.5).model, engines },
  { name: 'a wider network', make: () => nearest(0.35, smallNetwork(40, 90, 3)).model, engines },
  {
    name: 'a network whose products are shared by threads',
    make: () => nearest(0.35, smallNetwork(60, 300, 3)).model,
    engines: engines.filter((engine) => engine === 'blas' || engine === 'onnx'),
  },
];

/** How a problem is solved. */
interface Way {
  readonly engine?: Engine;
  readonly threads?: number;
  readonly kernels?: 'wasm' | 'auto';
}

/** All bits of a result that may not differ between runs. */
async function bitsOf(
  make: () => Model,
  { engine, threads, kernels: dense }: Way,
  runtime: Runtime,
): Promise<string> {
  const { status, x, multipliers, objective, iterations, kernels } = await solve(make(), {
    runtime,
    ...(engine && { engine }),
    ...(engine === 'tfjs' && { tol: 1e-5, onRemark: () => {} }),
    ...(threads !== undefined && { threads }),
    ...(dense && { linear_solver_options: { denseKernels: dense } }),
  });
  const hex = (values: Float64Array): string =>
    Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
  return [
    ...[status, iterations, kernels?.join(), hex(Float64Array.of(objective))],
    ...[x, multipliers.constraints, multipliers.lower, multipliers.upper].map(hex),
  ].join('\n');
}

export interface Found {
  readonly name: string;
  readonly runs: number;
  /** Different results; 1 where the suite's promise is kept. */
  readonly results: number;
  /** Status, iterations and kernels of the first, and the beginning of the SHA-256 of its bits. */
  readonly first: string;
}

/** Batches of quadratic programs, beside the problems. */
export const batch = 'a batch of quadratic programs with gradients';

/** Every problem by every engine, with 1 and 2 threads where an engine has threads. */
function waysOf({ engines, kernels }: Repeated): Way[] {
  if (kernels) return kernels.map((own) => ({ kernels: own }));
  if (engines.length === 0) return [{}];
  return engines.flatMap<Way>((engine) =>
    engine === 'onnx' || engine === 'blas' ? [1, 2].map((threads) => ({ engine, threads })) : [{ engine }],
  );
}

/** The bits of a batch of quadratic programs, solved in a thread that shares it with `threads − 1` others. */
function batchBits(threads: number): Promise<string> {
  const worker = new Worker(compiled(import.meta.url, './batch-bits.js'), {
    workerData: threads,
    execArgv: [],
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

/** Runs what gives bits `runs` times, `together` at once. */
async function repeatOne(
  name: string,
  runs: number,
  together: number,
  bits: (run: number) => Promise<string>,
): Promise<Found> {
  const results = new Set<string>();
  for (let done = 0; done < runs; done += together) {
    const length = Math.min(together, runs - done);
    for (const own of await Promise.all(Array.from({ length }, (_, k) => bits(done + k)))) results.add(own);
  }
  const [one] = results;
  const digest = createHash('sha256').update(one!).digest('hex').slice(0, 8);
  return { name, runs, results: results.size, first: [...one!.split('\n').slice(0, 3), digest].join(', ') };
}

/** Solves every problem in every way `runs` times, `together` at once. */
export async function repeat(
  runs: number,
  together: number,
  only: (name: string) => boolean = () => true,
): Promise<Found[]> {
  const found: Found[] = [];
  const runtime = new Runtime({ threads: together });
  try {
    for (const problem of repeated.filter(({ name }) => only(name)))
      for (const way of waysOf(problem)) {
        const { engine, threads, kernels } = way;
        const name = [
          problem.name,
          engine,
          threads && `${threads} threads`,
          kernels && `dense kernels ${kernels}`,
        ]
          .filter(Boolean)
          .join(', ');
        found.push(await repeatOne(name, runs, together, () => bitsOf(problem.make, way, runtime)));
      }
    // The same bits with one thread and with two.
    if (only(batch)) found.push(await repeatOne(batch, runs, together, (run) => batchBits(1 + (run % 2))));
  } finally {
    await runtime.close();
  }
  return found;
}
