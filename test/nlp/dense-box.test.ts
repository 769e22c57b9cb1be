import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/nlp/assemble.js';
import type { GrayBox } from '../../src/oracle/contract.js';
import type { Problem } from '../../src/problem/problem.js';

/** `y = ½ xᵀx` as a gray box with a dense Hessian. */
const quadratic = (n: number): GrayBox => ({
  shape: { inputs: n, outputs: 1, accuracy: 2 ** -52, secondDerivatives: true },
  slot: () => ({
    x: new Float64Array(n),
    λ: new Float64Array(1),
    y: new Float64Array(1),
    J: new Float64Array(n),
    H: new Float64Array((n * (n + 1)) / 2),
  }),
  evaluate: (_, slots) => {
    for (const { x, λ, y, J, H } of slots) {
      y[0] = x.reduce((sum, value) => sum + value ** 2 / 2, 0);
      J.set(x);
      for (let j = 0; j < n; j++) H[(j * (j + 3)) / 2] = λ[0]!;
    }
  },
  statistics: { calls: 0, values: 0, jacobians: 0, hessians: 0, seconds: 0 },
});

/** min y subject to y = box(x). */
const problemOf = (n: number): Problem => {
  const names = Array.from({ length: n + 1 }, (_, j) => `x${j}`);
  const all = (value: number): Float64Array => new Float64Array(n + 1).fill(value);
  return {
    name: 'dense',
    sense: 1,
    variables: { lower: all(-1), upper: all(1), start: all(0.5), names },
    rows: { lower: new Float64Array(1), upper: new Float64Array(1), names: ['y'] },
    linear: { row: Int32Array.of(-1), column: Int32Array.of(n), value: Float64Array.of(1) },
    objectiveConstant: 0,
    sums: { constant: new Float64Array(0) },
    groups: [],
    grayBoxes: [
      {
        box: 0,
        inputs: Int32Array.from({ length: n }, (_, j) => j),
        outputs: Int32Array.of(n),
        firstRow: 0,
      },
    ],
  };
};

describe('a gray box with a large dense Hessian', () => {
  it('costs its values in the slot and where they are written, and no indices', () => {
    const n = 2_500;
    const before = process.memoryUsage().arrayBuffers;
    const nlp = assemble(problemOf(n), [quadratic(n)]);
    const H = new Float64Array(nlp.hessian.length);
    const x = nlp.variables.start;
    const λ = Float64Array.of(2);
    nlp.ask(x, 2, 1, λ);
    nlp.hessianValues(x, 1, λ, H);
    const product = new Float64Array(n + 1);
    nlp.hessian.addProduct(H, x, 1, product);
    const bytes = process.memoryUsage().arrayBuffers - before;
    expect(nlp.hessian.length).toBe((n * (n + 1)) / 2);
    expect(nlp.hessian.nonzeros).toBe(nlp.hessian.length);
    expect(bytes / (8 * nlp.hessian.length)).toBeLessThan(2.2);
    // −λ times the identity.
    expect(product[0]).toBe(-1);
    expect(product[n]).toBe(0);
  });
});
