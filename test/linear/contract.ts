import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LinearSolver, OpenLinearSolver } from '../../solvers/linear/contract.js';
import { Structure } from '../../src/core/structure/structure.js';
import { structures } from '../core/structures.js';
import { asTriplets, type Blocked, borderedMatrix, boxesMatrix } from './blocks.js';
import {
  backwardError,
  inertiaOf,
  multiply,
  randomNumbers,
  saddlePoint,
  structureOf,
  TripletBuilder,
  type Triplets,
} from './matrices.js';

/** Componentwise backward error expected after refinement. */
const BACKWARD = 1e-13;

/** Runs `use` with a solver for the structure and disposes it. */
function using<T>(open: OpenLinearSolver, matrix: Triplets, use: (solver: LinearSolver) => T): T {
  const solver = open(structureOf(matrix));
  try {
    return use(solver);
  } finally {
    solver.dispose();
  }
}

function rightHandSide(matrix: Triplets, seed = 5): Float64Array {
  const random = randomNumbers(seed);
  return multiply(
    matrix,
    Float64Array.from({ length: matrix.order }, () => 2 * random() - 1),
  );
}

/** Factors, checks the inertia, solves, checks the residual. */
function expectSolved(open: OpenLinearSolver, matrix: Triplets, inertia = inertiaOf(matrix)): void {
  using(open, matrix, (solver) => {
    expect(solver.factor(matrix.values)).toEqual(inertia);
    const b = rightHandSide(matrix);
    const x = b.slice();
    solver.solve(x);
    expect(backwardError(matrix, x, b)).toBeLessThan(BACKWARD);
    expectSameForMany(solver, x, b);
  });
}

/** Many right-hand sides have the solutions that each of them has alone, to the last bit. */
function expectSameForMany(solver: LinearSolver, x: Float64Array, b: Float64Array): void {
  const other = b.map((value, k) => Math.sin(k) + 0.3 * value);
  const y = other.slice();
  solver.solve(y);
  for (const count of [2, 5, 19]) {
    const all = new Float64Array(count * b.length);
    for (let c = 0; c < count; c++) all.set(c % 3 === 1 ? other : b, c * b.length);
    solver.solve(all, count);
    for (let c = 0; c < count; c++)
      expect(all.subarray(c * b.length, (c + 1) * b.length)).toEqual(c % 3 === 1 ? y : x);
  }
}

/** Factors and solves a matrix stated by pieces, for two right-hand sides; inertia and residuals are those of its triplets. */
function expectBlocksSolved(open: OpenLinearSolver, blocked: Blocked): void {
  const matrix = asTriplets(blocked);
  const { order } = matrix;
  const plain = using(open, matrix, (solver) => solver.factor(matrix.values));
  const solver = open(blocked.structure);
  try {
    expect(solver.factor(blocked.values)).toEqual(plain);
    expect(plain.zero).toBe(0);
    const [b, c] = [rightHandSide(matrix), rightHandSide(matrix, 6)];
    const x = Float64Array.of(...b, ...c);
    expect(solver.solve(x, 2)).toBeLessThan(BACKWARD);
    expect(backwardError(matrix, x.subarray(0, order), b)).toBeLessThan(BACKWARD);
    expect(backwardError(matrix, x.subarray(order), c)).toBeLessThan(BACKWARD);
    const alone = b.slice();
    solver.solve(alone);
    expectSameForMany(solver, alone, b);
  } finally {
    solver.dispose();
  }
}

