// The paper's two tables for the adversarial image, structure and runtime, by network, formulation and solver.
//   node dist/bench/formulations.js --out FOLDER [--networks DIR,…] [--formulations auto,reduced,lifted,full]
//     [--solvers interior-point,ipopt] [--samples 6 or 0-19] [--tol 1e-6] [--max-time 300]
// Each solve is a line of FOLDER/rows.jsonl, failures too; one that stands there is not repeated, so that a run may be ended
// and gone on with. Writes tables.md and plot.svg beside it.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Formulation, loadNetwork, shutdown, solve } from '../index.js';
import { writeWhole } from '../runtime/node/draft.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readImages, readLabels } from '../scenarios/mnist/idx.js';
import { adversarialImage } from '../scenarios/mnist/problem.js';
import { TARGETS } from '../scenarios/mnist/targets.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';

const shipped = ['mnist-tanh-128', 'mnist-tanh-512', 'mnist-relu-128x3'];
const { values: flags } = parseArgs({
  options: {
    out: { type: 'string', default: 'out/formulations' },
    networks: { type: 'string', default: shipped.map((name) => join(packageRoot, 'models', name)).join(',') },
    formulations: { type: 'string', default: 'auto,reduced,lifted,full' },
    solvers: { type: 'string', default: 'interior-point,ipopt' },
    samples: { type: 'string', default: '6' },
    tol: { type: 'string', default: '1e-6' },
    'max-time': { type: 'string', default: '300' },
  },
});

interface Row {
  readonly network: string;
  readonly parameters: number;
  readonly formulation: string;
  readonly solver: string;
  readonly sample: number;
  /** The solver's, or `refused` with why. */
  readonly status: string;
  readonly message: string;
  readonly objective?: number;
  readonly networkError?: number | undefined;
  readonly iterations?: number;
  readonly sizes?: Readonly<Record<string, number>>;
  readonly seconds?: { readonly total: number; readonly oracle: number; readonly linear: number };
  readonly engine?: string | undefined;
}

/** A run that was killed may leave half a line behind. */
function rowIn(line: string): Row[] {
  try {
    return line.trim() === '' ? [] : [JSON.parse(line) as Row];
  } catch {
    return [];
  }
}

const keyOf = ({
  network,
  formulation,
  solver,
  sample,
}: Omit<Row, 'parameters' | 'status' | 'message'>): string =>
  [network, formulation, solver, sample].join(' ');

mkdirSync(flags.out, { recursive: true });
const log = join(flags.out, 'rows.jsonl');
const rows: Row[] = existsSync(log)
  ? readFileSync(log, 'utf8')
      .split('\n')
      .flatMap((line) => rowIn(line))
  : [];
const known = new Set(rows.map(keyOf));

const data = requireData('mnist');
const { images } = readImages(data);
const labels = readLabels(data);
const [first, last = first] = flags.samples.split('-').map(Number) as [number, number?];
for (const path of flags.networks.split(',')) {
  const network = await loadNetwork(path);
  for (const formulation of flags.formulations.split(',') as Formulation[])
    for (const solver of flags.solvers.split(',') as ('interior-point' | 'ipopt')[])
      for (let sample = first; sample <= last; sample++) {
        const own = { network: basename(path), parameters: network.parameters, formulation, solver, sample };
        if (known.has(keyOf(own))) continue;
        const row: Row = { ...own, ...(await measured(sample)) };
        rows.push(row);
        appendFileSync(log, `${JSON.stringify(row)}\n`);
        process.stderr.write(`${keyOf(row)}: ${row.status}, ${row.seconds?.total.toFixed(1) ?? '–'} s\n`);

        async function measured(sample: number): Promise<Omit<Row, keyof typeof own>> {
          const image = Float64Array.from(images.subarray(784 * sample, 784 * (sample + 1)), (v) => v / 255);
          try {
            const target = TARGETS[labels[sample]!]!;
            const { model } = adversarialImage({ network, image, target, formulation });
            const limits = { tol: Number(flags.tol), max_wall_time: Number(flags['max-time']) };
            const {
              status,
              message,
              objective,
              networkError,
              iterations,
              sizes,
              seconds,
              network: told,
            } = await solve(model, { solver, ...limits });
            const { total, oracle, linear } = seconds;
            const engine = told?.engine;
            const found = { objective, networkError, iterations, sizes: { ...sizes } };
            return { status, message, ...found, seconds: { total, oracle, linear }, engine };
          } catch (error) {
            return { status: 'refused', message: (error as Error).message };
          }
        }
      }
}
await shutdown();

