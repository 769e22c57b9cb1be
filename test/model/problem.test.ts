import { describe, expect, it } from 'vitest';
import * as f from '../../src/model/functions.js';
import { type Expression, expr, Model, type Problem, type Variable } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { checkDerivatives } from '../../src/nlp/check.js';
import { shapeOf, x as slot } from '../elements/shape-of.js';
import { tolerances } from '../tolerances.js';

function model(n: number): { m: Model; x: Variable[] } {
  const m = new Model('test');
  return { m, x: [...m.variables('x', n, { start: 1 })] };
}
const triplets = ({ linear }: Problem): number[][] =>
  Array.from(linear.row, (row, k) => [row, linear.column[k]!, linear.value[k]!]);

describe('linear parts', () => {
  it('are extracted exactly, constants moved into the bounds', () => {
    const { m, x } = model(3);
    m.minimize(expr`2*${x[0]!} - (3*${x[1]!} - 5)/2 + 7`);
    m.constrain(expr`3*(${x[0]!} + 2*(${x[1]!} - ${x[2]!} - 1)) - ${x[0]!} + 10`, { lower: 1, upper: 5 });
    const problem = m.problem();
    expect(triplets(problem)).toEqual([
      [-1, 0, 2],
      [-1, 1, -1.5],
      [0, 0, 2],
      [0, 1, 6],
      [0, 2, -6],
    ]);
    expect(problem.objectiveConstant).toBe(9.5);
    expect([problem.rows.lower[0], problem.rows.upper[0]]).toEqual([-3, 1]);
    expect(problem.groups).toEqual([]);
  });

  it('leave a row without bounds as it is, even with a constant that is undefined', () => {
    const { m, x } = model(2);
    m.constrain(f.add(x[0]!, f.log(f.linear([], [], -1))), { lower: -Infinity, upper: Infinity });
    const { lower, upper } = m.problem().rows;
    expect([lower[0], upper[0]]).toEqual([-Infinity, Infinity]);
  });

  it('keep every variable of linear(), also with coefficient 0', () => {
    const { m, x } = model(3);
    m.constrain(f.linear([0, 2, 3, 4], [x[0]!, x[1]!, x[2]!, x[1]!], 5), { equals: 6 });
    expect(triplets(m.problem())).toEqual([
      [0, 0, 0],
      [0, 1, 6],
      [0, 2, 3],
    ]);
    expect([...m.problem().rows.lower]).toEqual([1]);
  });

  it('of shared sums are weighted once for each way', () => {
    const { m, x } = model(2);
    let e: Expression = f.add(x[0]!, x[1]!);
    for (let k = 0; k < 50; k++) e = f.add(e, e);
    m.constrain(e, { lower: 0 });
    expect(triplets(m.problem())).toEqual([
      [0, 0, 2 ** 50],
      [0, 1, 2 ** 50],
    ]);
  });
});

