import { expr } from '../../../src/model/index.js';
import { book } from './define.js';

export const hs031to040 = [
  book(
    31,
    {
      classification: 'QQR2-AN-3-1',
      n: 3,
      inequalities: 1,
      objective: 6,
      solution: [1 / Math.sqrt(3), Math.sqrt(3), 0],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: [-10, 1, -10], upper: [10, 10, 1], start: 1 });
      m.minimize(expr`9 * ${x1}^2 + ${x2}^2 + 9 * ${x3}^2`);
      m.constrain(expr`${x1} * ${x2}`, { lower: 1 });
    },
  ),

  book(
    32,
    {
      classification: 'SOR2-AY-3-2',
      n: 3,
      equalities: 1,
      inequalities: 1,
      objective: 1,
      solution: [0, 0, 1],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, start: [0.1, 0.7, 0.2] });
      m.minimize(expr`(${x1} + 3 * ${x2} + ${x3})^2 + 4 * (${x1} - ${x2})^2`);
      m.constrain(expr`6 * ${x2} + 4 * ${x3} - ${x1}^3`, { lower: 3 });
      m.constrain(expr`${x1} + ${x2} + ${x3}`, { equals: 1 });
    },
  ),

  book(
    33,
    {
      classification: 'OQR2-AN-3-2',
      n: 3,
      inequalities: 2,
      objective: Math.SQRT2 - 6,
      localMinima: [2],
      solution: [0, Math.SQRT2, Math.SQRT2],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], {
        lower: 0,
        upper: [Infinity, Infinity, 5],
        start: [0, 0, 3],
      });
      m.minimize(expr`(${x1} - 1) * (${x1} - 2) * (${x1} - 3) + ${x3}`);
      m.constrain(expr`${x3}^2 - ${x2}^2 - ${x1}^2`, { lower: 0 });
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2`, { lower: 4 });
    },
  ),

  book(
    34,
    {
      classification: 'LOR2-AN-3-2',
      n: 3,
      inequalities: 2,
      objective: -Math.log(Math.log(10)),
      solution: [Math.log(Math.log(10)), Math.log(10), 10],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, upper: [100, 100, 10], start: [0, 1.05, 2.9] });
      m.minimize(expr`-${x1}`);
      m.constrain(expr`${x2} - exp(${x1})`, { lower: 0 });
      m.constrain(expr`${x3} - exp(${x2})`, { lower: 0 });
    },
  ),

  book(
    35,
    {
      classification: 'QLR2-AN-3-1',
      n: 3,
      inequalities: 1,
      objective: 1 / 9,
      solution: [4 / 3, 7 / 9, 4 / 9],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, start: 0.5 });
      m.minimize(
        expr`9 - 8 * ${x1} - 6 * ${x2} - 4 * ${x3} + 2 * ${x1}^2 + 2 * ${x2}^2 + ${x3}^2
          + 2 * ${x1} * ${x2} + 2 * ${x1} * ${x3}`,
      );
      m.constrain(expr`${x1} + ${x2} + 2 * ${x3}`, { upper: 3 });
    },
  ),

  book(
    36,
    { classification: 'OLR2-AN-3-1', n: 3, inequalities: 1, objective: -3300, solution: [20, 11, 15] },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, upper: [20, 11, 42], start: 10 });
      m.minimize(expr`-${x1} * ${x2} * ${x3}`);
      m.constrain(expr`${x1} + 2 * ${x2} + 2 * ${x3}`, { upper: 72 });
    },
  ),

  book(
    37,
    {
      classification: 'OLR2-AN-3-2',
      n: 3,
      inequalities: 2,
      objective: -3456,
      solution: [24, 12, 12],
      differs: 'AMPL drops x1 + 2 x2 + 2 x3 ≥ 0, which follows from the bounds',
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, upper: 42, start: 10 });
      m.minimize(expr`-${x1} * ${x2} * ${x3}`);
      m.constrain(expr`${x1} + 2 * ${x2} + 2 * ${x3}`, { upper: 72 });
      m.constrain(expr`${x1} + 2 * ${x2} + 2 * ${x3}`, { lower: 0 });
    },
  ),

  book(38, { classification: 'OBR2-AN-4-0', n: 4, objective: 0, solution: [1, 1, 1, 1] }, (m) => {
    const [x1, x2, x3, x4] = m.variables('x', [4], { lower: -10, upper: 10, start: [-3, -1, -3, -1] });
    m.minimize(
      expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2 + 90 * (${x4} - ${x3}^2)^2 + (1 - ${x3})^2
        + 10.1 * ((${x2} - 1)^2 + (${x4} - 1)^2) + 19.8 * (${x2} - 1) * (${x4} - 1)`,
    );
  }),

  book(
    39,
    { classification: 'LOR2-AN-4-2', n: 4, equalities: 2, objective: -1, solution: [1, 1, 0, 0] },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { start: 2 });
      m.minimize(expr`-${x1}`);
      m.constrain(expr`${x2} - ${x1}^3 - ${x3}^2`, { equals: 0 });
      m.constrain(expr`${x1}^2 - ${x2} - ${x4}^2`, { equals: 0 });
    },
  ),

  book(
    40,
    {
      classification: 'OOR2-AN-4-3',
      n: 4,
      equalities: 3,
      objective: -0.25,
      solution: [2 ** (-1 / 3), 2 ** (-1 / 2), 2 ** (-11 / 12), 2 ** (-1 / 4)],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { start: 0.8 });
      m.minimize(expr`-${x1} * ${x2} * ${x3} * ${x4}`);
      m.constrain(expr`${x1}^3 + ${x2}^2`, { equals: 1 });
      m.constrain(expr`${x1}^2 * ${x4} - ${x3}`, { equals: 0 });
      m.constrain(expr`${x4}^2 - ${x2}`, { equals: 0 });
    },
  ),
];
