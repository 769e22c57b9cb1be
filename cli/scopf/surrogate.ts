import { InputError, loadNetwork, type Network } from '../../index.js';
import { isInformative, LEAST_GAIN, readCard, type SurrogateCard } from '../../scenarios/scopf/card.js';
import { networkPath, type SecurityCase } from '../../scenarios/scopf/load-case.js';
import { fittingLoad, type RangeChoice, rangeOf } from '../../scenarios/scopf/range.js';

/** A network that foretells frequencies, what it says of itself, and where it lies. */
export interface Surrogate {
  readonly network: Network;
  readonly card?: SurrogateCard;
  readonly path: string;
}

/** The network that foretells frequencies, with its card; one that does not beat the mean is refused. */
export async function surrogateOf(
  { network: own, grid }: SecurityCase,
  { network: given, force = false }: { readonly network?: string; readonly force?: boolean },
): Promise<Surrogate> {
  const path = given === undefined ? own : networkPath(given);
  if (path === undefined)
    throw new InputError(
      `no network foretells the frequency of grid ${grid.name}: name one with --network, train one with 'graybox train scopf', or give --frequency-limit none`,
    );
  const network = await loadNetwork(path);
  const card = readCard(path);
  if (card && !isInformative(card) && !force)
    throw new InputError(
      `${path}: on samples that it never saw the network errs by ${mHz(card.heldOut.rmse)}, the mean by ${mHz(card.heldOut.mean)}: less than ${LEAST_GAIN} times better, so it knows next to nothing; --force takes it all the same`,
    );
  return { network, ...(card && { card }), path };
}

export const mHz = (hertz: number): string => `${(1000 * hertz).toFixed(1)} mHz`;

/** Bounds on the units' outputs by the card's range, as `--range` asks. */
export function rangeFor(
  { grid }: SecurityCase,
  surrogate: Surrogate | undefined,
  choice: RangeChoice,
  load: number,
  tell: (line: string) => void,
): { readonly within?: ReturnType<typeof rangeOf>; readonly extrapolated: boolean } {
  if (surrogate === undefined) return { extrapolated: false };
  const { card } = surrogate;
  if (card === undefined) {
    if (choice === 'card') throw new InputError('--range card: the network has no card.json beside it');
    tell('Warning: the network has no card: nothing is known of its range and its errors; no range is kept.');
    return { extrapolated: true };
  }
  if (choice === 'none') return { extrapolated: true };
  const { least, most } = fittingLoad(grid, card);
  if (choice === 'auto' && (load < least || load > most)) {
    tell(
      `Warning: at load ${load} this case does not fit the samples of the network, which cover loads of ${least.toFixed(3)} to ${most.toFixed(3)} (try --load ${Math.floor(1000 * most) / 1000}): no range is kept, what rests on the network is extrapolated.`,
    );
    return { extrapolated: true };
  }
  tell("Outputs of units are kept within the range of the network's samples.");
  return { within: rangeOf(card), extrapolated: false };
}
