import { type Expression, expr, type Model, sum } from '../../../src/model/index.js';
import { book } from './define.js';

/**
 * Start of problem 67: the book gives `x` and finds the state `y2 … y8` of the alkylation process by two fixed-point
 * loops, each ended by a change below 1e-3.
 */
function alkylation(x1: number, x2: number, x3: number): number[] {
  let y2 = 1.6 * x1;
  let y3 = 0;
  let y6 = 0;
  for (let change = Infinity; change > 1e-3; ) {
    const before = y2;
    y3 = 1.22 * y2 - x1;
    y6 = (x2 + y3) / x1;
    y2 = 0.01 * x1 * (112 + 13.167 * y6 - 0.6667 * y6 ** 2);
    change = Math.abs(y2 - before);
  }
  let y4 = 93;
  let [y5, y7, y8] = [0, 0, 0];
  for (let change = Infinity; change > 1e-3; ) {
    const before = y4;
    y5 = 86.35 + 1.098 * y6 - 0.038 * y6 ** 2 + 0.325 * (y4 - 89);
    y8 = 3 * y5 - 133;
    y7 = 35.82 - 0.222 * y8;
    y4 = (98000 * x3) / (y2 * y7 + 1000 * x3);
    change = Math.abs(y4 - before);
  }
  return [y2, y3, y4, y5, y6, y7, y8];
}

/** The normal distribution function Φ(z). */
const normal = (z: Expression): Expression => expr`0.5 + 0.5 * erf(${z} / sqrt(2))`;

/** Problems 68 and 69: cost-optimal inspection plan, sample size `n`, cost `a` of an inspection and `b` of a defect. */
const inspection = (a: number, b: number, n: number) => (m: Model) => {
  const [x1, x2, x3, x4] = m.variables('x', [4], {
    lower: [1e-4, 0, 0, 0],
    upper: [100, 100, 2, 2],
    start: 1,
  });
  m.minimize(expr`(${a * n} - (${b} * (exp(${x1}) - 1) - ${x3}) * ${x4} / (exp(${x1}) - 1 + ${x4})) / ${x1}`);
  m.constrain(expr`${x3} - 2 * ${normal(expr`-${x2}`)}`, { equals: 0 });
  m.constrain(
    expr`${x4} - ${normal(expr`-${x2} + ${Math.sqrt(n)}`)} - ${normal(expr`-${x2} - ${Math.sqrt(n)}`)}`,
    {
      equals: 0,
    },
  );
};

/** Problem 70: concentrations observed at the times c = 0.1, 1, 2 … 18. */
const observed = [
  0.00189, 0.1038, 0.268, 0.506, 0.577, 0.604, 0.725, 0.898, 0.947, 0.845, 0.702, 0.528, 0.385, 0.257, 0.159,
  0.0869, 0.0453, 0.01509, 0.00189,
];

export const hs067to070 = [
  // As in the AMPL model the state equations are rows, where the book hides them in a loop.
  book(
    67,
    {
      classification: 'OOI2-AN-3-14',
      n: 10,
      equalities: 7,
      objective: -1162.02698,
    },
    (m) => {
      const start = [1745, 12000, 110];
      const [x1, x2, x3] = m.variables('x', [3], { lower: 1e-5, upper: [2000, 16000, 120], start });
      const [y2, y3, y4, y5, y6, y7, y8] = m.variables('y', [7], {
        lower: [0, 0, 85, 90, 3, 0.01, 145],
        upper: [5000, 2000, 93, 95, 12, 4, 162],
        start: alkylation(1745, 12000, 110),
      });
      m.minimize(expr`-(0.063 * ${y2} * ${y5} - 5.04 * ${x1} - 3.36 * ${y3} - 0.035 * ${x2} - 10 * ${x3})`);
      m.constrain(expr`${y3} - 1.22 * ${y2} + ${x1}`, { equals: 0 });
      m.constrain(expr`${y6} - (${x2} + ${y3}) / ${x1}`, { equals: 0 });
      m.constrain(expr`${y2} - 0.01 * ${x1} * (112 + 13.167 * ${y6} - 0.6667 * ${y6}^2)`, { equals: 0 });
      m.constrain(expr`${y5} - (86.35 + 1.098 * ${y6} - 0.038 * ${y6}^2 + 0.325 * (${y4} - 89))`, {
        equals: 0,
      });
      m.constrain(expr`${y8} - 3 * ${y5}`, { equals: -133 });
      m.constrain(expr`${y7} + 0.222 * ${y8}`, { equals: 35.82 });
      m.constrain(expr`${y4} - 98000 * ${x3} / (${y2} * ${y7} + 1000 * ${x3})`, { equals: 0 });
    },
  ),

  book(
    68,
    {
      classification: 'OOR2-MN-4-2',
      n: 4,
      equalities: 2,
      objective: -0.920425026,
      solution: [0.06785874, 3.6461717, 0.00026617, 0.8948622],
    },
    inspection(1e-4, 1, 24),
  ),

  book(
    69,
    {
      classification: 'OOR2-MN-4-2',
      n: 4,
      equalities: 2,
      objective: -956.71288,
      solution: [0.02937141, 1.1902534, 0.23394676, 0.7916678],
    },
    inspection(0.1, 1000, 4),
  ),

  // As in the AMPL model; the book divides by 1 + 1/(12 x) and finds 0.007498464.
  book(
    70,
    {
      classification: 'SQR2-MN-4-1',
      n: 4,
      inequalities: 1,
      objective: 0.008923177,
      localMinima: [0.00940197325],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], {
        lower: 1e-5,
        upper: [100, 100, 1, 100],
        start: [2, 4, 0.04, 2],
      });
      const b = expr`${x3} + (1 - ${x3}) * ${x4}`;
      const calculated = (c: number) =>
        expr`(1 + 1 / (12 * ${x2})) * ${x3} * ${b}^${x2} * sqrt(${x2} / 6.2832)
            * ${c / 7.685}^(${x2} - 1) * exp(${x2} - ${b} * ${c / 7.658} * ${x2})
          + (1 + 1 / (12 * ${x1})) * (1 - ${x3}) * (${b} / ${x4})^${x1} * sqrt(${x1} / 6.2832)
            * ${c / 7.658}^(${x1} - 1) * exp(${x1} - ${b} * ${c / 7.658} * ${x1} / ${x4})`;
      m.minimize(sum(observed.map((y, i) => expr`(${calculated(i === 0 ? 0.1 : i)} - ${y})^2`)));
      m.constrain(b, { lower: 0 });
    },
  ),
];
