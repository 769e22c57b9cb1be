import { Structure } from '../../src/core/structure/structure.js';
import type { Nlp } from '../../src/nlp/contract.js';

type Row = {
  readonly lower?: number;
  readonly upper?: number;
  readonly name?: string;
  readonly value: (x: Float64Array) => number;
  /** ∂/∂x by variable index. */
  readonly gradient: (x: Float64Array) => Record<number, number>;
  /** Lower-triangle second derivatives by 'i,j' with i ≥ j. */
  readonly hessian?: (x: Float64Array) => Record<string, number>;
};

export interface Small {
  readonly start: readonly number[];
  readonly lower?: readonly number[];
  readonly upper?: readonly number[];
  readonly names?: readonly string[];
  readonly objective: Omit<Row, 'lower' | 'upper' | 'name'>;
  readonly rows?: readonly Row[];
  readonly secondDerivatives?: boolean;
  readonly accuracy?: number;
  readonly scaling?: Nlp['scaling'];
}

/** An Nlp written by hand; dense derivative structure, evaluated term by term. */
export function small(problem: Small): Nlp {
  const n = problem.start.length;
  const rows = problem.rows ?? [];
  const m = rows.length;
  const pairs = Array.from({ length: n }, (_, i) =>
    Array.from({ length: i + 1 }, (_, j) => [i, j] as const),
  ).flat();
  const filled = (values: readonly number[] | undefined, fallback: number): Float64Array =>
    Float64Array.from({ length: n }, (_, j) => values?.[j] ?? fallback);
  const dense = Array.from({ length: m * n }, (_, k) => k);
  return {
    variables: {
      lower: filled(problem.lower, Number.NEGATIVE_INFINITY),
      upper: filled(problem.upper, Number.POSITIVE_INFINITY),
      start: Float64Array.from(problem.start),
      ...(problem.names ? { names: problem.names } : {}),
    },
    constraints: {
      lower: Float64Array.from(rows, (row) => row.lower ?? Number.NEGATIVE_INFINITY),
      upper: Float64Array.from(rows, (row) => row.upper ?? Number.POSITIVE_INFINITY),
      names: rows.map((row, i) => row.name ?? `r${i}`),
    },
    jacobian: Structure.entries(
      m,
      n,
      Int32Array.from(dense, (k) => Math.floor(k / n)),
      Int32Array.from(dense, (k) => k % n),
    ),
    hessian: Structure.lower(
      n,
      Int32Array.from(pairs, ([i]) => i),
      Int32Array.from(pairs, ([, j]) => j),
    ),
    ...(problem.secondDerivatives === undefined ? {} : { secondDerivatives: problem.secondDerivatives }),
    ...(problem.accuracy === undefined ? {} : { accuracy: problem.accuracy }),
    ...(problem.scaling === undefined ? {} : { scaling: problem.scaling }),
    ask: () => {},
    objective: (x) => problem.objective.value(x),
    gradient: (x, out) => {
      const g = problem.objective.gradient(x);
      for (let j = 0; j < n; j++) out[j] = g[j] ?? 0;
    },
    constraintValues: (x, out) => {
      rows.forEach((row, i) => {
        out[i] = row.value(x);
      });
    },
    jacobianValues: (x, out) => {
      rows.forEach((row, i) => {
        const g = row.gradient(x);
        for (let j = 0; j < n; j++) out[i * n + j] = g[j] ?? 0;
      });
    },
    hessianValues: (x, σ, λ, out) => {
      if (problem.secondDerivatives === false) throw new Error('no second derivatives');
      const terms = [problem.objective, ...rows].map((term) => term.hessian?.(x) ?? {});
      pairs.forEach(([i, j], k) => {
        out[k] = σ * (terms[0]![`${i},${j}`] ?? 0);
        for (let r = 0; r < m; r++) out[k] += λ[r]! * (terms[r + 1]![`${i},${j}`] ?? 0);
      });
    },
  };
}

const linear = (
  coefficients: readonly number[],
  bounds: { lower?: number; upper?: number; name?: string },
): Row => ({
  ...bounds,
  value: (x) => coefficients.reduce((sum, a, j) => sum + a * x[j]!, 0),
  gradient: () => ({ ...coefficients }),
});

/** Σ wⱼ (xⱼ − tⱼ)². */
const squares = (targets: readonly number[], weights: readonly number[] = targets.map(() => 1)): Row => ({
  value: (x) => targets.reduce((sum, t, j) => sum + weights[j]! * (x[j]! - t) ** 2, 0),
  gradient: (x) => Object.fromEntries(targets.map((t, j) => [j, 2 * weights[j]! * (x[j]! - t)])),
  hessian: () => Object.fromEntries(targets.map((_, j) => [`${j},${j}`, 2 * weights[j]!])),
});

