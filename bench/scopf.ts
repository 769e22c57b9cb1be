// The secured power flow of 37 buses in the form of arXiv 2509.22462 with frequency surrogates of growing size, and what
// surrogates make of the limit.
//   node dist/bench/scopf.js [--size 100x3 --size 500x5 …] [--formulation reduced --formulation full] [--max-time 300] [--json]
// Networks that are not shipped are untrained: their inputs are scaled by the card of 100×3, outputs lie about the mean.
import { parseArgs } from 'node:util';
import {
  dense,
  isSolved,
  type Network,
  readPsse,
  type SecuredOptions,
  scopf,
  shutdown,
  solve,
} from '../index.js';
import { requireData } from '../scenarios/data.js';
import type { SurrogateCard } from '../scenarios/scopf/card.js';
import { rangeOf } from '../scenarios/scopf/range.js';
import { machine } from './machine.js';
import { markdown } from './markdown.js';
import { type SizeRow, sizesTable } from './scopf-sizes.js';
import { cardOf, meanFrequency, surrogateOf, trainedSizes } from './surrogates.js';

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
  const trained = trainedSizes.includes(size);
  const surrogate = await surrogateOf(size, grid.buses.length);
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
          await surrogateOf(size, grid.buses.length),
          `scopf-tanh-${size}`,
          load,
          within,
          cardOf(size),
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
