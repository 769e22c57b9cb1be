import { length, type Signals, squares } from './signals.js';

/**
 * `argmin ½‖y − z‖² + λ Σ|zᵢ₊₁ − zᵢ|`, exactly: with r the sums of y, z are the slopes of the shortest path through the
 * tube r ± λ that begins at 0 and ends at r's end (the taut string; Davies & Kovac, Ann. Stat. 29, 2001).
 */
export function totalVariation(y: ArrayLike<number>, λ: number): Float64Array {
  const n = y.length;
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = sums[i]! + y[i]!;
  const low = (i: number): number => sums[i]! - (i === 0 || i === n ? 0 : λ);
  const high = (i: number): number => sums[i]! + (i === 0 || i === n ? 0 : λ);
  const z = new Float64Array(n);
  // From each knot on: the path stays straight as long as one slope lies under every high and over every low end.
  let [knot, value] = [0, 0];
  while (knot < n) {
    let [least, most, leastAt, mostAt] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, knot, knot];
    let [to, height] = [n, sums[n]!];
    for (let i = knot + 1; i <= n; i++) {
      const [up, down] = [(high(i) - value) / (i - knot), (low(i) - value) / (i - knot)];
      if (down > most) {
        [to, height] = [mostAt, high(mostAt)];
        break;
      }
      if (up < least) {
        [to, height] = [leastAt, low(leastAt)];
        break;
      }
      if (up <= most) [most, mostAt] = [up, i];
      if (down >= least) [least, leastAt] = [down, i];
    }
    z.fill((height - value) / (to - knot), knot, to);
    [knot, value] = [to, height];
  }
  return z;
}

/** The mean squared error of total variation with this λ. */
export function variationError(signals: Signals, λ: number): number {
  const x = new Float64Array(signals.count * length);
  for (let k = 0; k < signals.count; k++)
    x.set(totalVariation(signals.noisy.subarray(k * length, (k + 1) * length), λ), k * length);
  return squares(x, signals).loss;
}

/** The λ among 0, 1, …, 100 with the least error, and all errors. */
export function bestVariation(signals: Signals): { λ: number; errors: number[] } {
  const errors = Array.from({ length: 101 }, (_, λ) => variationError(signals, λ));
  return { λ: errors.indexOf(Math.min(...errors)), errors };
}
