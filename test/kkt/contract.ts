import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KktShape, KktSystem, OpenKkt, Verdict } from '../../solvers/kkt/index.js';
import { LowRank } from '../../solvers/kkt/quasi-newton.js';
import { openLinearSolver } from '../../solvers/linear/index.js';
import type { Factor, PieceShape } from '../../src/core/structure/piece.js';
import { Structure } from '../../src/core/structure/structure.js';
import { dense, structureOf, valuesFor } from '../core/structures.js';
import { eigenvalues } from '../linear/matrices.js';

/** A KKT system with all that it is filled with. */
interface Case {
  readonly shape: KktShape;
  readonly H: Float64Array;
  readonly J: Float64Array;
  readonly curvature: Float64Array;
  readonly Σ: Float64Array;
  readonly memory: LowRank | null;
}

/** Σ of the core is `weight` and more, so that much of it makes K right. */
const cases = (weight: number): fc.Arbitrary<Case> => fc.oneof(anyCase(weight), partitioned(weight));

function anyCase(weight: number): fc.Arbitrary<Case> {
  const signs = (length: number) =>
    fc
      .array(fc.boolean(), { minLength: length, maxLength: length })
      .map((list) => Float64Array.from(list, (plus) => (plus ? 1 : -1)));
  const vector = (length: number, from: number, size: number) =>
    fc
      .array(fc.double({ min: 0, max: size, noNaN: true }), { minLength: length, maxLength: length })
      .map((list) => Float64Array.from(list, (value) => from + value));
  return fc
    .record({ core: fc.integer({ min: 2, max: 8 }), m: fc.integer({ min: 1, max: 5 }) })
    .chain(({ core, m }) =>
      fc
        .tuple(
          structureOf(m, core, false),
          structureOf(core, core, true),
          fc.array(fc.nat(m - 1), { maxLength: 6 }),
        )
        .chain(([jacobian, hessian, rows]) =>
          fc.record({
            shape: signs(rows.length).map((attachedSign) => ({
              n: core + rows.length,
              core,
              m,
              jacobian,
              hessian,
              attachedRow: Int32Array.from(rows),
              attachedSign,
            })),
            H: valuesFor(hessian),
            J: valuesFor(jacobian),
            curvature: vector(core, 0, 1),
            Σ: vector(core + rows.length, weight, 4),
            memory: fc.option(memories(core)),
          }),
        ),
    )
    .map((made) => ({ ...made, Σ: made.Σ.map((value, k) => (k < made.shape.core ? value : value + 1)) }));
}

/**
 * Blocks that only `coupling` columns join: triangular ones, whose rows determine their columns one after the other, with
 * further rows of any kind; and others with any rows.
 */
