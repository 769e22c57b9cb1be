import type { Budget } from '../../core/budget.js';
import type { Limits } from '../../core/limits.js';
import type { Problem } from '../../problem/problem.js';
import type { Statement } from '../statement.js';
import { extract } from './extract.js';

/** Problems of this many statements are kept, the latest first. */
const most = 4;
const kept: { readonly key: string; readonly problem: Problem }[] = [];

/**
 * {@link extract}, taken apart once for all statements with the same key: another solve of a model whose variables, rows
 * and objective are the same.
 */
export function extractOnce(statement: Statement, limits?: Limits, budget?: Budget): Problem {
  const { key } = statement;
  if (key === undefined) return extract(statement, limits, budget);
  const at = kept.findIndex((entry) => entry.key === key);
  const problem = at < 0 ? extract(statement, limits, budget) : kept[at]!.problem;
  if (at >= 0) kept.splice(at, 1);
  kept.unshift({ key, problem });
  kept.length = Math.min(kept.length, most);
  const { scaling: _, ...rest } = problem;
  const { variables, scaling } = statement;
  return {
    ...rest,
    variables: {
      ...problem.variables,
      lower: variables.lower.slice(),
      upper: variables.upper.slice(),
      start: variables.start.slice(),
    },
    ...(scaling && { scaling }),
  };
}
