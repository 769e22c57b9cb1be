import { describe, expect, it } from 'vitest';
import { EvaluationError } from '../../src/core/errors.js';
import { Model } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { LocalBox } from '../../src/oracle/local.js';
import { Toy } from '../oracle/fakes.js';

/** `uses` times `y = toy(x)`, each with variables of its own: x₀ x₁ y₀ y₁ x₀ x₁ … */
function assembled(uses = 1, secondDerivatives = true) {
  const toy = new Toy();
  const box = new LocalBox(toy, secondDerivatives);
  const model = new Model();
  for (let k = 0; k < uses; k++) {
    const x = model.variables(`x${k}`, 2);
    model.addGrayBox({ box: 'toy', inputs: x, outputs: model.variables(`y${k}`, 2) });
  }
  const nlp = assemble(model.problem(), [box]);
  const g = new Float64Array(2 * uses);
  const J = new Float64Array(nlp.jacobian.length);
  const H = new Float64Array(nlp.hessian.length);
  const at = (...x: number[]) => Float64Array.from(x.flatMap((a, k) => (k % 2 ? [a, 0, 0] : [a])));
  return { toy, box, nlp, g, J, H, at };
}
const λ = Float64Array.of(-2, 1);

describe('a use of a gray box', () => {
  it('asks once per point', () => {
    const { toy, nlp, g, J, H, at } = assembled();
    for (let k = 0; k < 3; k++) {
      nlp.constraintValues(at(3, 0.5), g);
      nlp.jacobianValues(at(3, 0.5), J);
      nlp.hessianValues(at(3, 0.5), 1, λ, H);
    }
    expect(toy.calls).toEqual([0, 1, 2]);
    expect([...g]).toEqual([-4.5, -Math.sin(0.5)]);
    expect([...J.subarray(0, 4)]).toEqual([-3, -9, -0, -Math.cos(0.5)]);
    expect([...H]).toEqual([2, 12, Math.sin(0.5)]);
  });

  it('is asked for everything at once where that is said beforehand', () => {
    const { toy, nlp, g, J, H, at } = assembled();
    nlp.ask(at(3, 0.5), 2, 1, λ);
    nlp.constraintValues(at(3, 0.5), g);
    nlp.jacobianValues(at(3, 0.5), J);
    nlp.hessianValues(at(3, 0.5), 1, λ, H);
    expect(toy.calls).toEqual([2]);
    nlp.hessianValues(at(3, 0.5), 1, Float64Array.of(-1, -1), H); // other multipliers than foretold
    expect(toy.calls).toEqual([2, 2]);
    expect([...H]).toEqual([1, 6, -Math.sin(0.5)]);
  });

  it('keeps J and H of the iterate while trial points are valued', () => {
    const { toy, nlp, g, J, H, at } = assembled();
    nlp.hessianValues(at(3, 0.5), 1, λ, H);
    nlp.constraintValues(at(1, 1), g);
    nlp.jacobianValues(at(3, 0.5), J);
    nlp.hessianValues(at(3, 0.5), 1, λ, H);
    expect(toy.calls).toEqual([2, 0]);
    expect([...H]).toEqual([2, 12, Math.sin(0.5)]);
    expect(g[0]).toBe(-1);
  });

  it('tells 0 from −0 and notices a point changed in place', () => {
    const { toy, nlp, g, at } = assembled();
    const x = at(0, 1);
    for (const value of [0, -0, 2]) {
      x[0] = value;
      nlp.constraintValues(x, g);
    }
    expect(toy.calls).toEqual([0, 0, 0]);
    expect(g[0]).toBe(-4);
  });

  it('is not asked for a Hessian that its multipliers make zero, or that it has not', () => {
    const { toy, nlp, H, at } = assembled();
    H.fill(7);
    nlp.hessianValues(at(1, 1), 1, Float64Array.of(0, -0), H);
    expect([...H]).toEqual([0, 0, 0]);
    const first = assembled(1, false);
    first.nlp.ask(at(1, 1), 2, 1, λ);
    expect(first.nlp.secondDerivatives).toBe(false);
    expect([...toy.calls, ...first.toy.calls]).toEqual([1, 1]);
  });

  it('forgets what its buffers held when an evaluation fails', () => {
    const { toy, nlp, g, at } = assembled();
    nlp.constraintValues(at(1, 1), g);
    toy.failure = 'out of device memory';
    expect(() => nlp.constraintValues(at(2, 1), g)).toThrow(EvaluationError);
    expect(() => nlp.constraintValues(at(1, 1), g)).toThrow(/out of device memory/);
    toy.failure = undefined;
    nlp.constraintValues(at(1, 1), g);
    expect(g[0]).toBe(-1);
  });

  it('shares one call with all uses of its box, and stays out where its own answer is at hand', () => {
    const { box, nlp, g, J, H, at } = assembled(3);
    const multipliers = Float64Array.of(1, 2, 0, 0, 3, 4);
    nlp.ask(at(1, 2, 3, 4, 5, 6), 2, 1, multipliers);
    nlp.jacobianValues(at(1, 2, 3, 4, 5, 6), J);
    nlp.hessianValues(at(1, 2, 3, 4, 5, 6), 1, multipliers, H);
    // The one without multipliers needs no second derivatives.
    expect(box.statistics).toMatchObject({ calls: 2, jacobians: 1, hessians: 2 });
    nlp.constraintValues(at(1, 2, 3, 9, 5, 6), g);
    expect(box.statistics).toMatchObject({ calls: 3, values: 1 });
    expect(g[2]).toBe(-81);
    expect(g[4]).toBe(-150);
  });
});