/** Hock & Schittkowski 71: optimum 17.0140173. */
export const hs71 = (): Small => ({
  start: [1, 5, 5, 1],
  lower: [1, 1, 1, 1],
  upper: [5, 5, 5, 5],
  objective: {
    value: ([a, b, c, d]) => a! * d! * (a! + b! + c!) + c!,
    gradient: ([a, b, c, d]) => ({
      0: d! * (2 * a! + b! + c!),
      1: a! * d!,
      2: a! * d! + 1,
      3: a! * (a! + b! + c!),
    }),
    hessian: ([a, b, c, d]) => ({
      '0,0': 2 * d!,
      '1,0': d!,
      '2,0': d!,
      '3,0': 2 * a! + b! + c!,
      '3,1': a!,
      '3,2': a!,
    }),
  },
  rows: [
    {
      lower: 25,
      value: ([a, b, c, d]) => a! * b! * c! * d!,
      gradient: ([a, b, c, d]) => ({ 0: b! * c! * d!, 1: a! * c! * d!, 2: a! * b! * d!, 3: a! * b! * c! }),
      hessian: ([a, b, c, d]) => ({
        '1,0': c! * d!,
        '2,0': b! * d!,
        '2,1': a! * d!,
        '3,0': b! * c!,
        '3,1': a! * c!,
        '3,2': a! * b!,
      }),
    },
    { ...squares([0, 0, 0, 0]), lower: 40, upper: 40 },
  ],
});

/** Rosenbrock's valley: minimum 0 at (1, 1). */
export const rosenbrock = (): Small => ({
  start: [-1.2, 1],
  objective: {
    value: ([x, y]) => 100 * (y! - x! ** 2) ** 2 + (1 - x!) ** 2,
    gradient: ([x, y]) => ({ 0: -400 * x! * (y! - x! ** 2) - 2 * (1 - x!), 1: 200 * (y! - x! ** 2) }),
    hessian: ([x, y]) => ({ '0,0': 1200 * x! ** 2 - 400 * y! + 2, '1,0': -400 * x!, '1,1': 200 }),
  },
});

/** min Σ (xⱼ − j)² s.t. x₀ + x₁ + x₂ = 1: x = (−2/3, 1/3, 4/3), λ = 4/3. */
export const equalityQp = (): Small => ({
  start: [0, 0, 0],
  objective: squares([0, 1, 2]),
  rows: [linear([1, 1, 1], { lower: 1, upper: 1 })],
});

/** x₀² + x₁² ≤ 1 and x₀ + x₁ ≥ 3 exclude each other. */
export const infeasible = (): Small => ({
  start: [0.5, 0.2],
  objective: squares([0, 0]),
  rows: [{ ...squares([0, 0]), upper: 1, name: 'disc' }, linear([1, 1], { lower: 3, name: 'beyond' })],
});

/** min −x₀ − x₁, x ≥ 0. */
export const unbounded = (): Small => ({
  start: [1, 1],
  lower: [0, 0],
  objective: { value: ([x, y]) => -x! - y!, gradient: () => ({ 0: -1, 1: -1 }) },
});

/** HS71 with x₀ fixed at 1 and an added free row: same optimum. */
export const fixedVariable = (): Small => {
  const problem = hs71();
  return {
    ...problem,
    upper: [1, 5, 5, 5],
    rows: [...problem.rows!, linear([1, 1, 1, 1], {})],
  };
};

/** Every variable fixed; the row holds. */
export const allFixed = (): Small => ({
  start: [0, 0],
  lower: [1, 2],
  upper: [1, 2],
  objective: squares([0, 0]),
  rows: [linear([1, 1], { lower: 3, upper: 3 })],
});

/** Two equations in two unknowns with a constant objective: x = (1, 2). */
export const square = (): Small => ({
  start: [3, 3],
  objective: { value: () => 0, gradient: () => ({}) },
  rows: [
    {
      lower: 5,
      upper: 5,
      value: ([x, y]) => x! ** 2 + y! ** 2,
      gradient: ([x, y]) => ({ 0: 2 * x!, 1: 2 * y! }),
      hessian: () => ({ '0,0': 2, '1,1': 2 }),
    },
    {
      lower: 2,
      upper: 2,
      value: ([x, y]) => x! * y!,
      gradient: ([x, y]) => ({ 0: y!, 1: x! }),
      hessian: () => ({ '1,0': 1 }),
    },
  ],
});

