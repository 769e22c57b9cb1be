import { describe, expect, it } from 'vitest';
import {
  add,
  cos,
  dense,
  dot,
  evaluate,
  expr,
  ge,
  Model,
  matvec,
  multiply,
  network,
  ocp,
  power,
  sin,
  solveHere,
  sqrt,
  subtract,
  sum,
} from '../../index.js';

/** Reproducible numbers between −1 and 1. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

const gradient = (f: (x: number[]) => number, x: number[]): number[] =>
  x.map((v, i) => {
    const at = (t: number): number => f(x.map((own, j) => (i === j ? v + t : own)));
    return (at(1e-5) - at(-1e-5)) / 2e-5;
  });

describe('applications, recomputed from what was asked', () => {
  it('a blend whose octane holds in 95 of 100 cases, sold at a learned price', async () => {
    const random = noise(11);
    const layer = (inputs: number, outputs: number) => ({
      W: { shape: [inputs, outputs], data: Float64Array.from({ length: inputs * outputs }, random) },
    });
    const price = dense([{ ...layer(5, 16), activation: 'tanh' as const }, layer(16, 1)], { name: 'price' });
    const cost = [0.3, 0.4, 0.2, 0.5, 0.1];
    const octane = [92, 88, 84, 97, 78];
    const deviation = [1, 2, 3, 1, 4];
    const covariance = deviation.map((a, i) => deviation.map((b, j) => (i === j ? 1 : 0.2) * a * b));
    const model = new Model('blend');
    const q = model.variables('q', 5, { lower: 0, upper: 0.6, start: 0.2 });
    const y = network(price, q);
    const full = model.subjectTo(expr`${sum(q)} = 1`);
    const sigma = sqrt(dot(q, matvec(covariance, q)));
    const chance = model.subjectTo(ge(subtract(dot(octane, q), multiply(1.6449, sigma)), 85));
    model.maximize(subtract(y.at(0), dot(cost, q)));
    const s = await solveHere(model, { tol: 1e-9 });
    expect(s.status).toBe('optimal');
    const x = s.value(q).toArray();
    const times = (a: number[]) => (own: number[]) => a.reduce((t, v, i) => t + v * own[i]!, 0);
    const profit = (own: number[]): number => evaluate(price, own)[0]! - times(cost)(own);
    const kept = (own: number[]): number =>
      times(octane)(own) - 1.6449 * Math.sqrt(times(covariance.map((row) => times(row)(own)))(own));
    expect(s.objective).toBeCloseTo(profit(x), 8);
    expect(s.value(chance)).toBeCloseTo(kept(x), 6);
    expect(kept(x)).toBeGreaterThan(85 - 1e-6);
    expect(times([1, 1, 1, 1, 1])(x)).toBeCloseTo(1, 8);
    // ∇f + Jᵀλ − z = 0, and of a maximization λ ≥ 0 at a lower limit, z ≤ 0 at lower and z ≥ 0 at upper bounds.
    expect(s.multiplier(chance)).toBeGreaterThan(-1e-9);
    const ofKept = gradient(kept, x);
    gradient(profit, x).forEach((f, i) => {
      const z = f + s.multiplier(full) + s.multiplier(chance) * ofKept[i]!;
      expect(z).toBeCloseTo(s.reducedCosts(q.at(i)), 5);
      if (x[i]! > 1e-4) expect(z).toBeGreaterThan(-1e-5);
      if (x[i]! < 0.6 - 1e-4) expect(z).toBeLessThan(1e-5);
    });
  });

  it('a car that reaches a point in the least time, around an obstacle', async () => {
    const steps = 12;
    const car = ocp({
      states: {
        x: { initial: 0, final: 4 },
        y: { initial: 0, final: 1 },
        v: { initial: 0, final: 0, upper: 2 },
        h: { initial: 0 },
      },
      controls: { a: { lower: -1, upper: 1 }, w: { lower: -1.5, upper: 1.5 } },
      horizon: { steps, duration: { lower: 1, upper: 20, start: 6 } },
      dynamics: ({ v, h }, { a, w }) => ({ x: multiply(v, cos(h)), y: multiply(v, sin(h)), v: a, h: w }),
      cost: (_, { a, w }) => multiply(0.01, add(power(a, 2), power(w, 2))),
      constraints: ({ x, y }) => ge(add(power(subtract(x, 2), 2), power(subtract(y, 0.2), 2)), 0.36),
      terminal: (_, duration) => duration,
    });
    const s = await solveHere(car.model);
    expect(s.status).toBe('optimal');
    const T = s.value(car.duration);
    const { t, states, controls } = car.trajectory(s);
    expect(t.at(-1)).toBeCloseTo(T, 10);
    const state = (k: number): number[] => [states.x[k]!, states.y[k]!, states.v[k]!, states.h[k]!];
    const slope = ([, , v, h]: number[], a: number, w: number): number[] => [
      v! * Math.cos(h!),
      v! * Math.sin(h!),
      a,
      w,
    ];
    const step = T / steps;
    let value = T;
    for (let k = 0; k < steps; k++) {
      const [own, a, w] = [state(k), controls.a[k]!, controls.w[k]!];
      const ahead = (by: number, d: number[]): number[] => own.map((v, i) => v + by * d[i]!);
      const k1 = slope(own, a, w);
      const k2 = slope(ahead(step / 2, k1), a, w);
      const k3 = slope(ahead(step / 2, k2), a, w);
      const k4 = slope(ahead(step, k3), a, w);
      const sums = k1.map((d, i) => (d + 2 * k2[i]! + 2 * k3[i]! + k4[i]!) / 6);
      ahead(step, sums).forEach((next, i) => {
        expect(state(k + 1)[i]).toBeCloseTo(next, 7);
      });
      expect((own[0]! - 2) ** 2 + (own[1]! - 0.2) ** 2).toBeGreaterThan(0.36 - 1e-6);
      value += step * 0.01 * (a * a + w * w);
    }
    expect(s.objective).toBeCloseTo(value, 8);
    // Full push, then full brake along a straight line takes 2√(√17) = 4.06.
    expect(T).toBeGreaterThan(4);
    expect(T).toBeLessThan(4.5);
  });
});
