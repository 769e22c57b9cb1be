/**
 * `erf(u) = 2/√π e^(−u²) Σₖ 2ᵏ u^(2k+1) / (1·3·…·(2k+1))` (Abramowitz & Stegun 7.1.6): all terms of one sign, so that
 * nothing cancels.
 */
export function erf(u: number): number {
  if (Math.abs(u) > 6) return Math.sign(u);
  let term = u;
  let sum = u;
  for (let k = 1; Math.abs(term) > 1e-18 * Math.abs(sum); k++) {
    term *= (2 * u * u) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u) * sum;
}
