import { describe, expect, it } from 'vitest';
import { makeKernel } from '../../src/elements/kernel.js';
import * as f from '../../src/model/functions.js';
import type { Expression } from '../../src/model/index.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { derivatives, stated } from '../model/evaluation.js';
import { tolerances } from '../tolerances.js';
import { k, shapeOf, x } from './shape-of.js';

describe('large elements', () => {
  it('the norm of 500 variables: H = (I − uuᵀ/|u|²)/|u|', () => {
    const start = Array.from({ length: 500 }, (_, k) => Math.cos(k) + 0.01);
    const { nlp, x } = stated(start, (...u) => f.sqrt(f.sum(u.map((v) => f.power(v, 2)))));
    const norm = Math.hypot(...start);
    expect(nlp.objective(x)).toBeCloseTo(norm, 12);
    const { gradient, hessian } = derivatives(nlp, x);
    for (const i of [0, 17, 499]) {
      expect(gradient[i]).toBeCloseTo(start[i]! / norm, 13);
      for (const j of [0, 18, 499])
        expect(hessian[i]![j]).toBeCloseTo(
          ((i === j ? 1 : 0) - (start[i]! * start[j]!) / norm ** 2) / norm,
          13,
        );
    }
    expect(nlp.hessian.nonzeros).toBe((500 * 501) / 2);
  });

  it('a product of 60 variables', () => {
    const start = Array.from({ length: 60 }, (_, k) => 1 + 0.3 * Math.sin(k));
    const { nlp, x } = stated(start, (...u) => f.multiply(...u));
    const product = start.reduce((a, b) => a * b);
    expect(nlp.objective(x) / product).toBeCloseTo(1, 13);
    const { gradient, hessian } = derivatives(nlp, x);
    expect(gradient[5]! / (product / start[5]!)).toBeCloseTo(1, 12);
    expect(hessian[5]![40]! / (product / start[5]! / start[40]!)).toBeCloseTo(1, 12);
    expect(hessian[5]![5]).toBe(0);
    expect(nlp.hessian.nonzeros).toBe((60 * 59) / 2);
  });

  it('a product of 60 variables with a zero among them', () => {
    const start = Array.from({ length: 60 }, (_, k) => (k === 7 ? 0 : 1));
    const { nlp, x } = stated(start, (...u) => f.multiply(...u));
    const { gradient, hessian } = derivatives(nlp, x);
    expect(gradient.filter((g) => g !== 0)).toEqual([1]);
    expect(gradient[7]).toBe(1);
    expect(hessian[7]![3]).toBe(1);
    expect(hessian[2]![3]).toBe(0);
  });

  it('a chain of 3,000 nested functions', () => {
    const { nlp, x } = stated([0.3], (u) => {
      let e: Expression = u;
      for (let k = 0; k < 3000; k++) e = f.sin(f.add(e, 0.01));
      return e;
    });
    const check = checkDerivatives(nlp, x);
    expect(check.gradient.error).toBeLessThan(tolerances.difference);
    expect(check.hessian.error).toBeLessThan(tolerances.difference);
  });

  it('a recurrence that uses each state twice stays linear in size', () => {
    const steps = 400;
    const { nlp, x } = stated([0.3, 0.7], (u, p) => {
      let state: Expression = u;
      for (let k = 0; k < steps; k++) state = f.add(state, f.multiply(0.01, f.sin(f.multiply(p, state))));
      return state;
    });
    let plain = 0.3;
    for (let k = 0; k < steps; k++) plain += 0.01 * Math.sin(0.7 * plain);
    expect(nlp.objective(x)).toBeCloseTo(plain, 12);
    const check = checkDerivatives(nlp, x);
    expect(check.gradient.error).toBeLessThan(tolerances.difference);
    expect(check.hessian.error).toBeLessThan(tolerances.difference);
  });

  it('interpreted and compiled loops agree', () => {
    const shape = shapeOf(['divide', ['sin', ['multiply', x(0), x(1)]], ['add', ['power', x(1), 2], k(0)]]);
    const table = {
      count: 2,
      variableSlots: 2,
      constantSlots: 1,
      variables: Int32Array.of(0, 1, 1, 2),
      constants: Float64Array.of(1.5, 2.5),
      weight: Float64Array.of(2, -3),
    };
    const point = Float64Array.of(0.4, 1.2, -0.7);
    const results = [true, false].map((compile) => {
      const kernel = makeKernel(shape, compile);
      const pairs = kernel.hessianSlots.length;
      const out = new Float64Array(2 * pairs + 6);
      const none = new Int32Array(2);
      const one = Float64Array.of(1);
      const at = (from: number, length: number): Int32Array =>
        Int32Array.from({ length }, (_, k) => from + k);
      kernel.value(point, table, none, one, at(0, 2), out);
      kernel.gradient(point, table, none, one, at(2, 4), out);
      kernel.hessian(point, table, none, one, at(6, 2 * pairs), out);
      return [...out];
    });
    expect(results[0]).toEqual(results[1]);
    expect(results[0]![0]).toBeCloseTo((2 * Math.sin(0.48)) / (1.44 + 1.5), 14);
  });
});
