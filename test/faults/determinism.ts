import { createHash } from 'node:crypto';
import { solve } from '../../api/solve.js';
import { network as constrainByNetwork, Model, multiply, power, subtract, sum } from '../../index.js';
import { Runtime } from '../../runtime/node/runtime.js';
import { smallNetwork } from '../oracle/networks.js';
import { nearest } from '../pool/problem.js';

/** A problem of the suite: made anew for every solve. */
export interface Repeated {
  readonly name: string;
  readonly make: () => Model;
  /** Engines that compute it; none where no network is in it. */
  readonly engines: readonly Engine[];
}

const engines = ['wasm', 'onnx', 'reference'] as const;
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
  { name: 'one dense front of 260', make: () => dense(260), engines: [] },
  { name: 'a network in full space', make: lifted, engines: [] },
  { name: 'a small network', make: () => nearest(0.5).model, engines },
  { name: 'a wider network', make: () => nearest(0.35, smallNetwork(40, 90, 3)).model, engines },
];

/** All bits of a result that may not differ between runs. */
export async function bitsOf(
  { make }: Repeated,
  engine: Engine | undefined,
  threads: number | undefined,
  runtime: Runtime,
): Promise<string> {
  const { status, x, multipliers, objective, iterations, kernels } = await solve(make(), {
    runtime,
    ...(engine && { engine }),
    ...(threads !== undefined && engine === 'onnx' && { threads }),
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

/** Solves every problem with every engine `runs` times, `together` at once, with 1 and 2 threads where an engine has threads. */
export async function repeat(
  runs: number,
  together: number,
  only: (problem: Repeated) => boolean = () => true,
): Promise<Found[]> {
  const found: Found[] = [];
  const runtime = new Runtime({ threads: together });
  try {
    for (const problem of repeated.filter(only))
      for (const engine of problem.engines.length > 0 ? problem.engines : [undefined])
        for (const threads of engine === 'onnx' ? [1, 2] : [undefined]) {
          const results = new Set<string>();
          for (let done = 0; done < runs; done += together) {
            const batch = Array.from({ length: Math.min(together, runs - done) }, () =>
              bitsOf(problem, engine, threads, runtime),
            );
            for (const bits of await Promise.all(batch)) results.add(bits);
          }
          const name = [problem.name, engine, threads && `${threads} threads`].filter(Boolean).join(', ');
          const [bits] = results;
          const digest = createHash('sha256').update(bits!).digest('hex').slice(0, 8);
          const first = [...bits!.split('\n').slice(0, 3), digest].join(', ');
          found.push({ name, runs, results: results.size, first });
        }
  } finally {
    await runtime.close();
  }
  return found;
}
