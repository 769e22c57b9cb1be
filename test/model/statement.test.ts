import { describe, expect, it } from 'vitest';
import { Stopped } from '../../src/core/errors.js';
import { Limits } from '../../src/core/limits.js';
import { extract } from '../../src/model/extract/extract.js';
import * as f from '../../src/model/functions.js';
import { type Expression, expr, Model, type Operand } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { tolerances } from '../tolerances.js';

describe('a statement', () => {
  it('travels by structured clone and is taken apart on the other side', () => {
    const m = new Model('travel');
    const x = m.variables('x', 5, { lower: -1, upper: 2, start: 0.5 });
    m.maximize(f.multiply(x.at(0), f.sin(x.at(1))));
    m.constrain(expr`exp(${x.at(2)}) + 3*${x.at(3)} - 4`, { upper: 7, name: 'row' });
    m.addGrayBox({ box: 'net', inputs: [x.at(0)], outputs: [x.at(4)] });
    expect(extract(structuredClone(m.statement()))).toEqual(m.problem());
  });

  it('is not reached by later changes of the model', () => {
    const m = new Model();
    const x = m.variable('x', { start: 1 });
    m.minimize(f.power(x, 2));
    const [statement, problem] = [m.statement(), m.problem()];
    for (let k = 0; k < 100; k++) m.constrain(f.sin(m.variable(`y${k}`)), { lower: 0 });
    m.minimize(f.exp(x));
    expect(extract(statement)).toEqual(problem);
    expect(problem.variables.lower.length).toBe(1);
    expect(m.problem().rows.lower.length).toBe(100);
  });

  it.each([1000, 20_000])('holds mixed operators nested %d deep', (depth) => {
    const m = new Model();
    const x = m.variable('x', { start: 0.3 });
    const y = m.variable('y', { start: 0.7 });
    const steps: ((e: Operand) => Expression)[] = [
      f.sin,
      (e) => f.add(e, 1e-3, y),
      (e) => f.multiply(e, 0.9),
      (e) => f.divide(e, f.add(2, x)),
      f.negate,
      (e) => f.power(e, 2),
      (e) => f.subtract(1.5, e),
      f.tanh,
      (e) => f.maximum(e, -2, y),
      f.exp,
      (e) => f.log(f.add(2, e)),
    ];
    let e: Expression = x;
    for (let k = 0; k < depth; k++) e = steps[k % steps.length]!(e);
    m.minimize(e);
    const at = Float64Array.of(0.3, 0.7);
    const nlp = assemble(structuredClone(extract(structuredClone(m.statement()))));
    expect(nlp.objective(at)).toBeCloseTo(m.value(e, at), 12);
    const check = checkDerivatives(nlp, at);
    expect(check.gradient.error).toBeLessThan(tolerances.difference);
    expect(check.hessian.error).toBeLessThan(tolerances.difference);
  });
});

describe('limits', () => {
  const large = (): Model => {
    const m = new Model();
    const x = m.variables('x', 50_000, { start: 1 }).elements;
    m.minimize(f.sum(x.map((v, k) => f.sin(f.multiply(v, x[(k * 7) % x.length]!, 1 + k)))));
    return m;
  };

  it('end an extraction whose time is over', () => {
    const limits = new Limits({ seconds: 1e-3, started: performance.timeOrigin + performance.now() - 100 });
    expect(() => large().problem(limits)).toThrow(Stopped);
    try {
      large().problem(limits);
    } catch (error) {
      expect((error as Stopped).outcome.status).toBe('time-limit');
    }
  });

  it('end an extraction that is interrupted', () => {
    const limits = new Limits();
    limits.raise();
    expect(() => large().problem(limits)).toThrow(/on request/);
  });

  it('leave a model usable', () => {
    const m = large();
    const limits = new Limits();
    limits.raise();
    expect(() => m.problem(limits)).toThrow(Stopped);
    expect(m.problem(new Limits({ seconds: 1000 })).groups.length).toBeGreaterThan(0);
  });
});

describe('rows that repeat', () => {
  it('with other variables and constants are what each states by itself', () => {
    const m = new Model();
    const x = m.variables('x', 60, { start: 0.5 }).elements;
    const rows: ((k: number) => Expression)[] = [
      (k) =>
        expr`3*${x[k + 1]!}^3 + 2*${x[k]!} - 5 + sin(${x[k + 1]!} - ${x[k]!})*sin(${x[k + 1]!} + ${x[k]!})`,
      (k) => expr`${1 + k / 7}*${x[k]!}*${x[k + 1]!} + ${k % 3}*${x[k + 2]!}^${1 + (k % 4)} + ${k}`,
      (k) => expr`exp(${x[k]!})/(${x[(2 * k) % 50]!} + ${k % 2 === 0 ? 0.5 : -0.5}) - ${x[k]!}`,
      (k) => f.maximum(f.multiply(x[k]!, x[k]!), f.multiply(x[k]!, x[k + 1]!), k % 5),
    ];
    const stated = rows.flatMap((row) => Array.from({ length: 50 }, (_, k) => row(k)));
    for (const row of stated) m.constrain(row, { lower: 0 });
    const problem = m.problem();
    const nlp = assemble(problem);
    const at = Float64Array.from({ length: 60 }, (_, k) => 0.8 + 0.5 * Math.sin(k));
    const g = new Float64Array(stated.length);
    nlp.constraintValues(at, g);
    stated.forEach((row, i) => {
      expect(g[i]! - problem.rows.lower[i]!, `row ${i}`).toBeCloseTo(m.value(row, at), 12);
    });
    const check = checkDerivatives(nlp, at);
    expect(check.jacobian.error).toBeLessThan(tolerances.difference);
    expect(check.hessian.error).toBeLessThan(tolerances.difference);
  });

  it('are told apart by the sign of a zero', () => {
    const m = new Model();
    const x = m.variables('x', 2, { start: 1 });
    m.constrain(f.atan2(x.at(0), f.multiply(0, x.at(1))), { lower: 0 });
    for (const zero of [0, -0]) m.constrain(f.atan2(f.multiply(x.at(0), x.at(1)), zero), { lower: 0 });
    const nlp = assemble(m.problem());
    const g = new Float64Array(3);
    nlp.constraintValues(Float64Array.of(1e-300, 1e-300), g);
    expect([...g]).toEqual([Math.PI / 2, 0, Math.PI]);
  });
});

describe('assembly', () => {
  it('ends when its limits are reached', () => {
    const m = new Model();
    const x = m.variables('x', 200, { start: 1 }).elements;
    for (let k = 0; k < 200; k++)
      m.constrain(f.power(f.sum(x.map((v) => f.sin(v))), 2 + k / 7), { lower: 0 });
    const limits = new Limits();
    const problem = m.problem(limits);
    limits.raise();
    expect(() => assemble(problem, [], limits)).toThrow(Stopped);
    expect(assemble(problem, [], new Limits()).constraints.lower.length).toBe(200);
  });
});
