import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { InputError, readJson } from '../../index.js';

/** What a network that foretells frequencies says about itself: `card.json` beside it. */
export interface SurrogateCard {
  readonly name: string;
  readonly grid: string;
  /** Names and ranges of the inputs in MW and MVAr, in order; `used`: whether the network looks at it. */
  readonly inputs: readonly {
    readonly name: string;
    readonly lower: number;
    readonly upper: number;
    readonly moving: boolean;
    readonly used: boolean;
  }[];
  /** Errors on samples that the training never saw, in Hz: root of the mean square. */
  readonly heldOut: {
    readonly rows: number;
    readonly rmse: number;
    readonly mean: number;
    readonly linear: number;
  };
  /** The same for samples around answers, which were added to the training: see `graybox train scopf --around`. */
  readonly near?: {
    readonly around: string;
    readonly rows: number;
    readonly rmse: number;
    readonly mean: number;
  };
  /** Errors over folds of the samples, each held out once. */
  readonly folds: readonly number[];
  /** Range of what networks from several seeds foretell at one dispatch, Hz. */
  readonly disagreement: { readonly at: string; readonly seeds: number; readonly hertz: number };
  readonly training: Readonly<Record<string, string | number>>;
  readonly sha256: Readonly<Record<string, string>>;
}

/** How many times better than the mean a network must be on samples it never saw. */
export const LEAST_GAIN = 3;

/** Whether the card says that the network knows something. */
export const isInformative = ({ heldOut }: SurrogateCard): boolean =>
  LEAST_GAIN * heldOut.rmse <= heldOut.mean;

/** The card beside a network; undefined where there is none. Throws {@link InputError} for one that says too little. */
export function readCard(network: string): SurrogateCard | undefined {
  const folder = network.replace(/[\\/]?model\.json$/, '') || '.';
  const file = join(folder, 'card.json');
  if (!existsSync(file)) return undefined;
  const card = readJson(file) as Partial<SurrogateCard> | null;
  const numbers = (...values: unknown[]): boolean => values.every((value) => Number.isFinite(value));
  const { heldOut, inputs } = card ?? {};
  if (!heldOut || !numbers(heldOut.rmse, heldOut.mean, heldOut.linear))
    throw new InputError(`${file}: its held-out errors (heldOut: rmse, mean, linear) are missing`);
  if (
    !Array.isArray(inputs) ||
    !inputs.every(
      (own) => typeof own?.name === 'string' && numbers(own.lower, own.upper) && own.lower <= own.upper,
    )
  )
    throw new InputError(`${file}: the ranges of its inputs (name, lower, upper) are missing`);
  return card as SurrogateCard;
}
