import type { ElementStatus, SolutionFlag } from '../../solvers/batch/index.js';
import {
  type Answer,
  gram,
  normal,
  numbers,
  type Problem,
  regular,
  times,
  transposedTimes,
  uniform,
  withAnswer,
} from './problems.js';

/** A problem with its answer known beforehand. */
export interface Hard {
  readonly name: string;
  readonly problem: Problem;
  readonly status: ElementStatus;
  /** The answer; without `nu`, `lam` where multipliers are not unique, without `z`, `s` where the solution is not. */
  readonly answer?: Partial<Answer>;
  /** The active rows, where the derivative exists. */
  readonly active?: readonly number[];
  /** Flags of which one must be there, where it does not. */
  readonly flags?: readonly SolutionFlag[];
}

const zeros = (length: number): Float64Array => new Float64Array(length);

/** Q, A, G of normal numbers and an answer with λ or s given by row. */
function made(
  name: string,
  n: number,
  m: number,
  rows: readonly { readonly lam?: number; readonly s?: number }[],
  seed: number,
  Q?: Float64Array,
): Hard {
  const gauss = normal(uniform(seed));
  const [A, G] = [numbers(m * n, gauss), numbers(rows.length * n, gauss)];
  const answer = {
    z: numbers(n, gauss),
    nu: numbers(m, gauss),
    lam: Float64Array.from(rows, ({ lam = 0 }) => lam),
    s: Float64Array.from(rows, ({ s = 0 }) => s),
  };
  const weak = rows.some(({ lam = 0, s = 0 }) => lam === 0 && s === 0);
  return {
    name,
    problem: withAnswer(Q ?? gram(n, n, 0.1, gauss), A, G, answer),
    status: 'optimal',
    answer,
    ...(weak
      ? { flags: ['weakly-active'] as const }
      : { active: rows.flatMap(({ lam = 0 }, i) => (lam > 0 ? [i] : [])) }),
  };
}

const active = (count: number) => Array.from({ length: count }, (_, k) => ({ lam: 0.3 + 0.2 * (k % 4) }));
const inactive = (count: number) => Array.from({ length: count }, (_, k) => ({ s: 0.3 + 0.2 * (k % 4) }));

function nearlyActive(): Hard[] {
  const list: Hard[] = [];
  for (let e = 3; e <= 10; e++) {
    const little = 10 ** -e;
    const n = [4, 10, 20, 50][e % 4]!;
    const k = Math.floor(n / 3);
    list.push(
      made(`λ = 1e-${e}, n = ${n}`, n, 1, [...active(k), { lam: little }, ...inactive(k)], 10 + e),
      made(`s = 1e-${e}, n = ${n}`, n, 1, [...active(k), { s: little }, ...inactive(k)], 30 + e),
    );
  }
  list.push(
    made('many multipliers and slacks of 1e-8, n = 100', 100, 10, mixed(60, 1e-8), 51),
    made('multipliers and slacks from 1 to 1e-8, n = 40', 40, 4, mixed(40, 1e-8), 52),
    made('multipliers and slacks from 1 to 1e-10, n = 12', 12, 2, mixed(12, 1e-10), 53),
    made('multipliers and slacks from 1 to 1e-6, more rows than variables', 15, 2, mixed(24, 1e-6), 54),
  );
  return list;
}

const mixed = (count: number, least: number) =>
  Array.from({ length: count }, (_, k) => {
    const size = least ** ((k >> 1) / (count >> 1));
    return k % 2 ? { lam: size } : { s: size };
  });

const weaklyActive = (): Hard[] => [
  made('one weakly active row', 6, 1, [...active(2), {}, ...inactive(3)], 61),
  made('three weakly active rows', 10, 2, [...active(2), {}, {}, {}, ...inactive(4)], 62),
  made('all rows weakly active', 8, 0, [{}, {}, {}], 63),
  made('weakly active, n = 50', 50, 5, [...active(10), {}, {}, ...inactive(40)], 64),
  made('weakly active, n = 1', 1, 0, [{}], 65),
];

