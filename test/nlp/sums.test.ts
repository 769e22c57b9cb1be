import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as f from '../../src/model/functions.js';
import { type Expression, Model, type Operand, type Variable } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import type { Nlp } from '../../src/nlp/contract.js';
import type { Problem } from '../../src/problem/problem.js';
import { tolerances } from '../tolerances.js';

interface Stated {
  readonly model: Model;
  readonly problem: Problem;
  readonly nlp: Nlp;
  readonly x: Float64Array;
}

/** `make` gives the objective first and then rows. */
function state(start: readonly number[], make: (x: readonly Variable[]) => Operand[]): Stated {
  const model = new Model('sums', { mistakes: 'state' });
  const x = start.map((value, k) => model.variable(`x${k}`, { start: value }));
  const [objective, ...rows] = make(x);
  model.minimize(objective!);
  for (const row of rows) model.constrain(row, { lower: 0 });
  const problem = model.problem();
  return { model, problem, nlp: assemble(problem), x: Float64Array.from(start) };
}

/** No term has many variables, and all derivatives agree with differences. */
function expectCorrect({ problem, nlp, x }: Stated, tolerance: number = tolerances.difference): void {
  for (const { variableSlots } of problem.groups) expect(variableSlots).toBeLessThanOrEqual(20);
  const check = checkDerivatives(nlp, x, { σ: 0.7 });
  for (const kind of [check.gradient, check.jacobian, check.hessian])
    expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerance);
}

const start = (n: number): number[] => Array.from({ length: n }, (_, k) => 0.4 + 0.3 * Math.sin(3 * k));
const weighted = (x: readonly Variable[]): Expression => f.sum(x.map((v, k) => f.multiply(1 + k / 10, v)));
const squares = (x: readonly Variable[]): Expression => f.sum(x.map((v) => f.power(v, 2)));
const sines = (x: readonly Variable[]): Expression =>
  f.sum(x.map((v, k) => f.multiply(x[(k * 7 + 3) % x.length]!, f.sin(v))));

