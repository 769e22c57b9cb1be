import {
  type BatchSolution,
  type Certificate,
  differentiate,
  inputNames,
  solveBatch,
} from '../../solvers/batch/index.js';
import type { Hard } from './hard.js';
import { batchOf, normal, numbers, type Problem, times, transposedTimes, uniform } from './problems.js';

const largest = (x: Iterable<number>): number => {
  let most = 0;
  for (const value of x) most = Math.max(most, Math.abs(value));
  return most;
};
const apart = (a: Float64Array, b: Float64Array): number => largest(a.map((value, k) => value - b[k]!));
const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, k) => sum + value * b[k]!, 0);

/** Gaussian elimination with pivots by the largest share of a row, and three steps of refinement. */
function solved(M: Float64Array, g: Float64Array): Float64Array {
  const n = g.length;
  const x = new Float64Array(n);
  for (let pass = 0; pass < 4; pass++) {
    const rows = Array.from({ length: n }, (_, i) => M.slice(i * n, (i + 1) * n));
    const r = g.slice();
    const Mx = times(M, x);
    for (let i = 0; i < n; i++) {
      const scale = 1 / largest(rows[i]!);
      r[i] = (r[i]! - Mx[i]!) * scale;
      rows[i] = rows[i]!.map((value) => value * scale);
    }
    for (let k = 0; k < n; k++) {
      let best = k;
      for (let i = k; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[best]![k]!)) best = i;
      [rows[k], rows[best]] = [rows[best]!, rows[k]!];
      [r[k], r[best]] = [r[best]!, r[k]!];
      for (let i = k + 1; i < n; i++) {
        const factor = rows[i]![k]! / rows[k]![k]!;
        for (let j = k; j < n; j++) rows[i]![j] = rows[i]![j]! - factor * rows[k]![j]!;
        r[i] = r[i]! - factor * r[k]!;
      }
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = r[i]!;
      for (let j = i + 1; j < n; j++) sum -= rows[i]![j]! * r[j]!;
      r[i] = sum / rows[i]![i]!;
      x[i] = x[i]! + r[i]!;
    }
  }
  return x;
}

/** dq, db, dh of a cotangent, from the KKT matrix of the active rows that the problem was made with. */
function reference({ Q, A, G }: Problem, active: readonly number[], gz: Float64Array, gλ: Float64Array) {
  const n = gz.length;
  const m = A.length / n;
  const order = n + m + active.length;
  const C = [
    ...Array.from({ length: m }, (_, i) => A.slice(i * n, (i + 1) * n)),
    ...active.map((i) => G.slice(i * n, (i + 1) * n)),
  ];
  const K = new Float64Array(order * order);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) K[i * order + j] = Q[i * n + j]!;
  C.forEach((row, k) => {
    for (let j = 0; j < n; j++) K[(n + k) * order + j] = K[j * order + n + k] = row[j]!;
  });
  const g = new Float64Array(order);
  g.set(gz);
  active.forEach((i, k) => {
    g[n + m + k] = gλ[i]!;
  });
  const u = solved(K, g);
  const dh = new Float64Array(gλ.length);
  active.forEach((i, k) => {
    dh[i] = u[n + m + k]!;
  });
  return { q: u.slice(0, n).map((value) => -value), b: u.slice(n, n + m), h: dh };
}

/** What is wrong with a certificate that a problem has no solution; nothing where it proves it. */
function* faultsOfCertificate(
  { Q, q, A, b, G, h }: Problem,
  certificate: Certificate | null,
): Generator<string> {
  if (certificate === null) {
    yield 'no certificate';
    return;
  }
  if ('ray' in certificate) {
    const { ray } = certificate;
    const size = 1e-8 * largest(ray);
    if (Math.abs(dot(q, ray) + 1) > 1e-9) yield `qᵀray is ${dot(q, ray)}`;
    if (largest(times(Q, ray)) > size) yield 'Q·ray is not 0';
    if (largest(times(A, ray)) > size) yield 'A·ray is not 0';
    if (Math.max(0, ...times(G, ray)) > size) yield 'G·ray is above 0';
    return;
  }
  const { nu, lam } = certificate;
  const value = dot(b, nu) + dot(h, lam);
  if (Math.abs(value + 1) > 1e-9) yield `bᵀν + hᵀλ is ${value}`;
  if (Math.min(0, ...lam) < 0) yield 'λ is below 0';
  const sum = transposedTimes(G, lam, q.length);
  const rest = transposedTimes(A, nu, q.length);
  if (largest(sum.map((one, j) => one + rest[j]!)) > 1e-8 * Math.max(largest(nu), largest(lam)))
    yield 'Aᵀν + Gᵀλ is not 0';
}

