import { expr, Model } from '../../../src/model/index.js';
import type { SparseProblem } from './define.js';

/**
 * Mixing of two catalysts along a tubular reactor, `u(t)` the share of the first:
 *
 *     minimize   x₁(1) + x₂(1) − 1
 *     subject to x₁′ = u (10 x₂ − x₁),  x₂′ = u (x₁ − 10 x₂) − (1 − u) x₂,  x(0) = (1, 0),  0 ≤ u ≤ 1,
 *
 * on `t ∈ [0, 1]`, trapezoidal rule on N equal intervals. The best control is bang–singular–bang.
 */
export const catalyst: SparseProblem = {
  name: 'catalyst',
  source:
    'E. Dolan, J. Moré, T. Munson, Benchmarking optimization software with COPS 3.0 (2004), problem catmix',
  size: 'intervals',
  objective: { value: -0.0480556, exact: false },
  variables: (N) => 3 * (N + 1),
  rows: (N) => 2 * N,
  build(N) {
    const m = new Model(`catalyst-${N}`);
    const h = 1 / N;
    const from = (first: number, rest: number) =>
      Float64Array.from({ length: N + 1 }, (_, k) => (k === 0 ? first : rest));
    const x1 = m.variables('x1', [N + 1], {
      lower: from(1, -Infinity),
      upper: from(1, Infinity),
      start: 1,
    }).elements;
    const x2 = m.variables('x2', [N + 1], {
      lower: from(0, -Infinity),
      upper: from(0, Infinity),
      start: 0,
    }).elements;
    const u = m.variables('u', [N + 1], { lower: 0, upper: 1, start: 0 }).elements;
    m.minimize(expr`${x1[N]!} + ${x2[N]!} - 1`);
    for (let k = 0; k < N; k++) {
      const [a, b, c, d, v, w] = [x1[k]!, x1[k + 1]!, x2[k]!, x2[k + 1]!, u[k]!, u[k + 1]!];
      m.constrain(expr`${b} - ${a} - ${h / 2} * (${v} * (10 * ${c} - ${a}) + ${w} * (10 * ${d} - ${b}))`, {
        equals: 0,
      });
      m.constrain(
        expr`${d} - ${c} - ${h / 2} * (${v} * (${a} - 10 * ${c}) - (1 - ${v}) * ${c} + ${w} * (${b} - 10 * ${d}) - (1 - ${w}) * ${d})`,
        { equals: 0 },
      );
    }
    return m;
  },
};
