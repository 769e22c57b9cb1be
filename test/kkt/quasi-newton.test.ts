import { describe, expect, it } from 'vitest';
import { LowRank } from '../../solvers/kkt/quasi-newton.js';

/** Numbers in (−1, 1), the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 1073741824 - 1;
  };
}

describe('limited-memory BFGS', () => {
  it('equals the BFGS recursion with as many pairs, and keeps the secant equation', () => {
    const next = numbers(3);
    const n = 5;
    const memory = new LowRank(n, 3, 2);
    const pairs = [0, 1, 2].map(() => {
      const s = Float64Array.from({ length: n }, next);
      return { s, y: s.map((value, j) => value * (j + 1) + 0.1 * next()) };
    });
    for (const { s, y } of pairs) memory.update(s, y);
    memory.rebuild();
    let B = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j ? memory.σ : 0)),
    );
    const times = (v: Float64Array): number[] =>
      B.map((line) => line.reduce((sum, b, j) => sum + b * v[j]!, 0));
    for (const { s, y } of pairs) {
      const Bs = times(s);
      const sBs = Bs.reduce((sum, b, j) => sum + b * s[j]!, 0);
      const sy = y.reduce((sum, value, j) => sum + value * s[j]!, 0);
      B = B.map((line, i) => line.map((b, j) => b - (Bs[i]! * Bs[j]!) / sBs + (y[i]! * y[j]!) / sy));
    }
    const v = Float64Array.from({ length: n }, next);
    const product = new Float64Array(n);
    memory.addProduct(v, 1, product);
    times(v).forEach((value, j) => {
      expect(product[j]).toBeCloseTo(value, 10);
    });
    const secant = new Float64Array(n);
    memory.addProduct(pairs[2]!.s, 1, secant);
    secant.forEach((value, j) => {
      expect(value).toBeCloseTo(pairs[2]!.y[j]!, 10);
    });
  });

  it('skips pairs of negative curvature and starts afresh after several', () => {
    const memory = new LowRank(2, 3, 2);
    memory.update(Float64Array.of(1, 0), Float64Array.of(4, 0));
    memory.rebuild();
    expect(memory.σ).toBe(4);
    for (let skip = 0; skip < 2; skip++) memory.update(Float64Array.of(1, 0), Float64Array.of(-1, 0));
    memory.rebuild();
    expect(memory.σ).toBe(1);
  });
});
