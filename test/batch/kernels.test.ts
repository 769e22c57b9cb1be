import { describe, expect, it } from 'vitest';
import { ElementSystem } from '../../solvers/batch/derivative-element.js';
import { elementOf } from '../../solvers/batch/element.js';
import { isCondensed } from '../../solvers/batch/form.js';
import { differentiate, inputNames, type QpBatch, solveBatch } from '../../solvers/batch/index.js';
import { batchSettings } from '../../solvers/batch/options.js';
import { solveElement } from '../../solvers/batch/solve-element.js';
import { batchOf, gram, normal, numbers, type Problem, regular, times, uniform } from './problems.js';

const largest = (x: Iterable<number>): number => {
  let most = 0;
  for (const value of x) most = Math.max(most, Math.abs(value));
  return most;
};
const apart = (a: Float64Array, b: Float64Array): number => largest(a.map((value, k) => value - b[k]!));

/** The problems of the timing experiment: Q = LLᵀ + 10⁻³I, h = Gz₀ + s₀, with equalities Az = Az₀. */
function timed(n: number, m: number, p: number, seed: number): Problem {
  const next = uniform(seed);
  const gauss = normal(next);
  const [A, G, z] = [numbers(m * n, gauss), numbers(p * n, gauss), numbers(n, gauss)];
  const h = times(G, z).map((value) => value + next());
  return { Q: gram(n, n, 1e-3, next), q: numbers(n, gauss), A, b: times(A, z), G, h };
}

const parts = ['z', 'nu', 'lam', 's'] as const;

