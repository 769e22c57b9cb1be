import type { DenseFactorizer } from '../../solvers/linear/factorizer.js';
import { systemLibrary } from './blas.js';

/** From this order on threads pay. */
const THREADED = 400;

/** Cholesky by the system's LAPACK, or in words why there is none. */
export function openLapack(): DenseFactorizer | string {
  const library = systemLibrary();
  if (typeof library === 'string') return library;
  const { name, lapack, threads } = library;
  if (lapack === undefined) return `${name} has no LAPACK`;
  const int = (value: number): Int32Array => Int32Array.of(value);
  const [one, info] = [Float64Array.of(1), new Int32Array(1)];
  let order = int(0);
  let factor: Float64Array = new Float64Array(0);
  return {
    name: `lapack (${name})`,
    factor(n, a, borders) {
      [order, factor] = [int(n), a];
      threads(n >= THREADED);
      // By rows, the lower triangle is LAPACK's upper one, and rows are its columns.
      if (borders.length > 0)
        lapack.syrk('U', 'N', order, int(borders.length / n), one, borders, order, one, a, order);
      lapack.potrf('U', order, a, order, info);
      threads(false);
      return info[0]!;
    },
    solve(b) {
      lapack.potrs('U', order, int(1), factor, order, b, order, info);
      return true;
    },
    dispose() {
      factor = new Float64Array(0);
    },
  };
}
