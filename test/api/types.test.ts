import { describe, expect, it } from 'vitest';
import { add, dot, InputError, le, Model, network, type SolveOptions, solveHere } from '../../index.js';
import { Graph } from '../formulate/networks.js';

/** Mistakes that users made: each is refused by the compiler, or in one line where types cannot see it. */
describe('mistakes', () => {
  const m = new Model('m');
  const x = m.variables('x', 3, { start: 1 });
  const A = m.variables('A', [3, 3]);
  m.minimize(dot(x, x));

  it('of types are found when compiling', async () => {
    const s = await solveHere(m);
    // @ts-expect-error values are no text
    const text: string = s.value(x);
    expect(typeof text).toBe('object');
    // @ts-expect-error the solver's name for it is max_iter
    const camel: SolveOptions = { maxIter: 3 };
    // @ts-expect-error neither monotone nor adaptive
    const strategy: SolveOptions = { mu_strategy: 'adaptve' };
    for (const options of [camel, strategy]) await expect(solveHere(m, options)).rejects.toThrow(InputError);
    // @ts-expect-error a matrix where a vector belongs
    expect(() => dot(A, x)).toThrow(/rank 2/);
    // @ts-expect-error a vector has no rows
    expect(() => x.row(0)).toThrow(/x\.row: shape \[3\] has none; use at or slice/);
    // @ts-expect-error a vector has no columns
    expect(() => add(x, 1).column(0)).toThrow(/shape \[3\] has none/);
    // @ts-expect-error a relation is no formula
    expect(() => add(le(x.at(0), 1), 1)).toThrow(/has no value/);
    // @ts-expect-error at least one bound is needed
    expect(() => m.constrain(x.at(0), { name: 'r' })).toThrow(/has no bound/);
    const graph = new Graph();
    const net = graph.network(3, [graph.affine(graph.input(3), 1)]);
    // @ts-expect-error there is no such formulation
    expect(() => network(net, x, { formulation: 'fullspace' })).toThrow(/unknown formulation/);
    // @ts-expect-error a single variable has one bound
    expect(() => m.variable('one', { lower: [0, 1] })).toThrow(/'one': lower is a list; a single variable/);
    // @ts-expect-error a single variable has one start
    expect(() => m.variable('one', { start: [0] })).toThrow(/'one': start is a list/);
    // @ts-expect-error a variable is no row
    expect(() => s.multiplier(x.at(0))).toThrow(/'x\[0\]' is not in the problem/);
    // @ts-expect-error variables are no rows
    expect(() => s.multiplier(x)).toThrow(/'x' is not in the problem/);
    // @ts-expect-error a relation is no row
    expect(() => s.multiplier(le(x, 1))).toThrow(/is not in the problem/);
    // @ts-expect-error values have no entry by brackets
    expect(s.value(x)[0]).toBe(undefined);
    // @ts-expect-error JavaScript's operators do not make formulas
    expect(() => x.at(0) * 2).toThrow(/JavaScript's operators/);
    // @ts-expect-error nor relations
    expect(() => m.subjectTo(x.at(0) >= 1)).toThrow(/JavaScript's operators/);
    // @ts-expect-error values are no number
    expect(() => s.value(x) + 1).toThrow(/JavaScript's operators do not compute/);
    // @ts-expect-error it is <=
    expect(() => m.constrain(x.at(0), '=<', 1)).toThrow(/no relation '=<'/);
    // @ts-expect-error an array is no objective
    expect(() => m.minimize(x)).toThrow(/expected an expression/);
    // @ts-expect-error its parts are inputs and outputs
    expect(() => network(net, x, { scaling: { input: { mean: 0, std: 1 } } })).toThrow(/no part 'input'/);
  });

  it('that types cannot see are told in one line', () => {
    const other = new Model('other').variable('z');
    expect(() => add(x.at(0), other)).toThrow(/'x\[0\]' and 'z'/);
    expect(() => m.minimize(other)).toThrow(/'z', a variable of model 'other'/);
    expect(() => m.variable('A')).toThrow(/'A' exists already in model 'm', as an array of shape \[3, 3\]/);
    expect(() => m.parameter('x', [2, 2])).toThrow(/'x' exists already/);
  });
});
