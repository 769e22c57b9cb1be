import {
  add,
  cos,
  exp,
  Model,
  matmul,
  multiply,
  type Network,
  network,
  sin,
  subtract,
  sumOfSquares,
} from 'graybox-nlp';

export const times = Array.from({ length: 2000 }, (_, k) => k / 200);
export const truth = [2, 0.5, 0.7, 1.5, 0.3, 0.1, -0.2, 0.15, 0.05, -0.1, 0.4, 0.25];

/** Least squares for twelve unknowns k of what was measured at {@link times}; a term of k₀ and k₁ is learned. */
export function estimation(learned: Network) {
  const model = new Model('estimation');
  const k = model.variables('k', 12, { lower: -3, upper: 3, start: truth.map((v) => v + 0.1) });
  const measured = model.parameter('measured', [times.length]);
  const drift = network(learned, k.slice(0, 2));
  // The five waves enter linearly: a matrix times unknowns.
  const waves = matmul(
    times.map((t) => [0, 1, 2, 3, 4].map((j) => Math.cos((j + 2) * t))),
    k.slice(5, 10).reshape([5, 1]),
  ).column(0);
  const foretold = add(
    multiply(k.at(0), exp(multiply(times, multiply(-1, k.at(1))))),
    multiply(k.at(2), sin(multiply(times, k.at(3)))),
    multiply(times, k.at(4)),
    waves,
    multiply(k.at(10), cos(add(times, k.at(11)))),
    drift.at(0),
  );
  model.minimize(sumOfSquares(subtract(foretold, measured)));
  return { model, k, measured };
}

/** What is measured with the true unknowns, their learned term `drift`, and noise of this size. */
export function measurements(drift: number, size: number, random: () => number): number[] {
  const [a, b, c, d, e, ...rest] = truth as [number, number, number, number, number, ...number[]];
  return times.map((t) => {
    const waves = [0, 1, 2, 3, 4].reduce((sum, j) => sum + rest[j]! * Math.cos((j + 2) * t), 0);
    const last = rest[5]! * Math.cos(t + rest[6]!);
    const value = a * Math.exp(-b * t) + c * Math.sin(d * t) + e * t + waves + last;
    return value + drift + size * random();
  });
}
