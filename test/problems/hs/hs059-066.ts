import { expr } from '../../../src/model/index.js';
import { book } from './define.js';

export const hs059to066 = [
  book(
    59,
    {
      classification: 'OQR2-AN-2-3',
      n: 2,
      inequalities: 3,
      objective: -7.8027894,
      localMinima: [-6.74950498],
      solution: [13.55010424, 51.66018129],
    },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: 0, upper: [75, 65], start: [90, 10] });
      m.minimize(
        expr`-75.196 + 3.8112 * ${x1} - 0.12694 * ${x1}^2 + 0.0020567 * ${x1}^3 - 1.0345e-5 * ${x1}^4
          + 6.8306 * ${x2} - 0.25645 * ${x2}^2 + 0.0034604 * ${x2}^3 - 1.3514e-5 * ${x2}^4
          - 0.030234 * ${x1} * ${x2} + 1.28134e-3 * ${x1}^2 * ${x2} - 3.5256e-5 * ${x1}^3 * ${x2}
          + 2.266e-7 * ${x1}^4 * ${x2} + 5.2375e-6 * ${x1}^2 * ${x2}^2 + 6.3e-8 * ${x1}^3 * ${x2}^2
          - 7e-10 * ${x1}^3 * ${x2}^3 - 3.405e-4 * ${x1} * ${x2}^2 + 1.6638e-6 * ${x1} * ${x2}^3
          + 28.106 / (${x2} + 1) + 2.8673 * exp(0.0005 * ${x1} * ${x2})`,
      );
      m.constrain(expr`${x1} * ${x2}`, { lower: 700 });
      m.constrain(expr`${x2} - ${x1}^2 / 125`, { lower: 0 });
      m.constrain(expr`(${x2} - 50)^2 - 5 * (${x1} - 55)`, { lower: 0 });
    },
  ),

  book(
    60,
    {
      classification: 'OOR2-AY-3-1',
      n: 3,
      equalities: 1,
      objective: 0.03256820025,
      solution: [1.104859024, 1.196674194, 1.535262257],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: -10, upper: 10, start: 2 });
      m.minimize(expr`(${x1} - 1)^2 + (${x1} - ${x2})^2 + (${x2} - ${x3})^4`);
      m.constrain(expr`${x1} * (1 + ${x2}^2) + ${x3}^4`, { equals: 4 + 3 * Math.SQRT2 });
    },
  ),

  book(
    61,
    {
      classification: 'QQR2-AN-3-2',
      n: 3,
      equalities: 2,
      objective: -143.6461422,
      solution: [5.326770157, -2.118998639, 3.210464239],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { start: 0 });
      m.minimize(expr`4 * ${x1}^2 + 2 * ${x2}^2 + 2 * ${x3}^2 - 33 * ${x1} + 16 * ${x2} - 24 * ${x3}`);
      m.constrain(expr`3 * ${x1} - 2 * ${x2}^2`, { equals: 7 });
      m.constrain(expr`4 * ${x1} - ${x3}^2`, { equals: 11 });
    },
  ),

  book(
    62,
    {
      classification: 'OLR2-AY-3-1',
      n: 3,
      equalities: 1,
      objective: -26272.51448,
      solution: [0.6178126908, 0.328202223, 0.05398508606],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, upper: 1, start: [0.7, 0.2, 0.1] });
      m.minimize(
        expr`-32.174 * (
            255 * log((${x1} + ${x2} + ${x3} + 0.03) / (0.09 * ${x1} + ${x2} + ${x3} + 0.03))
          + 280 * log((${x2} + ${x3} + 0.03) / (0.07 * ${x2} + ${x3} + 0.03))
          + 290 * log((${x3} + 0.03) / (0.13 * ${x3} + 0.03)))`,
      );
      m.constrain(expr`${x1} + ${x2} + ${x3}`, { equals: 1 });
    },
  ),

  book(
    63,
    {
      classification: 'QQR2-AY-3-2',
      n: 3,
      equalities: 2,
      objective: 961.7151721,
      solution: [3.512118414, 0.2169881741, 3.552174034],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, start: 2 });
      m.minimize(expr`1000 - ${x1}^2 - 2 * ${x2}^2 - ${x3}^2 - ${x1} * ${x2} - ${x1} * ${x3}`);
      m.constrain(expr`8 * ${x1} + 14 * ${x2} + 7 * ${x3}`, { equals: 56 });
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2`, { equals: 25 });
    },
  ),

  book(
    64,
    {
      classification: 'OOR2-AN-3-1',
      n: 3,
      inequalities: 1,
      objective: 6299.842428,
      solution: [108.7347175, 85.12613942, 204.3247078],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 1e-5, start: 1 });
      m.minimize(expr`5 * ${x1} + 50000 / ${x1} + 20 * ${x2} + 72000 / ${x2} + 10 * ${x3} + 144000 / ${x3}`);
      m.constrain(expr`4 / ${x1} + 32 / ${x2} + 120 / ${x3}`, { upper: 1 });
    },
  ),

  book(
    65,
    {
      classification: 'QQR2-AN-3-1',
      n: 3,
      inequalities: 1,
      objective: 0.9535288567,
      solution: [3.650461821, 3.65046168, 4.6204170507],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], {
        lower: [-4.5, -4.5, -5],
        upper: [4.5, 4.5, 5],
        start: [-5, 5, 0],
      });
      m.minimize(expr`(${x1} - ${x2})^2 + (${x1} + ${x2} - 10)^2 / 9 + (${x3} - 5)^2`);
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2`, { upper: 48 });
    },
  ),

  book(
    66,
    {
      classification: 'LOR2-AN-3-2',
      n: 3,
      inequalities: 2,
      objective: 0.5181632741,
      solution: [0.1841264879, 1.202167873, 3.327322322],
    },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], { lower: 0, upper: [100, 100, 10], start: [0, 1.05, 2.9] });
      m.minimize(expr`0.2 * ${x3} - 0.8 * ${x1}`);
      m.constrain(expr`${x2} - exp(${x1})`, { lower: 0 });
      m.constrain(expr`${x3} - exp(${x2})`, { lower: 0 });
    },
  ),
];
