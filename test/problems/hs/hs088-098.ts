import { type Expression, expr, type Model, multiply, sum } from '../../../src/model/index.js';
import { book } from './define.js';

/**
 * The first 30 positive roots of `μ tan μ = 1`, by Newton's method on `μ sin μ − cos μ`; the k-th lies a little above
 * (k − 1)π. Problems 88 to 92 use them as eigenvalues of a heated rod.
 */
const roots = Array.from({ length: 30 }, (_, k) => {
  let μ = k === 0 ? 0.86 : k * Math.PI + 1 / (k * Math.PI);
  for (let step = 0; step < 20; step++) {
    μ -= (μ * Math.sin(μ) - Math.cos(μ)) / (2 * Math.sin(μ) + μ * Math.cos(μ));
  }
  return μ;
});

/** Problems 88 to 92: time-optimal heat conduction with n switching intervals of squared length x². */
const heating = (n: number) => (m: Model) => {
  const x = [
    ...m.variables('x', [n], { start: Array.from({ length: n }, (_, i) => (i % 2 === 0 ? 0.5 : -0.5)) }),
  ];
  const time = (from: number) => sum(x.slice(from).map((xi) => expr`${xi}^2`));
  const A = roots.map((μ) => (2 * Math.sin(μ)) / (μ + Math.sin(μ) * Math.cos(μ)));
  // ρ_j = −(e^{−μ²t₁} + Σ_{i≥2} 2(−1)^{i−1} e^{−μ²tᵢ} + (−1)ⁿ) / μ²  with tᵢ = Σ_{k≥i} x_k².
  const ρ: Expression[] = roots.map((μ) => {
    const terms = x.map((_, i) => expr`${i === 0 ? 1 : 2 * (-1) ** i} * exp(${-μ * μ} * ${time(i)})`);
    return expr`-(${sum(terms)} + ${(-1) ** n}) / ${μ * μ}`;
  });
  m.minimize(time(0));
  const products = roots.flatMap((μi, i) =>
    roots.slice(i + 1).map((μj, offset) => {
      const j = i + 1 + offset;
      const overlap = Math.sin(μi + μj) / (μi + μj) + Math.sin(μi - μj) / (μi - μj);
      return expr`${μi ** 2 * μj ** 2 * A[i]! * A[j]! * overlap} * ${ρ[i]!} * ${ρ[j]!}`;
    }),
  );
  const squares = roots.map(
    (μ, j) => expr`${(μ ** 4 * A[j]! ** 2 * (Math.sin(2 * μ) / (2 * μ) + 1)) / 2} * ${ρ[j]!}^2`,
  );
  const linear = roots.map(
    (μ, j) =>
      expr`${-(μ ** 2) * A[j]! * ((2 * Math.sin(μ)) / μ ** 3 - (2 * Math.cos(μ)) / μ ** 2)} * ${ρ[j]!}`,
  );
  m.constrain(expr`${sum(products)} + ${sum(squares)} + ${sum(linear)} + 2 / 15`, { upper: 1e-4 });
};

