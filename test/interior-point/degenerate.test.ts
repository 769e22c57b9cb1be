import { describe, expect, it } from 'vitest';
import { CountedNlp } from '../../solvers/interior-point/counted-nlp.js';
import { interiorPoint } from '../../solvers/interior-point/index.js';
import { options as table } from '../../solvers/interior-point/options.js';
import { SlackForm, select } from '../../solvers/interior-point/slacks.js';
import { openKkt } from '../../solvers/kkt/open.js';
import { openLinearSolver } from '../../solvers/linear/index.js';
import { readOptions } from '../../src/core/options.js';
import { expr, linear, Model, sum } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { expectKkt } from '../kkt.js';
import { tolerances } from '../tolerances.js';

const indices = (count: number): number[] => [...Array(count).keys()];

/**
 * A table of k × k numbers near `a`, its row and column sums given: one of the 2k rows follows from the others. Off the
 * diagonal the objective is linear, so that only the barrier keeps those entries apart, by far less than rounding in the
 * Schur complement shows.
 */
function balancedTable(k: number): Nlp {
  const model = new Model('table');
  const x = model.variables('x', [k, k], { lower: 0, upper: 1e9, start: 1 });
  const a = (i: number, j: number): number =>
    10 * 10 ** ((7 * i + 3 * j) % 6) * (1 + ((5 * i + 3 * j) % 7) / 10);
  const total = (entries: number[][]): number =>
    entries.reduce((sum, [i, j]) => sum + a(i!, j!) * (1 + 0.1 * ((i! + j!) % 3)), 0);
  for (const i of indices(k)) {
    const row = indices(k).map((j) => [i, j]);
    const column = indices(k).map((j) => [j, i]);
    model.constrain(sum(row.map(([p, q]) => x.at(p!, q!))), { equals: total(row) });
    model.constrain(sum(column.map(([p, q]) => x.at(p!, q!))), { equals: total(column) });
  }
  const cost = (i: number, j: number) =>
    i === j
      ? expr`(${x.at(i, j)} - ${a(i, j)})^2 / ${a(i, j)}`
      : expr`${(3 * i + 5 * j) % 7} * ${x.at(i, j)}`;
  model.minimize(sum(indices(k).flatMap((i) => indices(k).map((j) => cost(i, j)))));
  return assemble(model.problem());
}

/** x ≤ 5, 4, 3, 2, 1, 1, 1 and x ≥ 1: one point is left. */
function staircase(start: number): Nlp {
  const model = new Model('staircase');
  const x = model.variable('x', { start });
  for (const upper of [5, 4, 3, 2, 1, 1, 1]) model.constrain(x, { upper });
  model.constrain(x, { lower: 1 });
  model.minimize(expr`(${x} - 7)^2`);
  return assemble(model.problem());
}

/** x₁ = 1, xᵢ = xᵢ₋₁² from 3, with x = 1 on half the bounds: a square system, nearly singular along the way. */
function squares(n: number): Nlp {
  const model = new Model('squares');
  const lower = Float64Array.from({ length: n }, (_, i) => (i % 2 ? -100 : 1));
  const x = model.variables('x', n, { lower, upper: 100, start: 3 });
  model.constrain(x.at(0), { equals: 1 });
  for (let i = 1; i < n; i++) model.constrain(expr`2 * (${x.at(i)} - ${x.at(i - 1)}^2)`, { equals: 0 });
  return assemble(model.problem());
}

