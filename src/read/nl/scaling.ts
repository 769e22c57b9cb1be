import { type Suffix, suffixVector } from './suffixes.js';

/** Factors of the user (suffix `scaling_factor`): the solver sees `s_f·f`, `s_g·g` and `s_x·x`. */
export interface UserScaling {
  readonly objective: number;
  readonly variables?: Float64Array;
  readonly constraints?: Float64Array;
}

/**
 * Reads the suffix as Ipopt does: factors that are not positive count as 1. A negative factor of the objective, which
 * Ipopt takes for maximization, keeps its magnitude: how a problem is scaled does not change what is asked.
 */
export function userScaling(
  suffixes: readonly Suffix[],
  sizes: { readonly variables: number; readonly constraints: number; readonly objectives: number },
  objective: number,
  warnings: string[],
): UserScaling | undefined {
  const name = 'scaling_factor';
  const variables = suffixVector(suffixes, name, 'variables', sizes.variables, 1);
  const constraints = suffixVector(suffixes, name, 'constraints', sizes.constraints, 1);
  const objectives = suffixVector(suffixes, name, 'objectives', sizes.objectives, 1);
  if (!variables && !constraints && !objectives) return undefined;
  const factor = objectives?.[objective] ?? 1;
  if (factor < 0)
    warnings.push(
      `scaling_factor ${factor} of the objective is negative: its magnitude is used, the sense stays`,
    );
  return {
    objective: Number.isFinite(factor) && factor !== 0 ? Math.abs(factor) : 1,
    ...(variables && { variables: variables.map(positive) }),
    ...(constraints && { constraints: constraints.map(positive) }),
  };
}

const positive = (value: number): number => (value > 0 && Number.isFinite(value) ? value : 1);
