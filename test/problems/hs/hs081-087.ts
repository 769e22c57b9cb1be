import { dot, expr, sum } from '../../../src/model/index.js';
import { colville } from './colville.js';
import { book } from './define.js';

export const hs081to087 = [
  book(
    81,
    {
      classification: 'OOR2-AN-5-3',
      n: 5,
      equalities: 3,
      objective: 0.0539498478,
      solution: [-1.717142, 1.595709, 1.827248, -0.7636474, -0.763639],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], {
        lower: [-2.3, -2.3, -3.2, -3.2, -3.2],
        upper: [2.3, 2.3, 3.2, 3.2, 3.2],
        start: [-2, 2, 2, -1, -1],
      });
      m.minimize(expr`exp(${x1} * ${x2} * ${x3} * ${x4} * ${x5}) - 0.5 * (${x1}^3 + ${x2}^3 + 1)^2`);
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2 + ${x4}^2 + ${x5}^2`, { equals: 10 });
      m.constrain(expr`${x2} * ${x3} - 5 * ${x4} * ${x5}`, { equals: 0 });
      m.constrain(expr`${x1}^3 + ${x2}^3`, { equals: -1 });
    },
  ),

  book(
    83,
    {
      classification: 'QQR2-AN-5-3',
      n: 5,
      inequalities: 3,
      objective: -30665.53867,
      solution: [78, 33, 29.99526, 45, 36.77581],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], {
        lower: [78, 33, 27, 27, 27],
        upper: [102, 45, 45, 45, 45],
        start: [78, 33, 27, 27, 27],
      });
      m.minimize(expr`5.3578547 * ${x3}^2 + 0.8356891 * ${x1} * ${x5} + 37.293239 * ${x1} - 40792.141`);
      m.constrain(
        expr`85.334407 + 0.0056858 * ${x2} * ${x5} + 0.0006262 * ${x1} * ${x4} - 0.0022053 * ${x3} * ${x5}`,
        { lower: 0, upper: 92 },
      );
      m.constrain(
        expr`80.51249 + 0.0071317 * ${x2} * ${x5} + 0.0029955 * ${x1} * ${x2} + 0.0021813 * ${x3}^2 - 90`,
        { lower: 0, upper: 20 },
      );
      m.constrain(
        expr`9.300961 + 0.0047026 * ${x3} * ${x5} + 0.0012547 * ${x1} * ${x3} + 0.0019085 * ${x3} * ${x4} - 20`,
        { lower: 0, upper: 5 },
      );
    },
  ),

  book(
    84,
    {
      classification: 'QQR2-AN-5-3',
      n: 5,
      inequalities: 3,
      objective: -5280335.133,
      solution: [4.53743097, 2.4, 60, 9.3, 7],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], {
        lower: [0, 1.2, 20, 9, 6.5],
        upper: [1000, 2.4, 60, 9.3, 7],
        start: [2.52, 2, 37.5, 9.25, 6.8],
      });
      m.minimize(
        expr`24345 + 8720288.849 * ${x1} - 150512.5253 * ${x1} * ${x2} + 156.6950325 * ${x1} * ${x3}
          - 476470.3222 * ${x1} * ${x4} - 729482.8271 * ${x1} * ${x5}`,
      );
      m.constrain(
        expr`-145421.402 * ${x1} + 2931.1506 * ${x1} * ${x2} - 40.427932 * ${x1} * ${x3}
          + 5106.192 * ${x1} * ${x4} + 15711.36 * ${x1} * ${x5}`,
        { lower: 0, upper: 294000 },
      );
      m.constrain(
        expr`-155011.1084 * ${x1} + 4360.53352 * ${x1} * ${x2} + 12.9492344 * ${x1} * ${x3}
          + 10236.884 * ${x1} * ${x4} + 13176.786 * ${x1} * ${x5}`,
        { lower: 0, upper: 294000 },
      );
      m.constrain(
        expr`-326669.5104 * ${x1} + 7390.68412 * ${x1} * ${x2} - 27.8986976 * ${x1} * ${x3}
          + 16643.076 * ${x1} * ${x4} + 30988.146 * ${x1} * ${x5}`,
        { lower: 0, upper: 277200 },
      );
    },
  ),

  // Net profit of a wood-pulp plant, the book prints −1.90513375; y and c are the book's balances, each row 2 … 17 keeps one y in its range.
  book(
    85,
    {
      classification: 'OOI2-MN-5-21',
      n: 5,
      inequalities: 21,
      objective: -1.905155258,
      solution: [705.1803, 68.60005, 102.9, 282.324999, 37.5850413],
      differs: 'AMPL states the two ends of a range as two rows',
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], {
        lower: [704.4148, 68.6, 0, 193, 25],
        upper: [906.3855, 288.88, 134.75, 287.0966, 84.1988],
        start: [900, 80, 115, 267, 27],
      });
      const y1 = expr`${x2} + ${x3} + 41.6`;
      const c1 = expr`0.024 * ${x4} - 4.62`;
      const y2 = expr`12.5 / ${c1} + 12`;
      const c2 = expr`0.0003535 * ${x1}^2 + 0.5311 * ${x1} + 0.08705 * ${y2} * ${x1}`;
      const c3 = expr`0.052 * ${x1} + 78 + 0.002377 * ${y2} * ${x1}`;
      const y3 = expr`${c2} / ${c3}`;
      const y4 = expr`19 * ${y3}`;
      const c4 = expr`0.04782 * (${x1} - ${y3}) + 0.1956 * (${x1} - ${y3})^2 / ${x2} + 0.6376 * ${y4} + 1.594 * ${y3}`;
      const c5 = expr`100 * ${x2}`;
      const c6 = expr`${x1} - ${y3} - ${y4}`;
      const c7 = expr`0.95 - ${c4} / ${c5}`;
      const y5 = expr`${c6} * ${c7}`;
      const y6 = expr`${x1} - ${y5} - ${y4} - ${y3}`;
      const c8 = expr`(${y5} + ${y4}) * 0.995`;
      const y7 = expr`${c8} / ${y1}`;
      const y8 = expr`${c8} / 3798`;
      const c9 = expr`${y7} - 0.0663 * ${y7} / ${y8} - 0.3153`;
      const y9 = expr`96.82 / ${c9} + 0.321 * ${y1}`;
      const y10 = expr`1.29 * ${y5} + 1.258 * ${y4} + 2.29 * ${y3} + 1.71 * ${y6}`;
      const y11 = expr`1.71 * ${x1} - 0.452 * ${y4} + 0.58 * ${y3}`;
      const c10 = 12.3 / 752.3;
      const c11 = expr`1.75 * ${y2} * 0.995 * ${x1}`;
      const c12 = expr`0.995 * ${y10} + 1998`;
      const y12 = expr`${c10} * ${x1} + ${c11} / ${c12}`;
      const y13 = expr`${c12} - 1.75 * ${y2}`;
      const y14 = expr`3623 + 64.4 * ${x2} + 58.4 * ${x3} + 146312 / (${y9} + ${x5})`;
      const c13 = expr`0.995 * ${y10} + 60.8 * ${x2} + 48 * ${x4} - 0.1121 * ${y14} - 5095`;
      const y15 = expr`${y13} / ${c13}`;
      const y16 = expr`148000 - 331000 * ${y15} + 40 * ${y13} - 61 * ${y15} * ${y13}`;
      const c14 = expr`2324 * ${y10} - 28740000 * ${y2}`;
      const y17 = expr`14130000 - 1328 * ${y10} - 531 * ${y11} + ${c14} / ${c12}`;
      const c15 = expr`${y13} / ${y15} - ${y13} / 0.52`;
      const c16 = expr`1.104 - 0.72 * ${y15}`;
      const c17 = expr`${y9} + ${x5}`;
      m.minimize(
        expr`-5.843e-7 * ${y17} + 1.17e-4 * ${y14} + 2.358e-5 * ${y13} + 1.502e-6 * ${y16} + 0.0321 * ${y12}
          + 0.004324 * ${y5} + 1e-4 * ${c15} / ${c16} + 37.48 * ${y2} / ${c12} + 0.1365`,
      );
      m.constrain(expr`1.5 * ${x2} - ${x3}`, { lower: 0 });
      m.constrain(y1, { lower: 213.1, upper: 405.23 });
      m.constrain(y2, { lower: 17.505, upper: 1053.6667 });
      m.constrain(y3, { lower: 11.275, upper: 35.03 });
      m.constrain(y4, { lower: 214.228, upper: 665.585 });
      m.constrain(y5, { lower: 7.458, upper: 584.463 });
      m.constrain(y6, { lower: 0.961, upper: 265.916 });
      m.constrain(y7, { lower: 1.612, upper: 7.046 });
      m.constrain(y8, { lower: 0.146, upper: 0.222 });
      m.constrain(y9, { lower: 107.99, upper: 273.366 });
      m.constrain(y10, { lower: 922.693, upper: 1286.105 });
      m.constrain(y11, { lower: 926.832, upper: 1444.046 });
      m.constrain(y12, { lower: 18.766, upper: 537.141 });
      m.constrain(y13, { lower: 1072.163, upper: 3247.039 });
      m.constrain(y14, { lower: 8961.448, upper: 26844.086 });
      m.constrain(y15, { lower: 0.063, upper: 0.386 });
      m.constrain(y16, { lower: 71084.33, upper: 140000 });
      m.constrain(y17, { lower: 2802713, upper: 12146108 });
      m.constrain(expr`${y4} - (0.28 / 0.72) * ${y5}`, { lower: 0 });
      m.constrain(expr`3496 * ${y2} / ${c12}`, { upper: 21 });
      m.constrain(expr`62212 / ${c17} - ${y1}`, { lower: 110.6 });
    },
  ),

  book(
    86,
    {
      classification: 'OLR2-AN-5-10',
      n: 5,
      inequalities: 10,
      objective: -32.34867897,
      solution: [0.3, 0.33346761, 0.4, 0.42831009, 0.22396487],
      differs: 'AMPL drops the rows 1, 2, 7 and 8, which follow from the others and the bounds',
    },
    (m) => {
      const x = [...m.variables('x', [5], { lower: 0, start: [0, 0, 0, 0, 1] })];
      const { a, b, c, d, e } = colville;
      m.minimize(
        expr`${sum(x.flatMap((xi, i) => x.map((xj, j) => expr`${c[i]![j]!} * ${xi} * ${xj}`)))}
          + ${sum(x.map((xj, j) => expr`${e[j]!} * ${xj} + ${d[j]!} * ${xj}^3`))}`,
      );
      for (const [i, row] of a.entries()) m.constrain(dot(row, x), { lower: b[i]! });
    },
  ),

  // The book's cost has kinks in x1 and x2; as AMPL does, each is the sum of one variable per piece of the cost.
  book(
    87,
    {
      classification: 'OOI2-MN-6-4',
      n: 9,
      equalities: 4,
      objective: 8827.597729,
    },
    (m) => {
      const [p1, p2, q1, q2, q3] = m.variables('piece', [5], {
        lower: 0,
        upper: [300, 100, 100, 100, 800],
        start: 0,
      });
      const x3 = m.variable('x3', { lower: 340, upper: 420, start: 419.5 });
      const x4 = m.variable('x4', { lower: 340, upper: 420, start: 340.5 });
      const x5 = m.variable('x5', { lower: -1000, upper: 1000, start: 198.175 });
      const x6 = m.variable('x6', { lower: 0, upper: 0.5236, start: 0.5 });
      const x1 = expr`${p1} + ${p2}`;
      const x2 = expr`${q1} + ${q2} + ${q3}`;
      const [a, b] = [131.078, 1.48477];
      const [active, reactive] = [(0.90798 * Math.cos(1.47588)) / a, (0.90798 * Math.sin(1.47588)) / a];
      m.minimize(expr`30 * ${p1} + 31 * ${p2} + 28 * ${q1} + 29 * ${q2} + 30 * ${q3}`);
      m.constrain(expr`300 - ${x3} * ${x4} * cos(${b} - ${x6}) / ${a} + ${active} * ${x3}^2 - ${x1}`, {
        equals: 0,
      });
      m.constrain(expr`-${x3} * ${x4} * cos(${b} + ${x6}) / ${a} + ${active} * ${x4}^2 - ${x2}`, {
        equals: 0,
      });
      m.constrain(expr`-${x3} * ${x4} * sin(${b} + ${x6}) / ${a} + ${reactive} * ${x4}^2 - ${x5}`, {
        equals: 0,
      });
      m.constrain(expr`200 - ${x3} * ${x4} * sin(${b} - ${x6}) / ${a} + ${reactive} * ${x3}^2`, {
        equals: 0,
      });
    },
  ),
];
