// The secured power flow of 37 buses in the form of arXiv 2509.22462 with frequency surrogates of growing size, and what
// surrogates make of the limit.
//   node dist/bench/scopf.js [--size 100x3 --size 500x5 …] [--formulation reduced --formulation full] [--max-time 300] [--json]
// Networks that are not shipped are untrained: their inputs are scaled by the card of 100×3, outputs lie about the mean.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  dense,
  isSolved,
  loadNetwork,
  type Network,
  readPsse,
  type SecuredOptions,
  scopf,
  shutdown,
  solve,
} from '../index.js';
import { random } from '../models/train/random.js';
import { packageRoot, requireData } from '../scenarios/data.js';
import { readCard, type SurrogateCard } from '../scenarios/scopf/card.js';
import { readNpy } from '../scenarios/scopf/npy.js';
import { rangeOf } from '../scenarios/scopf/range.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';
import { type SizeRow, sizesTable } from './scopf-sizes.js';

const { values: flags } = parseArgs({
  options: {
    size: { type: 'string', multiple: true, default: ['100x3', '500x5', '1000x7'] },
    formulation: { type: 'string', multiple: true, default: ['reduced', 'full'] },
    'max-time': { type: 'string', default: '300' },
    json: { type: 'boolean', default: false },
  },
});

const LIMIT = 59.4;
const paper: SecuredOptions = { response: 'linear', contingencyLimits: false, frequencyLimit: LIMIT };

export interface SurrogateRow {
  readonly surrogate: string;
  readonly load: number;
  readonly within: boolean;
  /** Hz, on samples it never saw. */
  readonly heldOut: number | null;
  readonly without: number;
  readonly with: number | null;
  /** $/h per Hz. */
  readonly price: number | null;
  readonly status: string;
}

const folder = requireData('scopf');
const grid = readPsse(folder);
const shipped = (size: string): string => join(packageRoot, 'models', `scopf-tanh-${size}`);
const trainedSizes = ['100x3', '500x5'];
const cardOf = (size: string): SurrogateCard => readCard(shipped(size))!;

/** Mean of all samples, Hz, and their deviation. */
function meanFrequency(): { readonly mean: number; readonly deviation: number } {
  const { data } = readNpy(join(folder, '10_10_freq_output_v2.npy'));
  const mean = data.reduce((sum, f) => sum + f, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, f) => sum + (f - mean) ** 2, 0) / data.length) };
}

/** Random weights; inputs standardized by the card's ranges, outputs about the mean of the samples. */
function untrained(nodes: number, layers: number): Network {
  const { inputs } = cardOf('100x3');
  const { mean, deviation } = meanFrequency();
  const widths = [inputs.length, ...Array<number>(layers - 2).fill(nodes), grid.buses.length];
  const stream = random(1);
  return dense(
    widths.slice(1).map((width, k) => {
      const inner = widths[k]!;
      const last = k === layers - 2;
      const scale = Math.sqrt(1 / inner) * (last ? deviation : 1);
      const W = Float64Array.from({ length: inner * width }, () => scale * stream.normal());
      const b = new Float64Array(width).fill(last ? mean : 0);
      if (k === 0)
        for (const [i, { lower, upper, used }] of inputs.entries()) {
          const middle = (lower + upper) / 2;
          const width0 = (upper - lower) / Math.sqrt(12);
          for (let j = 0; j < width; j++) {
            W[i * width + j] = used ? W[i * width + j]! / width0 : 0;
            b[j]! -= W[i * width + j]! * middle;
          }
        }
      return {
        W: { shape: [inner, width], data: W },
        b: { shape: [width], data: b },
        activation: last ? ('linear' as const) : ('tanh' as const),
      };
    }),
    { name: `scopf-tanh-${nodes}x${layers}, untrained` },
  );
}

const constant = (): Network =>
  dense(
    [
      {
        W: {
          shape: [cardOf('100x3').inputs.length, grid.buses.length],
          data: new Float64Array(cardOf('100x3').inputs.length * grid.buses.length),
        },
        b: {
          shape: [grid.buses.length],
          data: new Float64Array(grid.buses.length).fill(meanFrequency().mean),
        },
      },
    ],
    { name: 'constant' },
  );

const sizes: SizeRow[] = [];
for (const size of flags.size) {
  const [nodes, layers] = size.split('x').map(Number) as [number, number];
  const trained = trainedSizes.includes(size);
  const surrogate = trained ? await loadNetwork(shipped(size)) : untrained(nodes, layers);
  for (const formulation of flags.formulation as ('reduced' | 'full')[]) {
    const { model } = scopf(grid, { ...paper, surrogate, formulation });
    const solution = await solve(model, { tol: 1e-6, max_wall_time: Number(flags['max-time']) });
    const { status, objective, iterations, seconds } = solution;
    const { variables, hessianNonzeros } = solution.sizes;
    sizes.push({
      size,
      parameters: surrogate.parameters,
      trained,
      formulation,
      status,
      objective,
      iterations,
      seconds,
      variables,
      hessianNonzeros,
    });
    console.error(
      `${size} ${formulation}: ${status}, ${iterations} iterations, ${seconds.total.toFixed(1)} s`,
    );
  }
}

async function valued(
  surrogate: Network,
  name: string,
  load: number,
  within: boolean,
  card: SurrogateCard | undefined,
): Promise<SurrogateRow> {
  const how = { ...paper, load, ...(within && { within: rangeOf(cardOf('100x3')) }) };
  const options = { bound_relax_factor: 0, max_wall_time: Number(flags['max-time']) };
  const without = await solve(scopf(grid, how).model, options);
  const { model, frequency } = scopf(grid, { ...how, surrogate });
  const solution = await solve(model, options);
  const solved = isSolved(solution.status);
  const price = frequency!.rows.reduce((sum, row) => sum - solution.multiplier(row), 0);
  console.error(`${name}, load ${load}: ${solution.status}`);
  return {
    surrogate: name,
    load,
    within,
    heldOut: card?.heldOut.rmse ?? null,
    without: without.objective,
    with: solved ? solution.objective : null,
    price: solved ? price : null,
    status: solution.status,
  };
}

const surrogates: SurrogateRow[] = [];
if (flags.size.includes('100x3')) {
  surrogates.push(await valued(constant(), 'the mean of the samples', 1, false, undefined));
  for (const [load, within] of [
    [0.97, true],
    [1, false],
  ] as const)
    for (const size of trainedSizes)
      surrogates.push(
        await valued(
          await loadNetwork(shipped(size)),
          `scopf-tanh-${size}`,
          load,
          within,
          readCard(shipped(size)),
        ),
      );
}
await shutdown();

if (flags.json) console.log(JSON.stringify({ machine: machine(), sizes, surrogates }));
else {
  console.log(`${machine()}; f64\n\nThe paper's form, limit ${LIMIT} Hz, load 1, tol 1e-6\n`);
  console.log(sizesTable(sizes));
  console.log(`\nWhat a surrogate makes of the limit\n`);
  console.log(
    markdown(
      ['surrogate', 'held out, mHz', 'load', 'outputs', '$/h without the limit', 'with it', '$/h per Hz'],
      surrogates.map((row) => [
        row.surrogate,
        row.heldOut === null ? '–' : (1000 * row.heldOut).toFixed(1),
        row.load,
        row.heldOut === null ? '–' : row.within ? 'within the samples' : 'extrapolated',
        row.without.toFixed(2),
        row.with?.toFixed(2) ?? row.status,
        row.price?.toFixed(0) ?? '–',
      ]),
    ),
  );
}
