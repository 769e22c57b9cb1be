import { expr, type Model, sum } from '../../../src/model/index.js';
import { book } from './define.js';

/** Thrust `a` and end `t` of each stage of the rocket of problem 99; gravity 32. */
export const stages = [
  { a: 0, t: 0 },
  { a: 50, t: 25 },
  { a: 50, t: 50 },
  { a: 75, t: 100 },
  { a: 75, t: 150 },
  { a: 75, t: 200 },
  { a: 100, t: 290 },
  { a: 100, t: 380 },
] as const;

/** Problems 101 to 103: a posynomial program in seven variables, `a` the exponent of x7 in the objective. */
const posynomial = (a: number, lower7: number) => (m: Model) => {
  const [x1, x2, x3, x4, x5, x6, x7] = m.variables('x', [7], {
    lower: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, lower7],
    upper: 10,
    start: 6,
  });
  const f = expr`10 * ${x1} * ${x4}^2 * ${x7}^${a} / (${x2} * ${x6}^3)
    + 15 * ${x3} * ${x4} / (${x1} * ${x2}^2 * ${x5} * ${x7}^0.5)
    + 20 * ${x2} * ${x6} / (${x1}^2 * ${x4} * ${x5}^2)
    + 25 * ${x1}^2 * ${x2}^2 * ${x5}^0.5 * ${x7} / (${x3} * ${x6}^2)`;
  m.minimize(f);
  m.constrain(
    expr`1 - 0.5 * ${x1}^0.5 * ${x7} / (${x3} * ${x6}^2) - 0.7 * ${x1}^3 * ${x2} * ${x6} * ${x7}^0.5 / ${x3}^2
      - 0.2 * ${x3} * ${x6}^(2/3) * ${x7}^0.25 / (${x2} * ${x4}^0.5)`,
    { lower: 0 },
  );
  m.constrain(
    expr`1 - 1.3 * ${x2} * ${x6} / (${x1}^0.5 * ${x3} * ${x5}) - 0.8 * ${x3} * ${x6}^2 / (${x4} * ${x5})
      - 3.1 * ${x2}^0.5 * ${x6}^(1/3) / (${x1} * ${x4}^2 * ${x5})`,
    { lower: 0 },
  );
  m.constrain(
    expr`1 - 2 * ${x1} * ${x5} * ${x7}^(1/3) / (${x3}^1.5 * ${x6})
      - 0.1 * ${x2} * ${x5} / (${x3}^0.5 * ${x6} * ${x7}^0.5) - ${x2} * ${x3}^0.5 * ${x5} / ${x1}
      - 0.65 * ${x3} * ${x5} * ${x7} / (${x2}^2 * ${x6})`,
    { lower: 0 },
  );
  m.constrain(
    expr`1 - 0.2 * ${x2} * ${x5}^0.5 * ${x7}^(1/3) / (${x1}^2 * ${x4})
      - 0.3 * ${x1}^0.5 * ${x2}^2 * ${x3} * ${x4}^(1/3) * ${x7}^0.25 / ${x5}^(2/3)
      - 0.4 * ${x3} * ${x5} * ${x7}^0.75 / (${x1}^3 * ${x2}^2) - 0.5 * ${x4} * ${x7}^0.5 / ${x3}^2`,
    { lower: 0 },
  );
  m.constrain(f, { lower: 100 });
  m.constrain(f, { upper: 3000 });
};

/** Problem 105: how often each blood pressure was observed, 235 observations. */
const observations: readonly (readonly [pressure: number, count: number])[] = [
  [95, 1],
  [105, 1],
  [110, 4],
  [115, 4],
  [120, 15],
  [125, 15],
  [130, 15],
  [135, 13],
  [140, 21],
  [145, 12],
  [150, 17],
  [155, 4],
  [160, 20],
  [165, 8],
  [170, 17],
  [175, 8],
  [180, 6],
  [185, 6],
  [190, 7],
  [195, 4],
  [200, 3],
  [205, 3],
  [210, 8],
  [215, 1],
  [220, 6],
  [230, 5],
  [235, 1],
  [240, 7],
  [245, 1],
  [250, 2],
];

