import { dense, type Network } from 'graybox-nlp';

/** Reproducible numbers between −1 and 1. */
export function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** Draws a point of the data a network is fitted to. */
export type Draw = (random: () => number) => number[];

/**
 * A network `n → tanh(width) → m` fitted to a function at random points: random features, and output weights by ridge
 * regression. It stands for a network that you trained; `loadNetwork` reads those of PyTorch, Keras and TensorFlow.
 */
export function trained(
  name: string,
  f: (x: number[]) => number[],
  draw: Draw,
  width = 32,
  seed = 1,
): Network {
  const random = noise(seed);
  const points = Array.from({ length: 40 * width }, () => draw(random));
  const n = points[0]!.length;
  const W = Float64Array.from({ length: n * width }, () => 1.2 * random());
  const b = Float64Array.from({ length: width }, random);
  const features = (x: number[]): number[] => [
    ...Array.from({ length: width }, (_, k) =>
      Math.tanh(x.reduce((sum, value, i) => sum + value * W[i * width + k]!, b[k]!)),
    ),
    1,
  ];
  const size = width + 1;
  const targets = points.map(f);
  const m = targets[0]!.length;
  // Normal equations (ΦᵀΦ + ρI) C = ΦᵀY, solved by elimination.
  const rows = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size + m }, (_, j) => (i === j ? 1e-6 : 0)),
  );
  points.forEach((x, p) => {
    const φ = features(x);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) rows[i]![j]! += φ[i]! * φ[j]!;
      for (let j = 0; j < m; j++) rows[i]![size + j]! += φ[i]! * targets[p]![j]!;
    }
  });
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) {
      if (k === i) continue;
      const factor = rows[k]![i]! / rows[i]![i]!;
      for (let j = i; j < size + m; j++) rows[k]![j]! -= factor * rows[i]![j]!;
    }
  const C = (i: number, j: number): number => rows[i]![size + j]! / rows[i]![i]!;
  return dense(
    [
      { W: { shape: [n, width], data: W }, b: { shape: [width], data: b }, activation: 'tanh' },
      {
        W: {
          shape: [width, m],
          data: Float64Array.from({ length: width * m }, (_, k) => C(Math.floor(k / m), k % m)),
        },
        b: { shape: [m], data: Float64Array.from({ length: m }, (_, j) => C(width, j)) },
      },
    ],
    { name },
  );
}
