import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, type Network, type QuadraticTreatment, shutdown, solve } from '../../index.js';
import { drawnDigit } from '../../scenarios/mnist/digit.js';
import { adversarialImage } from '../../scenarios/mnist/problem.js';
import { projectedClassifier } from './projected-classifier.js';

describe('an adversarial image of a classifier that ends with a quadratic program', () => {
  let net: Network;
  const { pixels, label } = drawnDigit();
  const target = 9;
  beforeAll(async () => {
    net = await projectedClassifier();
  });
  afterAll(() => shutdown());

  it('is a four before it is changed', () => {
    const y = evaluate(net, pixels);
    expect(y.indexOf(Math.max(...y))).toBe(label);
  });

  const objectives: number[] = [];
  const treatments: [string, QuadraticTreatment][] = [
    ['its optimality conditions', { complementarity: 1e-9 }],
    ['its solution at a barrier', { smooth: 1e-9 }],
  ];
  it.each(treatments)('is found by %s, and the network itself takes it for a nine', async (_, quadratic) => {
    const { model, x, y } = adversarialImage({ network: net, image: pixels, target, quadratic });
    const solution = await solve(model, { tol: 1e-7, max_iter: 500 });
    expect(solution.status).toBe('optimal');
    expect(solution.networkError).toBeLessThan(1e-6);
    const exact = evaluate(net, [...solution.value(x)] as number[]);
    exact.forEach((value, k) => {
      expect(Math.abs(value - solution.value(y).at(k)!)).toBeLessThan(1e-6);
    });
    expect(exact[target]).toBeGreaterThan(0.6 - 1e-6);
    objectives.push(solution.objective);
    // The problem is not convex: the two ways may end in neighbouring minima.
    if (objectives.length === 2) expect(Math.abs(objectives[0]! / objectives[1]! - 1)).toBeLessThan(0.1);
  });
});
