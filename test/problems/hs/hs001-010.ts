import { expr } from '../../../src/model/index.js';
import { book } from './define.js';

export const hs001to010 = [
  book(1, { classification: 'SBR2-AN-2-0', n: 2, objective: 0, solution: [1, 1] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { lower: [-Infinity, -1.5], start: [-2, 1] });
    m.minimize(expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2`);
  }),

  book(
    2,
    {
      classification: 'SBR2-AN-2-0',
      n: 2,
      objective: 0.0504261879,
      localMinima: [4.94122932],
      solution: [1.224370749, 1.5],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [-Infinity, 1.5], start: [-2, 1] });
      m.minimize(expr`100 * (${x2} - ${x1}^2)^2 + (1 - ${x1})^2`);
    },
  ),

  book(3, { classification: 'QBR2-AN-2-0', n: 2, objective: 0, solution: [0, 0] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { lower: [-Infinity, 0], start: [10, 1] });
    m.minimize(expr`${x2} + 0.00001 * (${x2} - ${x1})^2`);
  }),

  book(4, { classification: 'OBR2-AN-2-0', n: 2, objective: 8 / 3, solution: [1, 0] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { lower: [1, 0], start: [1.125, 0.125] });
    m.minimize(expr`(${x1} + 1)^3 / 3 + ${x2}`);
  }),

  book(
    5,
    {
      classification: 'OBR2-AN-2-0',
      n: 2,
      objective: -Math.sqrt(3) / 2 - Math.PI / 3,
      solution: [0.5 - Math.PI / 3, -0.5 - Math.PI / 3],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [-1.5, -3], upper: [4, 3], start: 0 });
      m.minimize(expr`sin(${x1} + ${x2}) + (${x1} - ${x2})^2 - 1.5 * ${x1} + 2.5 * ${x2} + 1`);
    },
  ),

  book(6, { classification: 'QQR2-AN-2-1', n: 2, equalities: 1, objective: 0, solution: [1, 1] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { start: [-1.2, 1] });
    m.minimize(expr`(1 - ${x1})^2`);
    m.constrain(expr`10 * (${x2} - ${x1}^2)`, { equals: 0 });
  }),

  book(
    7,
    {
      classification: 'OOR2-AN-2-1',
      n: 2,
      equalities: 1,
      objective: -Math.sqrt(3),
      solution: [0, Math.sqrt(3)],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { start: 2 });
      m.minimize(expr`log(1 + ${x1}^2) - ${x2}`);
      m.constrain(expr`(1 + ${x1}^2)^2 + ${x2}^2`, { equals: 4 });
    },
  ),

  book(
    8,
    { classification: 'CQR2-AN-2-2', n: 2, equalities: 2, objective: -1, solution: [4.601594, 1.955844] },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { start: [2, 1] });
      m.minimize(expr`-1`);
      m.constrain(expr`${x1}^2 + ${x2}^2`, { equals: 25 });
      m.constrain(expr`${x1} * ${x2}`, { equals: 9 });
    },
  ),

  book(
    9,
    { classification: 'OLR2-AN-2-1', n: 2, equalities: 1, objective: -0.5, solution: [-3, -4] },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { start: 0 });
      m.minimize(expr`sin(pi * ${x1} / 12) * cos(pi * ${x2} / 16)`);
      m.constrain(expr`4 * ${x1} - 3 * ${x2}`, { equals: 0 });
    },
  ),

  book(10, { classification: 'LQR2-AN-2-1', n: 2, inequalities: 1, objective: -1, solution: [0, 1] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { start: [-10, 10] });
    m.minimize(expr`${x1} - ${x2}`);
    m.constrain(expr`-3 * ${x1}^2 + 2 * ${x1} * ${x2} - ${x2}^2`, { lower: -1 });
  }),
];
