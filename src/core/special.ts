/**
 * Error function to full double precision: the all-positive series `2/√π · e^(−x²) Σ 2ⁿ x^(2n+1)/(2n+1)!!`
 * (Abramowitz & Stegun 7.1.6) for small arguments, the continued fraction of erfc (7.1.14) for large ones.
 */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let total = x;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n++) {
      term *= (2 * x * x) / (2 * n + 1);
      total += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
  }
  let tail = a;
  for (let n = 60; n >= 1; n--) tail = a + n / 2 / tail;
  return Math.sign(x) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * tail));
}

/** `1/(1 + e^(−x))` without overflow. */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** `log(1 + eˣ)` without overflow. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** To the nearest integer, halves away from zero. */
export const round = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** `a · b`, and 0 where `a` is 0 even if `b` is infinite or undefined. */
export const guarded = (a: number, b: number): number => (a === 0 ? 0 : a * b);
