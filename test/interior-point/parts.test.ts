import { describe, expect, it } from 'vitest';
import { Acceptor } from '../../solvers/interior-point/acceptor.js';
import { CountedNlp } from '../../solvers/interior-point/counted-nlp.js';
import { Filter } from '../../solvers/interior-point/filter.js';
import { Regularization } from '../../solvers/interior-point/inertia.js';
import { options as table } from '../../solvers/interior-point/options.js';
import { ElasticForm } from '../../solvers/interior-point/restoration/problem.js';
import { SlackForm, select } from '../../solvers/interior-point/slacks.js';
import { readOptions } from '../../src/core/options.js';
import * as problems from './problems.js';

const options = readOptions(table);

describe('the filter', () => {
  it('accepts what no entry dominates and drops dominated entries', () => {
    const filter = new Filter();
    filter.add(1, 1);
    expect([filter.accepts(2, 2), filter.accepts(0.5, 9), filter.accepts(9, 0.5)]).toEqual([
      false,
      true,
      true,
    ]);
    filter.add(0.5, 0.5);
    expect(filter.size).toBe(1);
    expect(filter.accepts(0.9, 0.9)).toBe(false);
  });

  it('asks for an Armijo step at nearly feasible points and for progress elsewhere', () => {
    const acceptor = new Acceptor(options, 2 ** -52, options.theta_max_fact);
    acceptor.begin(0, 10, -1);
    expect(acceptor.accepts(1, 0, 9)).toBe(true);
    expect(acceptor.accepts(1, 0, 10.1)).toBe(false);
    acceptor.begin(1, 10, -1e-3);
    expect(acceptor.accepts(1, 0.5, 20)).toBe(true);
    expect(acceptor.accepts(1, 1, 10.1)).toBe(false);
    expect(acceptor.accepts(1, 2e4, -1e9)).toBe(false);
  });
});

describe('regularization', () => {
  it('grows δ_w as in the paper and starts lower the next time', () => {
    const r = new Regularization(options);
    const grow = (): number => {
      r.afterWrongInertia(0.1);
      return r.δw;
    };
    r.begin(0.1);
    expect([r.δw, r.δc]).toEqual([0, 0]);
    expect([grow(), grow(), grow()].map((δ) => Number(δ.toPrecision(6)))).toEqual([1e-4, 1e-2, 1]);
    r.begin(0.1);
    expect(r.δw).toBe(0);
    expect(grow()).toBeCloseTo(1 / 3, 12);
    expect(grow()).toBeCloseTo(8 / 3, 12);
  });

  it('follows an indefinite matrix with a perturbation from the start, until one is right without', () => {
    const r = new Regularization(options);
    r.begin(0.1, false, true);
    expect(r.δw).toBe(0);
    r.afterWrongInertia(0.1);
    expect(r.δw).toBe(1e-4);
    r.begin(0.1, false, true);
    expect(r.δw).toBeCloseTo(1e-4 / 3, 12);
    // Not clearly above 0 beside δ_w: it may be below.
    r.noteCurvature(1e-6);
    r.begin(0.1, false, true);
    expect(r.δw).toBeCloseTo(1e-4 / 9, 12);
    r.noteCurvature(1e-2);
    r.begin(0.1, false, true);
    expect(r.δw).toBe(0);
    // Only where it is asked to follow.
    r.noteCurvature(-1);
    r.begin(0.1);
    expect(r.δw).toBe(0);
  });

  it('begins beyond the curvature of the matrix before', () => {
    const r = new Regularization(options);
    r.begin(0.1);
    r.afterWrongInertia(0.1);
    expect(r.isFirst).toBe(true);
    r.raise(30);
    expect([r.δw, r.isFirst]).toEqual([30, false]);
    r.noteCurvature(-15);
    r.begin(0.1, false, true);
    expect(r.δw).toBeCloseTo(30, 12);
    r.noteCurvature(-4);
    r.begin(0.1, false, true);
    expect(r.δw).toBeCloseTo(10, 12);
    // Nothing new is known, or nothing at all.
    r.noteCurvature(Number.NaN);
    r.afterWrongInertia(0.1);
    r.begin(0.1, false, true);
    expect(r.δw).toBeCloseTo(80 / 3, 12);
    r.raise(Number.NaN);
    expect(r.δw).toBeCloseTo(80 / 3, 12);
    r.raise(1e300);
    expect(r.δw).toBe(options.max_hessian_perturbation);
  });

  it('passes over perturbations that leave a known curvature negative', () => {
    const r = new Regularization(options);
    r.begin(0.1);
    r.afterWrongInertia(0.1);
    expect(r.passOver(-0.5)).toBe(true);
    expect(r.δw).toBeCloseTo(1, 12);
    expect(r.passOver(0.3)).toBe(true);
    expect(r.passOver(Number.NaN)).toBe(true);
    expect(r.δw).toBeCloseTo(1, 12);
    expect(r.passOver(-1e25)).toBe(false);
  });

  it('gives up at the largest perturbation', () => {
    const r = new Regularization(options);
    r.begin(0.1);
    let tries = 0;
    while (r.afterWrongInertia(0.1)) tries++;
    expect(tries).toBeGreaterThan(10);
    expect(tries).toBeLessThan(60);
  });

  it('remembers a degenerate Jacobian after three iterations', () => {
    const r = new Regularization(options);
    for (let iteration = 0; iteration < 3; iteration++) {
      r.begin(1);
      expect(r.δc).toBe(0);
      r.afterSingular(1);
      expect([r.δw, r.δc]).toEqual([0, 1e-8]);
    }
    r.begin(1);
    expect([r.δw, r.δc]).toEqual([0, 1e-8]);
  });
});

describe('the standard form', () => {
  const nlp = problems.small(problems.hs71());
  const scaling = { objective: 1, row: new Float64Array(2).fill(1), column: null };
  const form = new SlackForm(new CountedNlp(nlp), select(nlp, 1e19), scaling, options);
  const w = Float64Array.of(1.5, 4, 3, 2, 30);

  it('of restoration starts feasible, with gradients that differences confirm', () => {
    const elastic = new ElasticForm(form, w, options);
    const at = Float64Array.of(...w, 0, 0, 0, 0);
    const c = new Float64Array(2);
    form.constraints(w, c);
    elastic.chooseElastic(c, 0.5, at);
    expect(Math.min(...at.subarray(5))).toBeGreaterThan(0);
    const rows = new Float64Array(2);
    elastic.constraints(at, rows);
    expect(Math.max(...rows.map(Math.abs))).toBeLessThan(1e-13);
    at[0] = at[0]! + 0.3;
    const gradient = new Float64Array(elastic.n);
    elastic.gradient(at, 0.5, gradient);
    gradient.forEach((value, j) => {
      const moved = (h: number): number => elastic.objective(at.with(j, at[j]! + h), 0.5);
      expect((moved(1e-5) - moved(-1e-5)) / 2e-5).toBeCloseTo(value, 4);
    });
  });
});