/** Problems 95 to 98: one linear objective and four rows with the lower ends `b`. */
const fourRows = (b: readonly number[]) => (m: Model) => {
  const [x1, x2, x3, x4, x5, x6] = m.variables('x', [6], {
    lower: 0,
    upper: [0.31, 0.046, 0.068, 0.042, 0.028, 0.0134],
    start: 0,
  });
  m.minimize(expr`4.3 * ${x1} + 31.8 * ${x2} + 63.3 * ${x3} + 15.8 * ${x4} + 68.5 * ${x5} + 4.7 * ${x6}`);
  m.constrain(
    expr`17.1 * ${x1} + 38.2 * ${x2} + 204.2 * ${x3} + 212.3 * ${x4} + 623.4 * ${x5} + 1495.5 * ${x6}
      - 169 * ${x1} * ${x3} - 3580 * ${x3} * ${x5} - 3810 * ${x4} * ${x5} - 18500 * ${x4} * ${x6}
      - 24300 * ${x5} * ${x6}`,
    { lower: b[0]! },
  );
  m.constrain(
    expr`17.9 * ${x1} + 36.8 * ${x2} + 113.9 * ${x3} + 169.7 * ${x4} + 337.8 * ${x5} + 1385.2 * ${x6}
      - 139 * ${x1} * ${x3} - 2450 * ${x4} * ${x5} - 16600 * ${x4} * ${x6} - 17200 * ${x5} * ${x6}`,
    { lower: b[1]! },
  );
  m.constrain(expr`-273 * ${x2} - 70 * ${x4} - 819 * ${x5} + 26000 * ${x4} * ${x5}`, { lower: b[2]! });
  m.constrain(
    expr`159.9 * ${x1} - 311 * ${x2} + 587 * ${x4} + 391 * ${x5} + 2198 * ${x6} - 14000 * ${x1} * ${x6}`,
    { lower: b[3]! },
  );
};

const heated = (number: number, n: number) =>
  book(
    number,
    {
      classification: `QOR2-MN-${n}-1`,
      n,
      inequalities: 1,
      objective: 1.36265681,
      solution: [1.074319, -0.4566137, ...Array<number>(n - 2).fill(0)],
    },
    heating(n),
  );

export const hs088to098 = [
  heated(88, 2),
  heated(89, 3),
  heated(90, 4),
  heated(91, 5),
  heated(92, 6),

  book(
    93,
    {
      classification: 'OOR2-MY-6-2',
      n: 6,
      inequalities: 2,
      objective: 135.075961,
      solution: [5.332666, 4.656744, 10.43299, 12.0823, 0.7526074, 0.87865084],
    },
    (m) => {
      const x = m.variables('x', [6], { lower: 0, start: [5.54, 4.4, 12.02, 11.82, 0.702, 0.852] });
      const [x1, x2, x3, x4, x5, x6] = x;
      const core = expr`${x1} * ${x4} * (${x1} + ${x2} + ${x3})`;
      const coil = expr`${x2} * ${x3} * (${x1} + 1.57 * ${x2} + ${x4})`;
      m.minimize(
        expr`0.0204 * ${core} + 0.0187 * ${coil} + 0.0607 * ${core} * ${x5}^2 + 0.0437 * ${coil} * ${x6}^2`,
      );
      m.constrain(expr`0.001 * ${multiply(...x)}`, { lower: 2.07 });
      m.constrain(expr`0.00062 * ${core} * ${x5}^2 + 0.00058 * ${coil} * ${x6}^2`, { upper: 1 });
    },
  ),

  book(
    95,
    {
      classification: 'LQR2-AN-6-4',
      n: 6,
      inequalities: 4,
      objective: 0.01561952525,
      solution: [0, 0, 0, 0, 0, 0.0033233033],
    },
    fourRows([4.97, -1.88, -29.08, -78.02]),
  ),

  book(
    96,
    {
      classification: 'LQR2-AN-6-4',
      n: 6,
      inequalities: 4,
      objective: 0.01561952525,
      solution: [0, 0, 0, 0, 0, 0.0033233033],
    },
    fourRows([4.97, -1.88, -69.08, -118.02]),
  ),

  book(
    97,
    {
      classification: 'LQR2-AN-6-4',
      n: 6,
      inequalities: 4,
      objective: 3.135809123,
      localMinima: [4.07124637],
      solution: [0.2685649, 0, 0, 0, 0.028, 0.0134],
    },
    fourRows([32.97, 25.12, -29.08, -78.02]),
  ),

  book(
    98,
    {
      classification: 'LQR2-AN-6-4',
      n: 6,
      inequalities: 4,
      objective: 3.135809123,
      localMinima: [4.07124637],
      solution: [0.2685649, 0, 0, 0, 0.028, 0.0134],
    },
    fourRows([32.97, 25.12, -124.08, -173.02]),
  ),
];
