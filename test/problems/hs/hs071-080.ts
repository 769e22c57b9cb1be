import { expr, type Model } from '../../../src/model/index.js';
import { book } from './define.js';

/** Problems 74 and 75: power flow between generators, angles of at most `a` radians. */
const powerFlow = (a: number) => (m: Model) => {
  const [x1, x2, x3, x4] = m.variables('x', [4], {
    lower: [0, 0, -a, -a],
    upper: [1200, 1200, a, a],
    start: 0,
  });
  m.minimize(expr`3 * ${x1} + 1e-6 * ${x1}^3 + 2 * ${x2} + (2e-6 / 3) * ${x2}^3`);
  m.constrain(expr`${x4} - ${x3}`, { lower: -a, upper: a });
  m.constrain(expr`1000 * sin(-${x3} - 0.25) + 1000 * sin(-${x4} - 0.25) + 894.8 - ${x1}`, { equals: 0 });
  m.constrain(expr`1000 * sin(${x3} - 0.25) + 1000 * sin(${x3} - ${x4} - 0.25) + 894.8 - ${x2}`, {
    equals: 0,
  });
  m.constrain(expr`1000 * sin(${x4} - 0.25) + 1000 * sin(${x4} - ${x3} - 0.25) + 1294.8`, { equals: 0 });
};

