import { expr, Model, sum } from '../../../src/model/index.js';
import type { SparseProblem } from './define.js';

const horizon = 5;

/**
 * Control of the Van der Pol oscillator by `u` over `t ∈ [0, 5]`:
 *
 *     minimize   ∫ x₁² + x₂² + u² dt
 *     subject to x₁′ = (1 − x₂²) x₁ − x₂ + u,  x₂′ = x₁,  x(0) = (0, 1),  x₁ ≥ −0.25,  −1 ≤ u ≤ 1.
 *
 * Trapezoidal rule on N equal intervals for the integral and the dynamics, so the state and the control have N + 1
 * values each; the start of the state is fixed by bounds.
 */
export const vanDerPol: SparseProblem = {
  name: 'van-der-pol',
  source:
    'J. Andersson et al., CasADi, Math. Program. Comput. 11 (2019), the example of its section on optimal control',
  size: 'intervals',
  variables: (N) => 3 * (N + 1),
  rows: (N) => 2 * N,
  build(N) {
    const m = new Model(`van-der-pol-${N}`);
    const h = horizon / N;
    const from = (first: number, rest: number) =>
      Float64Array.from({ length: N + 1 }, (_, k) => (k === 0 ? first : rest));
    const x1 = m.variables('x1', [N + 1], {
      lower: from(0, -0.25),
      upper: from(0, Infinity),
      start: 0,
    }).elements;
    const x2 = m.variables('x2', [N + 1], {
      lower: from(1, -Infinity),
      upper: from(1, Infinity),
      start: from(1, 0),
    }).elements;
    const u = m.variables('u', [N + 1], { lower: -1, upper: 1, start: 0 }).elements;
    m.minimize(
      sum(
        u.map((uk, k) => {
          const weight = k === 0 || k === N ? h / 2 : h;
          return expr`${weight} * ${x1[k]!}^2 + ${weight} * ${x2[k]!}^2 + ${weight} * ${uk}^2`;
        }),
      ),
    );
    for (let k = 0; k < N; k++) {
      const [a, b, c, d] = [x1[k]!, x1[k + 1]!, x2[k]!, x2[k + 1]!];
      m.constrain(
        expr`${b} - ${a} - ${h / 2} * ((1 - ${c}^2) * ${a} - ${c} + ${u[k]!} + (1 - ${d}^2) * ${b} - ${d} + ${u[k + 1]!})`,
        { equals: 0 },
      );
      m.constrain(expr`${d} - ${c} - ${h / 2} * (${a} + ${b})`, { equals: 0 });
    }
    return m;
  },
};