/** How one hard problem went: what was wrong with its answer, its flags and its gradients; nothing where all was right. */
export interface HardVerdict {
  readonly answer: readonly string[];
  readonly flags: readonly string[];
  /** Undefined where there is no derivative to be right. */
  readonly gradient: readonly string[] | undefined;
}

/** Solves a hard problem and compares with what is known of it: solutions to 1e-6, gradients to 1e-5 relative. */
export function judgeHard({ problem, status, answer, active, flags }: Hard): HardVerdict {
  const data = batchOf([problem]);
  const solution = solveBatch(data);
  const found = solution.statuses[0];
  if (found !== status) return { answer: [`${found}, not ${status}`], flags: [], gradient: undefined };
  if (status !== 'optimal')
    return {
      answer: [...faultsOfCertificate(problem, solution.certificates[0]!)],
      flags: [],
      gradient: undefined,
    };
  const wrong = (['z', 'nu', 'lam', 's'] as const).flatMap((part) => {
    const wanted = answer?.[part];
    const off = wanted ? apart(solution[part], wanted) / Math.max(1, largest(wanted)) : 0;
    return off < 1e-6 ? [] : [`${part} is off by ${off.toExponential(1)}`];
  });
  const own = solution.flags[0]!;
  const odd: string[] = [];
  if (own.includes('inaccurate')) odd.push('inaccurate');
  if (flags && !flags.some((flag) => own.includes(flag))) odd.push(`none of ${flags.join(', ')}`);
  if (active && own.join() !== 'refined') odd.push(`flagged ${own.join(', ')} without reason`);
  return { answer: wrong, flags: odd, gradient: active && faultsOfGradient(problem, active, data, solution) };
}

function faultsOfGradient(
  problem: Problem,
  active: readonly number[],
  data: ReturnType<typeof batchOf>,
  solution: BatchSolution,
): string[] {
  const next = normal(uniform(7));
  const cotangents = { z: numbers(data.n, next), lam: numbers(data.p, next) };
  const gradient = differentiate(data, solution).backward(cotangents);
  const wanted = reference(problem, active, cotangents.z, cotangents.lam);
  // Where equalities alone settle z, dq is zero to rounding.
  const rounding = 1e-14 * Math.max(largest(wanted.q), largest(wanted.b), largest(wanted.h));
  const wrong = (['q', 'b', 'h'] as const)
    .filter((name) => !(apart(gradient[name], wanted[name]) < rounding + 1e-5 * largest(wanted[name])))
    .map((name) => `d${name} is off by ${apart(gradient[name], wanted[name]).toExponential(1)}`);
  for (const name of inputNames)
    if (!gradient[name].every(Number.isFinite)) wrong.push(`d${name} is not finite`);
  return wrong;
}

/** What others may be asked and judged by: the data, and z and dq for a cotangent of ones where they are known. */
export interface Known {
  readonly data: { readonly [Name in keyof Problem]: readonly number[] } & { readonly n: number };
  readonly z: Float64Array | undefined;
  readonly dq: Float64Array | undefined;
}

export function knownOf({ problem, answer, active }: Hard): Known {
  const n = problem.q.length;
  const lists = Object.fromEntries(
    inputNames.map((name) => [name, Array.from(problem[name])]),
  ) as unknown as Omit<Known['data'], 'n'>;
  const ones = new Float64Array(n).fill(1);
  const dq = active && reference(problem, active, ones, new Float64Array(problem.h.length)).q;
  return { data: { ...lists, n }, z: answer?.z, dq };
}
