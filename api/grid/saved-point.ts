import { InputError } from '../../src/core/errors.js';
import type { Model } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Multipliers } from '../../src/nlp/result.js';
import type { WarmStart } from '../../src/nlp/solver.js';

/** A point to start from, by the names of variables, with the multipliers of the same problem where they are known. */
export interface SavedPoint {
  readonly values: Readonly<Record<string, number>>;
  readonly multipliers?: Multipliers;
}

/** A point whose rows hold within this is a solution of the same problem: it is not moved off its bounds. */
const SAME = 1e-6;

/**
 * Options of the interior-point method for a warm start with multipliers, chosen on pglib cases of 14 to 1,354 buses: a
 * solution of this very problem stays where it is (1 to 2 iterations), one of another (loads + 1 %) is moved a little off
 * its bounds, with a barrier to match (a third to three fifths of the cold iterations).
 */
export function warmSettings(
  model: Model,
  warmStart: WarmStart,
): { readonly options: Record<string, number>; readonly warmStart: WarmStart } {
  const { x, multipliers } = warmStart;
  if (x === undefined || multipliers === undefined) return { options: {}, warmStart };
  const nlp = assemble(model.problem());
  const { lower, upper } = nlp.constraints;
  const rows = new Float64Array(lower.length);
  nlp.constraintValues(x, rows);
  const violation = rows.reduce((most, g, i) => Math.max(most, lower[i]! - g, g - upper[i]!), 0);
  const same = violation <= SAME;
  const push = same ? 1e-12 : 1e-5;
  return {
    options: { warm_start_bound_push: push, warm_start_bound_frac: push, warm_start_mult_bound_push: push },
    warmStart: same ? warmStart : { ...warmStart, barrier: 1e-4 },
  };
}

/** The object of a result file as a point to start from. Throws {@link InputError} for what is none. */
export function savedPoint(result: unknown, file: string): SavedPoint {
  const { solution, multipliers } = isRecord(result) ? result : {};
  if (!isRecord(solution))
    throw new InputError(`${file}: holds no solution: give a result.json that '--out' wrote for this grid`);
  for (const [name, value] of Object.entries(solution))
    if (typeof value !== 'number') throw new InputError(`${file}: '${name}' in its solution is no number`);
  const values = solution as Record<string, number>;
  if (multipliers === undefined) return { values };
  const lists = (['constraints', 'lower', 'upper'] as const).map((name) => {
    const list = isRecord(multipliers) ? multipliers[name] : undefined;
    if (!Array.isArray(list) || !list.every((value) => typeof value === 'number'))
      throw new InputError(`${file}: its multipliers '${name}' are no list of numbers`);
    return Float64Array.from(list);
  });
  return { values, multipliers: { constraints: lists[0]!, lower: lists[1]!, upper: lists[2]! } };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The point as this model's start. Throws {@link InputError} where it is a point of another problem. */
export function warmStartOf(model: Model, { values, multipliers }: SavedPoint): WarmStart {
  const { variables, rows } = model.statement();
  const missing = variables.names.find((name) => !Object.hasOwn(values, name));
  const count = Object.keys(values).length;
  if (missing !== undefined || count !== variables.names.length)
    throw new InputError(
      `the saved point has ${count} variables, this problem ${variables.names.length}${missing === undefined ? '' : `, '${missing}' among them`}: it is of another grid, or was solved with other limits`,
    );
  const fits =
    multipliers &&
    multipliers.constraints.length === rows.lower.length &&
    multipliers.lower.length === count &&
    multipliers.upper.length === count;
  if (multipliers && !fits)
    throw new InputError('the saved point has multipliers of another problem: its rows differ in number');
  return {
    x: Float64Array.from(variables.names, (name) => values[name]!),
    ...(multipliers && { multipliers }),
  };
}
