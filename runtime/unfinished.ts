import { EvaluationError, isOutOfMemory, Stopped } from '../src/core/errors.js';
import type { Limits } from '../src/core/limits.js';
import type { Held, Status } from '../src/nlp/result.js';
import { unevaluated } from '../src/nlp/unevaluated.js';
import type { Stated } from './stated.js';
import { dimensionsOf, isSource } from './stated.js';
import type { Sizes, Solved } from './task.js';

/** Why a solve ended that did not come to its own end. */
export interface Ending {
  readonly status: Status;
  readonly message: string;
}

/** Why an error ends a solve; undefined for a caller's mistake and for what nobody expected. */
export function endingOf(error: unknown): Ending | undefined {
  if (error instanceof Stopped) return error.outcome;
  if (isOutOfMemory(error)) return { status: 'out-of-memory', message: error.message };
  if (!(error instanceof EvaluationError)) return undefined;
  const { message, where } = error;
  return { status: 'evaluation-error', message: where === '' ? message : `${message} (${where})` };
}

/**
 * The outcome of a solve that ended before its solver began, or that took its point along: the start, with errors NaN;
 * nothing of a source that was not read.
 */
export function unfinished(problem: Stated, { status, message }: Ending, limits: Limits): Solved {
  const size = dimensionsOf(problem);
  const unread = isSource(problem);
  const start = unread ? new Float64Array(0) : problem.variables.start.slice();
  const result = unevaluated(status, message, start, unread ? 0 : size.constraints);
  const { seconds } = limits;
  return {
    result: { ...result, seconds: { ...result.seconds, total: seconds, build: seconds } },
    sizes: { ...size, jacobianNonzeros: 0, hessianNonzeros: 0 },
    oracles: [],
  };
}

/** The outcome of a solve whose thread was ended while it held `point`. */
export function cutShort(point: Held, { status, message }: Ending, sizes: Sizes, limits: Limits): Solved {
  const more = limits.seconds - point.seconds.total;
  const { total, build, other } = point.seconds;
  const begun = total > 0;
  const seconds = {
    ...point.seconds,
    total: total + more,
    ...(begun ? { other: other + more } : { build: build + more }),
  };
  return { result: { ...point, status, message, seconds }, sizes, oracles: [] };
}

export const outOfHeap: Ending = {
  status: 'out-of-memory',
  message: 'the solver thread ran out of heap memory: raise it with node --max-old-space-size=…',
};
