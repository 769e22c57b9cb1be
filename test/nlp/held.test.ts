import { expect, it } from 'vitest';
import { exp, Model, multiply, power, subtract, sumOfSquares } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import type { Nlp } from '../../src/nlp/contract.js';

/** Nonzeros of the Hessian by place. */
function entries(nlp: Nlp): Map<string, number> {
  const { start } = nlp.variables;
  const values = new Float64Array(nlp.hessian.length);
  nlp.hessianValues(start, 2, Float64Array.of(0.5), values);
  const found = new Map<string, number>();
  nlp.hessian.each(values, (i, j, value) => {
    const key = `${i},${j}`;
    found.set(key, (found.get(key) ?? 0) + value);
  });
  return found;
}

it('leaves out second derivatives by parameters until they are asked for', () => {
  const model = new Model('held');
  const x = model.variables('x', 3, { start: [1, 2, 3] });
  const p = model.parameter('p', [3], [0.1, 0.2, 0.3]);
  model.minimize(sumOfSquares(subtract(multiply(p, exp(x)), 1)));
  model.constrain(multiply(p.at(0), power(x.at(1), 2)), { upper: 9 });
  const whole = assemble(model.problem());
  const lean = assemble(model.problem(), [], undefined, undefined, model.statement().parameters);
  const [all, some] = [entries(whole), entries(lean)];
  const isFree = (key: string): boolean => key.split(',').every((j) => Number(j) < 3);
  expect([...some.keys()].every(isFree)).toBe(true);
  expect([...some].sort()).toEqual([...all].filter(([key]) => isFree(key)).sort());
  expect([...all.keys()].some((key) => !isFree(key))).toBe(true);
  expect([...entries(lean.withHeld!())].sort()).toEqual([...all].sort());
  expect(whole.withHeld).toBeUndefined();
  expect(lean.jacobian.nonzeros).toBe(whole.jacobian.nonzeros);
});
