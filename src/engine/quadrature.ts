/**
 * Gauss–Legendre rule of `count` points on [0, 1], by Newton's method on the Legendre polynomial from the usual
 * starting guess (Abramowitz & Stegun 25.4.29, 22.16.6).
 */
export function gaussLegendre(count: number): {
  readonly points: Float64Array;
  readonly weights: Float64Array;
} {
  const points = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let t = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 0;
    for (let step = 0; step < 100; step++) {
      let previous = 1;
      let current = t;
      for (let k = 2; k <= count; k++)
        [previous, current] = [current, ((2 * k - 1) * t * current - (k - 1) * previous) / k];
      slope = (count * (t * current - previous)) / (t * t - 1);
      const shift = current / slope;
      t -= shift;
      if (Math.abs(shift) < 1e-16) break;
    }
    points[i] = (1 + t) / 2;
    weights[i] = 1 / ((1 - t * t) * slope * slope);
  }
  return { points, weights };
}

/** Beyond it erf is ±1 in f64. */
export const erfLimit = 6;

/**
 * `erf(u) = u Σᵢ cᵢ exp(−u² tᵢ²)`, `|u| ≤ 6`: the rule applied to `2/√π ∫₀¹ u e^(−u²t²) dt`. The integrand is entire and all
 * summands have one sign, so that 32 points give erf to a few units in the last place at every `u`.
 */
export function erfRule(): { readonly exponents: Float64Array; readonly coefficients: Float64Array } {
  const { points, weights } = gaussLegendre(32);
  return {
    exponents: points.map((t) => -t * t),
    coefficients: weights.map((w) => (2 / Math.sqrt(Math.PI)) * w),
  };
}