/** What every linear solver must do. */
export function linearSolverContract(name: string, open: OpenLinearSolver): void {
  describe(`linear solver: ${name}`, () => {
    it('handles columns that meet only in a dense block', () => {
      const [columns, block] = [150, 30];
      const random = randomNumbers(21);
      const builder = new TripletBuilder(columns + block);
      for (let j = 0; j < columns; j++) builder.add(j, j, 10 ** (4 * random() - 2));
      for (let i = 0; i < block; i++) {
        builder.add(columns + i, columns + i, -1e-3);
        for (let j = 0; j < columns; j++) builder.add(columns + i, j, 2 * random() - 1);
      }
      const matrix = builder.build();
      expectSolved(open, matrix, { positive: columns, negative: block, zero: 0 });
    });

    it('takes dense blocks as they are: symmetric, below the diagonal, overlapping', () => {
      fc.assert(
        fc.property(structures(true), ({ structure, values }) => {
          const shapes = structure.pieces.filter(({ kind }) => kind !== 'through');
          const order = structure.rows;
          const n = Int32Array.from({ length: order }, (_, k) => k);
          const own = shapes.flatMap(({ first, count }) => [...values.subarray(first, first + count)]);
          const shifted = Float64Array.of(...own, ...Array.from(n, (k) => (k % 2 ? 40 : -40)));
          const blocked = new Structure(order, order, true, [
            ...shapes,
            { kind: 'entries', row: n, column: n },
          ]);
          expectBlocksSolved(open, { structure: blocked, values: shifted });
        }),
        { numRuns: 200, seed: 4 },
      );
    });

    it.each([
      [1, 60, 5],
      [3, 25, 4],
      [8, 12, 12],
      [2, 130, 3],
    ])('factors %i dense boxes of %i inputs and %i outputs', (boxes, inputs, outputs) => {
      expectBlocksSolved(open, boxesMatrix(boxes, inputs, outputs, 5));
    });

    it.each([
      [90, 30],
      [40, 130],
      [300, 25],
    ])('factors %i pairs of columns that share a dense border of %i rows', (columns, block) => {
      expectBlocksSolved(open, borderedMatrix(columns, block, 8));
    });

    it('names the place of NaN in a block, and refuses blocks it cannot take', () => {
      const { structure, values } = boxesMatrix(1, 10, 2, 1);
      const solver = open(structure);
      const { row, column } = structure.position(20);
      expect(() => solver.factor(values.with(20, Number.NaN))).toThrow(`NaN at (${row}, ${column})`);
      expect(solver.factor(values).zero).toBe(0);
      solver.dispose();
      const twice = { kind: 'dense', rows: null, columns: Int32Array.of(0, 1, 2, 3, 4, 5, 5) } as const;
      expect(() => open(new Structure(6, 6, true, [twice]))).toThrow(/block 0 has repeated indices/);
      const through = {
        ...twice,
        kind: 'through',
        factor: { rank: 1, columns: 7, data: new Float64Array(7) },
      } as const;
      expect(() => open(new Structure(6, 6, true, [through]))).toThrow(/expanded or bordered/);
      expect(() => open(new Structure(6, 6, false, []))).toThrow(/symmetric/);
    });

    it('may give up early only on a matrix with more negative eigenvalues than allowed', () => {
      const matrix = saddlePoint(100, 40, 4, 11, true);
      const exact = inertiaOf(matrix);
      using(open, matrix, (solver) => {
        const early = solver.factor(matrix.values, exact.negative - 1);
        expect(early.negative).toBeGreaterThan(exact.negative - 1);
        expect(early.negative).toBeLessThanOrEqual(exact.negative);
        expect(early.positive).toBeLessThanOrEqual(exact.positive);
        expect(solver.factor(matrix.values, exact.negative)).toEqual(exact);
        const b = rightHandSide(matrix);
        const x = b.slice();
        solver.solve(x);
        expect(backwardError(matrix, x, b)).toBeLessThan(BACKWARD);
      });
    });

    it('counts the eigenvalue signs of random saddle-point matrices and solves with them', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: 1, max: 24 }),
          fc.nat({ max: 12 }),
          fc.integer({ min: 1, max: 5 }),
          fc.nat({ max: 1e6 }),
          fc.boolean(),
          (n, m, perRow, seed, shuffle) => {
            const matrix = saddlePoint(n, Math.min(m, n - 1), perRow, seed, shuffle);
            const inertia = inertiaOf(matrix);
            fc.pre(inertia.zero === 0);
            expectSolved(open, matrix, inertia);
          },
        ),
        { numRuns: 150, seed: 11 },
      );
    });

    it('keeps the inertia under symmetric permutation', () => {
      const plain = saddlePoint(60, 25, 4, 3);
      const shuffled = saddlePoint(60, 25, 4, 3, true);
      using(open, plain, (a) =>
        using(open, shuffled, (b) => {
          expect(a.factor(plain.values).zero).toBe(0);
          expect(b.factor(shuffled.values).zero).toBe(0);
        }),
      );
      expectSolved(open, shuffled);
    });

    it('takes 2×2 pivots where every diagonal entry is zero', () => {
      const matrix = new TripletBuilder(8);
      for (let i = 0; i < 8; i += 2) matrix.add(i + 1, i, i + 1);
      matrix.add(2, 1, 0.5);
      matrix.add(6, 3, -0.25);
      expectSolved(open, matrix.build(), { positive: 4, negative: 4, zero: 0 });
    });

    it('delays pivots through several levels of the tree', () => {
      // Pairs (2k, 2k + 1) couple only through entries far from each other; leaves have no pivot of their own.
      const half = 40;
      const matrix = new TripletBuilder(2 * half);
      const random = randomNumbers(8);
      for (let i = 0; i < half; i++) {
        matrix.add(half + i, i, 1 + random());
        if (i > 0) matrix.add(half + i, i - 1, random());
        if (i > 1) matrix.add(half + i, (i * 7) % half, random());
      }
      expectSolved(open, matrix.build(), { positive: half, negative: half, zero: 0 });
    });

    it('bounds growth: tiny diagonal entries do not spoil the solution', () => {
      const matrix = new TripletBuilder(30);
      const random = randomNumbers(21);
      for (let i = 0; i < 30; i++) {
        matrix.add(i, i, 1e-14 * (random() - 0.5));
        for (let j = 0; j < i; j++) if (random() < 0.4) matrix.add(i, j, random() - 0.5);
      }
      expectSolved(open, matrix.build());
    });

    it('finds exact singularity', () => {
      const empty = new TripletBuilder(3);
      empty.add(0, 0, 2);
      empty.add(2, 2, -1);
      using(open, empty.build(), (solver) => {
        expect(solver.factor(empty.build().values)).toEqual({ positive: 1, negative: 1, zero: 1 });
      });
      // Two equal rows of J.
      const twice = new TripletBuilder(5);
      for (let i = 0; i < 3; i++) twice.add(i, i, 1);
      for (const row of [3, 4]) for (let j = 0; j < 3; j++) twice.add(row, j, 1);
      using(open, twice.build(), (solver) => {
        expect(solver.factor(twice.build().values)).toEqual({ positive: 3, negative: 1, zero: 1 });
      });
    });

    it('finds constraint rows that are combinations of others', () => {
      const [n, m] = [60, 20];
      for (let seed = 1; seed <= 10; seed++) {
        const random = randomNumbers(seed);
        const rows = Array.from({ length: m }, (_, k) => [
          [k, 1 + random()] as const,
          [Math.floor(random() * n), random() - 0.5] as const,
          [Math.floor(random() * n), random() - 0.5] as const,
        ]);
        const combination = [0, 1, 2].flatMap((k) => rows[k]!.map(([j, v]) => [j, (k + 0.3) * v] as const));
        const matrix = new TripletBuilder(n + m + 1);
        for (let i = 0; i < n; i++) matrix.add(i, i, 1 + random());
        for (const [k, row] of [...rows, combination].entries())
          for (const [j, v] of row) matrix.add(n + k, j, v);
        using(open, matrix.build(), (solver) => {
          expect(solver.factor(matrix.build().values)).toEqual({ positive: n, negative: m, zero: 1 });
        });
      }
    });

    it('solves systems scaled by 1e±12', () => {
      fc.assert(
        fc.property(fc.nat({ max: 1e6 }), (seed) => {
          const random = randomNumbers(seed);
          const plain = saddlePoint(20, 8, 3, seed);
          const inertia = inertiaOf(plain, 1e-6);
          fc.pre(inertia.zero === 0);
          const size = Float64Array.from({ length: plain.order }, () => 10 ** Math.round(24 * random() - 12));
          const values = plain.values.map((v, k) => v * size[plain.row[k]!]! * size[plain.column[k]!]!);
          expectSolved(open, { ...plain, values }, inertia);
        }),
        { numRuns: 40, seed: 12 },
      );
    });

    it('solves with barrier diagonals over ten orders of magnitude', () => {
      const random = randomNumbers(4);
      const n = 60;
      const matrix = new TripletBuilder(3 * n + 5);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j <= i; j++) matrix.add(i, j, (i === j ? 3 : 0) + random() - 0.5);
        matrix.add(n + i, n + i, 10 ** (10 * random() - 8));
        matrix.add(2 * n + i, i, 1);
        matrix.add(2 * n + i, n + i, -1);
      }
      for (let k = 0; k < 5; k++) for (let j = 0; j < n; j++) matrix.add(3 * n + k, j, random() - 0.5);
      expectSolved(open, matrix.build(), inertiaOf(matrix.build(), 1e-14));
    });

    it('eliminates large fronts block by block, also when whole blocks have no pivot of their own', () => {
      const random = randomNumbers(17);
      // [0 Bᵀ; B 0]: no two of the first 220 columns have a pivot together.
      const half = 220;
      const swap = new TripletBuilder(2 * half);
      for (let i = 0; i < half; i++) {
        for (let j = 0; j < half; j++) swap.add(half + i, j, random() - 0.5 + (i === j ? 2 : 0));
      }
      expectSolved(open, swap.build(), { positive: half, negative: half, zero: 0 });
      // [H Jᵀ; J 0] with positive definite H and independent rows, rows first.
      const [n, m] = [230, 140];
      const saddle = new TripletBuilder(n + m);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) saddle.add(m + i, m + j, 0.1 * (random() - 0.5));
        saddle.add(m + i, m + i, 20);
      }
      for (let k = 0; k < m; k++)
        for (let j = 0; j < n; j++) saddle.add(k, m + j, random() + (j === k ? 5 : 0));
      expectSolved(open, saddle.build(), { positive: n, negative: m, zero: 0 });
    });

    it('sums repeated positions', () => {
      const parts = new TripletBuilder(3);
      parts.add(0, 0, 1);
      parts.add(1, 0, 0.5);
      parts.add(0, 0, 3);
      parts.add(2, 2, 7);
      parts.add(1, 0, 0.5);
      parts.add(1, 1, -2);
      parts.add(2, 2, -2);
      const b = Float64Array.of(6, -3, 10);
      using(open, parts.build(), (solver) => {
        expect(solver.factor(parts.build().values)).toEqual({ positive: 2, negative: 1, zero: 0 });
        solver.solve(b);
      });
      // [4 1; 1 −2] x = (6, −3) and 5 x₂ = 10.
      expect([...b]).toEqual([expect.closeTo(1, 14), expect.closeTo(2, 14), expect.closeTo(2, 14)]);
    });

    it('handles orders 0 and 1', () => {
      const none = new Int32Array(0);
      const nothing = open(Structure.lower(0, none, none));
      expect(nothing.factor(new Float64Array(0))).toEqual({ positive: 0, negative: 0, zero: 0 });
      nothing.solve(new Float64Array(0));
      nothing.dispose();
      const zero = Int32Array.of(0);
      const one = open(Structure.lower(1, zero, zero));
      expect(one.factor(Float64Array.of(-4))).toEqual({ positive: 0, negative: 1, zero: 0 });
      const b = Float64Array.of(8);
      one.solve(b);
      expect(b[0]).toBe(-2);
      expect(one.factor(Float64Array.of(0))).toEqual({ positive: 0, negative: 0, zero: 1 });
      one.dispose();
    });

    it('throws for NaN and infinity, naming the place, and goes on afterwards', () => {
      const matrix = saddlePoint(6, 2, 2, 1);
      using(open, matrix, (solver) => {
        for (const bad of [Number.NaN, Infinity, -Infinity]) {
          const values = matrix.values.slice();
          values[3] = bad;
          expect(() => solver.factor(values)).toThrow(`(${matrix.row[3]}, ${matrix.column[3]})`);
        }
        expect(solver.factor(matrix.values)).toEqual(inertiaOf(matrix));
      });
    });

    it('refuses structures outside the lower triangle and wrong lengths', () => {
      expect(() => open(Structure.lower(2, Int32Array.of(0), Int32Array.of(1)))).toThrow(/lower triangle/);
      expect(() => open(Structure.lower(2, Int32Array.of(2), Int32Array.of(1)))).toThrow(/lower triangle/);
      expect(() => open(Structure.lower(1.5, Int32Array.of(0), Int32Array.of(0)))).toThrow(/order/);
      expect(() => open(Structure.lower(1, Int32Array.of(0), Int32Array.of(0)), { nonsense: 1 })).toThrow(
        /nonsense/,
      );
      const solver = open(Structure.lower(1, Int32Array.of(0), Int32Array.of(0)));
      expect(() => solver.factor(new Float64Array(2))).toThrow(/values/);
      expect(() => solver.solve(new Float64Array(1))).toThrow(/factor/);
      solver.factor(Float64Array.of(1));
      expect(() => solver.solve(new Float64Array(2))).toThrow(/right-hand side/);
      solver.dispose();
    });

    it('repeats itself bit by bit, and a refactorization equals a fresh one', () => {
      const first = saddlePoint(80, 30, 4, 6, true);
      const random = randomNumbers(9);
      const other = { ...first, values: first.values.map((v) => v * (0.5 + random())) };
      const b = rightHandSide(other);
      const solve = (solver: LinearSolver): Float64Array => {
        const x = b.slice();
        solver.solve(x);
        return x;
      };
      const fresh = using(open, first, (solver) => {
        solver.factor(other.values);
        return solve(solver);
      });
      using(open, first, (solver) => {
        solver.factor(first.values);
        solve(solver);
        const inertia = solver.factor(other.values);
        expect(solve(solver)).toEqual(fresh);
        expect(solver.factor(other.values)).toEqual(inertia);
        expect(solve(solver)).toEqual(fresh);
      });
    });

    it('raises its threshold until it can go no further', () => {
      const matrix = saddlePoint(40, 15, 3, 2);
      using(open, matrix, (solver) => {
        let raised = 0;
        do expect(solver.factor(matrix.values)).toEqual(inertiaOf(matrix));
        while (solver.increaseQuality() && raised++ < 50);
        expect(raised).toBeGreaterThan(2);
        expect(raised).toBeLessThan(50);
      });
    });

    it('keeps its memory in the steady state and counts its work', () => {
      const matrix = saddlePoint(100, 40, 4, 14, true);
      const solver = open(structureOf(matrix));
      solver.factor(matrix.values);
      const { bytes } = solver.statistics;
      expect(bytes).toBeGreaterThan(8 * solver.statistics.factorNonzeros);
      for (let k = 0; k < 5; k++) {
        solver.factor(matrix.values);
        solver.solve(rightHandSide(matrix));
      }
      expect(solver.statistics.bytes).toBe(bytes);
      expect(solver.statistics.factorizations).toBe(6);
      expect(solver.statistics.solves).toBe(5);
      expect(solver.statistics.seconds.factor).toBeGreaterThan(0);
      solver.dispose();
      expect(solver.statistics.bytes).toBe(0);
      expect(() => solver.factor(matrix.values)).toThrow(/dispose/);
      expect(() => solver.solve(new Float64Array(matrix.order))).toThrow(/dispose/);
    });
  });
}