describe('groups', () => {
  it('collect terms of one shape with weights and constants', () => {
    const { m, x } = model(4);
    m.minimize(expr`2*${x[0]!}*${x[1]!} - ${x[2]!}*${x[3]!}/4 + 3*sin(2*${x[0]!} + 1)`);
    m.constrain(expr`-(${x[1]!}*${x[2]!} + 5*${x[3]!}*2*${x[0]!}) + sin(7*${x[1]!} + 3)`, { lower: 0 });
    const { groups } = m.problem();
    expect(groups.length).toBe(2);
    const bilinear = groups.find((group) => group.variableSlots === 2)!;
    expect([...bilinear.variables]).toEqual([0, 1, 2, 3, 1, 2, 3, 0]);
    expect([...bilinear.weight]).toEqual([2, -0.25, -1, -10]);
    expect([...bilinear.row]).toEqual([-1, -1, 0, 0]);
    expect(bilinear.shape).toEqual(shapeOf(['multiply', slot(0), slot(1)]));
    const sine = groups.find((group) => group.variableSlots === 1)!;
    expect([...sine.constants]).toEqual([2, 1, 7, 3]);
    expect([...sine.weight]).toEqual([3, 1]);
  });

  it('see through the order and the writing of factors', () => {
    const { m, x } = model(3);
    const [a, b, c] = x as [Variable, Variable, Variable];
    m.minimize(
      f.sum([
        expr`${a}*${a}*sin(${b})`,
        expr`3*sin(${a})*${b}^2`,
        expr`-(${c}*sin(${a})*${c})`,
        expr`${b}^2*(2*sin(${c}))`,
        expr`sin(${a})*${b}*(${b}*4)`,
      ]),
    );
    const { groups } = m.problem();
    expect(groups.length).toBe(1);
    expect([...groups[0]!.weight]).toEqual([1, 3, -1, 2, 4]);
  });

  it('have distinct variables in a term', () => {
    const { m, x } = model(2);
    m.minimize(expr`${x[0]!}*${x[0]!}*${x[1]!} + exp(${x[0]!}*${x[1]!} - ${x[0]!})`);
    for (const group of m.problem().groups)
      for (let t = 0; t < group.count; t++) {
        const own = group.variables.slice(t * group.variableSlots, (t + 1) * group.variableSlots);
        expect(new Set(own).size).toBe(own.length);
      }
  });

  it('add up a term that occurs twice', () => {
    const { m, x } = model(1);
    const term = f.exp(x[0]!);
    m.minimize(f.subtract(f.multiply(3, term), f.add(term, f.multiply(2, x[0]!))));
    const { groups } = m.problem();
    expect(groups.length).toBe(1);
    expect([...groups[0]!.weight]).toEqual([2]);
  });

  it('multiply out a variable times a long sum', () => {
    const { m, x } = model(20);
    m.constrain(f.multiply(2, x[0]!, f.sum([...x.map((v, k) => f.multiply(k + 1, v)), 5])), {
      lower: 0,
    });
    const problem = m.problem();
    expect(problem.groups.map((group) => group.count).sort((a, b) => a - b)).toEqual([1, 19]);
    expect(triplets(problem)).toEqual([[0, 0, 10]]);
    const nlp = assemble(problem);
    const g = new Float64Array(1);
    const at = Float64Array.from({ length: 20 }, (_, k) => Math.sin(k + 1));
    nlp.constraintValues(at, g);
    const sum = at.reduce((total, value, k) => total + (k + 1) * value, 5);
    expect(g[0]).toBeCloseTo(2 * at[0]! * sum, 12);
  });

  it('survive structured clone with shared nodes', () => {
    const { m, x } = model(2);
    let e: Expression = f.sin(f.multiply(x[0]!, x[1]!));
    for (let k = 0; k < 40; k++) e = f.sin(f.multiply(e, f.add(e, 1)));
    m.minimize(e);
    const problem = m.problem();
    const nlp = assemble(structuredClone(problem));
    expect(nlp.objective(Float64Array.of(0.3, 0.4))).toBe(
      assemble(problem).objective(Float64Array.of(0.3, 0.4)),
    );
  });
});

describe('size', () => {
  it('hundreds of shapes', () => {
    const { m, x } = model(2);
    const plain = (a: number, b: number, depth: number): number => {
      let value = a * b;
      for (let k = 0; k < depth; k++) value = Math.sin(value + b);
      return value;
    };
    const shapes = 320;
    for (let depth = 1; depth <= shapes; depth++) {
      let e = f.multiply(x[0]!, x[1]!);
      for (let k = 0; k < depth; k++) e = f.sin(f.add(e, x[1]!));
      m.constrain(e, { lower: 0 });
    }
    const problem = m.problem();
    expect(problem.groups.length).toBe(shapes);
    const nlp = assemble(problem);
    const at = Float64Array.of(0.4, 0.9);
    const g = new Float64Array(shapes);
    nlp.constraintValues(at, g);
    for (const row of [0, 17, 319]) expect(g[row]).toBeCloseTo(plain(0.4, 0.9, row + 1), 12);
    const check = checkDerivatives(nlp, at);
    expect(check.jacobian.error).toBeLessThan(tolerances.difference);
    expect(check.hessian.error).toBeLessThan(tolerances.difference);
  });

  it('a sum nested 100,000 deep', () => {
    const { m, x } = model(100);
    let e: Expression = x[0]!;
    for (let k = 0; k < 100_000; k++) e = f.add(e, f.multiply(x[k % 100]!, x[(k * 7 + 1) % 100]!));
    m.minimize(e);
    m.constrain(f.sqrt(f.add(1, f.power(e, 2))), { lower: 0 });
    const problem = m.problem();
    expect(
      assemble({ ...problem, groups: problem.groups.filter((g) => g.variableSlots <= 2) }).objective(
        new Float64Array(100).fill(1),
      ),
    ).toBe(100_001);
    expect(m.value(e, new Float64Array(100).fill(1))).toBe(100_001);
  });

  it('200,000 variables of a Rosenbrock chain: below 3 seconds on an idle core, here with room for a busy one', () => {
    const n = 200_000;
    const begin = process.cpuUsage();
    const m = new Model('rosenbrock');
    const x = m.variables('x', n, { start: -1.2 }).elements;
    const terms: Expression[] = [];
    for (let k = 0; k + 1 < n; k++) terms.push(expr`100*(${x[k + 1]!} - ${x[k]!}^2)^2 + (1 - ${x[k]!})^2`);
    m.minimize(f.sum(terms));
    const problem = m.problem();
    const nlp = assemble(problem);
    const seconds = process.cpuUsage(begin).user / 1e6;
    expect(problem.groups.length).toBe(2);
    expect(nlp.hessian.nonzeros).toBe(2 * n - 1);
    const f0 = nlp.objective(problem.variables.start);
    expect(f0 / ((n - 1) * (100 * 2.64 ** 2 + 2.2 ** 2))).toBeCloseTo(1, 10);
    expect(seconds).toBeLessThan(8);
  });
});

