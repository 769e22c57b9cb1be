import {
  add,
  divide,
  type Expression,
  exp,
  linear,
  log,
  Model,
  multiply,
  power,
  sin,
  sqrt,
  subtract,
  sum,
  type Variable,
} from '../../../src/model/index.js';

/** Problems of n variables in which functions are applied to sums over all of them, so that the Hessian is dense. */
export interface LongSumProblem {
  readonly name: string;
  /** Formula and where it comes from. */
  readonly source: string;
  build(n: number): Model;
  /** The least value of the objective where it is known in closed form. */
  optimum?(n: number): number;
}

function start(n: number, name: string, value: (i: number) => number): { m: Model; x: readonly Variable[] } {
  const m = new Model(`${name}-${n}`);
  return {
    m,
    x: m.variables('x', n, { start: Float64Array.from({ length: n }, (_, i) => value(i + 1)) }).elements,
  };
}
const squares = (x: readonly Variable[], weight: (i: number) => number = () => 1): Expression =>
  sum(x.map((v, i) => multiply(weight(i + 1), power(v, 2))));

export const longSumProblems: readonly LongSumProblem[] = [
  {
    name: 'vardim',
    source: 'Σ (xᵢ − 1)² + s² + s⁴, s = Σ i(xᵢ − 1); J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), 25',
    optimum: () => 0,
    build(n) {
      const { m, x } = start(n, 'vardim', (i) => 1 - i / n);
      const s = sum(x.map((v, i) => multiply(i + 1, subtract(v, 1))));
      m.minimize(add(sum(x.map((v) => power(subtract(v, 1), 2))), power(s, 2), power(s, 4)));
      return m;
    },
  },
  {
    name: 'power',
    source: '(Σ i xᵢ²)²; S. S. Oren (1974)',
    optimum: () => 0,
    build(n) {
      const { m, x } = start(n, 'power', () => 1);
      m.minimize(
        power(
          squares(x, (i) => i),
          2,
        ),
      );
      return m;
    },
  },
  {
    name: 'penalty',
    source: '1e-5 Σ (xᵢ − 1)² + (Σ xᵢ² − 1/4)²; J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), 23',
    build(n) {
      const { m, x } = start(n, 'penalty', (i) => i);
      m.minimize(
        add(
          multiply(1e-5, sum(x.map((v) => power(subtract(v, 1), 2)))),
          power(subtract(squares(x), 0.25), 2),
        ),
      );
      return m;
    },
  },
  {
    name: 'full-rank',
    source:
      'Σᵢ (xᵢ − (2/2n) Σⱼ xⱼ − 1)² + n ((2/2n) Σⱼ xⱼ + 1)²; J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), 32, m = 2n',
    optimum: (n) => n,
    build(n) {
      const { m, x } = start(n, 'full-rank', () => 1);
      const row = (own: number): Expression => {
        const coefficients = new Float64Array(n).fill(-1 / n);
        if (own >= 0) coefficients[own]! += 1;
        return power(linear(coefficients, x, -1), 2);
      };
      m.minimize(add(sum(x.map((_, i) => row(i))), multiply(n, row(-1))));
      return m;
    },
  },
  {
    name: 'trigonometric',
    source:
      'Σᵢ (n − Σⱼ cos xⱼ + i(1 − cos xᵢ) − sin xᵢ)²; J. J. Moré, B. S. Garbow, K. E. Hillstrom (1981), 26',
    build(n) {
      const { m, x } = start(n, 'trigonometric', () => 1 / n);
      const cosines = x.map((v) => sin(add(v, Math.PI / 2)));
      const total = sum(cosines);
      m.minimize(
        sum(
          x.map((v, i) =>
            power(
              add(n, multiply(-1, total), multiply(i + 1, subtract(1, cosines[i]!)), multiply(-1, sin(v))),
              2,
            ),
          ),
        ),
      );
      return m;
    },
  },
  {
    name: 'log-sum-exp',
    source: 'log Σᵢ exp(Σⱼ sin(ij) xⱼ) + ½ Σ xⱼ²',
    build(n) {
      const { m, x } = start(n, 'log-sum-exp', () => 0.1);
      const row = (i: number): Expression =>
        exp(
          linear(
            Float64Array.from({ length: n }, (_, j) => Math.sin((i + 1) * (j + 1))),
            x,
          ),
        );
      m.minimize(add(log(sum(x.map((_, i) => row(i)))), multiply(0.5, squares(x))));
      return m;
    },
  },
  {
    name: 'distance',
    source: '√(1 + Σ (xᵢ − i/n)²) with Σ xᵢ = 1',
    optimum: (n) => Math.sqrt(1 + (1 - (n + 1) / 2) ** 2 / n),
    build(n) {
      const { m, x } = start(n, 'distance', (i) => Math.sin(i));
      m.minimize(sqrt(add(1, sum(x.map((v, i) => power(subtract(v, (i + 1) / n), 2))))));
      m.constrain(sum(x), { equals: 1 });
      return m;
    },
  },
  {
    name: 'rayleigh',
    source: 'Σ i xᵢ² / Σ xᵢ² with Σ xᵢ² = 1',
    optimum: () => 1,
    build(n) {
      const { m, x } = start(n, 'rayleigh', (i) => (i === 1 ? 1 : 0.1 / i));
      m.minimize(
        divide(
          squares(x, (i) => i),
          squares(x),
        ),
      );
      m.constrain(squares(x), { equals: 1 });
      return m;
    },
  },
  {
    name: 'geometric-mean',
    source: '−(Π xᵢ)^(1/n) with Σ xᵢ ≤ n, x ≥ 0.01',
    optimum: () => -1,
    build(n) {
      const m = new Model(`geometric-mean-${n}`);
      const given = Float64Array.from({ length: n }, (_, i) => 0.5 + 0.3 * Math.sin(i));
      const x = m.variables('x', n, { lower: 0.01, start: given }).elements;
      m.maximize(exp(divide(sum(x.map((v) => log(v))), n)));
      m.constrain(sum(x), { upper: n });
      return m;
    },
  },
];