function partitioned(weight: number): fc.Arbitrary<Case> {
  const block = fc.record({
    isTriangular: fc.boolean(),
    columns: fc.integer({ min: 1, max: 5 }),
    more: fc.integer({ min: 0, max: 2 }),
  });
  return fc
    .record({
      coupling: fc.integer({ min: 1, max: 4 }),
      blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
      free: fc.integer({ min: 0, max: 2 }),
      attached: fc.integer({ min: 0, max: 3 }),
      seed: fc.nat(),
    })
    .map(({ coupling, blocks, free, attached, seed }) => {
      let state = seed;
      const draw = (): number => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
      };
      const J: [number, number, number][] = [];
      const H: [number, number, number][] = [];
      const partition = new Array<number>(coupling).fill(-1);
      const some = (list: [number, number, number][], i: number, j: number): void => {
        if (draw() < 0.6) list.push([Math.max(i, j), Math.min(i, j), 4 * draw() - 2]);
      };
      const bare: number[] = [];
      const slack: number[] = [];
      let m = 0;
      blocks.forEach(({ isTriangular, columns, more }, b) => {
        const first = partition.length;
        partition.push(...new Array<number>(columns).fill(b));
        for (let v = 0; v < columns; v++) {
          for (let u = 0; u <= v; u++) some(H, first + v, first + u);
          for (let c = 0; c < coupling; c++) some(H, first + v, c);
        }
        const row = (upTo: number): void => {
          for (let u = 0; u < upTo; u++) if (draw() < 0.6) J.push([m, first + u, 2 * draw() - 1]);
          for (let c = 0; c < coupling; c++) if (draw() < 0.6) J.push([m, c, 4 * draw() - 2]);
        };
        for (let v = 0; isTriangular && v < columns; v++) {
          row(v);
          J.push([m, first + v, draw() < 0.5 ? 0.5 + draw() : -0.5 - draw()]);
          bare.push(m++);
        }
        for (let k = 0; k < more; k++) {
          row(columns);
          slack.push(m++);
        }
      });
      for (let k = 0; k < free || m === 0; k++) {
        for (let c = 0; c < coupling; c++) J.push([m, c, 2 * draw() - 1]);
        slack.push(m++);
      }
      for (let c = 0; c < coupling; c++) for (let d = 0; d <= c; d++) some(H, c, d);
      const core = partition.length;
      const rows = slack.slice(0, attached);
      const list = (of: [number, number, number][], side: 0 | 1): Int32Array =>
        Int32Array.from(of, (at) => at[side]);
      return {
        shape: {
          n: core + rows.length,
          core,
          m,
          jacobian: Structure.entries(m, core, list(J, 0), list(J, 1)),
          hessian: Structure.lower(core, list(H, 0), list(H, 1)),
          attachedRow: Int32Array.from(rows),
          attachedSign: Float64Array.from(rows, () => (draw() < 0.5 ? 1 : -1)),
          partition: Int32Array.from(partition),
        },
        H: Float64Array.from(H, ([, , value]) => value),
        J: Float64Array.from(J, ([, , value]) => value),
        curvature: Float64Array.from({ length: core }, draw),
        Σ: Float64Array.from({ length: core + rows.length }, () => weight + 4 * draw()),
        memory: null,
      };
    })
    .map((made) => ({ ...made, Σ: made.Σ.map((value, k) => (k < made.shape.core ? value : value + 1)) }));
}

const memories = (core: number): fc.Arbitrary<LowRank> =>
  fc.integer({ min: 0, max: 3 }).map((pairs) => {
    const memory = new LowRank(core, 3, 2);
    for (let p = 0; p < pairs; p++) {
      const s = Float64Array.from({ length: core }, (_, j) => Math.sin(1 + j + 3 * p));
      memory.update(
        s,
        s.map((value, j) => value * (1 + j)),
      );
    }
    memory.rebuild();
    return memory;
  });

/** [H Aᵀ; A 0] by rows, from the definitions of its parts. */
function matrix({ shape, H, J, curvature, memory }: Case): number[][] {
  const { n, core, m, attachedRow, attachedSign } = shape;
  const K = Array.from({ length: n + m }, () => new Array<number>(n + m).fill(0));
  const A = dense(shape.jacobian, J);
  const B = dense(shape.hessian, H);
  for (let j = 0; j < core; j++) {
    const column = new Float64Array(core);
    if (memory)
      memory.addProduct(
        Float64Array.from({ length: core }, (_, k) => (k === j ? 1 : 0)),
        1,
        column,
      );
    for (let i = 0; i < core; i++)
      K[i]![j] = (memory ? column[i]! : B[i]![j]!) + (i === j ? curvature[j]! : 0);
    for (let i = 0; i < m; i++) K[n + i]![j] = K[j]![n + i] = A[i]![j]!;
  }
  attachedRow.forEach((i, k) => {
    K[n + i]![core + k] = K[core + k]![n + i] = attachedSign[k]!;
  });
  return K;
}

const product = (K: number[][], v: ArrayLike<number>): number[] =>
  K.map((row) => row.reduce((sum, value, j) => sum + value * v[j]!, 0));

function opened(make: OpenKkt, given: Case): KktSystem {
  const system = make(given.shape, given.memory, openLinearSolver, {});
  fill(system, given);
  return system;
}

function fill({ values }: KktSystem, { H, J, curvature, memory }: Case): void {
  if (!memory) values.H.set(H);
  values.J.set(J);
  values.curvature.set(curvature);
}

