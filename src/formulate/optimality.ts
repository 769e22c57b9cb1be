import type { Column, Variable } from '../model/expression.js';
import { linear, multiply } from '../model/functions.js';
import type { Model } from '../model/model.js';
import type { OpOf } from '../network/traits.js';
import type { Hinge } from './hinge.js';
import { programOf, solveQuadratic } from './quadratic.js';

interface Site {
  readonly model: Model;
  readonly hinge: Hinge;
  readonly label: string;
}

/**
 * The optimality conditions of a quadratic program, whose input `u` is its q, b or h, as rows for its solution z:
 *
 *     Qz + q + Aᵀν + Gᵀλ = 0,   Az = b,   Gz + s = h,   λ, s ≥ 0,   λᵢsᵢ ≤ ε
 *
 * with variables ν, λ and s. Smoothed, λᵢsᵢ = ε²/4: for a ReLU written as a quadratic program both are what hinges become.
 */
export function addOptimality(
  { model, hinge, label }: Site,
  op: OpOf<'quadraticProgram'>,
  u: readonly Column[],
  z: Variable[],
  start: Float64Array,
): Variable[] {
  const { n, m, p, Q, q, A, b, G, h } = programOf(op, start);
  const at = solveQuadratic(op, start);
  const nu = m > 0 ? [...model.variables(`${label} ν`, m, { start: at.nu })] : [];
  const lam = p > 0 ? [...model.variables(`${label} λ`, p, { lower: 0, start: at.lam })] : [];
  const s = p > 0 ? [...model.variables(`${label} slack`, p, { lower: 0, start: at.s })] : [];
  /** `terms + factor·right = 0`, where the right-hand side is the input or a number. */
  const row = (
    name: string,
    terms: readonly (readonly [number, Column])[],
    factor: number,
    right: 'q' | 'b' | 'h',
    i: number,
  ): void => {
    const all = terms.filter(([coefficient]) => coefficient !== 0);
    if (op.into === right) all.push([factor, u[i]!]);
    model.constrain(
      linear(
        all.map(([coefficient]) => coefficient),
        all.map(([, variable]) => variable),
        op.into === right ? 0 : factor * { q, b, h }[right][i]!,
      ),
      { equals: 0, name: `${label} ${name}[${i}]` },
    );
  };
  for (let j = 0; j < n; j++)
    row(
      'stationary',
      [
        ...z.map((v, k) => [Q[j * n + k]!, v] as const),
        ...nu.map((v, i) => [A[i * n + j]!, v] as const),
        ...lam.map((v, i) => [G[i * n + j]!, v] as const),
      ],
      1,
      'q',
      j,
    );
  for (let i = 0; i < m; i++)
    row(
      'equality',
      z.map((v, j) => [A[i * n + j]!, v] as const),
      -1,
      'b',
      i,
    );
  for (let i = 0; i < p; i++) {
    row('inequality', [...z.map((v, j) => [G[i * n + j]!, v] as const), [1, s[i]!]], -1, 'h', i);
    model.constrain(
      multiply(lam[i]!, s[i]!),
      'smooth' in hinge
        ? { equals: (hinge.smooth * hinge.smooth) / 4, name: `${label} central ${i}` }
        : { upper: hinge.complementarity, name: `${label} complementary ${i}` },
    );
  }
  return z;
}
