import { InputError } from './errors.js';
import { numberOf, optionsOf, told } from './given.js';
import { nearest } from './nearest.js';

export { nearest };

/** One entry of an option table. Type, validation, command-line help and README rows all derive from it. */
export interface Option<T> {
  readonly default: T;
  /** What it does, in a few words. */
  readonly meaning: string;
  /** Where the default comes from. */
  readonly source: string;
  /** Accepted values in words: `> 0`, `yes | no`, `monotone | adaptive`. */
  readonly range: string;
  accepts(value: unknown): value is T;
  /** Reads a value written on a command line; `undefined` where the text has no such meaning. */
  parse(text: string): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: a table mixes options of different types.
export type OptionTable = Readonly<Record<string, Option<any>>>;

/** The values a table describes: `{ tol: number; mu_strategy: 'monotone' | 'adaptive'; … }`. */
export type OptionValues<Table extends OptionTable> = {
  [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

const finite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
const parseNumber = (text: string): unknown => (text.trim() === '' ? undefined : Number(text));

const number = (
  value: number,
  meaning: string,
  source: string,
  range: string,
  inside: (value: number) => boolean,
): Option<number> => ({
  default: value,
  meaning,
  source,
  range,
  accepts: (given): given is number => finite(given) && inside(given),
  parse: parseNumber,
});

/** A finite number > 0. */
export const positive = (value: number, meaning: string, source = ''): Option<number> =>
  number(value, meaning, source, '> 0', (given) => given > 0);

/** A finite number ≥ 0. */
export const nonNegative = (value: number, meaning: string, source = ''): Option<number> =>
  number(value, meaning, source, '≥ 0', (given) => given >= 0);

/** A finite number > 1. */
export const aboveOne = (value: number, meaning: string, source = ''): Option<number> =>
  number(value, meaning, source, '> 1', (given) => given > 1);

/** A number in the closed interval [low, high]. */
export const between = (
  value: number,
  low: number,
  high: number,
  meaning: string,
  source = '',
): Option<number> =>
  number(
    value,
    meaning,
    source,
    `${numberOf(low, 'between: low')} … ${numberOf(high, 'between: high')}`,
    (given) => given >= low && given <= high,
  );

/** A whole number ≥ `least`. */
export const integer = (value: number, meaning: string, source = '', least = 0): Option<number> =>
  number(
    value,
    meaning,
    source,
    `whole number ≥ ${least}`,
    (given) => Number.isSafeInteger(given) && given >= least,
  );

/** One of the given words. */
export const oneOf = <const Word extends string>(
  words: readonly Word[],
  value: NoInfer<Word>,
  meaning: string,
  source = '',
): Option<Word> => ({
  default: value,
  meaning,
  source,
  range: words.join(' | '),
  accepts: (given): given is Word => words.includes(given as Word),
  parse: (text) => text,
});

/** True or false; `yes` and `no` on a command line. */
export const flag = (value: boolean, meaning: string, source = ''): Option<boolean> => ({
  default: value,
  meaning,
  source,
  range: 'yes | no',
  accepts: (given): given is boolean => typeof given === 'boolean',
  parse: (text) => ({ yes: true, true: true, no: false, false: false })[text],
});

function lookUp(table: OptionTable, name: string, owner: string): Option<unknown> {
  if (Object.hasOwn(table, name)) return table[name]!;
  const suggestion = nearest(name, Object.keys(table));
  throw new InputError(
    `${owner}: unknown option '${name}'${suggestion === undefined ? '' : `; did you mean '${suggestion}'?`}`,
  );
}

/** The default of an option in tables. */
const show = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const defaults = new WeakMap<OptionTable, Readonly<Record<string, unknown>>>();

function defaultsOf(table: OptionTable): Readonly<Record<string, unknown>> {
  const known = defaults.get(table);
  if (known) return known;
  const own = Object.fromEntries(Object.entries(table).map(([name, option]) => [name, option.default]));
  defaults.set(table, own);
  return own;
}

/** What was read of options that cannot change. */
const known = new WeakMap<object, { readonly table: OptionTable; readonly values: object }>();

/**
 * The complete set of values: `given` over the table's defaults. Unknown names and values out of range throw
 * {@link InputError}; an entry that is `undefined` counts as not given. What is frozen is read once.
 */
export function readOptions<Table extends OptionTable>(
  table: Table,
  given: Readonly<Partial<Record<string, unknown>>> = {},
  owner = 'options',
): OptionValues<Table> {
  const before = known.get(given);
  if (before?.table === table) return before.values as OptionValues<Table>;
  const values: Record<string, unknown> = { ...defaultsOf(table) };
  for (const [name, value] of Object.entries(optionsOf(given, owner))) {
    const option = lookUp(table, name, owner);
    if (value === undefined) continue;
    if (!option.accepts(value)) {
      throw new InputError(`${owner}: option '${name}' must be ${option.range}, not ${told(value)}`);
    }
    values[name] = value;
  }
  if (Object.isFrozen(given)) known.set(given, { table, values: Object.freeze(values) });
  return values as OptionValues<Table>;
}

/** One row of a help text or README table. */
export interface OptionRow {
  readonly name: string;
  readonly default: string;
  readonly range: string;
  readonly meaning: string;
  readonly source: string;
}

/** The table as rows of text, in its own order. */
export function optionRows(table: OptionTable): OptionRow[] {
  return Object.entries(table).map(([name, { default: value, range, meaning, source }]) => ({
    name,
    default:
      typeof value === 'boolean'
        ? value
          ? 'yes'
          : 'no'
        : typeof value === 'object'
          ? show(value)
          : String(value),
    range,
    meaning,
    source,
  }));
}
