import { InputError } from '../src/core/errors.js';
import { optionsOf, told } from '../src/core/given.js';
import type { WarmStart } from '../src/nlp/solver.js';

/**
 * By how many steps a point moves along a horizon before it is a start: entry k of an array takes the place of entry k − 1
 * with 1, the last one is repeated. The first index in a name is the time: `u[3]`, `x[3,0]`, `y[3]/x[1]`. A number moves all
 * whose time runs as far as that of the longest array of variables, or one step less, as controls do beside states; `of`
 * names arrays of variables and rows instead.
 */
export type Shift = number | { readonly by: number; readonly of: readonly string[] };

/** Names of variables and rows; columns that are parameters stay. */
export interface Named {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly parameters: Int32Array;
}

/** A warm start moved along its horizon. Throws {@link InputError} where there is nothing to move. */
export function shifted(start: WarmStart, shift: Shift, { columns, rows, parameters }: Named): WarmStart {
  const { by, of } =
    typeof shift === 'number' ? { by: shift, of: undefined } : optionsOf(shift, 'shift', ['by', 'of']);
  if (!Number.isSafeInteger(by)) throw new InputError(`shift: ${told(by)} is no whole number of steps`);
  if (of !== undefined && !(Array.isArray(of) && of.every((name) => typeof name === 'string')))
    throw new InputError("shift: of is no list of names, as in { by: 1, of: ['x', 'u'] }");
  const fixed = new Set(parameters);
  const [x, g] = [series(columns, (k) => !fixed.has(k)), series(rows, () => true)];
  let longest = 0;
  for (const { length } of x.values()) longest = Math.max(longest, length);
  for (const name of of ?? [])
    if (!x.has(name) && !g.has(name))
      throw new InputError(`shift: there is no array ${told(name)} with a time as its first index`);
  if (longest < 2) throw new InputError('shift: no array of variables has a time as its first index');
  const moves = (name: string, { length }: Series): boolean =>
    of === undefined ? length >= 2 && length >= longest - 1 : of.includes(name);
  const [byColumn, byRow] = [sources(x, columns.length, by, moves), sources(g, rows.length, by, moves)];
  const take = (values: Float64Array, from: Int32Array): Float64Array =>
    Float64Array.from(from, (k) => values[k]!);
  const { multipliers } = start;
  return {
    ...start,
    ...(start.x && { x: take(start.x, byColumn) }),
    ...(multipliers && {
      multipliers: {
        constraints: take(multipliers.constraints, byRow),
        lower: take(multipliers.lower, byColumn),
        upper: take(multipliers.upper, byColumn),
      },
    }),
  };
}

/** The entries of an array in time: for what stands beside the time in their names, places by time. */
interface Series {
  length: number;
  readonly places: Map<string, Map<number, number>>;
}

/** A name before its first index, that index, and the rest. `row[7]`, a name by default, has none of its own. */
const pattern = /^((?:row\[\d+\])?[^[]*)\[(\d+)(.*)$/s;
const byDefault = /^row\[\d+\](?:#\d+)?$/;

function series(names: readonly string[], counts: (k: number) => boolean): Map<string, Series> {
  const found = new Map<string, Series>();
  names.forEach((name, k) => {
    const match = byDefault.test(name) || !counts(k) ? null : pattern.exec(name);
    if (match === null) return;
    const [, array, time, rest] = match as unknown as [string, string, string, string];
    let own = found.get(array);
    if (own === undefined) {
      own = { length: 0, places: new Map() };
      found.set(array, own);
    }
    own.length = Math.max(own.length, Number(time) + 1);
    const places = own.places.get(rest) ?? new Map<number, number>();
    own.places.set(rest, places);
    places.set(Number(time), k);
  });
  return found;
}

/** For each entry the one whose value it takes. */
function sources(
  all: ReadonlyMap<string, Series>,
  count: number,
  by: number,
  moves: (name: string, own: Series) => boolean,
): Int32Array {
  const from = Int32Array.from({ length: count }, (_, k) => k);
  for (const [name, own] of all) {
    if (!moves(name, own)) continue;
    for (const places of own.places.values()) {
      const times = [...places.keys()].sort((a, b) => a - b);
      const [first, last] = [times[0]!, times[times.length - 1]!];
      for (const [time, k] of places) {
        const source = places.get(Math.max(first, Math.min(last, time + by)));
        if (source !== undefined) from[k] = source;
      }
    }
  }
  return from;
}
