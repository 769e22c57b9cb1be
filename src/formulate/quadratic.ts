import type { QuadraticProgram } from '../core/quadratic-program.js';
import type { OpOf, Tensor } from '../network/graph.js';

/** The solution z of a quadratic program, multipliers ν and λ ≥ 0, and slacks s = h − Gz. */
export interface QuadraticSolution {
  readonly z: Float64Array;
  readonly nu: Float64Array;
  readonly lam: Float64Array;
  readonly s: Float64Array;
}

/** Solves one program; undefined where it has no solution. */
export type QuadraticSolver = (program: QuadraticProgram) => QuadraticSolution | undefined;

let solver: QuadraticSolver | undefined;

/** Formulations know no solver: whoever runs them brings one for the quadratic programs of networks. */
export function provideQuadratic(own: QuadraticSolver): void {
  solver = own;
}

/** A quadratic program as a smooth function of its input: the solution with λᵢsᵢ = `barrier`; plain data. */
export interface SmoothProgram {
  readonly layer: string;
  readonly op: OpOf<'quadraticProgram'>;
  readonly barrier: number;
}

export const isSmoothProgram = (token: unknown): token is SmoothProgram =>
  typeof token === 'object' && token !== null && 'barrier' in token && 'op' in token;

const smoothed = new WeakMap<OpOf<'quadraticProgram'>, Map<number, SmoothProgram>>();

/** The same object for the same op and barrier: its uses are asked together. */
export function smoothProgram(layer: string, op: OpOf<'quadraticProgram'>, barrier: number): SmoothProgram {
  const ofOp = smoothed.get(op) ?? new Map<number, SmoothProgram>();
  smoothed.set(op, ofOp);
  const token = ofOp.get(barrier) ?? { layer, op, barrier };
  ofOp.set(barrier, token);
  return token;
}

const numbers = (tensor: Tensor | undefined): Float64Array => Float64Array.from(tensor?.data ?? []);

/** The program of an op at its input `u`. */
export function programOf(op: OpOf<'quadraticProgram'>, u: ArrayLike<number>): QuadraticProgram {
  const own = { q: numbers(op.q), b: numbers(op.b), h: numbers(op.h), [op.into]: Float64Array.from(u) };
  const { q, b, h } = own;
  return {
    n: op.Q.shape[0]!,
    m: b.length,
    p: h.length,
    Q: numbers(op.Q),
    q,
    A: numbers(op.A),
    b,
    G: numbers(op.G),
    h,
  };
}

/** The solution of an op at its input `u`; NaN where there is none. */
export function solveQuadratic(op: OpOf<'quadraticProgram'>, u: ArrayLike<number>): QuadraticSolution {
  if (solver === undefined) throw new Error('nobody brought a solver for the quadratic programs of networks');
  const program = programOf(op, u);
  const none = (length: number): Float64Array => new Float64Array(length).fill(Number.NaN);
  const { n, m, p } = program;
  const known = Float64Array.from(u).every(Number.isFinite);
  return (known ? solver(program) : undefined) ?? { z: none(n), nu: none(m), lam: none(p), s: none(p) };
}
