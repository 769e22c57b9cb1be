import { expr, multiply, sum } from '../../../src/model/index.js';
import { book } from './define.js';
import { equilibrium } from './equilibrium.js';

export const hs106to112 = [
  book(
    106,
    {
      classification: 'LQR2-MN-8-6',
      n: 8,
      inequalities: 6,
      objective: 7049.248021,
      solution: [579.3167, 1359.943, 5110.071, 182.0174, 295.5985, 217.9799, 286.4162, 395.5979],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8] = m.variables('x', [8], {
        lower: [100, 1000, 1000, 10, 10, 10, 10, 10],
        upper: [1e4, 1e4, 1e4, 1e3, 1e3, 1e3, 1e3, 1e3],
        start: [5000, 5000, 5000, 200, 350, 150, 225, 425],
      });
      m.minimize(expr`${x1} + ${x2} + ${x3}`);
      m.constrain(expr`1 - 0.0025 * (${x4} + ${x6})`, { lower: 0 });
      m.constrain(expr`1 - 0.0025 * (${x5} + ${x7} - ${x4})`, { lower: 0 });
      m.constrain(expr`1 - 0.01 * (${x8} - ${x5})`, { lower: 0 });
      m.constrain(expr`${x1} * ${x6} - 833.3325 * ${x4} - 100 * ${x1} + 83333.33`, { lower: 0 });
      m.constrain(expr`${x2} * ${x7} - 1250 * ${x5} - ${x2} * ${x4} + 1250 * ${x4}`, { lower: 0 });
      m.constrain(expr`${x3} * ${x8} - 1250000 - ${x3} * ${x5} + 2500 * ${x5}`, { lower: 0 });
    },
  ),

  book(
    107,
    {
      classification: 'OOR2-MY-9-6',
      n: 9,
      equalities: 6,
      objective: 5055.011803,
      solution: [0.6670095, 1.022388, 0.2282879, 0.1848217, 1.0909, 1.0909, 1.06903, 0.1066126, -0.3387867],
    },
    (m) => {
      const free = Infinity;
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9] = m.variables('x', [9], {
        lower: [0, 0, -free, -free, 0.90909, 0.90909, 0.90909, -free, -free],
        upper: [free, free, free, free, 1.0909, 1.0909, 1.0909, free, free],
        start: [0.8, 0.8, 0.2, 0.2, 1.0454, 1.0454, 0, 0, 0],
      });
      const c = (48.4 / 50.176) * Math.sin(0.25);
      const d = (48.4 / 50.176) * Math.cos(0.25);
      const y1 = expr`sin(${x8})`;
      const y2 = expr`cos(${x8})`;
      const y3 = expr`sin(${x9})`;
      const y4 = expr`cos(${x9})`;
      const y5 = expr`sin(${x8} - ${x9})`;
      const y6 = expr`cos(${x8} - ${x9})`;
      m.minimize(expr`3000 * ${x1} + 1000 * ${x1}^3 + 2000 * ${x2} + 666.667 * ${x2}^3`);
      m.constrain(
        expr`0.4 - ${x1} + 2 * ${c} * ${x5}^2 - ${x5} * ${x6} * (${d} * ${y1} + ${c} * ${y2})
          - ${x5} * ${x7} * (${d} * ${y3} + ${c} * ${y4})`,
        { equals: 0 },
      );
      m.constrain(
        expr`0.4 - ${x2} + 2 * ${c} * ${x6}^2 + ${x5} * ${x6} * (${d} * ${y1} - ${c} * ${y2})
          + ${x6} * ${x7} * (${d} * ${y5} - ${c} * ${y6})`,
        { equals: 0 },
      );
      m.constrain(
        expr`0.8 + 2 * ${c} * ${x7}^2 + ${x5} * ${x7} * (${d} * ${y3} - ${c} * ${y4})
          - ${x6} * ${x7} * (${d} * ${y5} + ${c} * ${y6})`,
        { equals: 0 },
      );
      m.constrain(
        expr`0.2 - ${x3} + 2 * ${d} * ${x5}^2 + ${x5} * ${x6} * (${c} * ${y1} - ${d} * ${y2})
          + ${x5} * ${x7} * (${c} * ${y3} - ${d} * ${y4})`,
        { equals: 0 },
      );
      m.constrain(
        expr`0.2 - ${x4} + 2 * ${d} * ${x6}^2 - ${x5} * ${x6} * (${c} * ${y1} + ${d} * ${y2})
          - ${x6} * ${x7} * (${c} * ${y5} + ${d} * ${y6})`,
        { equals: 0 },
      );
      m.constrain(
        expr`-0.337 + 2 * ${d} * ${x7}^2 - ${x5} * ${x7} * (${c} * ${y3} + ${d} * ${y4})
          + ${x6} * ${x7} * (${c} * ${y5} - ${d} * ${y6})`,
        { equals: 0 },
      );
    },
  ),

  book(
    108,
    {
      classification: 'QQR2-AY-9-13',
      n: 9,
      inequalities: 13,
      objective: -Math.sqrt(3) / 2,
      localMinima: [-0.674981434],
      solution: [0.8841292, 0.4672425, 0.03742076, 0.9992996, 0.8841292, 0.4672424, 0.03742076, 0.9992996, 0],
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9] = m.variables('x', [9], {
        lower: [...Array<number>(8).fill(-Infinity), 0],
        start: 1,
      });
      m.minimize(
        expr`-0.5 * (${x1} * ${x4} - ${x2} * ${x3} + ${x3} * ${x9} - ${x5} * ${x9} + ${x5} * ${x8} - ${x6} * ${x7})`,
      );
      m.constrain(expr`1 - ${x3}^2 - ${x4}^2`, { lower: 0 });
      m.constrain(expr`1 - ${x5}^2 - ${x6}^2`, { lower: 0 });
      m.constrain(expr`1 - ${x9}^2`, { lower: 0 });
      m.constrain(expr`1 - ${x1}^2 - (${x2} - ${x9})^2`, { lower: 0 });
      m.constrain(expr`1 - (${x1} - ${x5})^2 - (${x2} - ${x6})^2`, { lower: 0 });
      m.constrain(expr`1 - (${x1} - ${x7})^2 - (${x2} - ${x8})^2`, { lower: 0 });
      m.constrain(expr`1 - (${x3} - ${x7})^2 - (${x4} - ${x8})^2`, { lower: 0 });
      m.constrain(expr`1 - (${x3} - ${x5})^2 - (${x4} - ${x6})^2`, { lower: 0 });
      m.constrain(expr`1 - ${x7}^2 - (${x8} - ${x9})^2`, { lower: 0 });
      m.constrain(expr`${x1} * ${x4} - ${x2} * ${x3}`, { lower: 0 });
      m.constrain(expr`${x3} * ${x9}`, { lower: 0 });
      m.constrain(expr`-${x5} * ${x9}`, { lower: 0 });
      m.constrain(expr`${x5} * ${x8} - ${x6} * ${x7}`, { lower: 0 });
    },
  ),

  // As in the AMPL model; the book subtracts 22.938 a in the last row and finds 5362.06928.
  book(
    109,
    {
      classification: 'OOR2-AY-9-10',
      n: 9,
      equalities: 6,
      inequalities: 4,
      objective: 5326.85133,
    },
    (m) => {
      const [x1, x2, x3, x4, x5, x6, x7, x8, x9] = m.variables('x', [9], {
        lower: [0, 0, -0.55, -0.55, 196, 196, 196, -400, -400],
        upper: [Infinity, Infinity, 0.55, 0.55, 252, 252, 252, 800, 800],
        start: 0,
      });
      const a = 50.176;
      const b = Math.sin(0.25);
      const c = Math.cos(0.25);
      m.minimize(expr`3 * ${x1} + 1e-6 * ${x1}^3 + 2 * ${x2} + 0.522074e-6 * ${x2}^3`);
      m.constrain(expr`${x4} - ${x3} + 0.55`, { lower: 0 });
      m.constrain(expr`${x3} - ${x4} + 0.55`, { lower: 0 });
      m.constrain(expr`2250000 - ${x1}^2 - ${x8}^2`, { lower: 0 });
      m.constrain(expr`2250000 - ${x2}^2 - ${x9}^2`, { lower: 0 });
      m.constrain(
        expr`${x5} * ${x6} * sin(-${x3} - 0.25) + ${x5} * ${x7} * sin(-${x4} - 0.25) + 2 * ${b} * ${x5}^2
          - ${a} * ${x1} + 400 * ${a}`,
        { equals: 0 },
      );
      m.constrain(
        expr`${x5} * ${x6} * sin(${x3} - 0.25) + ${x6} * ${x7} * sin(${x3} - ${x4} - 0.25)
          + 2 * ${b} * ${x6}^2 - ${a} * ${x2} + 400 * ${a}`,
        { equals: 0 },
      );
      m.constrain(
        expr`${x5} * ${x7} * sin(${x4} - 0.25) + ${x6} * ${x7} * sin(${x4} - ${x3} - 0.25)
          + 2 * ${b} * ${x7}^2 + 881.779 * ${a}`,
        { equals: 0 },
      );
      m.constrain(
        expr`${a} * ${x8} + ${x5} * ${x6} * cos(-${x3} - 0.25) + ${x5} * ${x7} * cos(-${x4} - 0.25)
          - 200 * ${a} - 2 * ${c} * ${x5}^2 + 0.7533e-3 * ${a} * ${x5}^2`,
        { equals: 0 },
      );
      m.constrain(
        expr`${a} * ${x9} + ${x5} * ${x6} * cos(${x3} - 0.25) + ${x6} * ${x7} * cos(${x3} - ${x4} - 0.25)
          - 2 * ${c} * ${x6}^2 + 0.7533e-3 * ${a} * ${x6}^2 - 200 * ${a}`,
        { equals: 0 },
      );
      m.constrain(
        expr`${x5} * ${x7} * cos(${x4} - 0.25) + ${x6} * ${x7} * cos(${x4} - ${x3} - 0.25)
          - 2 * ${c} * ${x7}^2 + 22.938 * ${a} + 0.7533e-3 * ${a} * ${x7}^2`,
        { equals: 0 },
      );
    },
  ),

  book(
    110,
    {
      classification: 'OBR2-AN-10-0',
      n: 10,
      objective: -45.77846971,
      solution: Array<number>(10).fill(9.35025655),
    },
    (m) => {
      const x = [...m.variables('x', [10], { lower: 2.001, upper: 9.999, start: 9 })];
      m.minimize(
        expr`${sum(x.map((xj) => expr`log(${xj} - 2)^2 + log(10 - ${xj})^2`))} - (${multiply(...x)})^0.2`,
      );
    },
  ),

  book(
    111,
    {
      classification: 'OOR2-AN-10-3',
      n: 10,
      equalities: 3,
      objective: -47.76109086,
    },
    equilibrium.logarithmic({ lower: -100, upper: 100 }),
  ),

  book(
    112,
    {
      classification: 'OLR2-MY-10-3',
      n: 10,
      equalities: 3,
      objective: -47.76109086,
    },
    (m) => {
      const x = [...m.variables('x', [10], { lower: 1e-6, start: 0.1 })];
      const total = sum(x);
      m.minimize(
        sum(x.map((xj, j) => expr`${xj} * (${equilibrium.energies[j]!} + log(${xj} / (${total})))`)),
      );
      equilibrium.balance(m, x);
    },
  ),
];
