import { Model, type Variable } from '../../../src/model/index.js';
import { expression, type Smooth, scaled } from './smooth.js';

export interface ProgramRow {
  readonly of: Smooth;
  readonly lower: number;
  readonly upper: number;
}

/** min objective(x)  s.t.  lower ≤ row(x) ≤ upper, lower ≤ x ≤ upper; ±Infinity where there is no bound. */
export interface Program {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  readonly start: readonly number[];
  readonly objective: Smooth;
  readonly rows: readonly ProgramRow[];
}

/** What is known of a program by the way it was made. */
export type Truth =
  /** Convex (or of one point), with this least objective and multipliers of this sum. */
  | { readonly kind: 'optimal'; readonly objective: number; readonly multipliers: number }
  /** Has feasible points and a minimum; where it is not convex, any local one will do. */
  | { readonly kind: 'feasible'; readonly convex: boolean }
  | { readonly kind: 'infeasible' }
  /** Falls without limit along a feasible path; where it is not convex, it may have stationary points as well. */
  | { readonly kind: 'unbounded'; readonly convex: boolean }
  /** Undefined wherever its bounds allow. */
  | { readonly kind: 'undefined' };

export interface RandomProblem {
  readonly program: Program;
  readonly truth: Truth;
}

/** The program for the library. */
export function modelOf(program: Program): Model {
  const { lower, upper, start, objective, rows } = program;
  const model = new Model('random');
  const x = lower.map(
    (l, j): Variable => model.variable(`x${j}`, { lower: l, upper: upper[j]!, start: start[j]! }),
  );
  model.minimize(expression(objective, x));
  for (const row of rows) model.constrain(expression(row.of, x), { lower: row.lower, upper: row.upper });
  return model;
}

/** The same problem in other units: objective and rows times their factors, `x = column ∘ (new x)`. */
export function rescaled(
  { program, truth }: RandomProblem,
  factor: number,
  row: readonly number[],
  column: readonly number[],
): RandomProblem {
  const inUnits = (values: readonly number[]): number[] => values.map((value, j) => value / column[j]!);
  return {
    program: {
      lower: inUnits(program.lower),
      upper: inUnits(program.upper),
      start: inUnits(program.start),
      objective: scaled(program.objective, factor, column),
      rows: program.rows.map(({ of, lower, upper }, i) => ({
        of: scaled(of, row[i]!, column),
        lower: lower * row[i]!,
        upper: upper * row[i]!,
      })),
    },
    truth:
      truth.kind === 'optimal'
        ? { ...truth, objective: factor * truth.objective, multipliers: factor * truth.multipliers }
        : truth,
  };
}