describe('dependent rows', () => {
  it('count as regularized where δ_c is lost in rounding', () => {
    const model = new Model('twice');
    const [x, y] = [model.variable('x', { lower: 0 }), model.variable('y', { lower: 0 })];
    model.constrain(sum([x, y]), { equals: 1e4 });
    model.constrain(sum([x, y]), { equals: 1e4 });
    model.minimize(sum([x, y]));
    const nlp = assemble(model.problem());
    const scaling = { objective: 1, row: new Float64Array(2).fill(1), column: null };
    const form = new SlackForm(new CountedNlp(nlp), select(nlp, 1e19), scaling, readOptions(table));
    const kkt = openKkt(form, null, openLinearSolver, {});
    form.jacobianValues(new Float64Array(2), kkt.values.J);
    const Σ = Float64Array.of(1e-10, 2e-10);
    expect(kkt.factor(Σ, 0, 0)).toBe('singular');
    expect(kkt.factor(Σ, 0, 5e-9)).toBe('right');
    const Δ = Float64Array.of(0, 0, 3, 3);
    kkt.solve(Δ, Δ);
    expect(Δ[0]! + Δ[1]!).toBeCloseTo(3, 9);
    expect(Δ[0]! / Δ[1]!).toBeCloseTo(2, 6);
  });

  it('leave the Hessian alone, and need the iterations of independent ones', () => {
    const nlp = balancedTable(8);
    const perturbed: number[] = [];
    const result = interiorPoint.solve(
      nlp,
      {},
      {
        iteration: ({ iteration, regularization }) => {
          if (regularization > 0) perturbed.push(iteration);
        },
      },
    );
    expect(result.status, result.message).toBe('optimal');
    // At the end the vertex itself is degenerate.
    expect(perturbed.filter((iteration) => iteration < 18)).toEqual([]);
    expect(result.iterations).toBeLessThanOrEqual(21);
    expect(result.errors.primal).toBeLessThan(1e-6 * 1e6);
    expect(result.errors.dual).toBeLessThan(1e-6);
  });
});

describe('a feasible set of one point', () => {
  // Ipopt 3.14.19: 21, 20, 21 iterations from 10, 0, −5.
  it.each([10, 0, 1, -5, 1e3])('is found from %d in as few steps as one with an interior', (start) => {
    const nlp = staircase(start);
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expect(result.objective).toBeCloseTo(36, 5);
    expectKkt(nlp, result, tolerances.kkt);
    expect(result.iterations).toBeLessThanOrEqual(30);
  });
});

describe('rows that no free variable enters', () => {
  const solve = (constant: number, fixed: number) => {
    const model = new Model('constant');
    const x = model.variables('x', 2, { start: 3 });
    const y = model.variable('y', { lower: fixed, upper: fixed });
    model.constrain(linear([], [], constant), { equals: 0, name: 'nothing' });
    model.constrain(expr`${y}^2`, { upper: 4, name: 'fixed' });
    model.constrain(sum(x), { equals: 1 });
    model.minimize(expr`${x.at(0)}^2 + ${x.at(1)}^2 + ${y}`);
    const nlp = assemble(model.problem());
    return { nlp, result: interiorPoint.solve(nlp) };
  };

  it('are left out where they hold, with multiplier 0', () => {
    const { nlp, result } = solve(0, 2);
    expect(result.status, result.message).toBe('optimal');
    expect([...result.multipliers.constraints].slice(0, 2)).toEqual([0, 0]);
    expectKkt(nlp, result, tolerances.kkt);
  });

  it.each([
    [1e-3, 2, 'nothing'],
    [0, 3, 'fixed'],
  ])('make the problem infeasible where they do not', (constant, fixed, name) => {
    const { result } = solve(constant, fixed);
    expect(result.status).toBe('infeasible');
    expect(result.message).toContain(`'${name}'`);
    expect(result.iterations).toBe(0);
  });
});

describe('more equations than variables that miss each other by little', () => {
  it.each([8e-5, 2e-5, 1e-3])('are called infeasible within 40 iterations: %d', (gap) => {
    for (const curved of [false, true]) {
      const model = new Model('gap');
      const [x, y] = [model.variable('x', { start: 3 }), model.variable('y', { start: -2 })];
      model.constrain(curved ? expr`${x} + 0.1*${y}^2` : expr`${x}`, { equals: 1 });
      model.constrain(y, { equals: 2 });
      model.constrain(sum([x, y]), { equals: (curved ? 2.6 : 3) + gap });
      model.minimize(expr`${x}^2 + ${y}`);
      const result = interiorPoint.solve(assemble(model.problem()));
      expect(result.status, result.message).toBe('infeasible');
      expect(result.iterations).toBeLessThanOrEqual(40);
      expect(result.errors.primal).toBeGreaterThan(gap / 10);
      expect(result.errors.primal).toBeLessThanOrEqual(1.01 * gap);
    }
  });
});

describe('a nearly singular square system', () => {
  // Ipopt 3.14.19: 14, 20, 18, 19 iterations.
  it.each([
    [10, 21],
    [20, 30],
    [30, 27],
    [40, 28],
  ])('of %i equations is solved within %i iterations', (n, most) => {
    const nlp = squares(n);
    const result = interiorPoint.solve(nlp);
    expect(result.status, result.message).toBe('optimal');
    expectKkt(nlp, result, tolerances.kkt);
    expect(result.iterations).toBeLessThanOrEqual(most);
  });
});