export const hs071to080 = [
  book(
    71,
    {
      classification: 'OOR2-AY-4-2',
      n: 4,
      equalities: 1,
      inequalities: 1,
      objective: 17.0140173,
      solution: [1, 4.742994, 3.8211503, 1.3794082],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 1, upper: 5, start: [1, 5, 5, 1] });
      m.minimize(expr`${x1} * ${x4} * (${x1} + ${x2} + ${x3}) + ${x3}`);
      m.constrain(expr`${x1} * ${x2} * ${x3} * ${x4}`, { lower: 25 });
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2 + ${x4}^2`, { equals: 40 });
    },
  ),

  book(
    72,
    {
      classification: 'LOR2-MN-4-2',
      n: 4,
      inequalities: 2,
      objective: 727.67937,
      solution: [193.4071, 179.5475, 185.0186, 168.7062],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 0.001, upper: [4e5, 3e5, 2e5, 1e5], start: 1 });
      m.minimize(expr`1 + ${x1} + ${x2} + ${x3} + ${x4}`);
      m.constrain(expr`4 / ${x1} + 2.25 / ${x2} + 1 / ${x3} + 0.25 / ${x4}`, { upper: 0.0401 });
      m.constrain(expr`0.16 / ${x1} + 0.36 / ${x2} + 0.64 / ${x3} + 0.64 / ${x4}`, { upper: 0.010085 });
    },
  ),

  book(
    73,
    {
      classification: 'LOR2-MN-4-3',
      n: 4,
      equalities: 1,
      inequalities: 2,
      objective: 29.89437816,
      solution: [0.6355216, 0, 0.3127019, 0.05177655],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 0, start: 1 });
      m.minimize(expr`24.55 * ${x1} + 26.75 * ${x2} + 39 * ${x3} + 40.5 * ${x4}`);
      m.constrain(expr`2.3 * ${x1} + 5.6 * ${x2} + 11.1 * ${x3} + 1.3 * ${x4}`, { lower: 5 });
      m.constrain(
        expr`12 * ${x1} + 11.9 * ${x2} + 41.8 * ${x3} + 52.1 * ${x4}
          - 1.645 * sqrt(0.28 * ${x1}^2 + 0.19 * ${x2}^2 + 20.5 * ${x3}^2 + 0.62 * ${x4}^2)`,
        { lower: 21 },
      );
      m.constrain(expr`${x1} + ${x2} + ${x3} + ${x4}`, { equals: 1 });
    },
  ),

  book(
    74,
    {
      classification: 'OOR2-AY-4-5',
      n: 4,
      equalities: 3,
      inequalities: 1,
      objective: 5126.4981,
      solution: [679.9453, 1026.067, 0.1188764, -0.3962336],
    },
    powerFlow(0.55),
  ),

  book(
    75,
    {
      classification: 'OOR2-AY-4-5',
      n: 4,
      equalities: 3,
      inequalities: 1,
      objective: 5174.4127,
      solution: [776.1592, 925.1949, 0.05110879, -0.4288911],
    },
    powerFlow(0.48),
  ),

  book(
    76,
    {
      classification: 'QLR2-AN-4-3',
      n: 4,
      inequalities: 3,
      objective: -103 / 22,
      solution: [3 / 11, 23 / 11, 0, 6 / 11],
    },
    (m) => {
      const [x1, x2, x3, x4] = m.variables('x', [4], { lower: 0, start: 0.5 });
      m.minimize(
        expr`${x1}^2 + 0.5 * ${x2}^2 + ${x3}^2 + 0.5 * ${x4}^2 - ${x1} * ${x3} + ${x3} * ${x4}
          - ${x1} - 3 * ${x2} + ${x3} - ${x4}`,
      );
      m.constrain(expr`${x1} + 2 * ${x2} + ${x3} + ${x4}`, { upper: 5 });
      m.constrain(expr`3 * ${x1} + ${x2} + 2 * ${x3} - ${x4}`, { upper: 4 });
      m.constrain(expr`${x2} + 4 * ${x3}`, { lower: 1.5 });
    },
  ),

  book(
    77,
    {
      classification: 'OOR2-AY-5-2',
      n: 5,
      equalities: 2,
      objective: 0.2415051288,
      solution: [1.166172, 1.182111, 1.380257, 1.506036, 0.6109203],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: 2 });
      m.minimize(expr`(${x1} - 1)^2 + (${x1} - ${x2})^2 + (${x3} - 1)^2 + (${x4} - 1)^4 + (${x5} - 1)^6`);
      m.constrain(expr`${x1}^2 * ${x4} + sin(${x4} - ${x5})`, { equals: 2 * Math.SQRT2 });
      m.constrain(expr`${x2} + ${x3}^4 * ${x4}^2`, { equals: 8 + Math.SQRT2 });
    },
  ),

  book(
    78,
    {
      classification: 'OOR2-AN-5-3',
      n: 5,
      equalities: 3,
      objective: -2.91970041,
      solution: [-1.717142, 1.595708, 1.827248, -0.7636429, -0.7636435],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: [-2, 1.5, 2, -1, -1] });
      m.minimize(expr`${x1} * ${x2} * ${x3} * ${x4} * ${x5}`);
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2 + ${x4}^2 + ${x5}^2`, { equals: 10 });
      m.constrain(expr`${x2} * ${x3} - 5 * ${x4} * ${x5}`, { equals: 0 });
      m.constrain(expr`${x1}^3 + ${x2}^3`, { equals: -1 });
    },
  ),

  book(
    79,
    {
      classification: 'OOR2-AY-5-3',
      n: 5,
      equalities: 3,
      objective: 0.0787768209,
      solution: [1.191127, 1.362603, 1.472818, 1.635017, 1.679081],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], { start: 2 });
      m.minimize(
        expr`(${x1} - 1)^2 + (${x1} - ${x2})^2 + (${x2} - ${x3})^2 + (${x3} - ${x4})^4 + (${x4} - ${x5})^4`,
      );
      m.constrain(expr`${x1} + ${x2}^2 + ${x3}^3`, { equals: 2 + 3 * Math.SQRT2 });
      m.constrain(expr`${x2} - ${x3}^2 + ${x4}`, { equals: -2 + 2 * Math.SQRT2 });
      m.constrain(expr`${x1} * ${x5}`, { equals: 2 });
    },
  ),

  book(
    80,
    {
      classification: 'OOR2-AN-5-3',
      n: 5,
      equalities: 3,
      objective: 0.0539498478,
      solution: [-1.717143, 1.595709, 1.827247, -0.7636413, -0.763645],
    },
    (m) => {
      const [x1, x2, x3, x4, x5] = m.variables('x', [5], {
        lower: [-2.3, -2.3, -3.2, -3.2, -3.2],
        upper: [2.3, 2.3, 3.2, 3.2, 3.2],
        start: [-2, 2, 2, -1, -1],
      });
      m.minimize(expr`exp(${x1} * ${x2} * ${x3} * ${x4} * ${x5})`);
      m.constrain(expr`${x1}^2 + ${x2}^2 + ${x3}^2 + ${x4}^2 + ${x5}^2`, { equals: 10 });
      m.constrain(expr`${x2} * ${x3} - 5 * ${x4} * ${x5}`, { equals: 0 });
      m.constrain(expr`${x1}^3 + ${x2}^3`, { equals: -1 });
    },
  ),
];
