import {
  type Frequency,
  type FrequencySlopes,
  type Network,
  openOracle,
  type SecuredFlow,
  type Solution,
} from '../../index.js';
import type { SurrogateCard } from '../../scenarios/scopf/card.js';
import { nearestSample, type OutOfRange, outOfRange, type Samples } from '../../scenarios/scopf/range.js';

type Inputs = Frequency['inputs'][number];

/** The surrogate's inputs at a solution, MW and MVAr. Variables of the base stand at the same places in all stages. */
const at = (inputs: Inputs, { x }: Solution, base: number): Float64Array =>
  Float64Array.from(inputs, ({ variable, constant = 0 }) =>
    variable === undefined ? constant : base * x[variable.index]!,
  );

/** What the network says beside its rows in the problem. */
export interface Foretold {
  /** Hz, without the limit. */
  readonly lowestBefore: number;
  /** At the solution. */
  readonly slopes: FrequencySlopes;
}

/** Asks the network at the dispatch without the limit, and for its slopes at the answer. */
export async function foretold(
  network: Network,
  frequency: Frequency,
  { network: { base } }: SecuredFlow,
  unlimited: Solution,
  solution: Solution,
  engine: Parameters<typeof openOracle>[1],
): Promise<Foretold> {
  const oracle = await openOracle(network, engine);
  try {
    let lowestBefore = Number.POSITIVE_INFINITY;
    const slopes: ArrayLike<number>[] = [];
    for (const inputs of frequency.inputs) {
      for (const y of await oracle.value(at(inputs, unlimited, base)))
        lowestBefore = Math.min(lowestBefore, y);
      slopes.push((await oracle.jacobian(at(inputs, solution, base))).J);
    }
    return { lowestBefore, slopes };
  } finally {
    await oracle.dispose();
  }
}

/** How far the answer is from what the network was trained on. */
export interface Distance {
  readonly outOfRange: readonly OutOfRange[];
  /** Of the use that is farthest from all samples. */
  readonly nearestSample: { readonly row: number; readonly distance: number } | null;
  readonly lines: readonly string[];
}

const MOST = 10;

export function distanceToSamples(
  card: SurrogateCard,
  samples: Samples | undefined,
  frequency: Frequency,
  { network: { base } }: SecuredFlow,
  solution: Solution,
): Distance {
  const points = frequency.inputs.map((inputs) => ({
    names: inputs.map(({ name }) => name),
    values: at(inputs, solution, base),
  }));
  const seen = new Set<string>();
  const outside = points
    .flatMap(({ names, values }) => outOfRange(card, names, values))
    .filter(({ input }) => !seen.has(input) && seen.add(input));
  const lines: string[] = [];
  if (outside.length > 0) {
    lines.push(
      `${outside.length} input${outside.length === 1 ? '' : 's'} of the network ${outside.length === 1 ? 'lies' : 'lie'} outside its samples:`,
    );
    for (const { input, value, lower, upper, used } of outside.slice(0, MOST))
      lines.push(
        `  ${input} ${value.toFixed(2)}, samples ${lower.toFixed(2)} … ${upper.toFixed(2)}${used ? '' : ' (has no weight)'}`,
      );
    if (outside.length > MOST) lines.push(`  and ${outside.length - MOST} more (result.json)`);
  }
  const nearest =
    samples === undefined
      ? null
      : points
          .map(({ values }) => nearestSample(card, samples, values))
          .reduce((far, each) => (each.distance > far.distance ? each : far));
  if (nearest !== null)
    lines.push(
      `Nearest sample: row ${nearest.row}, ${nearest.distance.toFixed(2)} ranges away in its farthest input.`,
    );
  return { outOfRange: outside, nearestSample: nearest, lines };
}