function flatObjectives(): Hard[] {
  const list: Hard[] = [];
  const next = normal(uniform(70));
  for (const size of [1e-2, 1e-4, 1e-6, 1e-8, 1e-10]) {
    const Q = gram(8, 8, 0.1, next).map((value) => value * size);
    list.push(made(`Q of ${size}, vertex`, 8, 2, [...active(6), ...inactive(5)], 71, Q));
  }
  for (const size of [1e-2, 1e-4, 1e-6]) {
    const Q = gram(8, 8, 0.1, next).map((value) => value * size);
    list.push(made(`Q of ${size}, not a vertex`, 8, 2, [...active(3), ...inactive(5)], 72, Q));
  }
  list.push(
    made('Q = 0, vertex', 6, 2, [...active(4), ...inactive(6)], 73, zeros(36)),
    made('Q = 0, vertex, n = 30', 30, 10, [...active(20), ...inactive(30)], 74, zeros(900)),
    made('Q of rank 3, n = 8', 8, 2, [...active(4), ...inactive(4)], 75, gram(8, 3, 0, next)),
    made('Q of rank 20, n = 40', 40, 5, [...active(17), ...inactive(30)], 76, gram(40, 20, 0, next)),
    made(
      'Q diagonal, half of it 0',
      10,
      3,
      [...active(4), ...inactive(6)],
      77,
      diagonal(10, (j) => j % 2),
    ),
  );
  return list;
}

function diagonal(n: number, entry: (j: number) => number): Float64Array {
  const Q = zeros(n * n);
  for (let j = 0; j < n; j++) Q[j * n + j] = entry(j);
  return Q;
}

