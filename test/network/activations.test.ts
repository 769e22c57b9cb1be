import { describe, expect, it } from 'vitest';
import { algebra } from '../../src/derive/algebra.js';
import { Builder } from '../../src/derive/builder.js';
import { execute } from '../../src/derive/execute.js';
import { expressed } from '../../src/formulate/algebra.js';
import { Model } from '../../src/model/index.js';
import { plainly } from '../../src/network/activation/numbers.js';
import { activationOf } from '../../src/network/activation/table.js';
import type { Elementwise } from '../../src/network/graph.js';
import { kinked, smooth } from '../engine/networks.js';
import { tolerances } from '../tolerances.js';

const points = Float64Array.from({ length: 41 }, (_, i) => (i - 20) / 3.1 + 0.01);
const named = (functions: readonly Elementwise[]): [string, Elementwise][] =>
  functions.map((fn) => [fn.name, fn]);

/** `φ`, `φ′` and `φ″` at the points, as a program computes them. */
function byProgram(fn: Elementwise): { value: number[]; first: number[]; second: number[] } {
  const φ = activationOf(fn);
  const run = (part: 'value' | 'first' | 'second'): number[] => {
    const b = new Builder();
    const a = algebra(b);
    const u = b.input('x', [points.length]);
    const w = φ.value(a, u);
    const second = φ.kind === 'smooth' ? φ.second : () => b.times(0, u);
    const y = part === 'value' ? w : part === 'first' ? φ.first(a, u, w) : second(a, u, w);
    const program = b.finish({ y });
    const values = execute(program, { x: points, λ: [] }, 'f64');
    const { shape, data } = values[program.outputs.y]!;
    return shape.length === 0 ? Array.from(points, () => data[0]!) : Array.from(data);
  };
  return { value: run('value'), first: run('first'), second: run('second') };
}

const expectEach = (actual: readonly number[], expected: readonly number[], tol: number): void =>
  actual.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(tol * (1 + Math.abs(expected[i]!)));
  });

describe.each(named([...smooth, ...kinked]))('activation %s', (_, fn) => {
  const φ = plainly(activationOf(fn));
  const { value, first, second } = byProgram(fn);
  const h = 1e-4;

  it('has the same value as a number and in a program', () => {
    expectEach(value, Array.from(points, φ), tolerances.f64);
  });

  it('has the slope of its differences, and the curvature', () => {
    const central = Array.from(points, (u) => (φ(u + h) - φ(u - h)) / (2 * h));
    const bend = Array.from(points, (u) => (φ(u + h) - 2 * φ(u) + φ(u - h)) / (h * h));
    expectEach(first, central, tolerances.difference);
    expectEach(second, bend, tolerances.difference);
  });

  const activation = activationOf(fn);
  it.runIf(activation.kind === 'smooth')('has the same value as an expression', () => {
    const model = new Model('test');
    const x = model.variables('x', 1);
    const of = expressed(activation, x.at(0));
    expectEach(
      Array.from(points, (u) => model.value(of, [u])),
      Array.from(points, φ),
      tolerances.f64,
    );
  });

  it.runIf(activation.kind === 'kinked')('is the sum of its hinges', () => {
    if (activation.kind !== 'kinked') throw new Error('not kinked');
    const { slope, hinges } = activation.hinges;
    const sum = (u: number): number =>
      hinges.reduce((total, { factor, a, b }) => total + factor * Math.max(a * u + b, 0), slope * u);
    expectEach(Array.from(points, sum), Array.from(points, φ), tolerances.f64);
  });
});
