import type { Errors, Result } from '../../../src/nlp/result.js';
import type { Program } from './program.js';
import { gradient, value } from './smooth.js';

/** Bounds of this size are none. */
const NO_BOUND = 1e19;
/** Bounds are widened by this, relative to their size (`bound_relax_factor`); solutions are clipped back afterwards. */
const WIDENING = 1e-8;
const isFree = ({ lower, upper }: Program, j: number): boolean => lower[j] !== upper[j];
const exists = (bound: number): boolean => Math.abs(bound) < NO_BOUND;

/** A bound of a row or variable seen from a point: how far inside it lies, and its multiplier. */
interface Side {
  readonly slack: number;
  readonly multiplier: number;
  readonly bound: number;
}

/** Errors of the optimality conditions at a result's point and multipliers, by the program alone. */
export interface OwnErrors extends Errors {
  /** Largest violation relative to its bound, where that is larger than 1. */
  readonly relative: number;
  /** E₀'s parts of the problem scaled as Wächter & Biegler §3.8 say, relative to s_d and s_c. */
  readonly scaledDual: number;
  readonly scaledComplementarity: number;
  /** What clipping the solution of the widened problem adds to the two. */
  readonly clippedDual: number;
  readonly clippedComplementarity: number;
}

export function ownErrors(
  program: Program,
  { x, multipliers }: Pick<Result, 'x' | 'multipliers'>,
): OwnErrors {
  const { rows, objective, lower, upper } = program;
  const free = (j: number): boolean => isFree(program, j);
  const { constraints: λ, lower: zL, upper: zU } = multipliers;
  const bounded = rows.map(({ lower: l, upper: u }) => exists(l) || exists(u));
  const lagrangian = (at: ArrayLike<number>): number[] => {
    const slopes = gradient(objective, at, free);
    rows.forEach(({ of }, i) => {
      // A multiplier of 0 silences a row, wherever it is undefined.
      if (bounded[i] && λ[i] !== 0)
        gradient(of, at, free).forEach((slope, j) => {
          slopes[j]! += λ[i]! * slope;
        });
    });
    return slopes;
  };
  const stationarity = lagrangian(x);
  const sides: Side[] = [];
  let dual = 0;
  const visit = (at: number, l: number, u: number, below: number, above: number): void => {
    dual = worse(dual, -below, -above);
    if (exists(l)) sides.push({ slack: at - l, multiplier: l === u ? 0 : below, bound: l });
    else dual = worse(dual, below);
    if (exists(u)) sides.push({ slack: u - at, multiplier: l === u ? 0 : above, bound: u });
    else dual = worse(dual, above);
  };
  rows.forEach(({ of, lower: l, upper: u }, i) => {
    if (bounded[i]) visit(value(of, x), l, u, Math.max(0, -λ[i]!), Math.max(0, λ[i]!));
  });
  x.forEach((at, j) => {
    if (free(j)) {
      stationarity[j]! += zU[j]! - zL[j]!;
      visit(at, lower[j]!, upper[j]!, zL[j]!, zU[j]!);
    } else sides.push({ slack: -Math.abs(at - lower[j]!), multiplier: 0, bound: lower[j]! });
  });
  dual = worse(dual, ...stationarity.map(Math.abs));
  const primal = worse(0, ...sides.map(({ slack }) => -slack));
  const relative = worse(0, ...sides.map(({ slack, bound }) => -slack / Math.max(1, Math.abs(bound))));
  const complementarity = worse(0, ...sides.map(({ slack, multiplier }) => Math.abs(slack) * multiplier));

  const widened = (bound: number): number => WIDENING * Math.max(1, Math.abs(bound));
  const clippedComplementarity = Σ(
    sides.map(({ bound, multiplier }) => (multiplier > 0 ? widened(bound) * multiplier : 0)),
  );
  const clippedDual = Σ(
    Array.from(x, (at, j) => {
      const bound = [lower[j]!, upper[j]!].find((value) => free(j) && at === value);
      if (bound === undefined) return 0;
      const step = 1e-6 * Math.max(1, Math.abs(at)) * (bound === lower[j] ? 1 : -1);
      const moved = lagrangian(Array.from(x, (value, k) => (k === j ? value + step : value)));
      const base = lagrangian(x);
      return widened(bound) * worse(...moved.map((slope, k) => Math.abs((slope - base[k]!) / step)));
    }),
  );

  const { objective: σ, row } = scaling(program);
  const z = Σ([...zL, ...zU].map((value) => σ * Math.abs(value)));
  const y = Σ(rows.map((_, i) => (bounded[i] ? Math.abs((σ * λ[i]!) / row[i]!) : 0)));
  // Slacks of rows have bound multipliers as large as their rows'.
  const mean = (z + 2 * y) / Math.max(1, rows.length + sides.length);
  const sd = Math.max(100, mean) / 100;
  const sc = Math.max(100, (z + y) / Math.max(1, sides.length)) / 100;
  return {
    primal,
    dual,
    complementarity,
    relative,
    scaledDual: (dual * σ) / sd,
    scaledComplementarity: (complementarity * σ) / sc,
    clippedDual: (clippedDual * σ) / sd,
    clippedComplementarity: (clippedComplementarity * σ) / sc,
  };
}

/** Factors that bring the largest derivatives at the start down to 100. */
function scaling(program: Program): { objective: number; row: number[] } {
  const x = program.start.map((at, j) => (isFree(program, j) ? at : program.lower[j]!));
  const factor = (slopes: readonly number[]): number => {
    const largest = Math.max(0, ...slopes.map(Math.abs));
    return Number.isFinite(largest) && largest > 100 ? Math.max(1e-8, 100 / largest) : 1;
  };
  const free = (j: number): boolean => isFree(program, j);
  return {
    objective: factor(gradient(program.objective, x, free)),
    row: program.rows.map(({ of }) => factor(gradient(of, x, free))),
  };
}

const Σ = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** The largest; NaN as soon as one is. */
const worse = (...values: number[]): number => Math.max(...values);