/** K for barrier terms and perturbations, and its verdict by eigenvalues; undefined where one is too near to 0 to tell. */
function whole(
  given: Case,
  δw: number,
  δc: number,
  δd: number,
): { K: number[][]; verdict: Verdict | undefined } {
  const { n, m, attachedRow } = given.shape;
  const K = matrix(given);
  given.Σ.forEach((value, j) => {
    K[j]![j]! += value + δw;
  });
  for (let i = 0; i < m; i++) K[n + i]![n + i] = attachedRow.includes(i) ? -δd : -δc;
  const λ = eigenvalues(Float64Array.from(K.flat()), n + m);
  const size = Math.max(...λ.map(Math.abs));
  const negative = λ.filter((value) => value < 0).length;
  const verdict = negative === m ? 'right' : negative < m ? 'too-few-negative' : 'too-many-negative';
  return { K, verdict: λ.some((value) => Math.abs(value) < 1e-9 * size) ? undefined : verdict };
}

const vector = (length: number, seed: number): Float64Array =>
  Float64Array.from({ length }, (_, k) => Math.sin(seed + 2 * k));

/** What every form of a KKT system must do. */
export function kktContract(name: string, make: OpenKkt): void {
  describe(`KKT system: ${name}`, () => {
    it('multiplies as the matrix that it states', () => {
      fc.assert(
        fc.property(cases(0), (given) => {
          const system = opened(make, given);
          const v = vector(given.shape.n + given.shape.m, 1);
          const out = v.slice();
          system.addProduct(v, -2, out);
          product(matrix(given), v).forEach((value, k) => {
            expect(out[k]).toBeCloseTo(v[k]! - 2 * value, 9);
          });
          system.dispose();
        }),
      );
    });

    it('tells the inertia of any matrix, attached variables and perturbations included', () => {
      fc.assert(
        fc.property(
          fc.constantFrom(0, 6, 40).chain(cases),
          fc.constantFrom(0, 0.3, 50),
          fc.constantFrom(0, 1e-2),
          fc.constantFrom(0, 1e-3),
          (given, δw, δc, δd) => {
            const { verdict } = whole(given, δw, δc, δd);
            fc.pre(verdict !== undefined);
            const system = opened(make, given);
            expect(system.factor(given.Σ, δw, δc, δd)).toBe(verdict);
            system.dispose();
          },
        ),
        { numRuns: 300 },
      );
    });

    it('solves for many right-hand sides, in place as well', () => {
      fc.assert(
        fc.property(cases(30), (given) => {
          const { K, verdict } = whole(given, 0, 1e-4, 1e-5);
          fc.pre(verdict === 'right');
          const order = K.length;
          const system = opened(make, given);
          expect(system.factor(given.Σ, 0, 1e-4, 1e-5)).toBe('right');
          const rhs = Float64Array.of(...vector(order, 2), ...vector(order, 5));
          const out = rhs.slice();
          expect(system.solve(out, out, 2)).toBeLessThan(1e-10);
          for (const from of [0, order]) {
            const x = out.subarray(from, from + order);
            const size = 1 + Math.max(...x.map(Math.abs));
            product(K, x).forEach((value, k) => {
              expect(Math.abs(value - rhs[from + k]!)).toBeLessThan(1e-7 * size);
            });
          }
          const alone = new Float64Array(order);
          system.solve(rhs.subarray(order), alone);
          expect(alone).toEqual(out.subarray(order));
          system.dispose();
        }),
      );
    });

    it('solves with a complete factorization of whatever inertia', () => {
      let indefinite = 0;
      fc.assert(
        fc.property(cases(0), (given) => {
          const { K, verdict } = whole(given, 0, 1e-2, 1e-2);
          fc.pre(verdict !== undefined);
          if (verdict === 'too-many-negative') indefinite++;
          const system = opened(make, given);
          expect(system.factor(given.Σ, 0, 1e-2, 1e-2, true)).toBe(verdict);
          const x = vector(K.length, 4);
          system.solve(x, x);
          const size = 1 + Math.max(...x.map(Math.abs));
          product(K, x).forEach((value, k) => {
            expect(Math.abs(value - vector(K.length, 4)[k]!)).toBeLessThan(1e-7 * size);
          });
          system.dispose();
        }),
        { numRuns: 200 },
      );
      expect(indefinite).toBeGreaterThan(0);
    });

    it('calls a matrix with dependent rows singular, and regularizes it', () => {
      const row = Int32Array.of(0, 0, 1, 1);
      const column = Int32Array.of(0, 1, 0, 1);
      const shape = {
        n: 2,
        core: 2,
        m: 2,
        jacobian: Structure.entries(2, 2, row, column),
        hessian: Structure.lower(2, new Int32Array(0), new Int32Array(0)),
        attachedRow: new Int32Array(0),
        attachedSign: new Float64Array(0),
      };
      const system = make(shape, null, openLinearSolver, {});
      system.values.J.fill(1);
      expect(system.factor(Float64Array.of(1, 1), 0, 0)).toBe('singular');
      expect(system.factor(Float64Array.of(1, 1), 0, 1e-8)).toBe('right');
      system.dispose();
    });

    it('forgets the Hessian when told to', () => {
      fc.assert(
        fc.property(cases(0), (given) => {
          const system = opened(make, given);
          system.clearHessian();
          const none = { ...given, H: given.H.map(() => 0), curvature: given.curvature.map(() => 0) };
          const { verdict } = whole({ ...none, memory: null }, 1, 1e-3, 1e-3);
          fc.pre(verdict !== undefined);
          expect(system.factor(given.Σ, 1, 1e-3)).toBe(verdict);
          system.dispose();
        }),
        { numRuns: 40 },
      );
    });

    it('shares its factorization with a system that has other attached variables', () => {
      fc.assert(
        fc.property(cases(30), fc.nat(), (given, seed) => {
          const { shape } = given;
          const more = {
            ...shape,
            n: shape.n + 1,
            attachedRow: Int32Array.of(...shape.attachedRow, seed % shape.m),
            attachedSign: Float64Array.of(...shape.attachedSign, -1),
          };
          const other = { ...given, shape: more, Σ: Float64Array.of(...given.Σ, 3) };
          const { K, verdict } = whole(other, 0, 0, 0);
          fc.pre(verdict === 'right');
          const system = opened(make, given);
          const shared = system.sharing(more, given.memory);
          shared.values.curvature.set(given.curvature);
          system.factor(given.Σ, 0, 1e-3);
          expect(shared.factor(other.Σ, 0, 0)).toBe('right');
          const x = vector(K.length, 3);
          shared.solve(x, x);
          const size = 1 + Math.max(...x.map(Math.abs));
          product(K, x).forEach((value, k) => {
            expect(Math.abs(value - vector(K.length, 3)[k]!)).toBeLessThan(1e-7 * size);
          });
          expect(shared.statistics.factorizations).toBe(2);
          system.dispose();
        }),
        { numRuns: 50 },
      );
    });

    it('takes blocks of several uses of one factor', () => {
      const given = networks(3, 12, 4, 2);
      const { K, verdict } = whole(given, 0, 1e-8, 1e-8);
      expect(verdict).toBe('right');
      const system = opened(make, given);
      expect(system.factor(given.Σ, 0, 1e-8)).toBe('right');
      const x = vector(K.length, 4);
      system.solve(x, x);
      product(K, x).forEach((value, k) => {
        expect(value).toBeCloseTo(vector(K.length, 4)[k]!, 8);
      });
      const less = { ...given, Σ: given.Σ.map((_, j) => (j % 5 === 0 ? 1e-3 : 30)) };
      expect(system.factor(less.Σ, 0, 1e-8)).toBe(whole(less, 0, 1e-8, 1e-8).verdict);
      system.dispose();
    });
  });
}

/** `uses` of one network that begins with a constant factor, on columns of their own: H and J have blocks through it. */
function networks(uses: number, inputs: number, rank: number, outputs: number): Case {
  const core = uses * inputs;
  const m = uses * outputs;
  const factor: Factor = { rank, columns: inputs, data: vector(rank * inputs, 7) };
  const range = (from: number, length: number): Int32Array => Int32Array.from({ length }, (_, k) => from + k);
  const blocks = (rows: boolean): PieceShape[] =>
    Array.from({ length: uses }, (_, u) => ({
      kind: 'through',
      rows: rows ? range(u * outputs, outputs) : null,
      columns: range(u * inputs, inputs),
      factor,
    }));
  const shape: KktShape = {
    n: core + 1,
    core,
    m,
    jacobian: new Structure(m, core, false, blocks(true)),
    hessian: new Structure(core, core, true, blocks(false)),
    attachedRow: Int32Array.of(1),
    attachedSign: Float64Array.of(-1),
  };
  return {
    shape,
    H: vector(shape.hessian.length, 1),
    J: vector(shape.jacobian.length, 2),
    curvature: new Float64Array(core),
    Σ: new Float64Array(core + 1).fill(60),
    memory: null,
  };
}
