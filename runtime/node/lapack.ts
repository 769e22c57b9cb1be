import type { DenseFactorizer } from '../../solvers/linear/factorizer.js';
import { systemLibrary } from './blas.js';

/** Below this ratio of the smallest pivot to the largest an inertia is not believed. */
const CLEAR = 1e-11;
/** From this order on threads pay. */
const THREADED = 400;

/** dsytrf and dsytrs of the system's LAPACK, or in words why there is none. */
export function openLapack(): DenseFactorizer | string {
  const library = systemLibrary();
  if (typeof library === 'string') return library;
  const { name, sytrf, sytrs, threads } = library;
  if (sytrf === undefined || sytrs === undefined) return `${name} has no LAPACK`;
  let order = 0;
  let a: Float64Array = new Float64Array(0);
  let pivots = new Int32Array(0);
  let work = new Float64Array(0);
  const info = new Int32Array(1);
  const int = (value: number): Int32Array => Int32Array.of(value);
  return {
    name: `lapack (${name})`,
    factor(n, matrix) {
      [order, a] = [n, matrix];
      if (pivots.length < n) {
        pivots = new Int32Array(n);
        work = new Float64Array(64 * n);
      }
      const many = n >= THREADED;
      if (many) threads(true);
      // By rows, the lower triangle is LAPACK's upper one.
      sytrf('U', int(n), a, int(n), pivots, work, int(work.length), info);
      if (many) threads(false);
      return info[0] === 0 ? inertiaOf(n, a, pivots) : undefined;
    },
    solve(b) {
      sytrs('U', int(order), int(1), a, int(order), pivots, b, int(order), info);
    },
    dispose() {
      a = work = new Float64Array(0);
    },
  };
}

/** Signs of the blocks of D; undefined where one is small beside the largest. */
function inertiaOf(n: number, a: Float64Array, pivots: Int32Array) {
  const signs = { positive: 0, negative: 0 };
  let [least, most] = [Number.POSITIVE_INFINITY, 0];
  const count = (λ: number): void => {
    signs[λ > 0 ? 'positive' : 'negative']++;
    least = Math.min(least, Math.abs(λ));
    most = Math.max(most, Math.abs(λ));
  };
  for (let k = n - 1; k >= 0; k--) {
    const d = a[k * (n + 1)]!;
    if (pivots[k]! > 0) {
      count(d);
      continue;
    }
    // Rows k − 1 and k: [c e; e d].
    const [c, e] = [a[(k - 1) * (n + 1)]!, a[k * n + k - 1]!];
    const [mean, half] = [(c + d) / 2, Math.hypot((c - d) / 2, e)];
    count(mean + half);
    count(mean - half);
    k--;
  }
  return n === 0 || least > CLEAR * most ? signs : undefined;
}