describe('functions of long sums', () => {
  const cases: Record<string, (x: readonly Variable[]) => Operand[]> = {
    'a square': (x) => [f.power(f.add(weighted(x), -3), 2)],
    'the square of a sum of nonlinear terms': (x) => [f.power(sines(x), 2)],
    'a power, an exponential, a logarithm, a sine, a root': (x) => [
      f.power(squares(x), 1.7),
      f.exp(f.divide(weighted(x), 50)),
      f.log(f.add(2, squares(x))),
      f.sin(weighted(x)),
      f.sqrt(f.add(1, sines(x), squares(x))),
    ],
    'products and quotients of sums': (x) => [
      f.multiply(squares(x), sines(x)),
      f.divide(sines(x), f.add(1, squares(x))),
      f.multiply(x[0]!, x[1]!, sines(x), squares(x)),
    ],
    'an extreme, a branch, a test': (x) => [
      f.maximum(squares(x), f.multiply(2, sines(x)), 1),
      f.minimum(squares(x), f.multiply(2, sines(x)), 100),
      f.conditional(f.compare(squares(x), '>', 1), sines(x), weighted(x)),
    ],
    'sums in sums in sums': (x) => {
      const inner = f.exp(f.divide(sines(x), 10));
      const middle = f.sum(x.map((v, k) => f.multiply(f.cos(f.add(v, inner)), 1 + k / 50)));
      return [f.log(f.add(3, f.power(f.sum([...x.map((v) => f.multiply(v, middle)), inner]), 2)))];
    },
    'log Σ exp of linear sums': (x) => [
      f.log(f.sum(x.map((_, k) => f.exp(f.divide(f.sum(x.map((v, j) => f.multiply((k + j) % 5, v))), 40))))),
    ],
    'least squares of long rows': (x) => [
      f.sum(x.map((_, k) => f.power(f.sum(x.map((v, j) => f.multiply(Math.sin(k * j + 1), v))), 2))),
    ],
    'a norm': (x) => [f.sqrt(squares(x))],
    'a variable times a shared sum': (x) => {
      const s = sines(x);
      return [f.exp(f.multiply(0.01, x[3]!, s)), f.multiply(x[0]!, s), f.multiply(x[1]!, s), f.add(s, x[2]!)];
    },
    'one sum in many rows and terms': (x) => {
      const s = f.sum([sines(x), 5]);
      return [f.power(s, 2), f.add(s, x[0]!), f.exp(f.multiply(0.1, s)), f.multiply(s, f.sin(s)), s];
    },
    'a product of many variables': (x) => [f.multiply(...x.map((v) => f.add(v, 0.7)))],
    'a nesting in which a variable joins at every level': (x) => {
      let e: Expression = x[0]!;
      for (const v of x) e = f.sin(f.add(e, f.multiply(v, 2)));
      return [f.power(e, 2)];
    },
    'states of a recurrence': (x) => {
      let e: Expression = x[0]!;
      const rows: Expression[] = [];
      for (const v of x) {
        e = f.add(e, f.multiply(0.1, f.sin(f.multiply(e, v))));
        rows.push(f.multiply(e, v));
      }
      return [f.power(e, 2), ...rows];
    },
    'a dense quadratic form': (x) => [
      f.sum(x.map((v, i) => f.multiply(v, f.sum(x.map((w, j) => f.multiply(1 / (1 + i + j), w)))))),
    ],
    'an exponential of a quadratic form': (x) => [
      f.exp(
        f.divide(
          f.sum(x.map((v, i) => f.multiply(v, f.sum(x.map((w, j) => f.multiply(1 / (1 + i + j), w)))))),
          100,
        ),
      ),
    ],
    'many terms in few variables': (x) => [
      f.sqrt(f.sum([1000, ...Array.from({ length: 100 }, (_, k) => f.sin(f.multiply(k, x[0]!, x[1]!)))])),
    ],
    'a layered network of plain expressions': (x) => {
      const layer = (u: readonly Expression[], size: number): Expression[] =>
        Array.from({ length: size }, (_, i) =>
          f.tanh(f.sum(u.map((v, j) => f.multiply(Math.cos(i * 3 + j), v)))),
        );
      return layer(layer(layer(x, 20), 20), 3);
    },
  };
  for (const [name, make] of Object.entries(cases))
    for (const n of [20, 45]) it(`${name}, ${n} variables`, () => expectCorrect(state(start(n), make)));

  it('have the values of their expressions', () => {
    for (const make of Object.values(cases)) {
      const model = new Model('values');
      const x = start(30).map((value, k) => model.variable(`x${k}`, { start: value }));
      const [objective] = make(x);
      model.minimize(objective!);
      const { nlp, at } = { nlp: assemble(model.problem()), at: Float64Array.from(start(30)) };
      const expected = model.value(objective!, at);
      expect(Math.abs(nlp.objective(at) - expected)).toBeLessThan(1e-12 * Math.max(1, Math.abs(expected)));
    }
  });

  it('follow the point: values and derivatives are those of the x last given', () => {
    const { nlp, x } = state(start(40), (v) => [f.power(sines(v), 2), f.exp(f.multiply(0.1, sines(v)))]);
    const moved = x.map((value, k) => value + 0.01 * k);
    const at = (point: Float64Array) => {
      const [gradient, J] = [new Float64Array(40), new Float64Array(nlp.jacobian.length)];
      const H = new Float64Array(nlp.hessian.length);
      nlp.hessianValues(point, 1, Float64Array.of(2), H);
      nlp.jacobianValues(point, J);
      nlp.gradient(point, gradient);
      return [nlp.objective(point), gradient, J, H];
    };
    const first = at(x);
    expect(at(moved)).not.toEqual(first);
    expect(at(x)).toEqual(first);
  });
});

describe('the Hessian', () => {
  it('of one long sum is one dense block', () => {
    const { nlp } = state(start(100), (x) => [f.power(sines(x), 2)]);
    expect(nlp.hessian.pieces.map(({ kind, count }) => [kind, count])).toEqual([
      ['dense', 5050],
      ['entries', 0],
    ]);
  });

  it('of sums over separate variables has a block for each', () => {
    const { nlp } = state(start(120), (x) => [
      f.sum([0, 40, 80].map((from) => f.power(sines(x.slice(from, from + 40)), 2))),
    ]);
    expect(nlp.hessian.nonzeros).toBe(3 * 820);
  });

  it('of sums over a moving window stays a band', () => {
    const [n, width] = [300, 40];
    const { nlp } = state(start(n), (x) => [
      f.sum(Array.from({ length: n - width + 1 }, (_, k) => f.power(squares(x.slice(k, k + width)), 2))),
    ]);
    const band = (width * (width + 1)) / 2 + (n - width) * width;
    expect(nlp.hessian.nonzeros).toBe(band);
    expect(nlp.hessian.length).toBeLessThan(1.3 * band);
  });

  it('of a sum that occurs linearly is that of its terms', () => {
    const { nlp } = state(start(100), (x) => {
      const s = squares(x);
      return [s, ...Array.from({ length: 50 }, (_, k) => f.add(f.multiply(k, s), x[k]!))];
    });
    expect(nlp.hessian.nonzeros).toBe(100);
  });
});

