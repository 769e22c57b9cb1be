import { expr, sum } from '../../../src/model/index.js';
import { book } from './define.js';

/** Problem 57: available chlorine `b`, in percent, of samples `a` weeks old. */
const chlorine: readonly (readonly [a: number, b: readonly number[]])[] = [
  [8, [0.49, 0.49]],
  [10, [0.48, 0.47, 0.48, 0.47]],
  [12, [0.46, 0.46, 0.45, 0.43]],
  [14, [0.45, 0.43, 0.43]],
  [16, [0.44, 0.43, 0.43]],
  [18, [0.46, 0.45]],
  [20, [0.42, 0.42, 0.43]],
  [22, [0.41, 0.41, 0.4]],
  [24, [0.42, 0.4, 0.4]],
  [26, [0.41, 0.4, 0.41]],
  [28, [0.41, 0.4]],
  [30, [0.4, 0.4, 0.38]],
  [32, [0.41, 0.4]],
  [34, [0.4]],
  [36, [0.41, 0.38]],
  [38, [0.4, 0.4]],
  [40, [0.39]],
  [42, [0.39]],
];

export const hs051to057 = [
  book(
    51,
    { classification: 'QLR2-AY-5-3', n: 5, equalities: 3, objective: 0, solution: [1, 1, 1, 1, 1] },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: [2.5, 0.5, 2, -1, 0.5] });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x2} + ${x3} - 2)^2 + (${x4} - 1)^2 + (${x5} - 1)^2`);
      m.constrain(expr`${x1} + 3 * ${x2}`, { equals: 4 });
      m.constrain(expr`${x3} + ${x4} - 2 * ${x5}`, { equals: 0 });
      m.constrain(expr`${x2} - ${x5}`, { equals: 0 });
    },
  ),

  book(
    52,
    {
      classification: 'QLR2-AY-5-3',
      n: 5,
      equalities: 3,
      objective: 1859 / 349,
      solution: [-33 / 349, 11 / 349, 180 / 349, -158 / 349, 11 / 349],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: 2 });
      m.minimize(expr`(4 * ${x1} - ${x2})^2 + (${x2} + ${x3} - 2)^2 + (${x4} - 1)^2 + (${x5} - 1)^2`);
      m.constrain(expr`${x1} + 3 * ${x2}`, { equals: 0 });
      m.constrain(expr`${x3} + ${x4} - 2 * ${x5}`, { equals: 0 });
      m.constrain(expr`${x2} - ${x5}`, { equals: 0 });
    },
  ),

  book(
    53,
    {
      classification: 'QLR2-AY-5-3',
      n: 5,
      equalities: 3,
      objective: 176 / 43,
      solution: [-33 / 43, 11 / 43, 27 / 43, -5 / 43, 11 / 43],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { lower: -10, upper: 10, start: 2 });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x2} + ${x3} - 2)^2 + (${x4} - 1)^2 + (${x5} - 1)^2`);
      m.constrain(expr`${x1} + 3 * ${x2}`, { equals: 0 });
      m.constrain(expr`${x3} + ${x4} - 2 * ${x5}`, { equals: 0 });
      m.constrain(expr`${x2} - ${x5}`, { equals: 0 });
    },
  ),

  // As in the AMPL model: y = (x − μ) / σ, and the exponent h of the book's −exp(−h/2) is minimized.
  book(
    54,
    {
      classification: 'OLR2-AN-6-1',
      n: 6,
      equalities: 1,
      objective: 27 / 140,
      solution: [27 / 70, 9 / 70, 0, 0, 0, 0],
    },
    (m) => {
      const μ = [1e4, 1, 2e6, 10, 1e-3, 1e8];
      const σ = [8e3, 1, 7e6, 50, 0.05, 5e8];
      const scaled = (x: readonly number[]) => x.map((value, j) => (value - μ[j]!) / σ[j]!);
      const [y1, y2, y3, y4, y5, y6] = m.variables('y', [6], {
        lower: scaled([0, -10, 0, 0, -1, 0]),
        upper: scaled([2e4, 10, 1e7, 20, 1, 2e8]),
        start: scaled([6e3, 1.5, 4e6, 2, 3e-3, 5e7]),
      });
      m.minimize(
        expr`(${y1}^2 + 0.4 * ${y1} * ${y2} + ${y2}^2) / 0.96 + ${y3}^2 + ${y4}^2 + ${y5}^2 + ${y6}^2`,
      );
      m.constrain(expr`${y1} + ${4000 / 8000} * ${y2}`, { equals: 2000 / 8000 + 0.2 });
    },
  ),

  // One of the six equalities follows from the others: one degree of freedom.
  book(
    55,
    {
      classification: 'OLR2-AN-6-6',
      n: 6,
      equalities: 6,
      objective: 19 / 3,
      localMinima: [20 / 3],
      solution: [0, 4 / 3, 5 / 3, 1, 2 / 3, 1 / 3],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6] = m.variables('x', [6], {
        lower: 0,
        upper: [1, Infinity, Infinity, 1, Infinity, Infinity],
        start: [1, 2, 0, 0, 0, 2],
      });
      m.minimize(expr`${x1} + 2 * ${x2} + 4 * ${x5} + exp(${x1} * ${x4})`);
      m.constrain(expr`${x1} + 2 * ${x2} + 5 * ${x5}`, { equals: 6 });
      m.constrain(expr`${x1} + ${x2} + ${x3}`, { equals: 3 });
      m.constrain(expr`${x4} + ${x5} + ${x6}`, { equals: 2 });
      m.constrain(expr`${x1} + ${x4}`, { equals: 1 });
      m.constrain(expr`${x2} + ${x5}`, { equals: 2 });
      m.constrain(expr`${x3} + ${x6}`, { equals: 2 });
    },
  ),

  book(
    56,
    {
      classification: 'OOR2-AN-7-4',
      n: 7,
      equalities: 4,
      objective: -3.456,
      solution: [
        2.4,
        1.2,
        1.2,
        Math.asin(Math.sqrt(4 / 7)),
        Math.asin(Math.sqrt(2 / 7)),
        Math.asin(Math.sqrt(2 / 7)),
        Math.PI / 2,
      ],
    },
    (m) => {
      const a = Math.asin(Math.sqrt(1 / 4.2));
      const b = Math.asin(Math.sqrt(5 / 7.2));
      const [x1, x2, x3, x4, x5, x6, x7] = m.variables('x', [7], { lower: 0, start: [1, 1, 1, a, a, a, b] });
      m.minimize(expr`-${x1} * ${x2} * ${x3}`);
      m.constrain(expr`${x1} - 4.2 * sin(${x4})^2`, { equals: 0 });
      m.constrain(expr`${x2} - 4.2 * sin(${x5})^2`, { equals: 0 });
      m.constrain(expr`${x3} - 4.2 * sin(${x6})^2`, { equals: 0 });
      m.constrain(expr`${x1} + 2 * ${x2} + 2 * ${x3} - 7.2 * sin(${x7})^2`, { equals: 0 });
    },
  ),

  book(
    57,
    {
      classification: 'SQR2-AN-2-1',
      n: 2,
      inequalities: 1,
      objective: 0.02845966972,
      localMinima: [0.03064761905],
      solution: [0.419952675, 1.284845629],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [0.4, -4], start: [0.42, 5] });
      m.minimize(
        sum(
          chlorine.flatMap(([a, fractions]) =>
            fractions.map((b) => expr`(${b} - ${x1} - (0.49 - ${x1}) * exp(-${x2} * ${a - 8}))^2`),
          ),
        ),
      );
      m.constrain(expr`0.49 * ${x2} - ${x1} * ${x2}`, { lower: 0.09 });
    },
  ),
];
