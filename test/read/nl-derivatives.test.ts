import { describe, expect, it } from 'vitest';
import { readNl } from '../../runtime/node/read-nl.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';
import { operators } from '../../src/read/nl/operators.js';
import { tolerances } from '../tolerances.js';
import { treeValue } from './nl-numbers.js';
import { o, type Tree, v, writeNl } from './nl-writer.js';

const close = (actual: number, expected: number, what: string): void =>
  expect(
    Math.abs(actual - expected) / Math.max(1, Math.abs(expected)),
    `${what}: ${actual} for ${expected}`,
  ).toBeLessThan(tolerances.difference);

/** A file whose only row and objective are `tree`, read and assembled. */
const nlpOf = (tree: Tree): Nlp =>
  assemble(
    readNl(
      writeNl({
        variables: [{}, {}, {}],
        rows: [
          {
            tree,
            linear: [
              [0, 0],
              [1, 0],
              [2, 0],
            ],
            lower: 0,
          },
        ],
        objectives: [{ tree }],
      }),
    ).problem,
  );

/** Values against the definition, derivatives against central differences of it. */
function check(tree: Tree, at: readonly number[], what: string): void {
  const nlp = nlpOf(tree);
  const x = Float64Array.from(at);
  const value = (point: Float64Array): number => treeValue(tree, [...point]);
  const moved = (...steps: [number, number][]): Float64Array => {
    const point = x.slice();
    for (const [i, h] of steps) point[i]! += h;
    return point;
  };
  close(nlp.objective(x), value(x), `${what} f`);
  const g = new Float64Array(1);
  nlp.constraintValues(x, g);
  close(g[0]!, value(x), `${what} g`);

  const gradient = new Float64Array(3);
  nlp.gradient(x, gradient);
  const row = new Float64Array(3);
  const J = new Float64Array(nlp.jacobian.length);
  nlp.jacobianValues(x, J);
  nlp.jacobian.each(J, (_, j, entry) => {
    row[j]! += entry;
  });
  const H = new Float64Array(nlp.hessian.length);
  nlp.hessianValues(x, 0.5, Float64Array.of(2), H);
  const dense = Array.from({ length: 3 }, () => new Float64Array(3));
  nlp.hessian.each(H, (i, j, entry) => {
    dense[i]![j]! += entry;
    if (i !== j) dense[j]![i]! += entry;
  });
  const h = 1e-6;
  const step = 2e-4;
  for (let i = 0; i < 3; i++) {
    const slope = (value(moved([i, h])) - value(moved([i, -h]))) / (2 * h);
    close(gradient[i]!, slope, `${what} ∂f/∂x${i}`);
    close(row[i]!, slope, `${what} ∂g/∂x${i}`);
    for (let j = 0; j <= i; j++) {
      const second =
        (value(moved([i, step], [j, step])) -
          value(moved([i, step], [j, -step])) -
          value(moved([i, -step], [j, step])) +
          value(moved([i, -step], [j, -step]))) /
        (4 * step * step);
      const error = Math.abs(dense[i]![j]! / 2.5 - second) / Math.max(1, Math.abs(second));
      expect(error, `${what} ∂²/∂x${i}∂x${j}: ${dense[i]![j]! / 2.5} for ${second}`).toBeLessThan(2e-5);
    }
  }
}

/** Points inside the domain of each function and away from its kinks. */
const points = [
  [0.7, 0.3, 1.6],
  [0.42, 0.81, 1.25],
];

describe('every operator, from the file to its derivatives', () => {
  for (const [code, { arity, name }] of operators) {
    it(`o${code} ${name}`, () => {
      for (const point of points) {
        if (arity === 'count') check(o(code, o(2, v(0), v(1)), v(1), o(41, v(2))), point, name);
        else if (name === 'acosh') check(o(code, o(2, v(2), o(44, v(1)))), point, name);
        else if (/round|trunc|precision/.test(name)) check(o(code, o(2, v(0), v(2)), 1), point, name);
        else if (arity === 1) check(o(code, o(2, v(0), v(1))), point, name);
        else if (name === 'if')
          check(o(code, o(22, v(0), v(1)), o(2, v(0), v(2)), o(5, v(1), 3)), point, name);
        else {
          check(o(code, o(2, v(2), v(2)), o(0, v(0), v(1))), point, name);
          check(o(code, v(0), v(2)), point, name);
        }
      }
    });
  }

  it('powers with integer, fractional and negative exponents', () => {
    for (const exponent of [2, 3, -1, -2, 0.5, -1.5, 7]) {
      check(o(5, v(0), exponent), points[0]!, `x^${exponent}`);
      check(o(5, o(0, v(0), v(2)), exponent), points[1]!, `(x+z)^${exponent}`);
      if (Number.isInteger(exponent)) check(o(5, v(0), exponent), [-0.7, 0.3, 1.6], `(-x)^${exponent}`);
    }
    check(o(5, 2.5, o(2, v(0), v(1))), points[0]!, 'a^(xy)');
  });
});
