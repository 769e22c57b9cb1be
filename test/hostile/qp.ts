import { type QpElement, readJson, solveQpFile } from '../../index.js';
import { pick, whole } from '../read/random.js';
import { greedyJson, jsonFile } from './json-file.js';

interface Problem {
  Q: number[][];
  q: number[];
  A?: number[][];
  b?: number[];
  G?: number[][];
  h?: number[];
  cotangent?: { z: number[] };
}

const dot = (a: readonly number[] | Float64Array, b: readonly number[] | Float64Array): number =>
  Array.from(a).reduce((sum, value, k) => sum + value * b[k]!, 0);
const numbers = (random: () => number, count: number): number[] =>
  Array.from({ length: count }, () => Math.round(200 * random() - 100) / 50);

/** Strictly convex, and feasible at some point. */
function problem(random: () => number): Problem {
  const n = 1 + whole(random, 5);
  const rows = (count: number): number[][] => Array.from({ length: count }, () => numbers(random, n));
  const L = rows(n);
  const Q = L.map((a, i) => L.map((b, j) => dot(a, b) + (i === j ? 1 : 0)));
  const point = numbers(random, n);
  const [A, G] = [rows(random() < 0.5 ? 0 : whole(random, Math.min(2, n))), rows(whole(random, 6))];
  return {
    Q,
    q: numbers(random, n),
    ...(A.length > 0 && { A, b: A.map((row) => dot(row, point)) }),
    ...(G.length > 0 && { G, h: G.map((row) => dot(row, point) + random()) }),
    ...(random() < 0.3 && { cotangent: { z: numbers(random, n) } }),
  };
}

/** Largest violation of the optimality conditions, by the size of what is added up. */
function violation({ Q, q, A = [], b = [], G = [], h = [] }: Problem, { z, nu, lam }: QpElement): number {
  let most = 0;
  const hold = (error: number, ...sizes: number[]): void => {
    most = Math.max(most, error / Math.max(1, ...sizes.map(Math.abs)));
  };
  const symmetric = Q.length === 0 ? q.map(() => q.map(() => 0)) : Q;
  for (const [i, cost] of q.entries()) {
    const terms = [
      ...Array.from(z, (v, j) => ((symmetric[i]![j]! + symmetric[j]![i]!) / 2) * v),
      cost,
      ...A.map((row, k) => row[i]! * nu[k]!),
      ...G.map((row, k) => row[i]! * lam[k]!),
    ];
    hold(Math.abs(terms.reduce((a, c) => a + c, 0)), ...terms);
  }
  for (const [k, row] of A.entries())
    hold(Math.abs(dot(row, z) - b[k]!), b[k]!, ...row.map((a, j) => a * z[j]!));
  for (const [k, row] of G.entries()) {
    const size = row.map((a, j) => a * z[j]!);
    const slack = h[k]! - dot(row, z);
    hold(Math.max(0, -slack), h[k]!, ...size);
    hold(Math.max(0, -lam[k]!));
    hold(Math.abs(slack * lam[k]!), h[k]! * lam[k]!, ...size.map((a) => a * lam[k]!));
  }
  return most;
}

function greedy(random: () => number): string {
  const zeros = (count: number): string => `[${'0,'.repeat(count - 1)}0]`;
  switch (whole(random, 6)) {
    case 0:
      return `{"q":${zeros(pick(random, [100, 1000, 8192, 30_000]))}}`;
    case 1:
      return `{"problems":[${Array(pick(random, [10, 1000, 3000]))
        .fill(`{"q":${zeros(1000)}}`)
        .join()}]}`;
    case 2:
      return `{"problems":[${Array(100_000).fill('{"q":[1],"Q":[[1]]}').join()}]}`;
    case 3:
      return `{"q":[1],"G":[${Array(pick(random, [1e3, 1e5]))
        .fill('[1]')
        .join()}],"h":${zeros(1e5)}}`;
    case 4:
      return `{"q":${zeros(300)},"Q":[${Array(300).fill(zeros(300)).join()}],"cotangent":{"z":${zeros(300)}}}`;
    default:
      return greedyJson(random, 'q');
  }
}

/** Quadratic programs as `graybox qp` reads them. */
export const qp = jsonFile<{ readonly list: readonly Problem[]; readonly single: boolean }>({
  name: 'qp',
  file: 'qp.json',
  generate: (random) => {
    const single = random() < 0.5;
    return { single, list: Array.from({ length: single ? 1 : 1 + whole(random, 4) }, () => problem(random)) };
  },
  json: ({ list, single }) => (single ? list[0] : { problems: list }),
  greedy,
  use(path, expected) {
    const { elements } = solveQpFile(path);
    const value = readJson(path) as Problem & { readonly problems?: readonly Problem[] };
    const problems = value.problems ?? [value];
    if (elements.length !== problems.length) throw new Error(`${elements.length} answers`);
    for (const [k, element] of elements.entries()) {
      const { status, gradient } = element;
      if (expected && status !== 'optimal') throw new Error(`a sound problem ends as ${status}`);
      if (status !== 'optimal' || problems[k]!.q === undefined) continue;
      const off = violation({ ...problems[k]!, Q: problems[k]!.Q ?? [] }, element);
      if (!(off <= 1e-5)) throw new Error(`optimal, and its conditions are violated by ${off}`);
      if (expected && (gradient !== null) !== (problems[k]!.cotangent !== undefined))
        throw new Error('a gradient where none was asked for, or none');
      if (gradient && ![...gradient.q].every(Number.isFinite)) throw new Error('a gradient is not finite');
    }
    return expected
      ? 'right'
      : elements.every(({ status }) => status === 'optimal')
        ? 'optimal'
        : 'no solution';
  },
});