function repeated(): Hard[] {
  const list: Hard[] = [];
  for (const seed of [80, 81]) {
    // The last equality is a combination of the first two.
    const { problem, answer } = regular(8, 3, 6, seed);
    const { A, b } = problem;
    const row = (k: number): Float64Array => A.subarray(k * 8, (k + 1) * 8);
    const weights = seed === 80 ? [1, 0] : [0.5, -2];
    const extra = row(0).map((value, j) => weights[0]! * value + weights[1]! * row(1)[j]!);
    const own = {
      ...problem,
      A: joined(A, extra),
      b: joined(b, Float64Array.of(weights[0]! * b[0]! + weights[1]! * b[1]!)),
    };
    const { z, s, lam } = answer;
    list.push({
      name: `dependent equalities ${seed}`,
      problem: own,
      status: 'optimal',
      answer: { z, s, lam },
      flags: ['dependent-rows'],
    });
  }
  for (const seed of [82, 83, 84]) {
    const { problem, answer } = regular(7, seed % 2, 6, seed);
    const { G, h } = problem;
    const of = (k: number): Hard => ({
      name: `row ${k} twice ${seed}`,
      problem: { ...problem, G: joined(G, G.slice(k * 7, (k + 1) * 7)), h: joined(h, h.slice(k, k + 1)) },
      status: 'optimal',
      answer:
        k === 0
          ? { z: answer.z, nu: answer.nu, s: joined(answer.s, answer.s.slice(0, 1)) }
          : { ...answer, lam: joined(answer.lam, zeros(1)), s: joined(answer.s, answer.s.slice(k, k + 1)) },
      ...(k === 0
        ? { flags: ['dependent-rows'] as const }
        : { active: [...answer.lam].flatMap((value, i) => (value > 0 ? [i] : [])) }),
    });
    list.push(of(0), of(5));
  }
  // An equality stated a second time as an inequality.
  const { problem, answer } = regular(6, 2, 4, 85);
  list.push({
    name: 'an equality again as an inequality',
    problem: {
      ...problem,
      G: joined(problem.G, problem.A.slice(0, 6)),
      h: joined(problem.h, problem.b.slice(0, 1)),
    },
    status: 'optimal',
    answer: { z: answer.z, s: joined(answer.s, zeros(1)) },
    flags: ['dependent-rows'],
  });
  return list;
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const out = new Float64Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function onePoint(): Hard[] {
  const next = normal(uniform(90));
  const list: Hard[] = [];
  for (const n of [1, 4, 12]) {
    const z = numbers(n, next);
    const I = diagonal(n, () => 1);
    const G = joined(
      I,
      I.map((value) => -value),
    );
    const h = joined(
      z,
      z.map((value) => -value),
    );
    const problem = { Q: gram(n, n, 0.1, next), q: numbers(n, next), A: zeros(0), b: zeros(0), G, h };
    list.push({
      name: `a box of one point, n = ${n}`,
      problem,
      status: 'optimal',
      answer: { z, s: zeros(2 * n) },
      flags: ['dependent-rows'],
    });
  }
  // As many equalities as variables, and inequalities that hold there.
  const n = 5;
  const A = numbers(n * n, next);
  const z = numbers(n, next);
  const G = numbers(3 * n, next);
  const s = Float64Array.of(0.5, 1, 2);
  const h = times(G, z).map((value, i) => value + s[i]!);
  const problem = { Q: gram(n, n, 0.1, next), q: numbers(n, next), A, b: times(A, z), G, h };
  list.push({
    name: 'as many equalities as variables',
    problem,
    status: 'optimal',
    answer: { z, s },
    active: [],
  });
  // A simplex shrunk to a point: z ≥ a, Σ z ≤ Σ a.
  const a = numbers(4, next);
  const sum = a.reduce((total, value) => total + value, 0);
  list.push({
    name: 'a simplex of one point',
    problem: {
      Q: gram(4, 4, 0.1, next),
      q: numbers(4, next),
      A: zeros(0),
      b: zeros(0),
      G: joined(
        diagonal(4, () => -1),
        new Float64Array(4).fill(1),
      ),
      h: joined(
        a.map((value) => -value),
        Float64Array.of(sum),
      ),
    },
    status: 'optimal',
    answer: { z: a, s: zeros(5) },
    flags: ['dependent-rows', 'weakly-active'],
  });
  return list;
}

function badlyScaled(): Hard[] {
  const list: Hard[] = [];
  for (const [seed, rows, columns] of [
    [100, 4, 0],
    [101, 4, 0],
    [102, 0, 4],
    [103, 0, 4],
    [104, 4, 4],
    [105, 4, 4],
    [106, 4, 0],
    [107, 0, 4],
  ] as const) {
    const n = [5, 12, 30, 60][seed % 4]!;
    const [m, p] = [Math.floor(n / 4), n];
    const { problem, answer } = regular(n, m, p, seed);
    const next = uniform(seed + 1000);
    const scales = (length: number, most: number) =>
      Float64Array.from({ length }, () => 10 ** (most * (2 * next() - 1)));
    const [D, E, F] = [scales(n, columns), scales(m, rows), scales(p, rows)];
    const scaled = (M: Float64Array, R: Float64Array) =>
      M.map((value, k) => value * R[Math.floor(k / n)]! * D[k % n]!);
    list.push({
      name: `rows by 1e±${rows}, columns by 1e±${columns}, n = ${n}`,
      problem: {
        Q: scaled(problem.Q, D),
        q: problem.q.map((value, j) => value * D[j]!),
        A: scaled(problem.A, E),
        b: problem.b.map((value, i) => value * E[i]!),
        G: scaled(problem.G, F),
        h: problem.h.map((value, i) => value * F[i]!),
      },
      status: 'optimal',
      answer: {
        z: answer.z.map((value, j) => value / D[j]!),
        nu: answer.nu.map((value, i) => value / E[i]!),
        lam: answer.lam.map((value, i) => value / F[i]!),
        s: answer.s.map((value, i) => value * F[i]!),
      },
      active: [...answer.lam].flatMap((value, i) => (value > 0 ? [i] : [])),
    });
  }
  return list;
}

function notUnique(): Hard[] {
  const next = normal(uniform(110));
  // A direction without curvature, held by nothing.
  const base = made('', 5, 0, [...active(2), ...inactive(3)], 111, gram(5, 2, 0, next)).problem;
  return [
    { name: 'more than one solution', problem: base, status: 'optimal', flags: ['primal-not-unique'] },
    {
      name: 'nothing to minimize in a box',
      problem: {
        Q: zeros(9),
        q: zeros(3),
        A: zeros(0),
        b: zeros(0),
        G: joined(
          diagonal(3, () => 1),
          diagonal(3, () => -1),
        ),
        h: new Float64Array(6).fill(1),
      },
      status: 'optimal',
      flags: ['primal-not-unique'],
    },
    {
      name: 'an edge of a linear program',
      problem: {
        Q: zeros(4),
        q: Float64Array.of(-1, -1),
        A: zeros(0),
        b: zeros(0),
        G: Float64Array.of(1, 1, -1, 0, 0, -1),
        h: Float64Array.of(1, 0, 0),
      },
      status: 'optimal',
      flags: ['primal-not-unique'],
    },
  ];
}

function infeasible(): Hard[] {
  const list: Hard[] = [];
  for (const [seed, n, m, p] of [
    [120, 2, 0, 3],
    [121, 6, 2, 8],
    [122, 20, 5, 30],
    [123, 60, 10, 80],
  ] as const) {
    const next = uniform(seed);
    const gauss = normal(next);
    const [A, G] = [numbers(m * n, gauss), numbers(p * n, gauss)];
    // The last row is set so that Aᵀν + Gᵀλ = 0.
    const nu = numbers(m, gauss);
    const lam = Float64Array.from({ length: p }, (_, i) => (i === p - 1 || i < n ? 0.2 + next() : 0));
    const sum = transposedTimes(A, nu, n);
    const others = lam.map((value, i) => (i === p - 1 ? 0 : value));
    const rest = transposedTimes(G, others, n);
    for (let j = 0; j < n; j++) G[(p - 1) * n + j] = -(sum[j]! + rest[j]!) / lam[p - 1]!;
    const [b, h] = [numbers(m, gauss), numbers(p, gauss)];
    let value = 0;
    for (let i = 0; i < m; i++) value += b[i]! * nu[i]!;
    for (let i = 0; i < p - 1; i++) value += h[i]! * lam[i]!;
    h[p - 1] = (-1 - value) / lam[p - 1]!;
    list.push({
      name: `infeasible, n = ${n}`,
      problem: { Q: gram(n, n, 0.1, gauss), q: numbers(n, gauss), A, b, G, h },
      status: 'infeasible',
    });
  }
  const Q = diagonal(2, () => 1);
  const none = zeros(0);
  list.push(
    {
      name: 'two parallel equalities',
      problem: { Q, q: zeros(2), A: Float64Array.of(1, 1, 1, 1), b: Float64Array.of(0, 1), G: none, h: none },
      status: 'infeasible',
    },
    {
      name: 'bounds that cross by 1e-4',
      problem: {
        Q,
        q: zeros(2),
        A: none,
        b: none,
        G: Float64Array.of(1, 0, -1, 0),
        h: Float64Array.of(1, -1.0001),
      },
      status: 'infeasible',
    },
    {
      name: 'an equality beyond a bound',
      problem: {
        Q,
        q: zeros(2),
        A: Float64Array.of(1, 0),
        b: Float64Array.of(2),
        G: Float64Array.of(1, 0),
        h: Float64Array.of(1),
      },
      status: 'infeasible',
    },
    {
      name: 'an empty row that cannot hold',
      problem: { Q, q: zeros(2), A: none, b: none, G: Float64Array.of(0, 0), h: Float64Array.of(-1) },
      status: 'infeasible',
    },
    {
      name: 'infeasible though the objective falls for ever',
      problem: {
        Q: zeros(4),
        q: Float64Array.of(0, -1),
        A: none,
        b: none,
        G: Float64Array.of(1, 0, -1, 0),
        h: Float64Array.of(0, -1),
      },
      status: 'infeasible',
    },
  );
  return list;
}

function unbounded(): Hard[] {
  const next = normal(uniform(130));
  const list: Hard[] = [];
  for (const [n, m, p] of [
    [2, 0, 1],
    [6, 2, 5],
    [30, 5, 20],
  ] as const) {
    // A ray with Q ray = 0, A ray = 0, G ray ≤ 0, qᵀray < 0.
    const ray = numbers(n, next);
    const square = ray.reduce((sum, value) => sum + value * value, 0);
    const across = (M: Float64Array, along: (i: number) => number): Float64Array => {
      const now = times(M, ray);
      return M.map((value, k) => {
        const i = Math.floor(k / n);
        return value + ((along(i) - now[i]!) * ray[k % n]!) / square;
      });
    };
    const L = across(numbers((n - 1) * n, next), () => 0);
    const Q = zeros(n * n);
    for (let k = 0; k < n - 1; k++)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) Q[i * n + j] = Q[i * n + j]! + L[k * n + i]! * L[k * n + j]!;
    const q = across(numbers(n, next), () => -1);
    const A = across(numbers(m * n, next), () => 0);
    const G = across(numbers(p * n, next), (i) => (i % 2 ? 0 : -0.5));
    const inside = numbers(n, next);
    const h = times(G, inside).map((value) => value + 0.5);
    list.push({
      name: `unbounded, n = ${n}`,
      problem: { Q, q, A, b: times(A, inside), G, h },
      status: 'unbounded',
    });
  }
  const none = zeros(0);
  list.push(
    {
      name: 'unbounded without rows',
      problem: { Q: diagonal(2, (j) => j), q: Float64Array.of(1, 0), A: none, b: none, G: none, h: none },
      status: 'unbounded',
    },
    {
      name: 'a linear program over a cone',
      problem: {
        Q: zeros(4),
        q: Float64Array.of(-1, 0),
        A: none,
        b: none,
        G: Float64Array.of(1, -1, -1, -1),
        h: zeros(2),
      },
      status: 'unbounded',
    },
  );
  return list;
}

/** Problems on which solvers of batches go wrong: nearly and weakly active rows, Q → 0, dependent rows, one-point sets, scales, no solution. */
export const hard: readonly Hard[] = [
  ...nearlyActive(),
  ...weaklyActive(),
  ...flatObjectives(),
  ...repeated(),
  ...onePoint(),
  ...badlyScaled(),
  ...notUnique(),
  ...infeasible(),
  ...unbounded(),
];
