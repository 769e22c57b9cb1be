import { describe, expect, it } from 'vitest';
import { Acceptor } from '../../solvers/interior-point/acceptor.js';
import { Filter } from '../../solvers/interior-point/filter.js';
import { Regularization } from '../../solvers/interior-point/inertia.js';
import { KktSystem } from '../../solvers/interior-point/kkt.js';
import { options as table } from '../../solvers/interior-point/options.js';
import { Oracle } from '../../solvers/interior-point/oracle.js';
import { LowRank } from '../../solvers/interior-point/quasi-newton.js';
import { ElasticForm } from '../../solvers/interior-point/restoration/problem.js';
import { SlackForm, select } from '../../solvers/interior-point/slacks.js';
import { readOptions } from '../../src/core/options.js';
import { openDenseReference } from './dense-ldl.js';
import * as problems from './problems.js';

const options = readOptions(table);

/** Numbers in (−1, 1), the same every time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 1073741824 - 1;
  };
}

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

describe('limited-memory BFGS', () => {
  it('equals the BFGS recursion with as many pairs, and keeps the secant equation', () => {
    const next = numbers(3);
    const n = 5;
    const memory = new LowRank(n, 3, 2);
    const pairs = [0, 1, 2].map(() => {
      const s = Float64Array.from({ length: n }, next);
      return { s, y: s.map((value, j) => value * (j + 1) + 0.1 * next()) };
    });
    for (const { s, y } of pairs) memory.update(s, y);
    memory.rebuild();
    let B = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j ? memory.σ : 0)),
    );
    const times = (v: Float64Array): number[] =>
      B.map((line) => line.reduce((sum, b, j) => sum + b * v[j]!, 0));
    for (const { s, y } of pairs) {
      const Bs = times(s);
      const sBs = Bs.reduce((sum, b, j) => sum + b * s[j]!, 0);
      const sy = y.reduce((sum, value, j) => sum + value * s[j]!, 0);
      B = B.map((line, i) => line.map((b, j) => b - (Bs[i]! * Bs[j]!) / sBs + (y[i]! * y[j]!) / sy));
    }
    const v = Float64Array.from({ length: n }, next);
    const product = new Float64Array(n);
    memory.addProduct(v, 1, product);
    times(v).forEach((value, j) => {
      expect(product[j]).toBeCloseTo(value, 10);
    });
    const secant = new Float64Array(n);
    memory.addProduct(pairs[2]!.s, 1, secant);
    secant.forEach((value, j) => {
      expect(value).toBeCloseTo(pairs[2]!.y[j]!, 10);
    });
  });

  it('skips pairs of negative curvature and starts afresh after several', () => {
    const memory = new LowRank(2, 3, 2);
    memory.update(Float64Array.of(1, 0), Float64Array.of(4, 0));
    memory.rebuild();
    expect(memory.σ).toBe(4);
    for (let skip = 0; skip < 2; skip++) memory.update(Float64Array.of(1, 0), Float64Array.of(-1, 0));
    memory.rebuild();
    expect(memory.σ).toBe(1);
  });
});

describe('the KKT system', () => {
  const nlp = problems.small(problems.hs71());
  const scaling = { objective: 1, row: new Float64Array(2).fill(1), column: null };
  const form = new SlackForm(new Oracle(nlp), select(nlp, 1e19), scaling, options);
  const w = Float64Array.of(1.5, 4, 3, 2, 30);

  it.each([
    ['of the problem', form, w],
    ['of its restoration', new ElasticForm(form, w, options), Float64Array.of(...w, 0.3, 0.2, 0.1, 0.4)],
  ] as const)('%s solves with attached variables eliminated', (_, of, at) => {
    const next = numbers(11);
    const kkt = new KktSystem(of, null, openDenseReference, {}, null);
    const J = new Float64Array(of.jacobian.length);
    of.jacobianValues(at, J);
    of.hessianValues(at, 1, Float64Array.of(0.5, 0.2), kkt.H);
    of.knownCurvature(0.1, kkt.known);
    const Σ = Float64Array.from({ length: of.n }, () => 20 + next());
    expect(kkt.factor(Σ, J, 0.01, 1e-3)).toBe('right');
    const rw = Float64Array.from({ length: of.n }, next);
    const rc = Float64Array.from({ length: of.m }, next);
    const [Δw, Δλ] = [new Float64Array(of.n), new Float64Array(of.m)];
    kkt.solve(rw, rc, Δw, Δλ);
    // The residual of the system as it is written, attached columns and all.
    const top = rw.map((value, j) => value - (Σ[j]! + 0.01) * Δw[j]!);
    const rows = rc.map((value, i) => value + 1e-3 * Δλ[i]!);
    kkt.addHessianProduct(Δw, -1, top);
    of.jacobian.each(J, (i, j, value) => {
      top[j]! -= value * Δλ[i]!;
      rows[i]! -= value * Δw[j]!;
    });
    of.attachedRow.forEach((i, k) => {
      top[of.core + k]! -= of.attachedSign[k]! * Δλ[i]!;
      rows[i]! -= of.attachedSign[k]! * Δw[of.core + k]!;
    });
    for (const value of [...top, ...rows]) expect(Math.abs(value)).toBeLessThan(1e-12);
  });

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
