import { dot, expr, sum } from '../../../src/model/index.js';
import { colville } from './colville.js';
import { book } from './define.js';

/** Problem 119: for each i the columns j ≥ i with a_ij = 1. */
const pairs: readonly (readonly number[])[] = [
  [1, 4, 7, 8, 16],
  [2, 3, 7, 10],
  [3, 7, 9, 10, 14],
  [4, 7, 11, 15],
  [5, 6, 10, 12, 16],
  [6, 8, 15],
  [7, 11, 13],
  [8, 10, 15],
  [9, 12, 16],
  [10, 14],
  [11, 13],
  [12, 14],
  [13, 14],
  [14],
  [15],
  [16],
];

/** Problem 119: the first nine columns of B; column 8 + i has a 1 in row i. */
const B = [
  [0.22, 0.2, 0.19, 0.25, 0.15, 0.11, 0.12, 0.13, 1],
  [-1.46, 0, -1.3, 1.82, -1.15, 0, 0.8, 0, 0],
  [1.29, -0.89, 0, 0, -1.16, -0.96, 0, -0.49, 0],
  [-1.1, -1.06, 0.95, -0.54, 0, -1.78, -0.41, 0, 0],
  [0, 0, 0, -1.43, 1.51, 0.59, -0.33, -0.43, 0],
  [0, -1.72, -0.33, 0, 1.62, 1.24, 0.21, -0.26, 0],
  [1.12, 0, 0, 0.31, 0, 0, 1.12, 0, -0.36],
  [0, 0.45, 0.26, -1.1, 0.58, 0, -1.03, 0.1, 0],
];
const rightHandSide = [2.5, 1.1, -3.1, -3.5, 1.3, 2.1, 2.3, -1.5];