const none = '–';
const share = (part: number | undefined, whole: number | undefined): string =>
  part === undefined || !whole ? none : `${((100 * part) / whole).toFixed(0)} %`;
const structure = [...new Map(rows.map((row) => [`${row.network} ${row.formulation}`, row])).values()].map(
  ({ network, parameters, formulation, sizes }) => [
    network,
    parameters,
    formulation,
    sizes?.['variables'] ?? none,
    sizes?.['constraints'] ?? none,
    sizes?.['jacobianNonzeros'] ?? none,
    sizes?.['hessianNonzeros'] ?? none,
  ],
);
const runtime = rows.map(({ network, formulation, solver, engine, sample, status, ...own }) => [
  network,
  formulation,
  solver,
  engine ?? none,
  sample,
  status,
  own.objective?.toPrecision(7) ?? none,
  own.networkError?.toExponential(1) ?? none,
  own.iterations ?? none,
  own.seconds?.total.toFixed(2) ?? none,
  own.seconds && own.iterations ? (own.seconds.total / own.iterations).toFixed(3) : none,
  share(own.seconds?.oracle, own.seconds?.total),
  share(own.seconds?.linear, own.seconds?.total),
]);
const text = [
  `${machine()}; f64, tol ${flags.tol}, time limit ${flags['max-time']} s.`,
  markdown(['network', 'parameters', 'formulation', 'variables', 'rows', 'Jacobian', 'Hessian'], structure),
  markdown(
    [
      ...['network', 'formulation', 'solver', 'engine', 'sample', 'status', 'objective', 'network error'],
      ...['iterations', 'seconds', 's/iteration', 'oracle', 'linear solver'],
    ],
    runtime,
  ),
];
writeWhole(join(flags.out, 'tables.md'), `${text.join('\n\n')}\n`);
writeWhole(join(flags.out, 'plot.svg'), plot(rows));
process.stdout.write(`${text.join('\n\n')}\n`);

/** Seconds over parameters, both logarithmic: a line for each formulation and solver, hollow where it was not solved. */
function plot(all: readonly Row[]): string {
  const timed = all.filter(({ seconds }) => seconds !== undefined);
  const [width, height, edge] = [640, 420, 56];
  const scale = (values: readonly number[], low: number, high: number) => {
    const logs = values.map(Math.log10);
    const [least, most] = [Math.min(...logs, 0) - 0.1, Math.max(...logs, 1) + 0.1];
    return (value: number): number => low + ((Math.log10(value) - least) / (most - least)) * (high - low);
  };
  const x = scale(
    timed.map(({ parameters }) => parameters),
    edge,
    width - 150,
  );
  const y = scale(
    timed.map(({ seconds }) => seconds!.total),
    height - edge,
    20,
  );
  const series = [...new Set(timed.map(({ formulation, solver }) => `${formulation}, ${solver}`))];
  const colours = ['#1f77b4', '#d62728', '#2ca02c', '#9467bd', '#ff7f0e', '#8c564b', '#17becf', '#7f7f7f'];
  const marks = timed.map((row) => {
    const colour = colours[series.indexOf(`${row.formulation}, ${row.solver}`) % colours.length]!;
    const fill = row.status === 'optimal' ? colour : 'white';
    return `<circle cx="${x(row.parameters).toFixed(1)}" cy="${y(row.seconds!.total).toFixed(1)}" r="4" fill="${fill}" stroke="${colour}"/>`;
  });
  const key = series.map(
    (name, k) =>
      `<text x="${width - 140}" y="${30 + 18 * k}" fill="${colours[k % colours.length]}">${name}</text>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<rect width="${width}" height="${height}" fill="white"/>
<path d="M${edge} 20V${height - edge}H${width - 150}" fill="none" stroke="black"/>
<text x="${(width - 100) / 2}" y="${height - 16}" text-anchor="middle">parameters (log)</text>
<text transform="translate(18 ${height / 2}) rotate(-90)" text-anchor="middle">seconds (log)</text>
${[...marks, ...key].join('\n')}
</svg>
`;
}