describe('what is repeated', () => {
  it('in full is stated once, whatever its factor', () => {
    const { problem } = state(start(50), (x) => [
      f.multiply(f.negate(sines(x)), sines(x)),
      f.exp(f.multiply(0.1, sines(x))),
    ]);
    expect(problem.sums.constant.length).toBe(1);
  });

  it('in many rows is evaluated once', () => {
    const { problem } = state(start(50), (x) => {
      const s = sines(x);
      return [0, ...Array.from({ length: 100 }, (_, k) => f.add(s, x[k % 50]!))];
    });
    expect(problem.groups.reduce((terms, { count }) => terms + count, 0)).toBe(50);
  });
});

describe('an unused branch', () => {
  it('may be undefined: a long sum of logarithms of negative numbers', () => {
    const { nlp, x } = state(
      start(40).map((value) => -value),
      (v) => {
        const logs = f.power(f.sum(v.map((u) => f.log(u))), 2);
        return [
          f.conditional(f.compare(v[0]!, '>', 0), logs, squares(v)),
          f.maximum(squares(v), f.conditional(f.compare(v[0]!, '>', 0), logs, -1)),
        ];
      },
    );
    const check = checkDerivatives(nlp, x);
    for (const kind of [check.gradient, check.jacobian, check.hessian])
      expect(kind.error, JSON.stringify(kind)).toBeLessThan(tolerances.difference);
  });
});

/** A random expression twice: as the model builds it and as a plain function of `x`. */
interface Twin {
  readonly make: (x: readonly Variable[]) => Operand;
  readonly plain: (x: readonly number[]) => number;
}

const size = 24;
const leaf = fc.nat(size - 1).map((k): Twin => ({ make: (x) => x[k]!, plain: (x) => x[k]! }));
const smooth: [(u: Operand) => Expression, (u: number) => number][] = [
  [f.sin, Math.sin],
  [f.tanh, Math.tanh],
  [(u) => f.power(u, 2), (u) => u * u],
  [(u) => f.exp(f.sin(u)), (u) => Math.exp(Math.sin(u))],
  [(u) => f.log(f.add(1, f.power(u, 2))), (u) => Math.log(1 + u * u)],
  [(u) => f.divide(1, f.add(2, f.cos(u))), (u) => 1 / (2 + Math.cos(u))],
  [(u) => f.sqrt(f.add(1, f.power(u, 2))), (u) => Math.sqrt(1 + u * u)],
];
const { tree } = fc.letrec<{ tree: Twin }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    { arbitrary: leaf, weight: 1 },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom(...smooth), tie('tree'))
        .map(
          ([[make, plain], u]): Twin => ({ make: (x) => make(u.make(x)), plain: (x) => plain(u.plain(x)) }),
        ),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(tie('tree'), tie('tree')).map(
        ([a, b]): Twin => ({
          make: (x) => f.multiply(a.make(x), f.sin(b.make(x))),
          plain: (x) => a.plain(x) * Math.sin(b.plain(x)),
        }),
      ),
    },
    {
      // A long sum over the variables, the expression below in each of its terms and once more by itself.
      weight: 4,
      arbitrary: fc.tuple(fc.integer({ min: 15, max: size }), fc.nat(4), tie('tree')).map(
        ([length, step, u]): Twin => ({
          make: (x) => {
            const shared = u.make(x);
            const terms = Array.from({ length }, (_, k) =>
              f.multiply(0.3 / (1 + k), f.cos(f.add(x[(k * (step + 1)) % size]!, f.multiply(0.1, shared)))),
            );
            return f.sum([...terms, f.multiply(0.2, shared), 0.1]);
          },
          plain: (x) => {
            const shared = u.plain(x);
            let total = 0.2 * shared + 0.1;
            for (let k = 0; k < length; k++)
              total += (0.3 / (1 + k)) * Math.cos(x[(k * (step + 1)) % size]! + 0.1 * shared);
            return total;
          },
        }),
      ),
    },
  ),
}));

describe('random nested compositions of long sums', () => {
  it('agree with plain evaluation and with differences', () => {
    fc.assert(
      fc.property(tree, tree, (objective, row) => {
        const at = start(size);
        const stated = state(at, (x) => [objective.make(x), row.make(x)]);
        const near = (a: number, b: number): void =>
          expect(Math.abs(a - b)).toBeLessThan(1e-11 * Math.max(1, Math.abs(b)));
        near(stated.nlp.objective(stated.x), objective.plain(at));
        const g = new Float64Array(1);
        stated.nlp.constraintValues(stated.x, g);
        near(g[0]! - stated.problem.rows.lower[0]!, row.plain(at));
        expectCorrect(stated, 1e-5);
      }),
      { numRuns: 300, seed: 20260205 },
    );
  });
});
