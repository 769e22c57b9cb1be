import { nonnegativeLeastSquares } from './nnls.js';
import type { Program } from './program.js';
import { gradient, value } from './smooth.js';

/** How near to its bound a row counts as active, relative to the bound. */
const NEAR = 1e-4;
/** The weight of Σ = 1 beside the equations of stationarity. */
const UNITY = 10;

/**
 * How fast the violated rows and bounds at `x` could all be mended to first order without breaking those that are
 * active: 0 at a stationary point of the violation, for the weights of rows that suit it best. From multipliers y ≥ 0
 * of violated and active sides, those of the violated adding up to 1, that make `‖Σ y·∇side‖` least.
 */
export function mendingRate(program: Program, x: ArrayLike<number>): number {
  const { lower, upper, rows } = program;
  const free = (j: number): boolean => lower[j] !== upper[j];
  const size = 1 + Math.max(...Array.from(x, Math.abs));
  const columns: number[][] = [];
  const visit = (at: number, l: number, u: number, slope: () => number[]): void => {
    const near = (bound: number): number => NEAR * Math.max(1, Math.abs(bound));
    const sides = [
      { excess: at - u, near: near(u), sign: 1 },
      { excess: l - at, near: near(l), sign: -1 },
    ];
    for (const { excess, near: close, sign } of sides) {
      if (!(excess > -close)) continue;
      const g = slope();
      const violated = excess > 1e-8 * Math.max(1, Math.abs(at)) ? 1 : 0;
      // A slope that needs a step of many sizes of x to mend the violation counts as small.
      const scale = Math.max(Math.hypot(...g), (violated * excess) / size) || 1;
      columns.push([...g.map((entry) => (sign * entry) / scale), UNITY * violated]);
    }
  };
  rows.forEach(({ of, lower: l, upper: u }) => {
    visit(value(of, x), l, u, () => gradient(of, x, free));
  });
  Array.from(x).forEach((at, j) => {
    if (free(j)) visit(at, lower[j]!, upper[j]!, () => Array.from(x, (_, k) => (k === j ? 1 : 0)));
  });
  const n = x.length;
  const y = nonnegativeLeastSquares(columns, [...new Array<number>(n).fill(0), UNITY]);
  const sum = new Array<number>(n + 1).fill(0);
  columns.forEach((column, k) => {
    column.forEach((entry, i) => {
      sum[i]! += y[k]! * entry;
    });
  });
  const unity = sum.pop()! / UNITY;
  return unity > 0 ? Math.hypot(...sum) / unity : Number.POSITIVE_INFINITY;
}
