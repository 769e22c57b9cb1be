import { describe, expect, it } from 'vitest';
import { differentiate, inputNames, type QpBatch, solveBatch } from '../../solvers/batch/index.js';
import { hard } from './hard.js';
import { batchOf, type Problem, regular } from './problems.js';

const problem = (seed: number): Problem => regular(4, 1, 3, seed).problem;
const three = (change: (problem: Problem) => void): QpBatch => {
  const problems = [problem(1), problem(2), problem(3)];
  change(problems[1]!);
  return batchOf(problems);
};

describe('data that are no convex quadratic programs', () => {
  const faults: [string, (problem: Problem) => void, RegExp][] = [
    ['NaN', ({ q }) => (q[2] = NaN), /^element 1: q\[2\] is NaN; give finite numbers/],
    ['infinity', ({ G }) => (G[5] = Infinity), /^element 1: G\[1\]\[1\] is Infinity/],
    ['asymmetry', ({ Q }) => (Q[1] = Q[1]! + 0.5), /^element 1: Q is not symmetric: .* give ½\(Q \+ Qᵀ\)/],
    ['a negative eigenvalue', ({ Q }) => (Q[0] = -1), /^element 1: Q is indefinite/],
    ['a saddle', ({ Q }) => Q.fill(0).set([0, 1, 0, 0, 1]), /^element 1: Q is indefinite/],
  ];
  it.each(faults)('%s: are refused by element, or marked', (_, change, message) => {
    const data = three(change);
    expect(() => solveBatch(data)).toThrow(message);
    const marked = solveBatch(data, { onInvalid: 'mark' });
    expect(marked.statuses).toEqual(['optimal', 'invalid', 'optimal']);
    // The others are what they are without it.
    const well = solveBatch(three(() => {}));
    for (const part of ['z', 'nu', 'lam', 's'] as const) {
      const one = well[part].length / 3;
      expect(marked[part].slice(0, one)).toEqual(well[part].slice(0, one));
      expect(marked[part].slice(2 * one)).toEqual(well[part].slice(2 * one));
    }
  });

  it('takes Q symmetric to the rounding of f32', () => {
    const data = three(({ Q }) => (Q[1] = Q[1]! * (1 + 1e-7)));
    expect(solveBatch(data).statuses[1]).toBe('optimal');
  });

  it('says how many elements fit where memory cannot be had for all', () => {
    const one = three(() => {});
    const shared = Object.fromEntries(
      inputNames.map((name) => [
        name,
        { values: one[name].values.slice(0, one[name].values.length / 3), shared: true },
      ]),
    );
    const data = { ...one, ...shared, batch: 2 ** 44 } as QpBatch;
    expect(() => solveBatch(data)).toThrow(
      /^the answer of 17592186044416 quadratic programs needs .*: more than can be had; \d+ elements at once fit$/,
    );
  });

  it('refuses shapes that disagree and unknown options', () => {
    const data = three(() => {});
    expect(() => solveBatch({ ...data, h: { values: new Float64Array(4), shared: false } })).toThrow(
      'h has 4 numbers, not 9 (3 elements of 3)',
    );
    expect(() => solveBatch({ ...data, batch: 1.5 })).toThrow('batch is 1.5');
    expect(() => solveBatch(data, { tolerence: 1e-3 } as object)).toThrow("did you mean 'tolerance'");
    expect(() => solveBatch(data, { tolerance: NaN })).toThrow("option 'tolerance' must be > 0");
  });
});

describe('derivatives', () => {
  const data = three(() => {});
  const solution = solveBatch(data);

  it('refuse cotangents and directions of a wrong shape, and use after dispose', () => {
    const map = differentiate(data, solution);
    expect(() => map.backward({ z: new Float64Array(3) })).toThrow(
      'cotangent of z has 3 numbers, expected 12',
    );
    expect(() => map.backward({ y: new Float64Array(3) } as object)).toThrow("unknown cotangent 'y'");
    expect(() => map.backward({ z: new Float64Array(12).fill(NaN) })).toThrow('z[0] is NaN');
    expect(() => map.forward({ Q: new Float64Array(3) })).toThrow(
      'direction of Q has 3 numbers, expected 48',
    );
    map.dispose();
    expect(() => map.backward({})).toThrow('used after dispose()');
    expect(() => map.forward({})).toThrow('used after dispose()');
  });

  it('of elements without a solution are 0, NaN or an error', () => {
    const infeasible = hard.find(({ status }) => status === 'infeasible')!.problem;
    const one = batchOf([infeasible]);
    const none = solveBatch(one);
    const cotangents = { z: new Float64Array(2).fill(1), s: new Float64Array(3).fill(1) };
    for (const name of inputNames) {
      const zero = differentiate(one, none).backward(cotangents)[name];
      expect(zero.every((value) => value === 0)).toBe(true);
      const nan = differentiate(one, none, { onFailure: 'nan' }).backward(cotangents)[name];
      expect(nan.every(Number.isNaN)).toBe(true);
    }
    expect(() => differentiate(one, none, { onFailure: 'throw' })).toThrow(
      /^derivatives .* element 0 is infeasible/,
    );
  });

  it('at weakly active rows are one-sided, as asked for, or refused', () => {
    // min ½ z² − a z with z ≤ 0 has z = min(a, 0).
    const values = (...list: number[]) => ({ values: Float64Array.from(list), shared: false });
    const kink: QpBatch = {
      batch: 1,
      n: 1,
      m: 0,
      p: 1,
      Q: values(1),
      q: values(0),
      A: values(),
      b: values(),
      G: values(1),
      h: values(0),
    };
    const found = solveBatch(kink);
    expect(found.flags[0]).toContain('weakly-active');
    const slope = (weaklyActive: 'exclude' | 'include'): number =>
      differentiate(kink, found, { weaklyActive }).forward({ q: Float64Array.of(-1) }).z[0]!;
    expect(slope('exclude')).toBe(1);
    expect(slope('include')).toBeCloseTo(0, 15);
    expect(() => differentiate(kink, found, { weaklyActive: 'refuse' })).toThrow(
      'rows of element 0 are weakly active',
    );
  });

  it('with dependent rows share multipliers evenly', () => {
    const values = (...list: number[]) => ({ values: Float64Array.from(list), shared: false });
    // min ½ (z − 2)², z ≤ 1 twice.
    const twice: QpBatch = {
      batch: 1,
      n: 1,
      m: 0,
      p: 2,
      Q: values(1),
      q: values(-2),
      A: values(),
      b: values(),
      G: values(1, 1),
      h: values(1, 1),
    };
    const found = solveBatch(twice);
    expect([...found.lam]).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
    expect(found.flags[0]).toEqual(expect.arrayContaining(['dependent-rows', 'dual-not-unique']));
    expect(found.condition[0]).toBe(Infinity);
    const { h } = differentiate(twice, found).backward({ z: Float64Array.of(1) });
    expect([...h]).toEqual([expect.closeTo(0.5, 12), expect.closeTo(0.5, 12)]);
  });
});