export const hs113to119 = [
  book(
    113,
    {
      classification: 'QQR2-AN-10-8',
      n: 10,
      inequalities: 8,
      objective: 24.30620907,
      solution: [
        2.171996, 2.363683, 8.773926, 5.095984, 0.9906548, 1.430574, 1.321644, 9.828726, 8.280092, 8.375927,
      ],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10] = m.variables('x', [10], {
        start: [2, 3, 5, 5, 1, 2, 7, 3, 6, 10],
      });
      m.minimize(
        expr`${x1}^2 + ${x2}^2 + ${x1} * ${x2} - 14 * ${x1} - 16 * ${x2} + (${x3} - 10)^2 + 4 * (${x4} - 5)^2
          + (${x5} - 3)^2 + 2 * (${x6} - 1)^2 + 5 * ${x7}^2 + 7 * (${x8} - 11)^2 + 2 * (${x9} - 10)^2
          + (${x10} - 7)^2 + 45`,
      );
      m.constrain(expr`105 - 4 * ${x1} - 5 * ${x2} + 3 * ${x7} - 9 * ${x8}`, { lower: 0 });
      m.constrain(expr`-10 * ${x1} + 8 * ${x2} + 17 * ${x7} - 2 * ${x8}`, { lower: 0 });
      m.constrain(expr`8 * ${x1} - 2 * ${x2} - 5 * ${x9} + 2 * ${x10} + 12`, { lower: 0 });
      m.constrain(expr`-3 * (${x1} - 2)^2 - 4 * (${x2} - 3)^2 - 2 * ${x3}^2 + 7 * ${x4} + 120`, { lower: 0 });
      m.constrain(expr`-5 * ${x1}^2 - 8 * ${x2} - (${x3} - 6)^2 + 2 * ${x4} + 40`, { lower: 0 });
      m.constrain(expr`-0.5 * (${x1} - 8)^2 - 2 * (${x2} - 4)^2 - 3 * ${x5}^2 + ${x6} + 30`, { lower: 0 });
      m.constrain(expr`-${x1}^2 - 2 * (${x2} - 2)^2 + 2 * ${x1} * ${x2} - 14 * ${x5} + 6 * ${x6}`, {
        lower: 0,
      });
      m.constrain(expr`3 * ${x1} - 6 * ${x2} - 12 * (${x9} - 8)^2 + 7 * ${x10}`, { lower: 0 });
    },
  ),

  book(
    114,
    {
      classification: 'QOR2-MY-10-11',
      n: 10,
      equalities: 3,
      inequalities: 8,
      objective: -1768.80696,
      solution: [1698.096, 15818.73, 54.10228, 3031.226, 2000, 90.11537, 95, 10.49336, 1.561636, 153.53535],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10] = m.variables('x', [10], {
        lower: [1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 85, 90, 3, 1.2, 145],
        upper: [2000, 16000, 120, 5000, 2000, 93, 95, 12, 4, 162],
        start: [1745, 12000, 110, 3048, 1974, 89.2, 92.8, 8, 3.6, 145],
      });
      const a = 0.99;
      const b = 0.9;
      const g1 = expr`35.82 - 0.222 * ${x10} - ${b} * ${x9}`;
      const g2 = expr`-133 + 3 * ${x7} - ${a} * ${x10}`;
      const g5 = expr`1.12 * ${x1} + 0.13167 * ${x1} * ${x8} - 0.00667 * ${x1} * ${x8}^2 - ${a} * ${x4}`;
      const g6 = expr`57.425 + 1.098 * ${x8} - 0.038 * ${x8}^2 + 0.325 * ${x6} - ${a} * ${x7}`;
      m.minimize(expr`5.04 * ${x1} + 0.035 * ${x2} + 10 * ${x3} + 3.36 * ${x5} - 0.063 * ${x4} * ${x7}`);
      m.constrain(g1, { lower: 0 });
      m.constrain(g2, { lower: 0 });
      m.constrain(expr`-(${g1}) + ${1 / b - b} * ${x9}`, { lower: 0 });
      m.constrain(expr`-(${g2}) + ${1 / a - a} * ${x10}`, { lower: 0 });
      m.constrain(g5, { lower: 0 });
      m.constrain(g6, { lower: 0 });
      m.constrain(expr`-(${g5}) + ${1 / a - a} * ${x4}`, { lower: 0 });
      m.constrain(expr`-(${g6}) + ${1 / a - a} * ${x7}`, { lower: 0 });
      m.constrain(expr`1.22 * ${x4} - ${x1} - ${x5}`, { equals: 0 });
      m.constrain(expr`98000 * ${x3} / (${x4} * ${x9} + 1000 * ${x3}) - ${x6}`, { equals: 0 });
      m.constrain(expr`(${x2} + ${x5}) / ${x1} - ${x8}`, { equals: 0 });
    },
  ),

  book(
    116,
    {
      classification: 'LQR2-MN-13-14',
      n: 13,
      inequalities: 15,
      objective: 97.58750956,
      solution: [
        0.8037703, 0.899986, 0.9709724, 0.09999952, 0.1908154, 0.4605717, 574.0803, 74.08043, 500.0162, 0.1,
        20.23413, 77.34755, 0.00673039,
      ],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9, x10, x11, x12, x13] = m.variables('x', [13], {
        lower: [0.1, 0.1, 0.1, 1e-4, 0.1, 0.1, 0.1, 0.1, 500, 0.1, 1, 1e-4, 1e-4],
        upper: [1, 1, 1, 0.1, 0.9, 0.9, 1000, 1000, 1000, 500, 150, 150, 150],
        start: [0.5, 0.8, 0.9, 0.1, 0.14, 0.5, 489, 80, 650, 450, 150, 150, 150],
      });
      const a = 0.002;
      const b = 1.262626;
      const c = 1.231059;
      const d = 0.03475;
      const e = 0.975;
      const f = 0.00975;
      const cost = expr`${x11} + ${x12} + ${x13}`;
      m.minimize(cost);
      m.constrain(expr`${x3} - ${x2}`, { lower: 0 });
      m.constrain(expr`${x2} - ${x1}`, { lower: 0 });
      m.constrain(expr`1 - ${a} * ${x7} + ${a} * ${x8}`, { lower: 0 });
      m.constrain(cost, { lower: 50 });
      m.constrain(expr`${x13} - ${b} * ${x10} + ${c} * ${x3} * ${x10}`, { lower: 0 });
      m.constrain(expr`${x5} - ${d} * ${x2} - ${e} * ${x2} * ${x5} + ${f} * ${x2}^2`, { lower: 0 });
      m.constrain(expr`${x6} - ${d} * ${x3} - ${e} * ${x3} * ${x6} + ${f} * ${x3}^2`, { lower: 0 });
      m.constrain(expr`${x4} - ${d} * ${x1} - ${e} * ${x1} * ${x4} + ${f} * ${x1}^2`, { lower: 0 });
      m.constrain(expr`${x12} - ${b} * ${x9} + ${c} * ${x2} * ${x9}`, { lower: 0 });
      m.constrain(expr`${x11} - ${b} * ${x8} + ${c} * ${x1} * ${x8}`, { lower: 0 });
      m.constrain(expr`${x5} * ${x7} - ${x1} * ${x8} - ${x4} * ${x7} + ${x4} * ${x8}`, { lower: 0 });
      m.constrain(
        expr`1 - ${a} * (${x2} * ${x9} + ${x5} * ${x8} - ${x1} * ${x8} - ${x6} * ${x9}) - ${x5} - ${x6}`,
        { lower: 0 },
      );
      m.constrain(
        expr`${x2} * ${x9} - ${x3} * ${x10} - ${x6} * ${x9} - 500 * ${x2} + 500 * ${x6} + ${x2} * ${x10}`,
        { lower: 0 },
      );
      m.constrain(expr`${x2} - 0.9 - ${a} * (${x2} * ${x10} - ${x3} * ${x10})`, { lower: 0 });
      m.constrain(cost, { upper: 250 });
    },
  ),

  book(
    117,
    {
      classification: 'OQR2-AN-15-5',
      n: 15,
      inequalities: 5,
      objective: 32.348679,
      solution: [
        0, 0, 5.174136, 0, 3.061093, 11.83968, 0, 0, 0.1039071, 0, 0.2999929, 0.3334709, 0.399991, 0.4283145,
        0.2239607,
      ],
    },
    (m) => {
      const { a, b, c, d, e } = colville;
      const start = Array<number>(15).fill(0.001);
      start[6] = 60;
      const all = [...m.variables('x', [15], { lower: 0, start })];
      const x = all.slice(0, 10);
      const y = all.slice(10);
      m.minimize(
        expr`${sum(x.map((xj, j) => expr`${-b[j]!} * ${xj}`))}
          + ${sum(y.flatMap((yk, k) => y.map((yj, j) => expr`${c[k]![j]!} * ${yk} * ${yj}`)))}
          + ${sum(y.map((yj, j) => expr`${2 * d[j]!} * ${yj}^3`))}`,
      );
      for (const [j, yj] of y.entries()) {
        const column = a.map((row) => row[j]!);
        m.constrain(
          expr`${dot(
            c.map((row) => 2 * row[j]!),
            y,
          )} + ${3 * d[j]!} * ${yj}^2 - ${dot(column, x)}`,
          { lower: -e[j]! },
        );
      }
    },
  ),

  book(
    118,
    {
      classification: 'QLR2-AN-15-17',
      n: 15,
      inequalities: 17,
      objective: 664.82045,
      solution: [8, 49, 3, 1, 56, 0, 1, 63, 6, 3, 70, 12, 5, 77, 18],
    },
    (m) => {
      const later = <T>(first: T[], rest: T[]) => [...first, ...rest, ...rest, ...rest, ...rest];
      const x = m.variables('x', [15], {
        lower: later([8, 43, 3], [0, 0, 0]),
        upper: later([21, 57, 16], [90, 120, 60]),
        start: later([20, 55, 15], [20, 60, 20]),
      });
      const periods = [0, 1, 2, 3, 4];
      m.minimize(
        sum(
          periods.map((k) => {
            const [u, v, w] = [x.at(3 * k), x.at(3 * k + 1), x.at(3 * k + 2)];
            return expr`2.3 * ${u} + 0.0001 * ${u}^2 + 1.7 * ${v} + 0.0001 * ${v}^2 + 2.2 * ${w} + 0.00015 * ${w}^2`;
          }),
        ),
      );
      for (const [kind, width] of [13, 14, 13].entries()) {
        for (let k = 1; k < 5; k++) {
          m.constrain(expr`${x.at(3 * k + kind)} - ${x.at(3 * k - 3 + kind)} + 7`, {
            lower: 0,
            upper: width,
          });
        }
      }
      for (const [k, demand] of [60, 50, 70, 85, 100].entries()) {
        m.constrain(expr`${x.at(3 * k)} + ${x.at(3 * k + 1)} + ${x.at(3 * k + 2)}`, { lower: demand });
      }
    },
  ),

  book(
    119,
    {
      classification: 'OLR2-AN-16-8',
      n: 16,
      equalities: 8,
      objective: 244.899698,
      solution: [
        0.03984735, 0.7919832, 0.2028703, 0.8443579, 1.269906, 0.9347387, 1.681962, 0.1553009, 1.56787, 0, 0,
        0, 0.6602041, 0, 0.6742559, 0,
      ],
    },
    (m) => {
      const x = [...m.variables('x', [16], { lower: 0, upper: 5, start: 10 })];
      const q = x.map((xi) => expr`${xi}^2 + ${xi} + 1`);
      m.minimize(sum(pairs.flatMap((columns, i) => columns.map((j) => expr`(${q[i]!}) * (${q[j - 1]!})`))));
      for (const [i, row] of B.entries()) {
        const slack = i === 0 ? 0 : x[8 + i]!;
        m.constrain(expr`${dot(row, x.slice(0, 9))} + ${slack}`, { equals: rightHandSide[i]! });
      }
    },
  ),
];
