import { InputError } from '../core/errors.js';
import { noOptions, told } from '../core/given.js';
import type { Expression } from '../model/expression.js';
import { Model } from '../model/model.js';
import { VariableArray } from '../model/variables.js';
import type { Network } from '../network/graph.js';
import type { TrainingRange } from '../network/training.js';
import { forward, outputValues } from './forward.js';
import type { PieceRows } from './kinks.js';

/** One `y = NN(x)` of a model. */
export interface NetworkUse {
  /** Name of the outputs. */
  readonly name: string;
  /** The network as a function of its inputs here, whatever rows or gray boxes state it. */
  readonly network: Network;
  /** The network as it was given, before numbers among its inputs, scaling and the like became part of it. */
  readonly original?: Network;
  /** Columns of x and y. */
  readonly inputs: Int32Array;
  readonly outputs: Int32Array;
  readonly formulation: 'reduced' | 'lifted' | 'partial' | 'full';
  /** What stands for it among `model.grayBoxes`; none in full space. */
  readonly box?: unknown;
  /** Gray boxes before that one, between layers that are exposed. */
  readonly boxes?: readonly unknown[];
  /**
   * Whether its gray box takes second derivatives at kinks as zero. `settle`: a solve smooths its kinks less and less, then holds
   * the pieces that were found.
   */
  readonly kinks: 'refuse' | 'allow' | 'settle';
  /** What enters it as it was given, and what that was in training, where this is known. */
  readonly entering?: readonly Expression[];
  readonly training?: TrainingRange;
  /** Why the rows hold for a y somewhat away from NN(x), where they do; for messages. */
  readonly relaxation?: string;
}

const uses = new WeakMap<Model, NetworkUse[]>();

export function addUse(model: Model, use: NetworkUse): void {
  const known = uses.get(model);
  if (known) known.push(use);
  else uses.set(model, [use]);
}

/** Rows and columns of a use, first and end. */
export interface UsePlace {
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
}

const places = new WeakMap<NetworkUse, UsePlace>();

/** Says where the use that was added last stands, and what enters it of what was trained with. */
export function placeUse(
  model: Model,
  place: UsePlace,
  known: Pick<NetworkUse, 'entering' | 'training'> = {},
): void {
  const own = uses.get(model);
  const last = own?.pop();
  if (!own || !last) return;
  const use = { ...last, ...known };
  own.push(use);
  places.set(use, place);
}

/**
 * Takes a network out of a model again: the rows of all uses whose outputs `y` holds are withdrawn, variables of their layers
 * too. The outputs stay as plain variables between their bounds, for the rows that use them. Throws {@link InputError} where
 * `y` is not what `network` returned.
 */
export function removeNetwork(y: VariableArray): void;
export function removeNetwork(y: VariableArray, ...more: unknown[]): void {
  noOptions(more, 'removeNetwork');
  const model = y instanceof VariableArray ? y.owner : undefined;
  const columns = new Set(y instanceof VariableArray ? y.elements.map(({ index }) => index) : []);
  const own = model instanceof Model ? (uses.get(model) ?? []) : [];
  const gone = own.filter(({ outputs }) => outputs.every((column) => columns.has(column)));
  const count = gone.reduce((total, { outputs }) => total + outputs.length, 0);
  if (!(model instanceof Model) || count === 0 || count !== columns.size)
    throw new InputError(`removeNetwork: ${told(y)} is not what network(…) returned, or was removed before`);
  for (const use of gone) {
    const { rows, columns: range } = places.get(use)!;
    model.withdraw(...rows, range, new Set(use.outputs));
  }
  uses.set(
    model,
    own.filter((use) => !gone.includes(use)),
  );
  const ranges = gone.map((use) => places.get(use)!.rows);
  const known = continued.get(model);
  if (known === undefined) return;
  const kinks = known.kinks.filter(
    ({ parts }) => !ranges.some(([first, end]) => parts[0]!.product >= first && parts[0]!.product < end),
  );
  continued.set(model, { kinks, notes: own.length > gone.length ? known.notes : [] });
}
/** Kinks of a model that a solve drives to their pieces, and how that is told. */
export interface Continued {
  readonly kinks: PieceRows[];
  readonly notes: string[];
}

const continued = new WeakMap<Model, Continued>();

/** Takes note of kinks whose products of complementarity are driven to 0 when the model is solved. */
export function addContinued(model: Model, kinks: readonly PieceRows[], note: string): void {
  const known = continued.get(model) ?? { kinks: [], notes: [] };
  continued.set(model, known);
  for (const kink of kinks) known.kinks.push(kink);
  if (note !== '') known.notes.push(note);
}

/** The kinks that solves of a model drive to their pieces; undefined where it has none. */
export const continuedKinks = (model: Model): Continued | undefined => continued.get(model);

/** The uses of networks in a model so far, in the order of their calls. */
export const networkUses = (model: Model): readonly NetworkUse[] => [...(uses.get(model) ?? [])];

/** `NN(x)` at the point `x` of the whole model, in f64. */
export const outputsAt = ({ network, inputs }: NetworkUse, x: ArrayLike<number>): Float64Array =>
  outputValues(network, forward(network, at(x, inputs)));

/** Entries of x. */
function at(x: ArrayLike<number>, columns: Int32Array): Float64Array {
  const values = new Float64Array(columns.length);
  for (let k = 0; k < values.length; k++) values[k] = x[columns[k]!]!;
  return values;
}

/** `max |y − NN(x)|` at the point `x` of the whole model, NN computed in f64 with its kinks as they are; ∞ where undefined. */
export function outputError(use: NetworkUse, x: ArrayLike<number>): number {
  const values = outputsAt(use, x);
  const { outputs } = use;
  let largest = 0;
  for (let k = 0; k < values.length; k++) {
    const gap = Math.abs(x[outputs[k]!]! - values[k]!);
    if (Number.isNaN(gap)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, gap);
  }
  return largest;
}
