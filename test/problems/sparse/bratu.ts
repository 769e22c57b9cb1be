import { type Expression, expr, Model, sum } from '../../../src/model/index.js';
import type { SparseProblem } from './define.js';

const λ = 1;
const α = 1e-3;

/**
 * A source `f` drives the solution of the Bratu equation to a target, on the unit square Ω:
 *
 *     minimize   ∫ ½ (u − 1)² + α/2 f² dΩ
 *     subject to −Δu − λ eᵘ = f in Ω,  u = 0 on ∂Ω,  0 ≤ f ≤ 10,  λ = 1, α = 1e-3.
 *
 * Five-point differences on N × N inner points with the mesh width `h = 1/(N + 1)`; a row is the equation times h².
 */
export const bratu: SparseProblem = {
  name: 'bratu',
  source:
    'G. Bratu, Bull. Soc. Math. France 42 (1914); as a control problem after H. Maurer, H. Mittelmann (2001)',
  size: 'points per side',
  variables: (N) => 2 * N * N,
  rows: (N) => N * N,
  build(N) {
    const m = new Model(`bratu-${N}`);
    const h = 1 / (N + 1);
    const u = m.variables('u', [N, N], { start: 0 });
    const f = m.variables('f', [N, N], { lower: 0, upper: 10, start: 1 });
    m.minimize(
      sum(
        u.elements.map(
          (ui, k) => expr`${0.5 * h * h} * (${ui} - 1)^2 + ${0.5 * h * h * α} * ${f.elements[k]!}^2`,
        ),
      ),
    );
    const value = (i: number, j: number): Expression | number =>
      i >= 0 && i < N && j >= 0 && j < N ? u.at(i, j) : 0;
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        m.constrain(
          expr`4 * ${u.at(i, j)} - ${value(i - 1, j)} - ${value(i + 1, j)} - ${value(i, j - 1)} - ${value(i, j + 1)}
            - ${h * h * λ} * exp(${u.at(i, j)}) - ${h * h} * ${f.at(i, j)}`,
          { equals: 0 },
        );
      }
    }
    return m;
  },
};
