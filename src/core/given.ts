import { InputError } from './errors.js';
import { nearest } from './nearest.js';

/** Which numbers may stand somewhere; NaN never may, but among `any`. */
export type Range = 'finite' | 'bound' | 'any';

const inRange: { readonly [R in Range]: (value: number) => boolean } = {
  finite: Number.isFinite,
  bound: (value) => !Number.isNaN(value),
  any: () => true,
};

/** A value in messages, whatever it is; short. */
export function told(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
    case 'bigint':
      return `the BigInt ${String(value).slice(0, 40)}`;
    case 'function':
      return 'a function';
    case 'object':
      if (isLost(value)) return 'an array whose memory was given away';
      return value === null ? 'null' : isArray(value) ? 'an array' : 'an object';
    default:
      return String(value);
  }
}

/** A number that a caller gave; anything else is refused, `where` says what for. Text is no number. */
export function numberOf(value: unknown, where: string, range: Range = 'finite'): number {
  if (typeof value === 'number' && inRange[range](value)) return value;
  const wanted = range === 'finite' ? 'a finite number' : 'a number';
  throw new InputError(`${where} is ${told(value)}, not ${wanted}`);
}

/** A whole number from `least` on. */
export function wholeOf(value: unknown, where: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  const upTo = most < Number.MAX_SAFE_INTEGER ? ` and ≤ ${most}` : '';
  throw new InputError(`${where} is ${told(value)}, not a whole number ≥ ${least}${upTo}`);
}

/** Also for proxies that are gone. */
function isArray(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** True for arrays and typed arrays of numbers. */
export function isNumbers(value: unknown): value is ArrayLike<number> {
  if (isArray(value)) return true;
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !is64(value) && !isLost(value);
}

/** Whether it is a typed array whose memory was transferred. */
function isLost(value: unknown): boolean {
  if (!ArrayBuffer.isView(value) || value.byteLength > 0 || value instanceof DataView) return false;
  try {
    (value as Uint8Array).values();
    return false;
  } catch {
    return true;
  }
}

const is64 = (value: ArrayBufferView): boolean =>
  value instanceof BigInt64Array || value instanceof BigUint64Array;

/** How many numbers an array must hold, and which. */
export interface Wanted {
  readonly length?: number;
  readonly range?: Range;
}

/** Refuses what is neither an array nor a typed array of `length` entries; the entries are not looked at. */
export function checkLength(
  value: unknown,
  where: string,
  length: number | undefined,
): asserts value is ArrayLike<unknown> {
  if (!isNumbers(value)) throw new InputError(`${where} is ${told(value)}, not an array of numbers`);
  if (length !== undefined && value.length !== length)
    throw new InputError(`${where} has ${value.length} numbers, expected ${length}`);
}

/** A copy of an array of numbers that a caller gave; holes, text and numbers out of range are refused by their place. */
export function numbersOf(
  value: unknown,
  where: string,
  { length, range = 'finite' }: Wanted = {},
): Float64Array {
  checkLength(value, where, length);
  const out = new Float64Array(value.length);
  const fits = inRange[range];
  for (let k = 0; k < out.length; k++) {
    const entry = value[k];
    if (typeof entry !== 'number' || !fits(entry)) numberOf(entry, `${where}[${k}]`, range);
    out[k] = entry as number;
  }
  return out;
}

/** One number for all of `length` places, or an array with one each; undefined where nothing is given. */
export function spreadOf(
  value: unknown,
  length: number,
  where: string,
  range: Range = 'finite',
): Float64Array | undefined {
  if (value === undefined) return undefined;
  if (!isNumbers(value)) return new Float64Array(length).fill(numberOf(value, where, range));
  return numbersOf(value, where, { length, range });
}

/** The entries of an array or another iterable that is no text. */
export function listOf<T>(value: Iterable<T>, where: string): T[] {
  const iterable =
    typeof value === 'object' &&
    value !== null &&
    !isLost(value) &&
    (isArray(value) || typeof value[Symbol.iterator] === 'function');
  if (!iterable) throw new InputError(`${where} is ${told(value)}, not an array`);
  return [...value];
}

/** Options of a call: an object, or nothing; of other names than `names`, where these are given, it has none. */
export function optionsOf<T extends object>(
  value: T | undefined,
  where: string,
  names?: readonly (keyof T & string)[],
): T {
  if (value === undefined) return {} as T;
  if (typeof value !== 'object' || value === null || isArray(value))
    throw new InputError(`${where}: the options are ${told(value)}, not an object`);
  const stranger = names && Object.keys(value).find((name) => !(names as readonly string[]).includes(name));
  if (names && stranger !== undefined) {
    const near = nearest(stranger, names);
    throw new InputError(
      `${where}: unknown option ${told(stranger)}; ${near ? `did you mean '${near}'?` : `there is ${names.join(', ')}`}`,
    );
  }
  return value;
}

/** Refuses options of a call that knows none; other arguments behind its own, as `map` gives them, do not matter. */
export function noOptions(more: readonly unknown[], where: string): void {
  if (more.some((own) => typeof own === 'object' && own !== null && !isArray(own)))
    throw new InputError(`${where} takes no options`);
}

/** An object that a caller gave. */
export function recordOf<T extends object>(value: T, where: string): T {
  if (typeof value === 'object' && value !== null && !isArray(value)) return value;
  throw new InputError(`${where} is ${told(value)}, not an object`);
}

/** An object that has these parts, objects themselves. */
export function partsOf<T extends object>(value: T, where: string, parts: readonly (keyof T & string)[]): T {
  const own = recordOf(value, where);
  const missing = parts.find((part) => typeof own[part] !== 'object' || own[part] === null);
  if (missing !== undefined) throw new InputError(`${where} has no '${missing}'`);
  return own;
}

/** A name: text that is not empty. */
export function nameOf(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '')
    throw new InputError(`${where} needs a name that is a non-empty text`);
  return value;
}

/** A function, or nothing. */
export function functionOf<F>(value: F, where: string): F {
  if (value === undefined || typeof value === 'function') return value;
  throw new InputError(`${where} is ${told(value)}, not a function`);
}

/** True or false, or nothing. */
export function flagOf(value: boolean | undefined, where: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new InputError(`${where} is ${told(value)}, not true or false`);
}

/** The bytes of a file. */
export function bytesOf(value: unknown, where: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new InputError(`${where}: ${told(value)} is no Uint8Array of bytes`);
}

/** Text. */
export function textOf(value: unknown, where: string): string {
  if (typeof value === 'string') return value;
  throw new InputError(`${where}: ${told(value)} is no text`);
}
