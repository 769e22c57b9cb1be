// The adversarial image over many samples: status, objective, iterations, beside a reference file where there is one.
//   node dist/bench/mnist.js [--samples 0-99] [--network DIR] [--reference FILE] [--tol 1e-8] [--solver interior-point] [--json]
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../cli/table.js';
import { isSolved, loadNetwork, type Solution, shutdown, solve } from '../index.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { machine, median } from './machine.js';

const { values: flags } = parseArgs({
  options: {
    samples: { type: 'string', default: '0-19' },
    network: { type: 'string', default: join(packageRoot, 'models', 'mnist-tanh-128') },
    reference: { type: 'string' },
    tol: { type: 'string', default: '1e-8' },
    solver: { type: 'string', default: 'interior-point' },
    option: { type: 'string', multiple: true, default: [] },
    json: { type: 'boolean', default: false },
  },
});

interface Reference {
  readonly sample: number;
  readonly objective: number;
  readonly iterations: number;
}

interface Row
  extends Pick<Solution, 'status' | 'objective' | 'iterations' | 'seconds' | 'errors' | 'evaluations'> {
  readonly sample: number;
  readonly label: number;
  readonly target: number;
  readonly reference: Reference | undefined;
}

const data = requireData('mnist');
const { images } = readImages(data);
const labels = readLabels(data);
const network = await loadNetwork(flags.network);
const beside = flags.reference ?? join(flags.network, 'reference.json');
const references: Reference[] = existsSync(beside) ? JSON.parse(readFileSync(beside, 'utf8')) : [];
const extra = Object.fromEntries(
  flags.option.map((text) => {
    const [name, value] = text.split('=') as [string, string];
    return [name, Number.isNaN(Number(value)) ? value : Number(value)];
  }),
);

const [first, last = first] = flags.samples.split('-').map(Number) as [number, number?];
const record: Row[] = [];
for (let sample = first; sample <= last; sample++) {
  const image = Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (v) => v / 255);
  const target = TARGETS[labels[sample]!]!;
  const { model } = adversarialImage({ network, image, target });
  const { status, objective, iterations, seconds, errors, evaluations } = await solve(model, {
    tol: Number(flags.tol),
    solver: flags.solver as 'interior-point' | 'ipopt',
    ...extra,
  });
  const reference = references.find((entry) => entry.sample === sample);
  record.push({
    sample,
    label: labels[sample]!,
    target,
    status,
    objective,
    iterations,
    evaluations,
    seconds,
    errors,
    reference,
  });
}
await shutdown();

const compared = record.filter((row) => row.reference !== undefined);
const worse = (row: Row): number => row.objective / row.reference!.objective - 1;
const judgement = {
  solved: record.filter((row) => isSolved(row.status)).length,
  of: record.length,
  factorizationsPerIteration:
    record.reduce((sum, { evaluations }) => sum + evaluations.factorizations, 0) /
    Math.max(
      1,
      record.reduce((sum, { iterations }) => sum + iterations, 0),
    ),
  medianIterations: median(record.map((row) => row.iterations)),
  medianSeconds: median(record.map((row) => row.seconds.total)),
  ...(compared.length > 0 && {
    sameOrBetter: compared.filter((row) => worse(row) <= 1e-5).length,
    worstRelative: Math.max(...compared.map(worse)),
    medianReferenceIterations: median(compared.map((row) => row.reference!.iterations)),
  }),
};
if (flags.json)
  console.log(JSON.stringify({ machine: machine(), tol: Number(flags.tol), judgement, record }));
else {
  console.log(`${machine()}; ${network.name}, f64, tol ${flags.tol}, ${flags.solver}\n`);
  console.log(
    table(
      [
        'sample',
        'label → target',
        'status',
        'objective',
        'iterations',
        'factorizations',
        'seconds',
        'reference',
        'its iterations',
      ],
      record.map((row) => [
        row.sample,
        `${row.label} → ${row.target}`,
        row.status,
        row.objective.toFixed(6),
        row.iterations,
        row.evaluations.factorizations,
        row.seconds.total.toFixed(3),
        row.reference?.objective.toFixed(6) ?? '',
        row.reference?.iterations ?? '',
      ]),
    ),
  );
  console.log(
    `\n${Object.entries(judgement)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n')}`,
  );
}