describe('kernels', () => {
  it('answer as the method for single elements does, with and without interior-point steps', () => {
    let stepped = 0;
    for (const [n, m, p] of [
      [1, 0, 2],
      [3, 1, 4],
      [10, 0, 10],
      [10, 3, 20],
      [6, 2, 30],
    ] as const) {
      const problems = Array.from({ length: 41 }, (_, k) => timed(n, m, p, 1000 * n + k));
      const data = batchOf(problems);
      const solution = solveBatch(data);
      expect(solution.statuses.every((status) => status === 'optimal')).toBe(true);
      for (let e = 0; e < problems.length; e++) {
        if (solution.iterations[e]! > 0) stepped++;
        const { point, active, objective } = solveElement(elementOf(data, e), batchSettings());
        for (const part of parts) {
          const one = point[part].length;
          const own = solution[part].subarray(e * one, (e + 1) * one);
          expect(apart(own, point[part])).toBeLessThan(1e-8 * Math.max(1, largest(point[part])));
        }
        expect([...solution.active.subarray(e * p, (e + 1) * p)]).toEqual([...active]);
        expect(solution.objective[e]).toBeCloseTo(objective, 8);
      }
    }
    expect(stepped).toBeGreaterThan(10);
  });

  it('take what a diagonal Q and rows of few entries save, to the same answers', () => {
    const [n, m, p] = [60, 15, 60];
    const problems = Array.from({ length: 3 }, (_, k) => {
      const next = uniform(k);
      const gauss = normal(next);
      const sparse = (rows: number, share: number): Float64Array =>
        Float64Array.from({ length: rows * n }, (_, at) =>
          at % n === Math.floor(at / n) ? 1 : next() < share ? gauss() : 0,
        );
      const [A, G] = [sparse(m, k < 2 ? 0.03 : 1), sparse(p, k < 2 ? 0.03 : 1)];
      const z = numbers(n, gauss);
      const Q = new Float64Array(n * n);
      for (let j = 0; j < n; j++) Q[j * n + j] = 0.5 + next();
      return { Q, q: numbers(n, gauss), A, b: times(A, z), G, h: times(G, z).map((value) => value + next()) };
    });
    const data = batchOf(problems);
    const solution = solveBatch(data);
    expect(solution.flags).toEqual([['refined'], ['refined'], ['refined']]);
    for (let e = 0; e < 3; e++) {
      const { point } = solveElement(elementOf(data, e), batchSettings());
      expect(apart(solution.z.slice(e * n, (e + 1) * n), point.z)).toBeLessThan(1e-10);
      expect(apart(solution.nu.slice(e * m, (e + 1) * m), point.nu)).toBeLessThan(1e-9);
    }
  });

  it('give every element the same bits, whoever shares its vectors', () => {
    const problems = Array.from({ length: 9 }, (_, k) => timed(12, 2, 15, k));
    const all = solveBatch(batchOf(problems));
    for (let e = 0; e < problems.length; e++) {
      const alone = solveBatch(batchOf([problems[e]!]));
      for (const part of parts) {
        const one = alone[part].length;
        expect(alone[part]).toEqual(all[part].slice(e * one, (e + 1) * one));
      }
    }
  });

  it.each([
    ['Q'],
    ['Q', 'A', 'G'],
    ['Q', 'A', 'G', 'q', 'b', 'h'],
    ['G', 'h'],
  ] as const)('factor what is shared once, to the same answers: %s …', (...names) => {
    const first = timed(8, 2, 9, 3);
    const problems = Array.from({ length: 7 }, (_, k) => {
      const problem = timed(8, 2, 9, 10 + k);
      // Right-hand sides of the first where its rows are used, so that all are feasible.
      const shared = Object.fromEntries(names.map((name) => [name, first[name]])) as Partial<Problem>;
      const own = { ...problem, ...shared };
      const z = numbers(8, normal(uniform(k)));
      return {
        ...own,
        ...(!names.includes('b' as never) && { b: times(own.A, z) }),
        ...(!names.includes('h' as never) && { h: times(own.G, z).map((value) => value + 0.5) }),
      };
    });
    const each = batchOf(problems);
    const shared: QpBatch = { ...each };
    for (const name of names) Object.assign(shared, { [name]: { values: first[name], shared: true } });
    const [a, b] = [solveBatch(each), solveBatch(shared)];
    expect(b.statuses).toEqual(a.statuses);
    for (const part of parts) expect(apart(a[part], b[part])).toBeLessThan(1e-9);
    const cotangents = { z: numbers(56, normal(uniform(4))), lam: numbers(63, normal(uniform(5))) };
    const own = differentiate(each, a).backward(cotangents);
    const sums = differentiate(shared, b).backward(cotangents);
    for (const name of inputNames) {
      const one = problems[0]![name].length;
      if (!shared[name].shared) {
        expect(apart(sums[name], own[name])).toBeLessThan(1e-8 * largest(own[name]));
        continue;
      }
      const sum = Float64Array.from({ length: one }, (_, k) => {
        let total = 0;
        for (let e = 0; e < 7; e++) total += own[name][e * one + k]!;
        return total;
      });
      expect(apart(sums[name], sum)).toBeLessThan(1e-8 * largest(own[name]));
    }
  });

  it('find the active rows of problems with a singular or zero Q, which are then verified', () => {
    const [n, m, p] = [12, 3, 30];
    const problems = Array.from({ length: 6 }, (_, k) => {
      const problem = timed(n, m, p, 300 + k);
      const next = normal(uniform(k));
      // A box keeps linear programs bounded.
      for (let j = 0; j < n; j++) {
        problem.G.fill(0, j * n, (j + 1) * n).fill(0, (n + j) * n, (n + j + 1) * n);
        problem.G[j * n + j] = 1;
        problem.G[(n + j) * n + j] = -1;
      }
      const z = numbers(n, next).map(Math.tanh);
      const Q = k % 2 ? gram(n, 4, 0, next) : new Float64Array(n * n);
      return {
        ...problem,
        Q,
        b: times(problem.A, z),
        h: times(problem.G, z).map((value) => value + 0.5 + 0.1 * k),
      };
    });
    const data = batchOf(problems);
    const solution = solveBatch(data);
    expect([...solution.iterations]).toEqual(new Array(6).fill(0));
    for (let e = 0; e < 6; e++) {
      const { point, iterations } = solveElement(elementOf(data, e), batchSettings());
      expect(iterations).toBeGreaterThan(0);
      expect(apart(solution.z.slice(e * n, (e + 1) * n), point.z)).toBeLessThan(1e-9);
      expect(solution.flags[e]).toEqual(['refined']);
    }
  });

  it('give gradients of data rounded to f32 within 1e-4 of those in f64', () => {
    const problems = Array.from({ length: 8 }, (_, k) => timed(50, 0, 50, 900 + k));
    const rounded = problems.map((problem) => {
      const own = { ...problem };
      for (const name of inputNames) own[name] = Float64Array.from(Float32Array.from(problem[name]));
      return own;
    });
    const gradients = [problems, rounded].map((list) => {
      const data = batchOf(list);
      const solution = solveBatch(data);
      expect(solution.statuses.every((status) => status === 'optimal')).toBe(true);
      return differentiate(data, solution).backward({ z: new Float64Array(400).fill(1) });
    });
    for (const name of ['Q', 'q', 'G', 'h'] as const) {
      const one = problems[0]![name].length;
      for (let e = 0; e < 8; e++) {
        const [a, b] = gradients.map((own) => own[name].subarray(e * one, (e + 1) * one));
        expect(apart(a!, b!)).toBeLessThan(1e-4 * largest(a!));
      }
    }
  });

  it('have Taylor remainders of second order', () => {
    const data = batchOf([timed(12, 2, 14, 77), timed(12, 2, 14, 78)]);
    const solution = solveBatch(data);
    const next = normal(uniform(8));
    const directions = {
      q: numbers(24, next),
      b: numbers(4, next),
      h: numbers(28, next),
      G: numbers(336, next),
    };
    const { z: slope } = differentiate(data, solution).forward(directions);
    const remainder = (t: number): number => {
      const moved = { ...data };
      for (const [name, by] of Object.entries(directions)) {
        const { values } = data[name as 'q'];
        Object.assign(moved, {
          [name]: { shared: false, values: values.map((value, k) => value + t * by[k]!) },
        });
      }
      const { z } = solveBatch(moved);
      return largest(z.map((value, k) => value - solution.z[k]! - t * slope[k]!));
    };
    const [coarse, fine] = [remainder(1e-5), remainder(1e-6)];
    expect(Math.log10(coarse / fine)).toBeGreaterThan(1.9);
  });

  it('differentiate solutions whose factors have gone to others', () => {
    const data = batchOf(Array.from({ length: 5 }, (_, k) => timed(9, 2, 8, 40 + k)));
    const cotangents = { z: numbers(45, normal(uniform(6))) };
    const solution = solveBatch(data);
    const at = differentiate(data, solution).backward(cotangents);
    for (let k = 0; k < 12; k++) solveBatch(batchOf([timed(7, 1, 6, k)]));
    const again = differentiate(data, solution).backward(cotangents);
    for (const name of inputNames) expect(again[name]).toEqual(at[name]);
  });

  it('start from the active rows of another solution, to the same answer', () => {
    const problems = Array.from({ length: 8 }, (_, k) => regular(20, 3, 20, 60 + k).problem);
    const data = batchOf(problems);
    const cold = solveBatch(data);
    const warm = solveBatch(data, { warmStart: cold });
    for (const part of parts) expect(warm[part]).toEqual(cold[part]);
    expect(warm.factorizations).toBeLessThan(cold.factorizations);
    expect([...warm.iterations]).toEqual(new Array(8).fill(0));
    // A poor guess costs time, nothing else.
    const others = solveBatch(batchOf(problems.map((_, k) => regular(20, 3, 20, 80 + k).problem)));
    const misled = solveBatch(data, { warmStart: others });
    for (const part of parts) expect(misled[part]).toEqual(cold[part]);
    expect(() => solveBatch(batchOf(problems.slice(1)), { warmStart: cold })).toThrow(
      'warmStart is a solution of 8 elements',
    );
  });

  it.each([
    ['dual', 9, 6],
    ['condensed', 6, 30],
  ])('take rows whose slack the equalities settle, and rows of zeros, as if they were not there: %s', (_, n, p) => {
    const problems = Array.from({ length: 5 }, (_, k) => regular(n, 2, p, 300 + k).problem);
    const more = (below: number) =>
      problems.map(({ A, b, G, h, ...rest }) => {
        const row = Float64Array.from({ length: n }, (_, j) => 2 * A[j]! - A[n + j]!);
        const side = 2 * b[0]! - b[1]! + below;
        const rows = Float64Array.from([...row, ...new Float64Array(n), ...G]);
        return { ...rest, A, b, G: rows, h: Float64Array.from([side, 1, ...h]) };
      });
    const [wanted, found] = [solveBatch(batchOf(problems)), solveBatch(batchOf(more(0.5)))];
    expect(found.statuses).toEqual(wanted.statuses);
    expect(found.flags).toEqual(wanted.flags);
    problems.forEach((_, e) => {
      for (let j = 0; j < n; j++) expect(found.z[e * n + j]).toBeCloseTo(wanted.z[e * n + j]!, 9);
      expect([...found.lam.subarray(e * (p + 2), e * (p + 2) + 2)]).toEqual([0, 0]);
      expect(found.s[e * (p + 2)]).toBeCloseTo(0.5, 9);
      expect(found.s[e * (p + 2) + 1]).toBe(1);
    });
    expect(solveBatch(batchOf(more(-0.5))).statuses).toEqual(problems.map(() => 'infeasible'));
    for (const flags of solveBatch(batchOf(more(0))).flags) expect(flags).toContain('dependent-rows');
  });

  it('split batches that are too large for one call', () => {
    const problems = Array.from({ length: 70 }, (_, k) => timed(60, 4, 60, k));
    const all = solveBatch(batchOf(problems));
    const last = solveBatch(batchOf(problems.slice(-3)));
    expect(all.z.slice(-180)).toEqual(last.z);
    const cotangents = { z: new Float64Array(70 * 60).fill(1) };
    const gradients = differentiate(batchOf(problems), all).backward(cotangents);
    const own = differentiate(batchOf(problems.slice(-3)), last).backward({
      z: new Float64Array(180).fill(1),
    });
    expect(gradients.G.slice(-3 * 3600)).toEqual(own.G);
  });

  it('make factors that are gone again call by call, with inputs that all elements share', () => {
    const first = timed(60, 4, 60, 1);
    const problems = Array.from({ length: 150 }, (_, k) => ({
      ...timed(60, 4, 60, k),
      A: first.A,
      G: first.G,
    }));
    const whole = batchOf(problems.map((one) => ({ ...one, b: first.b, h: first.h, q: first.q })));
    const data = { ...whole };
    for (const name of ['q', 'A', 'b', 'G', 'h'] as const)
      Object.assign(data, { [name]: { values: Float64Array.from(first[name]), shared: true } });
    const solution = solveBatch(data);
    expect(solution.z).toEqual(solveBatch(whole).z);
    const cotangents = { z: numbers(9000, normal(uniform(2))) };
    const at = differentiate(data, solution).backward(cotangents);
    for (let k = 0; k < 12; k++) solveBatch(batchOf([timed(7, 1, 6, k)]));
    const again = differentiate(data, solution).backward(cotangents);
    for (const name of inputNames) expect(again[name]).toEqual(at[name]);
    const parted = differentiate(whole, solveBatch(whole)).backward(cotangents);
    for (let k = 0; k < 3600; k++) {
      let sum = 0;
      for (let e = 0; e < 150; e++) sum += parted.G[3600 * e + k]!;
      expect(Math.abs(at.G[k]! - sum)).toBeLessThan(1e-12 * (1 + Math.abs(sum)));
    }
  });

  it('take the mean of Q and its transpose in residuals, too', () => {
    const problem = timed(30, 2, 30, 3);
    const Q = problem.Q.slice();
    for (let i = 0; i < 30; i++) for (let j = 0; j < i; j++) Q[30 * i + j]! *= 1 + 1e-9 * Math.sin(i * j);
    const mean = Q.map((value, k) => 0.5 * (value + Q[30 * (k % 30) + Math.floor(k / 30)]!));
    const gradients = [Q, mean].map((own) => {
      const data = batchOf([{ ...problem, Q: own }]);
      const map = differentiate(data, solveBatch(data));
      const found = map.backward({ z: new Float64Array(30).fill(1) });
      expect(map.flags).toEqual([[]]);
      return found;
    });
    for (const name of inputNames) expect(apart(gradients[0]![name], gradients[1]![name])).toBe(0);
  });

  it('condense to the variables where rows are many, to the answers and derivatives of single elements', () => {
    const [n, m, p] = [8, 2, 60];
    expect([isCondensed({ n, m, p }), isCondensed({ n: 60, m, p })]).toEqual([true, false]);
    const first = timed(n, m, p, 5);
    // Some with their own rows, some with those that all share.
    for (const problems of [
      Array.from({ length: 7 }, (_, k) => timed(n, m, p, 50 + k)),
      Array.from({ length: 7 }, (_, k) => ({ ...first, q: timed(n, m, p, 70 + k).q })),
    ]) {
      const data = batchOf(problems);
      const shares = problems[0]!.G === first.G;
      if (shares)
        for (const name of ['Q', 'A', 'G'] as const)
          Object.assign(data, { [name]: { values: Float64Array.from(first[name]), shared: true } });
      const solution = solveBatch(data);
      expect(solution.flags).toEqual(problems.map(() => ['refined']));
      const z = numbers(7 * n, normal(uniform(3)));
      const gradients = differentiate(data, solution).backward({ z });
      problems.forEach((_, e) => {
        const { point, active } = solveElement(elementOf(data, e), batchSettings());
        for (const part of parts) {
          const one = point[part].length;
          const own = solution[part].subarray(e * one, (e + 1) * one);
          expect(apart(own, point[part])).toBeLessThan(1e-9 * Math.max(1, largest(point[part])));
        }
        const held = Int32Array.from([...active].flatMap((code, i) => (code === 1 ? [i] : [])));
        const side = {
          z: z.slice(e * n, (e + 1) * n),
          nu: new Float64Array(m),
          lam: new Float64Array(p),
        };
        const { u } = new ElementSystem(elementOf(data, e), held).solve(side);
        const size = 1e-9 * Math.max(1, largest(u.z), largest(u.lam));
        expect(
          apart(
            gradients.q.slice(e * n, (e + 1) * n).map((value) => -value),
            u.z,
          ),
        ).toBeLessThan(size);
        expect(apart(gradients.h.slice(e * p, (e + 1) * p), u.lam)).toBeLessThan(size);
      });
      for (let k = 0; k < 12; k++) solveBatch(batchOf([timed(7, 1, 6, k)]));
      expect(differentiate(data, solution).backward({ z }).G).toEqual(gradients.G);
    }
  });
});