/** Three consistent equations in two unknowns: x = (1, 2). */
export const overdetermined = (): Small => {
  const problem = square();
  const third = linear([1, 1], { lower: 3, upper: 3 });
  return { ...problem, start: [0.5, 2.5], objective: squares([0, 0]), rows: [...problem.rows!, third] };
};

/** Three equations in two unknowns that contradict each other. */
export const contradictory = (): Small => {
  const problem = square();
  return { ...problem, rows: [...problem.rows!, linear([1, 1], { lower: 7, upper: 7, name: 'third' })] };
};

/** The same row twice: the Jacobian never has full rank. */
export const degenerate = (): Small => ({
  start: [5, -3],
  objective: squares([2, 1]),
  rows: [linear([1, 1], { lower: 1, upper: 1 }), linear([2, 2], { lower: 2, upper: 2 })],
});

/** min x − log x + y − √y: undefined for negative entries, no bounds say so; optimum at (1, 1/4). */
export const logarithm = (): Small => ({
  start: [20, 9],
  names: ['x', 'y'],
  objective: {
    value: ([x, y]) => x! - Math.log(x!) + y! - Math.sqrt(y!),
    gradient: ([x, y]) => ({ 0: 1 - 1 / x!, 1: 1 - 0.5 / Math.sqrt(y!) }),
    hessian: ([x, y]) => ({ '0,0': 1 / x! ** 2, '1,1': 0.25 / y! ** 1.5 }),
  },
});

/** HS71 with objective and rows in wild units. */
export const badlyScaled = (): Small => {
  const { objective, rows, ...rest } = hs71();
  const scaled = (row: Omit<Row, 'lower' | 'upper'>, factor: number): Omit<Row, 'lower' | 'upper'> => ({
    value: (x) => factor * row.value(x),
    gradient: (x) => Object.fromEntries(Object.entries(row.gradient(x)).map(([k, v]) => [k, factor * v])),
    hessian: (x) =>
      Object.fromEntries(Object.entries(row.hessian?.(x) ?? {}).map(([k, v]) => [k, factor * v])),
  });
  return {
    ...rest,
    objective: scaled(objective, 1e5),
    rows: [
      { ...scaled(rows![0]!, 1e3), lower: 25e3 },
      { ...scaled(rows![1]!, 1e4), lower: 40e4, upper: 40e4 },
    ],
  };
};

/** x² from 1: the solution is exactly the zero vector. */
export const zeroMinimizer = (): Small => ({ start: [1], objective: squares([0]) });

/** x² + y², x + y = 0 from (1, 1): solution 0. */
export const zeroOnLine = (): Small => ({
  start: [1, 1],
  objective: squares([0, 0]),
  rows: [linear([1, 1], { lower: 0, upper: 0 })],
});

/** x + 2y with x = 0, y − x = 0 from 0: start and solution are 0, multipliers −3 and −2. */
export const zeroThroughout = (): Small => ({
  start: [0, 0],
  objective: linear([1, 2], {}),
  rows: [linear([1, 0], { lower: 0, upper: 0 }), linear([-1, 1], { lower: 0, upper: 0 })],
});

/** (x + 1)² with a row log(x) without bounds, undefined at the solution −1, and a second row when `other`. */
export const undefinedFreeRow = (other = true): Small => ({
  start: [1],
  objective: squares([-1]),
  rows: [
    { value: (x) => Math.log(x[0]!), gradient: (x) => ({ 0: Math.log(x[0]!) / 0 }), hessian: () => ({}) },
    ...(other ? [linear([1], { lower: -5, upper: 5 })] : []),
  ],
});

/** √y + (z − 1)² with y fixed at 0, where its derivatives are infinite. */
export const undefinedFixedDerivative = (): Small => ({
  start: [0, 2],
  lower: [0, Number.NEGATIVE_INFINITY],
  upper: [0, Number.POSITIVE_INFINITY],
  objective: {
    value: ([y, z]) => Math.sqrt(y!) + (z! - 1) ** 2,
    gradient: ([y, z]) => ({ 0: 0.5 / Math.sqrt(y!), 1: 2 * (z! - 1) }),
    hessian: ([y]) => ({ '0,0': -0.25 * y! ** -1.5, '1,1': 2 }),
  },
});

/** Bounds of x₁ cross. */
export const crossed = (): Small => ({
  start: [0, 0],
  lower: [0, 2],
  upper: [1, 1],
  names: ['fine', 'wrong'],
  objective: squares([0, 0]),
});

/** No variable and no row at all. */
export const empty = (): Small => ({ start: [], objective: { value: () => 7, gradient: () => ({}) } });