export const hs099to105 = [
  // As in the AMPL model height q and speed s of the rocket are variables, where the book eliminates them.
  book(
    99,
    {
      classification: 'OOR2-AN-7-2',
      n: 19,
      equalities: 14,
      objective: -831079891.5,
    },
    (m) => {
      const x = m.variables('x', [7], { lower: 0, upper: 1.58, start: 0.5 });
      const free = Array<number>(6).fill(Infinity);
      const q = m.variables('q', [8], {
        lower: [0, ...free.map((v) => -v), 1e5],
        upper: [0, ...free, 1e5],
        start: [0, 0, 0, 0, 0, 0, 0, 1e5],
      });
      const s = m.variables('s', [8], {
        lower: [0, ...free.map((v) => -v), 1e3],
        upper: [0, ...free, 1e3],
        start: [0, 0, 0, 0, 0, 0, 0, 1e3],
      });
      const range = stages.slice(1).map(({ a, t }, j) => expr`${a * (t - stages[j]!.t)} * cos(${x.at(j)})`);
      m.minimize(expr`-${sum(range)}^2`);
      for (let i = 1; i < 8; i++) {
        const { a, t } = stages[i]!;
        const Δt = t - stages[i - 1]!.t;
        const climb = expr`${a} * sin(${x.at(i - 1)}) - 32`;
        m.constrain(
          expr`${q.at(i)} - ${0.5 * Δt ** 2} * (${climb}) - ${Δt} * ${s.at(i - 1)} - ${q.at(i - 1)}`,
          { equals: 0 },
        );
        m.constrain(expr`${s.at(i)} - ${Δt} * (${climb}) - ${s.at(i - 1)}`, { equals: 0 });
      }
    },
  ),

  book(
    100,
    {
      classification: 'OOR2-AN-7-4',
      n: 7,
      inequalities: 4,
      objective: 680.6300573,
      solution: [2.330499, 1.951372, -0.4775414, 4.365726, -0.624487, 1.038131, 1.594227],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7] = m.variables('x', [7], { start: [1, 2, 0, 4, 0, 1, 1] });
      m.minimize(
        expr`(${x1} - 10)^2 + 5 * (${x2} - 12)^2 + ${x3}^4 + 3 * (${x4} - 11)^2 + 10 * ${x5}^6 + 7 * ${x6}^2
          + ${x7}^4 - 4 * ${x6} * ${x7} - 10 * ${x6} - 8 * ${x7}`,
      );
      m.constrain(expr`2 * ${x1}^2 + 3 * ${x2}^4 + ${x3} + 4 * ${x4}^2 + 5 * ${x5}`, { upper: 127 });
      m.constrain(expr`7 * ${x1} + 3 * ${x2} + 10 * ${x3}^2 + ${x4} - ${x5}`, { upper: 282 });
      m.constrain(expr`23 * ${x1} + ${x2}^2 + 6 * ${x6}^2 - 8 * ${x7}`, { upper: 196 });
      m.constrain(expr`-4 * ${x1}^2 - ${x2}^2 + 3 * ${x1} * ${x2} - 2 * ${x3}^2 - 5 * ${x6} + 11 * ${x7}`, {
        lower: 0,
      });
    },
  ),

  book(
    101,
    {
      classification: 'OOR2-AN-7-5',
      n: 7,
      inequalities: 6,
      objective: 1809.76476,
      solution: [2.856159, 0.610823, 2.150813, 4.712874, 0.9994875, 1.347508, 0.03165277],
    },
    posynomial(-0.25, 0.001),
  ),

  book(
    102,
    {
      classification: 'OOR2-AN-7-5',
      n: 7,
      inequalities: 6,
      objective: 911.880571,
      solution: [3.896253, 0.8093588, 2.664386, 4.300891, 0.8535549, 1.095287, 0.02731046],
    },
    posynomial(0.125, 0.01),
  ),

  book(
    103,
    {
      classification: 'OOR2-AN-7-5',
      n: 7,
      inequalities: 6,
      objective: 543.667958,
      solution: [4.394105, 0.8544687, 2.84323, 3.399979, 0.7229261, 0.8704064, 0.02463883],
    },
    posynomial(0.5, 0.01),
  ),

  book(
    104,
    {
      classification: 'OOR2-AN-8-5',
      n: 8,
      inequalities: 6,
      objective: 3.95116344,
      solution: [6.465114, 2.232709, 0.6673975, 0.5957564, 5.932676, 5.527235, 1.013322, 0.4006682],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8] = m.variables('x', [8], {
        lower: 0.1,
        upper: 10,
        start: [6, 3, 0.4, 0.2, 6, 6, 1, 0.5],
      });
      const f = expr`0.4 * ${x1}^0.67 * ${x7}^(-0.67) + 0.4 * ${x2}^0.67 * ${x8}^(-0.67) + 10 - ${x1} - ${x2}`;
      m.minimize(f);
      m.constrain(expr`1 - 0.0588 * ${x5} * ${x7} - 0.1 * ${x1}`, { lower: 0 });
      m.constrain(expr`1 - 0.0588 * ${x6} * ${x8} - 0.1 * ${x1} - 0.1 * ${x2}`, { lower: 0 });
      m.constrain(expr`1 - 4 * ${x3} / ${x5} - 2 / (${x3}^0.71 * ${x5}) - 0.0588 * ${x7} / ${x3}^1.3`, {
        lower: 0,
      });
      m.constrain(expr`1 - 4 * ${x4} / ${x6} - 2 / (${x4}^0.71 * ${x6}) - 0.0588 * ${x8} / ${x4}^1.3`, {
        lower: 0,
      });
      m.constrain(f, { lower: 0.1 });
      m.constrain(f, { upper: 4.2 });
    },
  ),

  // Maximum likelihood of a mixture of three normal distributions. The book prints 1138.416240 as the best value.
  book(
    105,
    {
      classification: 'OLR2-AY-8-1',
      n: 8,
      inequalities: 1,
      objective: 1136.307304,
      localMinima: [1136.360984],
      differs: 'AMPL drops x1 + x2 ≤ 1, which follows from the bounds',
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8] = m.variables('x', [8], {
        lower: [0.001, 0.001, 100, 130, 170, 5, 5, 5],
        upper: [0.499, 0.449, 180, 210, 240, 25, 25, 25],
        start: [0.1, 0.2, 100, 125, 175, 11.2, 13.2, 15.8],
      });
      const likelihood = (y: number) =>
        expr`${x1} / ${x6} * exp(-(${y} - ${x3})^2 / (2 * ${x6}^2))
          + ${x2} / ${x7} * exp(-(${y} - ${x4})^2 / (2 * ${x7}^2))
          + (1 - ${x2} - ${x1}) / ${x8} * exp(-(${y} - ${x5})^2 / (2 * ${x8}^2))`;
      m.minimize(
        sum(observations.map(([y, count]) => expr`-${count} * log((${likelihood(y)}) / sqrt(2 * pi))`)),
      );
      m.constrain(expr`${x1} + ${x2}`, { upper: 1 });
    },
  ),
];
