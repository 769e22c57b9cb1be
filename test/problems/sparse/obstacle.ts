import { type Expression, expr, Model, sum } from '../../../src/model/index.js';
import type { SparseProblem } from './define.js';

/**
 * A membrane `v` over an obstacle on the unit square, a quadratic program with bounds only:
 *
 *     minimize   ∫ ½ |∇v|² − v dΩ   subject to  sin(3.2 x) sin(3.3 y) ≤ v ≤ 2000,  v = 0 on ∂Ω.
 *
 * Forward differences on N × N inner points with the mesh width `h = 1/(N + 1)`: a sum of ½ (difference)² over the
 * 2N(N + 1) edges of the grid and of −h² v over its points.
 */
export const obstacle: SparseProblem = {
  name: 'obstacle',
  source: 'J. Moré, G. Toraldo, SIAM J. Optim. 1 (1991), 93–113',
  size: 'points per side',
  variables: (N) => N * N,
  rows: () => 0,
  build(N) {
    const m = new Model(`obstacle-${N}`);
    const h = 1 / (N + 1);
    const lower = new Float64Array(N * N);
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++)
        lower[i * N + j] = Math.sin(3.2 * h * (i + 1)) * Math.sin(3.3 * h * (j + 1));
    }
    const v = m.variables('v', [N, N], { lower, upper: 2000, start: 1 });
    const edges: Expression[] = [];
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < N; j++) {
        edges.push(
          i + 1 < N ? expr`0.5 * (${v.at(i + 1, j)} - ${v.at(i, j)})^2` : expr`0.5 * ${v.at(i, j)}^2`,
        );
        edges.push(
          j + 1 < N ? expr`0.5 * (${v.at(i, j + 1)} - ${v.at(i, j)})^2` : expr`0.5 * ${v.at(i, j)}^2`,
        );
        if (i === 0) edges.push(expr`0.5 * ${v.at(i, j)}^2`);
        if (j === 0) edges.push(expr`0.5 * ${v.at(i, j)}^2`);
      }
    }
    m.minimize(expr`${sum(edges)} - ${h * h} * ${sum(v)}`);
    return m;
  },
};