describe('mistakes', () => {
  it('are refused with the name of what is wrong', () => {
    const { m, x } = model(2);
    const other = model(1);
    expect(() => f.add(x[0]!, other.x[0]!)).toThrow(/two models that are both called 'test'/);
    expect(() => m.minimize(other.x[0]!)).toThrow(/objective of model/);
    expect(() => m.constrain(other.x[0]!, { lower: 0, name: 'r' })).toThrow(/row 'r'/);
    expect(() => m.variable('x[0]')).toThrow(/'x\[0\]' exists already/);
    expect(() => m.variable('')).toThrow(/non-empty/);
    expect(() => m.variable('z', { lower: Number.NaN })).toThrow(/variable 'z'.*NaN/);
    expect(() => m.variable('z', { start: Number.NaN })).toThrow(/start NaN/);
    expect(() => m.variables('v', [2, 3], { lower: [1, 2] })).toThrow(/lower has 2 entries for 6/);
    expect(() => m.variables('v', [1.5])).toThrow(/whole numbers/);
    // @ts-expect-error a bound is missing
    expect(() => m.constrain(x[0]!, {})).toThrow(/no bound/);
    expect(() => m.constrain(x[0]!, { lower: Number.NaN })).toThrow(/NaN/);
    // @ts-expect-error two bounds that exclude each other
    expect(() => m.constrain(x[0]!, { equals: 1, upper: 2 })).toThrow(/either/);
    expect(() => f.add(x[0]!, Number.NaN)).toThrow(/NaN/);
    expect(() => f.add(x[0]!, 'text' as unknown as number)).toThrow(/a string/);
    expect(() => f.dot(x, [1])).toThrow(/2 and 1/);
    expect(() => m.addGrayBox({ box: 1, inputs: x, outputs: [x[0]!, x[0]!] })).toThrow(/twice/);
  });

  it('leave the model usable', () => {
    const m = new Model();
    const x = m.variable('x', { lower: 2 });
    expect(() => m.variable('y', { lower: Number.NaN })).toThrow();
    // @ts-expect-error a bound is missing
    expect(() => m.constrain(x, {})).toThrow();
    const row = m.constrain(x, { upper: 3, name: 'r' });
    expect(m.constrain(x, { upper: 3, name: 'r' }).name).toBe('r#2');
    expect(row).toEqual({ index: 0, name: 'r' });
    expect(() => m.variable('y', { lower: 5, upper: 4 })).toThrow(/above/);
    m.variable('y', { lower: 4, upper: 5 });
    const problem = m.problem();
    expect(problem.rows.names).toEqual(['r', 'r#2']);
    expect(problem.variables.names).toEqual(['x', 'y']);
    expect([...problem.variables.start]).toEqual([2, 4]);
  });
});

describe('arrays of variables', () => {
  it('count row-major', () => {
    const m = new Model();
    const v = m.variables('v', [2, 3], { start: [1, 2, 3, 4, 5, 6], upper: 9 });
    expect(v.at(1, 0).index).toBe(3);
    expect(v.at(1, 0).name).toBe('v[1,0]');
    expect([...v].length).toBe(6);
    expect(v.size).toBe(6);
    expect([...v.values([9, 8, 7, 6, 5, 4])]).toEqual([9, 8, 7, 6, 5, 4]);
    expect(() => v.at(2, 0)).toThrow(/axis 0/);
    // @ts-expect-error one index for two axes
    expect(() => v.at(1)).toThrow(/1 indices/);
  });
});
