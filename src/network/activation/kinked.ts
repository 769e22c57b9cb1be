import type { Activation, Formula, Slope } from './activation.js';
import { type Algebra, clamp, negative, plus, positive, step, times } from './algebra.js';

/** A function of straight pieces; `hinges` are its parts `[factor, a, b]`. */
const kinked = (
  value: Formula,
  first: Slope,
  slope: number,
  ...hinges: readonly (readonly [factor: number, a: number, b: number])[]
): Activation => ({
  kind: 'kinked',
  value,
  first,
  hinges: { slope, hinges: hinges.map(([factor, a, b]) => ({ factor, a, b })) },
});

/** 1 where `low < u < high`, 0 elsewhere. */
const inside = <T>(a: Algebra<T>, u: T, low: number, high: number): T =>
  a.multiply(step(a, plus(a, u, -low)), step(a, a.subtract(a.constant(high), u)));

/** `φ = max(u, 0)`. */
export const relu = kinked(positive, (a, u) => step(a, u), 0, [1, 1, 0]);

/** `φ = min(max(u, 0), 6)`. */
export const relu6 = kinked(
  (a, u) => clamp(a, u, 0, 6),
  (a, u) => inside(a, u, 0, 6),
  0,
  [1, 1, 0],
  [-1, 1, -6],
);

/** `φ = min(max(u/5 + ½, 0), 1)`. */
export const hardSigmoid = kinked(
  (a, u) => clamp(a, plus(a, times(a, 0.2, u), 0.5), 0, 1),
  (a, u) => times(a, 0.2, inside(a, u, -2.5, 2.5)),
  0,
  [1, 0.2, 0.5],
  [-1, 0.2, -0.5],
);

/** `φ = |u|`, `φ′ = sign(u)`, 0 at 0. */
export const abs = kinked(
  (a, u) => a.abs(u),
  (a, u) => a.subtract(step(a, u), step(a, times(a, -1, u))),
  -1,
  [2, 1, 0],
);

/** `φ = u` for `u > 0`, `αu` else. */
export const leakyRelu = (alpha: number): Activation =>
  kinked(
    (a, u) => a.add(positive(a, u), times(a, alpha, negative(a, u))),
    (a, u) => step(a, u, 1, alpha),
    alpha,
    [1 - alpha, 1, 0],
  );

/** `φ = u` for `u > θ`, 0 else. */
export const thresholdedRelu = (theta: number): Activation => ({
  kind: 'jump',
  value: (a, u) => a.multiply(u, step(a, plus(a, u, -theta))),
  first: (a, u) => step(a, plus(a, u, -theta)),
  hinges: {
    slope: 0,
    hinges: [{ factor: 1, a: 1, b: -theta }],
    jumps: [{ factor: theta, a: 1, b: -theta }],
  },
});

/** `φ = 1` for `u > 0`, 0 else. */
export const heaviside: Activation = {
  kind: 'jump',
  value: (a, u) => step(a, u),
  first: (a, u) => step(a, u, 0, 0),
  hinges: { slope: 0, hinges: [], jumps: [{ factor: 1, a: 1, b: 0 }] },
};
