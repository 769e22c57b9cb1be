import type { InputError } from '../../core/errors.js';

/** What a file does not say of a network's inputs and outputs. */
export interface NetworkEnds {
  /** Lengths of axes that the file leaves open, by their names or as `INPUT.AXIS`, the batch counted as axis 0. */
  readonly shapes?: Readonly<Record<string, number>>;
  /** Inputs by name, in the order in which `x` holds them. Default: the file's. */
  readonly inputs?: readonly string[];
  /** Outputs by name, in the order in which `y` holds them. Default: all floats, in the file's order. */
  readonly outputs?: readonly string[];
}

type Fail = (problem: string) => InputError;

const listed = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Places of the inputs in the order asked for; all of them must be named. */
export function chosenInputs(
  names: readonly string[],
  order: readonly string[] | undefined,
  fail: Fail,
): readonly number[] {
  if (order === undefined) return names.map((_, k) => k);
  const missing = names.find((name) => !order.includes(name));
  const found = places('input', names, order, fail);
  if (missing !== undefined) throw fail(`input "${missing}" is not among the inputs given; name all of them`);
  if (new Set(order).size < order.length) throw fail(`inputs: a name occurs twice in ${listed(order)}`);
  return found;
}

/** Places of the outputs that are asked for. */
export const chosenOutputs = (
  names: readonly string[],
  chosen: readonly string[] | undefined,
  fail: Fail,
): readonly number[] =>
  chosen === undefined ? names.map((_, k) => k) : places('output', names, chosen, fail);

const places = (
  what: string,
  names: readonly string[],
  wanted: readonly string[],
  fail: Fail,
): readonly number[] =>
  wanted.map((name) => {
    const at = names.indexOf(name);
    if (at < 0) throw fail(`has no ${what} "${name}"; it has ${listed(names)}`);
    return at;
  });

/** The length that is given for an open axis of an input under one of its names; undefined where none is. */
export function lengthGiven(
  { shapes = {} }: NetworkEnds,
  keys: readonly (string | undefined)[],
  fail: Fail,
): number | undefined {
  const own = keys.find((key) => key !== undefined && key !== '' && Object.hasOwn(shapes, key));
  if (own === undefined) return undefined;
  const length = shapes[own]!;
  if (!Number.isSafeInteger(length) || length < 1)
    throw fail(`shapes: "${own}" is ${length}, expected a whole number above 0`);
  return length;
}

/** Fails for a length given to an axis that is not open: `open` are all names that there are. */
export function checkLengths({ shapes = {} }: NetworkEnds, open: readonly string[], fail: Fail): void {
  for (const key of Object.keys(shapes))
    if (!open.includes(key)) throw fail(`shapes: no open axis is called "${key}"`);
}
