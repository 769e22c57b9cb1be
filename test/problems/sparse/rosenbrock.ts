import { expr, Model, sum } from '../../../src/model/index.js';
import type { SparseProblem } from './define.js';

/**
 * The chained Rosenbrock function with trigonometric–exponential equalities, problem 5.1 of Lukšan and Vlček:
 *
 *     minimize   Σ_{i<n} 100 (xᵢ² − xᵢ₊₁)² + (xᵢ − 1)²
 *     subject to 3xₖ³ + 2xₖ₊₁ − 5 + sin(xₖ − xₖ₊₁) sin(xₖ + xₖ₊₁) + 4xₖ − xₖ₋₁ e^(xₖ₋₁ − xₖ) − 3 = 0,  1 < k < n,
 *
 * from x = (−1.2, 1, −1.2, 1, …).
 */
export const rosenbrock: SparseProblem = {
  name: 'rosenbrock',
  source:
    'L. Lukšan, J. Vlček, Sparse and partially separable test problems, report V-767, ICS Prague (1999), 5.1',
  size: 'variables',
  objective: { value: 6.23245863244, exact: true },
  variables: (n) => n,
  rows: (n) => n - 2,
  build(n) {
    const m = new Model(`rosenbrock-${n}`);
    const start = Float64Array.from({ length: n }, (_, i) => (i % 2 === 0 ? -1.2 : 1));
    const x = m.variables('x', [n], { start }).elements;
    m.minimize(sum(x.slice(1).map((next, i) => expr`100 * (${x[i]!}^2 - ${next})^2 + (${x[i]!} - 1)^2`)));
    for (let k = 1; k < n - 1; k++) {
      const [before, here, next] = [x[k - 1]!, x[k]!, x[k + 1]!];
      m.constrain(
        expr`3 * ${here}^3 + 2 * ${next} - 5 + sin(${here} - ${next}) * sin(${here} + ${next})
          + 4 * ${here} - ${before} * exp(${before} - ${here}) - 3`,
        { equals: 0 },
      );
    }
    return m;
  },
};
