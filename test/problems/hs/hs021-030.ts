import { expr, sum } from '../../../src/model/index.js';
import { book } from './define.js';

/** Levels of problem 25: `u_i = 25 + (−50 ln(i/100))^(2/3)`, i = 1 … 99. */
const levels = Array.from({ length: 99 }, (_, k) => 25 + (-50 * Math.log((k + 1) / 100)) ** (2 / 3));

export const hs021to030 = [
  book(
    21,
    { classification: 'QLR2-AN-2-1', n: 2, inequalities: 1, objective: -99.96, solution: [2, 0] },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [2, -50], upper: 50, start: -1 });
      m.minimize(expr`0.01 * ${x1}^2 + ${x2}^2 - 100`);
      m.constrain(expr`10 * ${x1} - ${x2}`, { lower: 10 });
    },
  ),

  book(22, { classification: 'QQR2-AN-2-2', n: 2, inequalities: 2, objective: 1, solution: [1, 1] }, (m) => {
    const [x1, x2] = m.variables('x', [2], { start: 2 });
    m.minimize(expr`(${x1} - 2)^2 + (${x2} - 1)^2`);
    m.constrain(expr`${x1} + ${x2}`, { upper: 2 });
    m.constrain(expr`-${x1}^2 + ${x2}`, { lower: 0 });
  }),

  book(
    23,
    {
      classification: 'QQR2-AN-2-5',
      n: 2,
      inequalities: 5,
      objective: 2,
      localMinima: [9.4721359],
      solution: [1, 1],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: -50, upper: 50, start: [3, 1] });
      m.minimize(expr`${x1}^2 + ${x2}^2`);
      m.constrain(expr`${x1} + ${x2}`, { lower: 1 });
      m.constrain(expr`${x1}^2 + ${x2}^2`, { lower: 1 });
      m.constrain(expr`9 * ${x1}^2 + ${x2}^2`, { lower: 9 });
      m.constrain(expr`${x1}^2 - ${x2}`, { lower: 0 });
      m.constrain(expr`${x2}^2 - ${x1}`, { lower: 0 });
    },
  ),

  book(
    24,
    {
      classification: 'OLR2-AN-2-3',
      n: 2,
      inequalities: 3,
      objective: -1,
      solution: [3, Math.sqrt(3)],
      differs: 'AMPL drops x1 + √3 x2 ≥ 0, which follows from the bounds',
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: 0, start: [1, 0.5] });
      m.minimize(expr`((${x1} - 3)^2 - 9) * ${x2}^3 / (27 * sqrt(3))`);
      m.constrain(expr`${x1} / sqrt(3) - ${x2}`, { lower: 0 });
      m.constrain(expr`${x1} + sqrt(3) * ${x2}`, { lower: 0 });
      m.constrain(expr`-${x1} - sqrt(3) * ${x2}`, { lower: -6 });
    },
  ),

  book(25, { classification: 'SBR2-AN-3-0', n: 3, objective: 0, solution: [50, 25, 1.5] }, (m) => {
    const [x1, x2, x3] = m.variables('x', [3], {
      lower: [0.1, 0, 0],
      upper: [100, 25.6, 5],
      start: [100, 12.5, 3],
    });
    m.minimize(sum(levels.map((u, k) => expr`(-${(k + 1) / 100} + exp(-(${u} - ${x2})^${x3} / ${x1}))^2`)));
  }),

  book(26, { classification: 'OOR2-AY-3-1', n: 3, equalities: 1, objective: 0, solution: [1, 1, 1] }, (m) => {
    const [x1, x2, x3] = m.variables('x', [3], { start: [-2.6, 2, 2] });
    m.minimize(expr`(${x1} - ${x2})^2 + (${x2} - ${x3})^4`);
    m.constrain(expr`(1 + ${x2}^2) * ${x1} + ${x3}^4`, { equals: 3 });
  }),

  book(
    27,
    { classification: 'SQR2-AN-3-1', n: 3, equalities: 1, objective: 0.04, solution: [-1, 1, 0] },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { start: 2 });
      m.minimize(expr`0.01 * (${x1} - 1)^2 + (${x2} - ${x1}^2)^2`);
      m.constrain(expr`${x1} + ${x3}^2`, { equals: -1 });
    },
  ),

  book(
    28,
    { classification: 'SLR2-AY-3-1', n: 3, equalities: 1, objective: 0, solution: [0.5, -0.5, 0.5] },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { start: [-4, 1, 1] });
      m.minimize(expr`(${x1} + ${x2})^2 + (${x2} + ${x3})^2`);
      m.constrain(expr`${x1} + 2 * ${x2} + 3 * ${x3}`, { equals: 1 });
    },
  ),

  book(
    29,
    {
      classification: 'OQR2-AN-3-1',
      n: 3,
      inequalities: 1,
      objective: -16 * Math.SQRT2,
      solution: [4, 2 * Math.SQRT2, 2],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { start: 1 });
      m.minimize(expr`-${x1} * ${x2} * ${x3}`);
      m.constrain(expr`${x1}^2 + 2 * ${x2}^2 + 4 * ${x3}^2`, { upper: 48 });
    },
  ),

  // The AMPL model, followed here, turns the row of the book, x1² + x2² ≥ 1, round: no point is strictly feasible.
  book(
    30,
    { classification: 'QQR2-AN-3-1', n: 3, inequalities: 1, objective: 1, solution: [1, 0, 0] },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: [1, -10, -10], upper: 10, start: 1 });
      m.minimize(expr`${x1}^2 + ${x2}^2 + ${x3}^2`);
      m.constrain(expr`${x1}^2 + ${x2}^2`, { upper: 1 });
    },
  ),
];
