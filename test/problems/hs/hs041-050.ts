import { expr, multiply } from '../../../src/model/index.js';
import { book } from './define.js';

export const hs041to050 = [
  book(
    41,
    {
      classification: 'OLR2-AN-4-1',
      n: 4,
      equalities: 1,
      objective: 52 / 27,
      solution: [2 / 3, 1 / 3, 1 / 3, 2],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 0, upper: [1, 1, 1, 2], start: 2 });
      m.minimize(expr`2 - ${x1} * ${x2} * ${x3}`);
      m.constrain(expr`${x1} + 2 * ${x2} + 2 * ${x3} - ${x4}`, { equals: 0 });
    },
  ),

  // The first of the book's two equalities fixes x1.
  book(
    42,
    {
      classification: 'SQR2-AN-4-2',
      n: 3,
      equalities: 1,
      objective: 28 - 10 * Math.SQRT2,
      solution: [2, 2, 0.6 * Math.SQRT2, 0.8 * Math.SQRT2],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], {
        lower: [2, 0, 0, 0],
        upper: [2, Infinity, Infinity, Infinity],
        start: [2, 1, 1, 1],
      });
      m.minimize(expr`(${x1} - 1)^2 + (${x2} - 2)^2 + (${x3} - 3)^2 + (${x4} - 4)^2`);
      m.constrain(expr`${x3}^2 + ${x4}^2`, { equals: 2 });
    },
  ),

  book(
    43,
    { classification: 'QQR2-AN-4-3', n: 4, inequalities: 3, objective: -44, solution: [0, 1, 2, -1] },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { start: 0 });
      m.minimize(
        expr`${x1}^2 + ${x2}^2 + 2 * ${x3}^2 + ${x4}^2 - 5 * ${x1} - 5 * ${x2} - 21 * ${x3} + 7 * ${x4}`,
      );
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2 + ${x4}^2 + ${x1} - ${x2} + ${x3} - ${x4}`, { upper: 8 });
      m.constrain(expr`${x1}^2 + 2 * ${x2}^2 + ${x3}^2 + 2 * ${x4}^2 - ${x1} - ${x4}`, { upper: 10 });
      m.constrain(expr`2 * ${x1}^2 + ${x2}^2 + ${x3}^2 + 2 * ${x1} - ${x2} - ${x4}`, { upper: 5 });
    },
  ),

  book(
    44,
    {
      classification: 'QLR2-AN-4-6',
      n: 4,
      inequalities: 6,
      objective: -15,
      localMinima: [-13],
      solution: [0, 3, 0, 4],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 0, start: 0 });
      m.minimize(expr`${x1} - ${x2} - ${x3} - ${x1} * ${x3} + ${x1} * ${x4} + ${x2} * ${x3} - ${x2} * ${x4}`);
      m.constrain(expr`${x1} + 2 * ${x2}`, { upper: 8 });
      m.constrain(expr`4 * ${x1} + ${x2}`, { upper: 12 });
      m.constrain(expr`3 * ${x1} + 4 * ${x2}`, { upper: 12 });
      m.constrain(expr`2 * ${x3} + ${x4}`, { upper: 8 });
      m.constrain(expr`${x3} + 2 * ${x4}`, { upper: 8 });
      m.constrain(expr`${x3} + ${x4}`, { upper: 5 });
    },
  ),

  book(45, { classification: 'OBR2-AN-5-0', n: 5, objective: 1, solution: [1, 2, 3, 4, 5] }, (m) => {
    const x = m.variables('x', [5], { lower: 0, upper: [1, 2, 3, 4, 5], start: 0 });
    m.minimize(expr`2 - ${multiply(...x)} / 120`);
  }),

  book(
    46,
    { classification: 'OOR2-AY-5-2', n: 5, equalities: 2, objective: 0, solution: [1, 1, 1, 1, 1] },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: [Math.SQRT1_2, 1.75, 0.5, 2, 2] });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x3} - 1)^2 + (${x4} - 1)^4 + (${x5} - 1)^6`);
      m.constrain(expr`${x1}^2 * ${x4} + sin(${x4} - ${x5})`, { equals: 1 });
      m.constrain(expr`${x2} + ${x3}^4 * ${x4}^2`, { equals: 2 });
    },
  ),

  // The cube makes (1, 1, 1, 1, 1), the solution of the book, a local minimum only.
  book(
    47,
    {
      classification: 'OOR2-AY-5-3',
      n: 5,
      equalities: 3,
      objective: -0.02671418269,
      localMinima: [0],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], {
        start: [2, Math.SQRT2, -1, 2 - Math.SQRT2, 0.5],
      });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x2} - ${x3})^3 + (${x3} - ${x4})^4 + (${x4} - ${x5})^4`);
      m.constrain(expr`${x1} + ${x2}^2 + ${x3}^3`, { equals: 3 });
      m.constrain(expr`${x2} - ${x3}^2 + ${x4}`, { equals: 1 });
      m.constrain(expr`${x1} * ${x5}`, { equals: 1 });
    },
  ),

  book(
    48,
    { classification: 'SLR2-AY-5-2', n: 5, equalities: 2, objective: 0, solution: [1, 1, 1, 1, 1] },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: [3, 5, -3, 2, -2] });
      m.minimize(expr`(${x1} - 1)^2 + (${x2} - ${x3})^2 + (${x4} - ${x5})^2`);
      m.constrain(expr`${x1} + ${x2} + ${x3} + ${x4} + ${x5}`, { equals: 5 });
      m.constrain(expr`${x3} - 2 * (${x4} + ${x5})`, { equals: -3 });
    },
  ),

  book(
    49,
    { classification: 'OLR2-AY-5-2', n: 5, equalities: 2, objective: 0, solution: [1, 1, 1, 1, 1] },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: [10, 7, 2, -3, 0.8] });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x3} - 1)^2 + (${x4} - 1)^4 + (${x5} - 1)^6`);
      m.constrain(expr`${x1} + ${x2} + ${x3} + 4 * ${x4}`, { equals: 7 });
      m.constrain(expr`${x3} + 5 * ${x5}`, { equals: 6 });
    },
  ),

  book(
    50,
    { classification: 'OLR2-AY-5-3', n: 5, equalities: 3, objective: 0, solution: [1, 1, 1, 1, 1] },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: [35, -31, 11, 5, -5] });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x2} - ${x3})^2 + (${x3} - ${x4})^4 + (${x4} - ${x5})^2`);
      m.constrain(expr`${x1} + 2 * ${x2} + 3 * ${x3}`, { equals: 6 });
      m.constrain(expr`${x2} + 2 * ${x3} + 3 * ${x4}`, { equals: 6 });
      m.constrain(expr`${x3} + 2 * ${x4} + 3 * ${x5}`, { equals: 6 });
    },
  ),
];
