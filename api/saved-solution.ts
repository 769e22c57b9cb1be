import { InputError } from '../src/core/errors.js';
import { told } from '../src/core/given.js';
import type { Model } from '../src/model/index.js';
import type { Statement } from '../src/model/statement.js';
import type { Result, Status } from '../src/nlp/result.js';
import type { WarmStart } from '../src/nlp/solver.js';

/** Numbers of one variable or row, or of an array of them in its order. */
export type SavedNumbers = number | readonly (number | null)[] | null;

/** Numbers by the names of variables, parameters and rows; those of arrays under the name before their last index. */
export type Saved = { readonly [name: string]: SavedNumbers };

/** A solution as plain JSON, by name: what a later solve, also of a changed model, may take as its warm start. */
export interface SavedSolution {
  readonly model: string;
  readonly status: Status;
  readonly message: string;
  readonly objective: number | null;
  readonly iterations: number;
  readonly x: Saved;
  /** Signs as in {@link Multipliers}; arrays of zeros are left out. */
  readonly multipliers: { readonly constraints: Saved; readonly lower: Saved; readonly upper: Saved };
}

/** Smaller multipliers are saved as 0: an interior-point method leaves that much of bounds that are not active. */
const NEGLIGIBLE = 1e-9;

/** Indices of all entries by the name before their last index, in their order. */
function grouped(
  names: readonly string[],
): Map<string, { readonly isArray: boolean; readonly places: number[] }> {
  const groups = new Map<string, { isArray: boolean; places: number[] }>();
  names.forEach((name, k) => {
    const open = name.endsWith(']') ? name.lastIndexOf('[') : -1;
    const base = open > 0 ? name.slice(0, open) : name;
    const own = groups.get(base);
    if (own) own.places.push(k);
    else groups.set(base, { isArray: open > 0, places: [k] });
  });
  return groups;
}

function savedNumbers(names: readonly string[], values: Float64Array, leaveOutZeros: boolean): Saved {
  const round = (value: number): number | null =>
    !Number.isFinite(value) ? null : leaveOutZeros && Math.abs(value) <= NEGLIGIBLE ? 0 : value;
  const saved: Record<string, SavedNumbers> = {};
  for (const [base, { isArray, places }] of grouped(names)) {
    const own = places.map((k) => round(values[k]!));
    if (leaveOutZeros && own.every((value) => value === 0)) continue;
    saved[base] = isArray || own.length > 1 ? own : own[0]!;
  }
  return saved;
}

export function savedSolution(
  { name, variables, rows, sense }: Pick<Statement, 'name' | 'variables' | 'rows' | 'sense'>,
  { status, message, objective, iterations, x, multipliers }: Result,
): SavedSolution {
  return {
    model: name,
    status,
    message,
    objective: Number.isFinite(objective) ? sense * objective + 0 : null,
    iterations,
    x: savedNumbers(variables.names, x, false),
    multipliers: {
      constraints: savedNumbers(rows.names, multipliers.constraints, true),
      lower: savedNumbers(variables.names, multipliers.lower, true),
      upper: savedNumbers(variables.names, multipliers.upper, true),
    },
  };
}

/**
 * A saved solution as a start of this model: what it does not name starts where the model says, without multipliers. `tell`
 * hears what of it the model does not know.
 */
export function readSaved(
  saved: SavedSolution,
  model: Model,
  { variables, rows }: Pick<Statement, 'variables' | 'rows'>,
  tell: (remark: string) => void,
): WarmStart {
  if (saved.x === undefined) throw new InputError('the saved solution holds no x');
  const strangers: string[] = [];
  const read = (given: Saved | undefined, names: readonly string[], out: Float64Array, what: string) => {
    if (given === undefined) return out;
    if (typeof given !== 'object' || given === null)
      throw new InputError(`the saved solution: its ${what} is ${told(given)}, not numbers by name`);
    const groups = grouped(names);
    for (const [base, numbers] of Object.entries(given)) {
      const places = groups.get(base)?.places;
      if (places === undefined) {
        strangers.push(base);
        continue;
      }
      const list = Array.isArray(numbers) ? numbers : [numbers];
      if (list.length !== places.length)
        throw new InputError(
          `the saved solution: ${what} of '${base}' has ${list.length} numbers, in model '${model.name}' it has ${places.length}`,
        );
      list.forEach((value: unknown, k) => {
        if (value === null) return;
        if (typeof value !== 'number' || !Number.isFinite(value))
          throw new InputError(`the saved solution: ${what} of '${base}' holds ${told(value)}, not a number`);
        out[places[k]!] = value;
      });
    }
    return out;
  };
  const { constraints, lower, upper } = saved.multipliers ?? {};
  const [n, m] = [variables.names.length, rows.names.length];
  const start = {
    x: read(saved.x, variables.names, variables.start.slice(), 'x'),
    multipliers: {
      constraints: read(constraints, rows.names, new Float64Array(m), 'multipliers.constraints'),
      lower: read(lower, variables.names, new Float64Array(n), 'multipliers.lower'),
      upper: read(upper, variables.names, new Float64Array(n), 'multipliers.upper'),
    },
  };
  if (strangers.length > 0)
    tell(
      `the saved solution names ${[...new Set(strangers)].slice(0, 5).join(', ')}, unknown to model '${model.name}': left out`,
    );
  return start;
}
