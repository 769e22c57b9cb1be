import { expr } from '../../../src/model/index.js';
import { book } from './define.js';

export const hs011to020 = [
  book(
    11,
    {
      classification: 'SQR2-AN-2-1',
      n: 2,
      inequalities: 1,
      objective: -8.498464223,
      solution: [1.234773, 1.524664],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { start: [4.9, 0.1] });
      m.minimize(expr`(${x1} - 5)^2 + ${x2}^2 - 25`);
      m.constrain(expr`${x2} - ${x1}^2`, { lower: 0 });
    },
  ),

  book(
    12,
    { classification: 'QQR2-AN-2-1', n: 2, inequalities: 1, objective: -30, solution: [2, 3] },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { start: 0 });
      m.minimize(expr`0.5 * ${x1}^2 + ${x2}^2 - ${x1} * ${x2} - 7 * ${x1} - 7 * ${x2}`);
      m.constrain(expr`4 * ${x1}^2 + ${x2}^2`, { upper: 25 });
    },
  ),

  // The constraint gradient vanishes at the solution: no multiplier exists there.
  book(13, { classification: 'QOR2-AN-2-1', n: 2, inequalities: 1, objective: 1, solution: [1, 0] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { lower: 0, start: -2 });
    m.minimize(expr`(${x1} - 2)^2 + ${x2}^2`);
    m.constrain(expr`(1 - ${x1})^3 - ${x2}`, { lower: 0 });
  }),

  book(
    14,
    {
      classification: 'SQR2-AN-2-2',
      n: 2,
      equalities: 1,
      inequalities: 1,
      objective: 9 - 2.875 * Math.sqrt(7),
      solution: [(Math.sqrt(7) - 1) / 2, (Math.sqrt(7) + 1) / 4],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { start: 2 });
      m.minimize(expr`(${x1} - 2)^2 + (${x2} - 1)^2`);
      m.constrain(expr`0.25 * ${x1}^2 + ${x2}^2`, { upper: 1 });
      m.constrain(expr`${x1} - 2 * ${x2}`, { equals: -1 });
    },
  ),

  book(
    15,
    {
      classification: 'SQR2-AN-2-2',
      n: 2,
      inequalities: 2,
      objective: 306.5,
      localMinima: [360.379767],
      solution: [0.5, 2],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { upper: [0.5, Infinity], start: [-2, 1] });
      m.minimize(expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2`);
      m.constrain(expr`${x1} * ${x2}`, { lower: 1 });
      m.constrain(expr`${x1} + ${x2}^2`, { lower: 0 });
    },
  ),

  book(
    16,
    {
      classification: 'SQR2-AN-2-2',
      n: 2,
      inequalities: 2,
      objective: 0.25,
      solution: [0.5, 0.25],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [-0.5, -Infinity], upper: [0.5, 1], start: [-2, 1] });
      m.minimize(expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2`);
      m.constrain(expr`${x1}^2 + ${x2}`, { lower: 0 });
      m.constrain(expr`${x1} + ${x2}^2`, { lower: 0 });
    },
  ),

  book(17, { classification: 'SQR2-AN-2-2', n: 2, inequalities: 2, objective: 1, solution: [0, 0] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { lower: [-0.5, -Infinity], upper: [0.5, 1], start: [-2, 1] });
    m.minimize(expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2`);
    m.constrain(expr`-${x1} + ${x2}^2`, { lower: 0 });
    m.constrain(expr`${x1}^2 - ${x2}`, { lower: 0 });
  }),

  book(
    18,
    {
      classification: 'SQR2-AN-2-2',
      n: 2,
      inequalities: 2,
      objective: 5,
      solution: [Math.sqrt(250), Math.sqrt(2.5)],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [2, 0], upper: 50, start: 2 });
      m.minimize(expr`0.01 * ${x1}^2 + ${x2}^2`);
      m.constrain(expr`${x1} * ${x2}`, { lower: 25 });
      m.constrain(expr`${x1}^2 + ${x2}^2`, { lower: 25 });
    },
  ),

  book(
    19,
    {
      classification: 'OQR2-AN-2-2',
      n: 2,
      inequalities: 2,
      objective: -6961.81388,
      solution: [14.095, 0.84296079],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [13, 0], upper: 100, start: [20.1, 5.84] });
      m.minimize(expr`(${x1} - 10)^3 + (${x2} - 20)^3`);
      m.constrain(expr`(${x1} - 5)^2 + (${x2} - 5)^2`, { lower: 100 });
      m.constrain(expr`(${x2} - 5)^2 + (${x1} - 6)^2`, { upper: 82.81 });
    },
  ),

  book(
    20,
    {
      classification: 'SQR2-AN-2-3',
      n: 2,
      inequalities: 3,
      objective: 81.5 - 25 * Math.sqrt(3),
      localMinima: [40.1987298],
      solution: [0.5, Math.sqrt(3) / 2],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], {
        lower: [-0.5, -Infinity],
        upper: [0.5, Infinity],
        start: [-2, 1],
      });
      m.minimize(expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2`);
      m.constrain(expr`${x1} + ${x2}^2`, { lower: 0 });
      m.constrain(expr`${x1}^2 + ${x2}`, { lower: 0 });
      m.constrain(expr`${x1}^2 + ${x2}^2`, { lower: 1 });
    },
  ),
];
