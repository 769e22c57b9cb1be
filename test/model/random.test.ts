import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as f from '../../src/model/functions.js';
import type { Expression, Variable } from '../../src/model/index.js';
import { Model } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';

/** An expression twice: as this room builds it and as a plain function of `x`. */
interface Twin {
  readonly make: (x: readonly Variable[]) => Expression | number;
  readonly plain: (x: readonly number[]) => number;
  readonly text: string;
}

const variables = 4;
const leaf: fc.Arbitrary<Twin> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .nat(variables - 1)
      .map((k): Twin => ({ make: (x) => x[k]!, plain: (x) => x[k]!, text: `x${k}` })),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(-2, -1, -0.5, 0, 0.5, 1, 2, 3.25)
      .map((c): Twin => ({ make: () => c, plain: () => c, text: String(c) })),
  },
);

const one =
  (name: string, make: (u: Expression | number) => Expression, plain: (u: number) => number) =>
  (u: Twin): Twin => ({
    make: (x) => make(u.make(x)),
    plain: (x) => plain(u.plain(x)),
    text: `${name}(${u.text})`,
  });
const two =
  (
    name: string,
    make: (a: Expression | number, b: Expression | number) => Expression,
    plain: (a: number, b: number) => number,
  ) =>
  (a: Twin, b: Twin): Twin => ({
    make: (x) => make(a.make(x), b.make(x)),
    plain: (x) => plain(a.plain(x), b.plain(x)),
    text: `${name}(${a.text}, ${b.text})`,
  });

const unary = [
  one('negate', f.negate, (u) => -u),
  one('sin', f.sin, Math.sin),
  one('cos', f.cos, Math.cos),
  one('tanh', f.tanh, Math.tanh),
  one('atan', f.atan, Math.atan),
  one(
    'square',
    (u) => f.power(u, 2),
    (u) => u * u,
  ),
  one(
    'cube',
    (u) => f.power(u, 3),
    (u) => u * u * u,
  ),
  one(
    'half',
    (u) => f.divide(u, 2),
    (u) => u / 2,
  ),
  one('sigmoid', f.sigmoid, (u) => 1 / (1 + Math.exp(-u))),
  // Kept inside the domain, and away from steep places.
  one(
    'root',
    (u) => f.sqrt(f.add(f.power(u, 2), 1)),
    (u) => Math.sqrt(u * u + 1),
  ),
  one(
    'log',
    (u) => f.log(f.add(f.power(u, 2), 1)),
    (u) => Math.log(u * u + 1),
  ),
  one(
    'exp',
    (u) => f.exp(f.sin(u)),
    (u) => Math.exp(Math.sin(u)),
  ),
  one(
    'reciprocal',
    (u) => f.divide(1, f.add(2, f.sin(u))),
    (u) => 1 / (2 + Math.sin(u)),
  ),
];
const binary = [
  two('add', f.add, (a, b) => a + b),
  two('subtract', f.subtract, (a, b) => a - b),
  two('multiply', f.multiply, (a, b) => a * b),
  two(
    'quotient',
    (a, b) => f.divide(a, f.add(3, f.cos(b))),
    (a, b) => a / (3 + Math.cos(b)),
  ),
  two(
    'power',
    (a, b) => f.power(f.add(1.5, f.sin(a)), f.sin(b)),
    (a, b) => (1.5 + Math.sin(a)) ** Math.sin(b),
  ),
  // The same node twice, shared.
  two(
    'shared',
    (a, b) => {
      const s = f.add(a, b);
      return f.add(s, f.multiply(s, f.sin(s)), f.negate(f.multiply(0.5, s)));
    },
    (a, b) => 0.5 * (a + b) + (a + b) * Math.sin(a + b),
  ),
];

const { tree } = fc.letrec<{ tree: Twin }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.tuple(fc.constantFrom(...unary), tie('tree')).map(([op, u]) => op(u)),
    fc.tuple(fc.constantFrom(...binary), tie('tree'), tie('tree')).map(([op, a, b]) => op(a, b)),
  ),
}));
const point = fc.array(fc.double({ min: -1.5, max: 1.5, noNaN: true }), {
  minLength: variables,
  maxLength: variables,
});

describe('random expressions', () => {
  it('agree with plain evaluation and with differences', () => {
    fc.assert(
      fc.property(tree, tree, point, (objective, row, start) => {
        const m = new Model();
        const x = start.map((value, k) => m.variable(`x${k}`, { start: value }));
        const [e, r] = [objective.make(x), row.make(x)];
        m.minimize(e);
        m.constrain(r, { lower: 0 });
        const problem = m.problem();
        const nlp = assemble(problem);
        const at = Float64Array.from(start);
        const value = objective.plain(start);
        const near = (a: number, b: number, scale: number): void =>
          expect(Math.abs(a - b) / Math.max(1, Math.abs(b), scale)).toBeLessThan(1e-11);
        if (!(Math.abs(value) < 1e4) || !(Math.abs(row.plain(start)) < 1e4)) return;
        near(m.value(e, at), value, 1);
        near(nlp.objective(at), value, 100);
        const out = new Float64Array(1);
        nlp.constraintValues(at, out);
        near(out[0]! - problem.rows.lower[0]!, row.plain(start), 100);
        const check = checkDerivatives(nlp, at);
        expect(check.gradient.error).toBeLessThan(1e-5);
        expect(check.jacobian.error).toBeLessThan(1e-5);
        expect(check.hessian.error).toBeLessThan(1e-4);
      }),
      { numRuns: 400, seed: 20260101 },
    );
  });
});
