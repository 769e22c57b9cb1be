import { type Expression, exp, expr, type Model, sum } from '../../../src/model/index.js';

/** Free energies of the ten species of the chemical equilibrium of problems 111 and 112. */
const energies = [-6.089, -17.164, -34.054, -5.914, -24.721, -14.986, -24.1, -10.708, -26.662, -22.179];

/** Conservation of hydrogen, nitrogen and oxygen in the amounts `n` of the species. */
function balance(m: Model, n: readonly Expression[]): void {
  const [n1, n2, n3, n4, n5, n6, n7, n8, n9, n10] = n as Expression[];
  m.constrain(expr`${n1!} + 2 * ${n2!} + 2 * ${n3!} + ${n6!} + ${n10!}`, { equals: 2 });
  m.constrain(expr`${n4!} + 2 * ${n5!} + ${n6!} + ${n7!}`, { equals: 1 });
  m.constrain(expr`${n3!} + ${n7!} + ${n8!} + 2 * ${n9!} + ${n10!}`, { equals: 1 });
}

/** The equilibrium in the logarithms of the amounts, problem 111. */
const logarithmic = (bounds: { lower?: number; upper?: number }) => (m: Model) => {
  const x = [...m.variables('x', [10], { ...bounds, start: -2.3 })];
  const amounts = x.map((xj) => exp(xj));
  const total = sum(amounts);
  m.minimize(sum(x.map((xj, j) => expr`exp(${xj}) * (${energies[j]!} + ${xj} - log(${total}))`)));
  balance(m, amounts);
};

export const equilibrium = { energies, balance, logarithmic };
