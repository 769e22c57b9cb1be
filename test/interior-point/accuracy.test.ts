import { describe, expect, it } from 'vitest';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { expr, Model, sum } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { kktErrors } from '../kkt.js';
import { tolerances } from '../tolerances.js';

const indices = (count: number): number[] => [...Array(count).keys()];

/** Σ cᵢ xᵢ² + xᵢ over a box: each variable ends at a bound unless its c is positive. */
function separable(lower: number, upper: number, start: number, c: readonly number[]): Nlp {
  const model = new Model('separable');
  const x = model.variables('x', c.length, { lower, upper, start });
  model.minimize(sum(c.map((value, i) => expr`${value} * ${x.at(i)}^2 + ${x.at(i)}`)));
  return assemble(model.problem());
}

describe('slacks below the rounding unit of their bounds', () => {
  const mixed = indices(5).map((i) => i - 2.5);
  const negative = indices(20).map((i) => -(i + 1));
  // Ipopt 3.14.19: 83, 146, 83, 26, 11, 236 iterations.
  it.each([
    [-1e5, 1e6, 1, mixed, 125],
    [-1e6, 1e8, 1, negative.slice(0, 10), 219],
    [0, 1e9, 1, mixed, 125],
    [1e6, 1e7, 2e6, mixed, 39],
    [1e6, 1e7, 2e6, negative.map(Math.abs), 17],
    [0, 1e9, 1, negative, 354],
  ])('in [%d, %d] from %d are found', (lower, upper, start, c, most) => {
    const nlp = separable(lower, upper, start, c);
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.iterations).toBeLessThanOrEqual(most);
    const errors = kktErrors(nlp, result);
    expect(errors.primal).toBe(0);
    expect(errors.complementarity).toBeLessThan(1e-4);
    const size = Math.max(...c.map((value) => Math.abs(value))) * upper;
    expect(errors.dual).toBeLessThan(tolerances.f64 * size);
    result.x.forEach((value, i) => {
      const inside = Math.max(lower, -1 / (2 * c[i]!));
      const near = (at: number): boolean =>
        Math.abs(value - at) <= 10 * tolerances.kkt * Math.max(1, Math.abs(at));
      expect(c[i]! > 0 ? near(inside) : near(lower) || near(upper), `x[${i}] = ${value}`).toBe(true);
    });
  });
});

/** A least-squares fit with differences of order k of one sign. Multipliers grow like n to the power 2k. */
function convexFit(n: number, k: number): Nlp {
  const model = new Model('fit');
  const x = model.variables('x', n + k, { start: 0 });
  const binomial = [1];
  for (const i of indices(k)) binomial.push((binomial[i]! * (k - i)) / (i + 1));
  for (const i of indices(n)) {
    const difference = binomial.map((b, j) => expr`${j % 2 ? -b : b} * ${x.at(i + k - j)}`);
    model.constrain(sum(difference), { lower: 0 });
  }
  const data = (i: number): number => Math.sqrt(i / (n + k - 1)) + 0.1 * Math.sin(i + 1);
  model.minimize(sum(indices(n + k).map((i) => expr`0.5 * (${x.at(i)} - ${data(i)})^2`)));
  return assemble(model.problem());
}

/** Flows at capacities of 2000, with rows that take up every change of theirs. */
function flows(): Nlp {
  const model = new Model('flows');
  const x = model.variables('x', 6, { lower: 0, upper: 2000, start: 100 });
  const [a, b, c, d, e, f] = indices(6).map((i) => x.at(i));
  model.constrain(expr`${a!} + ${b!} + ${c!} - ${d!} * ${e!} / 100`, { equals: 0 });
  model.constrain(expr`${a!}^2 / 100 + ${f!}^2 / 50 - 3 * ${d!}`, { lower: 0 });
  model.minimize(expr`${c!} - ${a!} - 2 * ${b!} + 0.3 * ${d!} + 0.2 * ${e!} + 0.01 * ${f!}^2`);
  return assemble(model.problem());
}

/** Rows whose derivatives at the start are so large that they are scaled down by up to 1e-6. */
function steepRows(): Nlp {
  const model = new Model('steep');
  const x = model.variables('x', 2, { start: [3, 2] });
  model.constrain(expr`1e4 * (${x.at(0)} - ${x.at(1)}^2)`, { lower: 0 });
  model.constrain(expr`exp(4 * ${x.at(0)}) * (${x.at(1)} - 0.1)`, { upper: 1 });
  model.minimize(expr`(${x.at(0)} - 0.1)^2 + (${x.at(1)} - 2)^2`);
  return assemble(model.problem());
}

/** A dispatch of power whose prices, in the thousands, weigh a widening by 1e-8 of capacities of 100. */
function dispatch(): Nlp {
  const model = new Model('dispatch');
  const p = model.variables('p', 5, { lower: 10, upper: 100, start: 50 });
  const [a, b, c, d, e] = indices(5).map((i) => p.at(i));
  model.constrain(expr`${a!} + ${b!} + ${c!} + ${d!} + ${e!} - 1e-3 * (${a!}^2 + ${b!}^2 + ${c!} * ${d!})`, {
    equals: 300,
  });
  model.constrain(expr`${a!} - ${e!} + 1e-3 * ${b!}^2`, { upper: 40 });
  model.minimize(
    expr`1e3 * ${a!} + 2e3 * ${b!} + 5e3 * ${c!} + 8e4 * ${d!} + 2e5 * ${e!} + ${a!}^2 + ${c!}^2`,
  );
  return assemble(model.problem());
}

describe('bounds are widened on the way only', () => {
  it('and no more once multipliers tell that it would matter, which costs no iteration', () => {
    const nlp = dispatch();
    const result = interiorPoint.solve(nlp);
    const stated = interiorPoint.solve(nlp, { bound_relax_factor: 0 });
    expect(result.status, result.message).toBe('optimal');
    expect(result.message).toMatch(/with bounds as stated/);
    expect(result.iterations).toBeLessThanOrEqual(stated.iterations + 1);
    const errors = kktErrors(nlp, result);
    expect(errors.primal).toBeLessThan(1e-8);
    expect(errors.complementarity).toBeLessThan(5e-5);
    expect(Math.abs(result.objective / stated.objective - 1)).toBeLessThan(10 * tolerances.kkt);
  });

  // Ipopt 3.14.19, which ends with rows violated by 1e-8, 1e-8, 1e-8, 4e-5, 4e-9: 13, 21, 72, 32, 16 iterations.
  it.each([
    ['a convex fit', convexFit(100, 2), 20],
    ['a fit of order 4', convexFit(100, 4), 32],
    ['a fit that 1e-8 makes another one', convexFit(400, 4), 108],
    ['flows at large capacities', flows(), 48],
    ['rows scaled down', steepRows(), 24],
  ])('%s', (_, nlp, most) => {
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.iterations).toBeLessThanOrEqual(most);
    const errors = kktErrors(nlp, result);
    expect(errors.primal).toBeLessThan(1e-8);
    expect(errors.dual).toBeLessThan(tolerances.kkt);
    expect(errors.complementarity).toBeLessThan(tolerances.kkt);
    const stated = interiorPoint.solve(nlp, { bound_relax_factor: 0 });
    expect(stated.status).toBe('optimal');
    expect(Math.abs(result.objective / stated.objective - 1)).toBeLessThan(10 * tolerances.kkt);
  });
});
