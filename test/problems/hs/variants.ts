import { expr, sum } from '../../../src/model/index.js';
import { define } from './define.js';
import { equilibrium } from './equilibrium.js';
import { stages } from './hs099-105.js';

const cute = 'CUTE collection';

/** Quadratic form and linear term of problem 268. */
const D = [
  [10197, -12454, -1013, 1948, 329],
  [-12454, 20909, -1733, -4914, -186],
  [-1013, -1733, 1755, 1089, -174],
  [1948, -4914, 1089, 1515, -22],
  [329, -186, -174, -22, 27],
];
const linear = [-9170, 17099, -2271, -4336, -43];

/** Problems that the CUTE collection derives from those of the book, and problem 268 of the second volume. */
export const variants = [
  define(
    'hs3mod',
    `${cute}, problem 3 with a better conditioned objective`,
    { classification: 'QBR2-AN-2-0', n: 2, objective: 0, solution: [0, 0] },
    (m) => {
      const [x1, x2] = m.variables('x', [2], { lower: [-Infinity, 0], start: [10, 1] });
      m.minimize(expr`${x2} + (-${x1} + ${x2})^2`);
    },
  ),

  define(
    'hs21mod',
    `${cute}, problem 21 with five more variables`,
    {
      classification: 'SLR2-AN-7-1',
      n: 7,
      inequalities: 1,
      objective: -95.96,
      solution: [2, 0, 0, 2, 0, 0, 0],
    },
    (m) => {
      const free = Infinity;
      const [x1, x2, x3, x4, x5, x6, x7] = m.variables('x', [7], {
        lower: [2, -50, -free, 2, -free, -free, 0],
        upper: [50, 50, 50, free, free, 0, free],
        start: [-1, -1, 0, 0, 0, 0, 0],
      });
      m.minimize(expr`-100 + 0.01 * (${x1}^2 + ${x3}^2 + ${x5}^2 + ${x6}^2) + ${x2}^2 + ${x4}^2 + ${x7}^2`);
      m.constrain(expr`10 * ${x1} - ${x2}`, { lower: 10 });
    },
  ),

  define(
    'hs35mod',
    `${cute}, problem 35 with x2 fixed`,
    { classification: 'QLR2-AN-3-1', n: 2, inequalities: 1, objective: 0.25, solution: [1.5, 0.5, 0.5] },
    (m) => {
      const [x1, x2, x3] = m.variables('x', [3], {
        lower: [0, 0.5, 0],
        upper: [Infinity, 0.5, Infinity],
        start: 0.5,
      });
      m.minimize(
        expr`9 - 8 * ${x1} - 6 * ${x2} - 4 * ${x3} + 2 * ${x1}^2 + 2 * ${x2}^2 + ${x3}^2
          + 2 * ${x1} * ${x2} + 2 * ${x1} * ${x3}`,
      );
      m.constrain(expr`${x1} + ${x2} + 2 * ${x3}`, { upper: 3 });
    },
  ),

  define(
    'hs44new',
    `${cute}, problem 44 with another first row and start`,
    {
      classification: 'QLR2-AN-4-6',
      n: 4,
      inequalities: 6,
      objective: -15,
      localMinima: [-13],
      differs: 'AMPL drops the first row, which follows from the next two and the bounds',
      solution: [0, 3, 0, 4],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 0, start: 1 });
      m.minimize(expr`${x1} - ${x2} - ${x3} - ${x1} * ${x3} + ${x1} * ${x4} + ${x2} * ${x3} - ${x2} * ${x4}`);
      m.constrain(expr`${x1} + ${x2}`, { upper: 8 });
      m.constrain(expr`4 * ${x1} + ${x2}`, { upper: 12 });
      m.constrain(expr`3 * ${x1} + 4 * ${x2}`, { upper: 12 });
      m.constrain(expr`2 * ${x3} + ${x4}`, { upper: 8 });
      m.constrain(expr`${x3} + 2 * ${x4}`, { upper: 8 });
      m.constrain(expr`${x3} + ${x4}`, { upper: 5 });
    },
  ),

  // The ranges r, heights q and speeds s of the stages are variables; the final height and speed are met by rows.
  define(
    'hs99exp',
    `${cute}, problem 99 with the state of every stage as variables`,
    { classification: 'OOR2-AN-31-21', n: 28, equalities: 21, objective: -1.0080625e9 },
    (m) => {
      const state = (name: string) =>
        m.variables(name, [8], {
          lower: [0, ...Array<number>(7).fill(-Infinity)],
          upper: [0, ...Array<number>(7).fill(Infinity)],
          start: 0,
        });
      const x = m.variables('x', [7], { lower: 0, upper: 1.58, start: 0.5 });
      const [r, q, s] = [state('r'), state('q'), state('s')];
      m.minimize(expr`-${r.at(7)}^2`);
      for (let i = 1; i < 8; i++) {
        const { a, t } = stages[i]!;
        const Δt = t - stages[i - 1]!.t;
        const last = i === 7;
        m.constrain(expr`${a * Δt} * cos(${x.at(i - 1)}) - ${r.at(i)} + ${r.at(i - 1)}`, { equals: 0 });
        m.constrain(
          expr`${0.5 * a * Δt ** 2} * sin(${x.at(i - 1)}) - ${q.at(i)} + ${q.at(i - 1)} + ${Δt} * ${s.at(i - 1)}`,
          { equals: last ? 1e5 : 16 * Δt ** 2 },
        );
        m.constrain(expr`${a * Δt} * sin(${x.at(i - 1)}) - ${s.at(i)} + ${s.at(i - 1)}`, {
          equals: last ? 1e3 : 32 * Δt,
        });
      }
    },
  ),

  define(
    'hs100lnp',
    `${cute}, problem 100 with its two active rows as equalities`,
    {
      classification: 'OOR2-AN-7-2',
      n: 7,
      equalities: 2,
      objective: 680.6300573,
      solution: [2.330499, 1.951372, -0.4775414, 4.365726, -0.624487, 1.038131, 1.594227],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7] = m.variables('x', [7], { start: [1, 2, 0, 4, 0, 1, 1] });
      m.minimize(
        expr`(${x1} - 10)^2 + 5 * (${x2} - 12)^2 + ${x3}^4 + 3 * (${x4} - 11)^2 + 10 * ${x5}^6 + 7 * ${x6}^2
          + ${x7}^4 - 4 * ${x6} * ${x7} - 10 * ${x6} - 8 * ${x7}`,
      );
      m.constrain(expr`2 * ${x1}^2 + 3 * ${x2}^4 + ${x3} + 4 * ${x4}^2 + 5 * ${x5}`, { equals: 127 });
      m.constrain(expr`-4 * ${x1}^2 - ${x2}^2 + 3 * ${x1} * ${x2} - 2 * ${x3}^2 - 5 * ${x6} + 11 * ${x7}`, {
        equals: 0,
      });
    },
  ),

  define(
    'hs100mod',
    `${cute}, problem 100 with another fourth row`,
    { classification: 'OOR2-AN-7-4', n: 7, inequalities: 4, objective: 678.7547241 },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7] = m.variables('x', [7], { start: [1, 2, 0, 4, 0, 1, 1] });
      m.minimize(
        expr`(${x1} - 10)^2 + 5 * (${x2} - 12)^2 + ${x3}^4 + 3 * (${x4} - 11)^2 + 10 * ${x5}^6 + 7 * ${x6}^2
          + ${x7}^4 - 4 * ${x6} * ${x7} - 10 * ${x6} - 8 * ${x7}`,
      );
      m.constrain(expr`2 * ${x1}^2 + 3 * ${x2}^4 + ${x3} + 4 * ${x4}^2 + 5 * ${x5}`, { upper: 127 });
      m.constrain(expr`7 * ${x1} + 3 * ${x2} + 10 * ${x3}^2 + ${x4} - ${x5}`, { upper: 282 });
      m.constrain(expr`23 * ${x1} + ${x2}^2 + 6 * ${x6}^2 - 8 * ${x7}`, { upper: 196 });
      m.constrain(
        expr`-4 * ${x1}^2 - ${x2}^2 + 3 * ${x1} * ${x2} - 2 * ${x3}^2 - 2193 * ${x6} + 11 * ${x7}
          + 587 * ${x4} + 391 * ${x5}`,
        { lower: 0 },
      );
    },
  ),

  define(
    'hs111lnp',
    `${cute}, problem 111 without bounds`,
    { classification: 'OOR2-AN-10-3', n: 10, equalities: 3, objective: -47.76109086 },
    equilibrium.logarithmic({}),
  ),

  define(
    'hs268',
    'Schittkowski (1987), problem 268',
    { classification: 'QLR2-AN-5-5', n: 5, inequalities: 5, objective: 0, solution: [1, 2, -1, 3, -4] },
    (m) => {
      const x = [...m.variables('x', [5], { start: 1 })];
      const [x1, x2, x3, x4, x5] = x;
      m.minimize(
        expr`14463 + ${sum(x.flatMap((xi, i) => x.map((xj, j) => expr`${D[i]![j]!} * ${xi} * ${xj}`)))}
          - ${sum(x.map((xi, i) => expr`${2 * linear[i]!} * ${xi}`))}`,
      );
      m.constrain(expr`${x1!} + ${x2!} + ${x3!} + ${x4!} + ${x5!}`, { upper: 5 });
      m.constrain(expr`10 * ${x1!} + 10 * ${x2!} - 3 * ${x3!} + 5 * ${x4!} + 4 * ${x5!}`, { lower: 20 });
      m.constrain(expr`-8 * ${x1!} + ${x2!} - 2 * ${x3!} - 5 * ${x4!} + 3 * ${x5!}`, { lower: -40 });
      m.constrain(expr`8 * ${x1!} - ${x2!} + 2 * ${x3!} + 5 * ${x4!} - 3 * ${x5!}`, { lower: 11 });
      m.constrain(expr`-4 * ${x1!} - 2 * ${x2!} + 3 * ${x3!} - 5 * ${x4!} + ${x5!}`, { lower: -30 });
    },
  ),
];
