import { type Block, type InputName, inputNames, type QpBatch } from '../../solvers/batch/index.js';

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal numbers (Box and Muller). */
export function normal(next: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

export const numbers = (length: number, next: () => number): Float64Array =>
  Float64Array.from({ length }, () => next());

/** One problem: Q n × n, A m × n, G p × n by rows. */
export type Problem = Record<InputName, Float64Array>;

/** Problems of one shape as a batch, nothing shared. */
export function batchOf(problems: readonly Problem[]): QpBatch {
  const first = problems[0]!;
  const block = (name: InputName): Block => {
    const one = first[name].length;
    const values = new Float64Array(one * problems.length);
    problems.forEach((problem, e) => {
      values.set(problem[name], e * one);
    });
    return { values, shared: false };
  };
  const blocks = Object.fromEntries(inputNames.map((name) => [name, block(name)])) as Record<
    InputName,
    Block
  >;
  return { batch: problems.length, n: first.q.length, m: first.b.length, p: first.h.length, ...blocks };
}

/** y = Mx, M by rows. */
export function times(M: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  return Float64Array.from({ length: M.length / n }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += M[i * n + j]! * x[j]!;
    return sum;
  });
}

/** x = Mᵀy, M by rows with n columns. */
export function transposedTimes(M: Float64Array, y: Float64Array, n: number): Float64Array {
  const x = new Float64Array(n);
  for (let i = 0; i < y.length; i++) for (let j = 0; j < n; j++) x[j] = x[j]! + M[i * n + j]! * y[i]!;
  return x;
}

/** LLᵀ + εI of rank `rank` apart from ε, L n × rank. */
export function gram(n: number, rank: number, ε: number, next: () => number): Float64Array {
  const L = numbers(n * rank, next);
  const Q = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = i === j ? ε : 0;
      for (let k = 0; k < rank; k++) sum += L[i * rank + k]! * L[j * rank + k]!;
      Q[i * n + j] = sum;
    }
  return Q;
}

/** What the answer of a problem is made to be. */
export interface Answer {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
}

/** Fills in q, b and h so that a point satisfies the KKT conditions. */
export function withAnswer(
  Q: Float64Array,
  A: Float64Array,
  G: Float64Array,
  { z, nu, lam, s }: Answer,
): Problem {
  const n = z.length;
  const q = times(Q, z).map((value) => -value);
  const [a, g] = [transposedTimes(A, nu, n), transposedTimes(G, lam, n)];
  for (let j = 0; j < n; j++) q[j] = q[j]! - a[j]! - g[j]!;
  const h = times(G, z);
  for (let i = 0; i < h.length; i++) h[i] = h[i]! + s[i]!;
  return { Q, q, A, b: times(A, z), G, h };
}

/** A random strictly convex problem whose answer has about half of its rows active, all of them strictly. */
export function regular(
  n: number,
  m: number,
  p: number,
  seed: number,
): { readonly problem: Problem; readonly answer: Answer } {
  const next = uniform(seed);
  const gauss = normal(next);
  const Q = gram(n, n, 0.1, gauss);
  const [A, G] = [numbers(m * n, gauss), numbers(p * n, gauss)];
  const most = Math.max(0, Math.min(Math.floor(p / 2), n - m));
  const lam = Float64Array.from({ length: p }, (_, i) => (i < most ? 0.1 + next() : 0));
  const s = Float64Array.from({ length: p }, (_, i) => (i < most ? 0 : 0.1 + next()));
  const answer = { z: numbers(n, gauss), nu: numbers(m, gauss), lam, s };
  return { problem: withAnswer(Q, A, G, answer), answer };
}
