import type { Result } from '../../src/nlp/result.js';
import type { TestProblem } from './hs/index.js';

/**
 * What a result is worth: `global` where it is optimal at the best objective known or below, `local` where it is
 * optimal at another local minimum listed, `acceptable` where only the looser tolerances were met, `elsewhere` where
 * it claims an optimum nobody listed, `failed` otherwise.
 */
export type Verdict = 'global' | 'local' | 'acceptable' | 'elsewhere' | 'failed';

/** Relative agreement asked of an objective; absolute below 1. */
const agreement = 1e-6;

export function judge(
  problem: TestProblem,
  { status, objective }: Pick<Result, 'status' | 'objective'>,
): Verdict {
  if (status === 'acceptable') return 'acceptable';
  if (status !== 'optimal') return 'failed';
  const near = (value: number) => agreement * Math.max(1, Math.abs(value));
  if (objective <= problem.objective + near(problem.objective)) return 'global';
  return problem.localMinima.some((value) => Math.abs(objective - value) <= near(value))
    ? 'local'
    : 'elsewhere';
}

/** A minimum, global or local, was found. */
export const solves = (verdict: Verdict): boolean => verdict === 'global' || verdict === 'local';
