import { InputError } from '../core/errors.js';
import { isNumbers, noOptions, numbersOf, optionsOf } from '../core/given.js';
import { requireNetwork } from './given.js';
import type { Network } from './graph.js';

/** The inputs that a network has learned from, in the units in which it is used: with `scaling`, those of the data. */
export interface TrainingRange {
  /** Least and greatest value of each input; infinite where the network does not look at it. */
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
  /** Samples, each with a number for each input. */
  readonly samples?: readonly ArrayLike<number>[];
}

const known = new WeakMap<Network, TrainingRange>();

/** What is known of the inputs that `net` has learned from: from its card (`card.json`), or by {@link setTrainingRange}. */
export const trainingRange = (net: Network): TrainingRange | undefined => known.get(net);

/**
 * Says what `net` has learned from. A solve then tells where its inputs lie outside, and `network(net, x, { range: 'keep' })` keeps
 * them within. Throws {@link InputError} for lists that do not fit the network's inputs.
 */
export function setTrainingRange(net: Network, range: TrainingRange): void;
export function setTrainingRange(net: Network, range: TrainingRange, ...more: unknown[]): void {
  noOptions(more, 'setTrainingRange');
  requireNetwork(net, 'setTrainingRange');
  const where = `the training range of '${net.name}'`;
  const { lower, upper, samples } = optionsOf(range, where, ['lower', 'upper', 'samples']);
  const length = net.inputSize;
  const own = {
    lower: numbersOf(lower, `${where}: lower`, { length, range: 'bound' }),
    upper: numbersOf(upper, `${where}: upper`, { length, range: 'bound' }),
  };
  const odd = own.lower.findIndex((low, i) => low > own.upper[i]!);
  if (odd >= 0)
    throw new InputError(
      `${where}: lower[${odd}] = ${own.lower[odd]} is above upper[${odd}] = ${own.upper[odd]}`,
    );
  if (samples !== undefined && !Array.isArray(samples))
    throw new InputError(`${where}: samples is no list of lists of ${length} numbers`);
  const rows = samples?.map((row, k) => numbersOf(row, `${where}: samples[${k}]`, { length }));
  known.set(net, { ...own, ...(rows && rows.length > 0 && { samples: rows }) });
}

/** An input outside of what was learned from. */
export interface Outside {
  readonly input: number;
  readonly value: number;
  /** How far beyond, in widths of the input's range; ∞ where it never moved. */
  readonly times: number;
}

/** Inputs further outside than rounding, the farthest first. */
export function outside({ lower, upper }: TrainingRange, values: ArrayLike<number>): Outside[] {
  const found: Outside[] = [];
  for (let input = 0; input < lower.length; input++) {
    const [value, low, high] = [values[input]!, lower[input]!, upper[input]!];
    const beyond = Math.max(low - value, value - high);
    if (!(beyond > 1e-6 * Math.max(1, Math.abs(value)))) continue;
    found.push({ input, value, times: high > low ? beyond / (high - low) : Number.POSITIVE_INFINITY });
  }
  return found.sort((a, b) => b.times - a.times);
}

/** The sample nearest by its farthest input, in widths of ranges; undefined where none are known. */
export function nearestSample(
  { lower, upper, samples }: TrainingRange,
  values: ArrayLike<number>,
): { readonly sample: number; readonly distance: number } | undefined {
  let best: { readonly sample: number; readonly distance: number } | undefined;
  samples?.forEach((own, sample) => {
    let distance = 0;
    for (let i = 0; i < own.length; i++) {
      const width = upper[i]! - lower[i]!;
      if (width > 0 && Number.isFinite(width))
        distance = Math.max(distance, Math.abs(own[i]! - values[i]!) / width);
    }
    if (best === undefined || distance < best.distance) best = { sample, distance };
  });
  return best;
}

/**
 * The range that a card states: `inputs`, a list of `{ lower, upper, used? }`, or `range`, `{ lower, upper }` of numbers or lists; `samples`
 * where it has them. Undefined where it states none; a text where what it states does not fit.
 */
export function rangeOfCard(card: unknown, inputs: number): TrainingRange | string | undefined {
  if (typeof card !== 'object' || card === null) return undefined;
  const { inputs: list, range, samples } = card as Readonly<Record<string, unknown>>;
  const ends = (side: 'lower' | 'upper'): unknown[] | undefined => {
    if (Array.isArray(list))
      return list.map((own) => (own as Readonly<Record<string, unknown>> | null)?.[side]);
    const own = (range as Readonly<Record<string, unknown>> | undefined)?.[side];
    if (typeof own === 'number') return Array.from({ length: inputs }, () => own);
    return isNumbers(own) ? Array.from(own) : undefined;
  };
  if (!Array.isArray(list) && (typeof range !== 'object' || range === null)) return undefined;
  const [lower, upper] = [ends('lower'), ends('upper')];
  const fits = (side: unknown[] | undefined): side is number[] =>
    side?.length === inputs && side.every((value) => typeof value === 'number' && !Number.isNaN(value));
  if (!fits(lower) || !fits(upper)) return `it states ranges that do not fit ${inputs} inputs`;
  const rows =
    Array.isArray(samples) && samples.every((row) => Array.isArray(row) && fits(row))
      ? (samples as number[][])
      : undefined;
  return { lower, upper, ...(rows && { samples: rows }) };
}
