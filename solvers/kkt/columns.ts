import { isFixed, type Nlp } from '../../src/nlp/contract.js';
import { columnName } from '../../src/nlp/names.js';
import type { Result } from '../../src/nlp/result.js';
import type { ParameterDerivative, Sensitivity, SolutionDerivative, SolutionSeed } from './sensitivity.js';

/** A parameter that is a fixed column of the problem, with the bounds of other columns that are equal to it. */
export interface ColumnParameter {
  readonly column: number;
  readonly links: readonly { readonly column: number; readonly side: 'lower' | 'upper' }[];
}

/** Derivatives of the solution by one parameter. */
export interface ColumnDerivative extends SolutionDerivative {
  /** `dV/dp` of the optimal value of the minimization: the reduced cost of its column, and what the bounds add. */
  readonly objective: number;
}

/** What is asked for along with a solve: derivatives by parameters, and of scalars of the solution by parameters. */
export interface ColumnRequest {
  readonly forward: readonly ColumnParameter[];
  readonly adjoint: readonly SolutionSeed[];
  /** By whom the scalars are differentiated. */
  readonly by: readonly ColumnParameter[];
}

/** What is answered. Where `trouble` is not empty it says why there is no derivative, or why it may be one-sided. */
export interface ColumnAnswer {
  readonly forward: readonly ColumnDerivative[];
  /** For each seed `dℓ/dp` of every parameter. */
  readonly adjoint: readonly Float64Array[];
  /** Variables and rows at a bound that is weakly active, by name. */
  readonly weaklyActive: readonly string[];
  readonly trouble: string;
}

/** The derivatives of a solution by parameters that are columns of its problem; what cannot be had is told in words. */
export function byColumns(
  sensitivity: Sensitivity,
  nlp: Nlp,
  result: Result,
  { forward, adjoint, by }: ColumnRequest,
): ColumnAnswer {
  const weaklyActive = sensitivity.weaklyActive();
  const motions = forward.map((parameter) => motionOf(nlp, parameter, weaklyActive));
  const derivatives = sensitivity
    .forward(
      motions.map(({ direction, lower, upper }) => ({ ...sensitivity.along(direction), lower, upper })),
    )
    .map((found, p): ColumnDerivative => {
      motions[p]!.direction.forEach((moved, j) => {
        if (moved !== 0) found.x[j] = moved;
      });
      return { ...found, objective: valueBy(result, forward[p]!) };
    });
  const motionsBy = by.map((parameter) => motionOf(nlp, parameter, weaklyActive));
  const gradients = sensitivity.adjoint(adjoint).map((found, s) => {
    const columns = sensitivity.byColumns(found);
    return Float64Array.from(motionsBy, (motion) => along(motion, columns, found, adjoint[s]!));
  });
  return { forward: derivatives, adjoint: gradients, weaklyActive, trouble: weakness(weaklyActive) };
}

/** An answer without derivatives. */
export const noDerivatives = (trouble: string): ColumnAnswer => ({
  forward: [],
  adjoint: [],
  weaklyActive: [],
  trouble,
});

/** How fixed columns and bounds of free ones move with one parameter. */
interface Motion {
  readonly direction: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

function motionOf(nlp: Nlp, { column, links }: ColumnParameter, weaklyActive: string[]): Motion {
  const n = nlp.variables.lower.length;
  const [direction, lower, upper] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  direction[column] = 1;
  for (const { column: j, side } of links) (side === 'lower' ? lower : upper)[j] = 1;
  for (const { column: j } of links) {
    if (!isFixed(nlp.variables, j)) continue;
    // Between two bounds that are one parameter it moves with it; where only one of them does, it is stuck or let go.
    if (lower[j] === 1 && upper[j] === 1) direction[j] = 1;
    else if (!weaklyActive.includes(columnName(nlp, j))) weaklyActive.push(columnName(nlp, j));
  }
  return { direction, lower, upper };
}

/** `∂L/∂p` with `L = f + λᵀg − zLᵀ(x − xL) + zUᵀ(x − xU)`. */
function valueBy({ multipliers: { lower, upper } }: Result, { column, links }: ColumnParameter): number {
  let value = lower[column]! - upper[column]!;
  for (const { column: j, side } of links) value += side === 'lower' ? lower[j]! : -upper[j]!;
  return value;
}

function along(
  { direction, lower, upper }: Motion,
  columns: Float64Array,
  found: Required<ParameterDerivative>,
  seed: SolutionSeed,
): number {
  let total = 0;
  for (let j = 0; j < direction.length; j++) {
    if (direction[j] !== 0) total += direction[j]! * (columns[j]! + (seed.x?.[j] ?? 0));
    total += lower[j]! * found.lower[j]! + upper[j]! * found.upper[j]!;
  }
  return total;
}

const weakness = (names: readonly string[]): string =>
  names.length === 0
    ? ''
    : `a bound of ${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''} is weakly active: derivatives from its two sides differ, and what is given lies between them`;
