import { describe, expect, it } from 'vitest';
import * as f from '../../src/model/functions.js';
import { type Expression, Model, type Operand, type Variable } from '../../src/model/index.js';
import { assemble } from '../../src/nlp/assemble.js';
import { partitionOf } from '../../src/problem/partition.js';

/** Blocks a (0–24), b (25–49), c (50–74) and free variables (75–79). */
function blocks(state: (m: Model, x: readonly Variable[]) => void): number[] {
  const m = new Model();
  const x = m.variables('x', 80, { start: 0.5 }).elements;
  for (const first of [0, 25, 50]) m.block(first, first + 24);
  state(m, x);
  const partition = partitionOf(m.problem())!;
  for (const first of [0, 25, 50]) expect(new Set(partition.slice(first, first + 25)).size).toBe(1);
  expect([...partition.slice(75)]).toEqual([-1, -1, -1, -1, -1]);
  return [partition[0]!, partition[25]!, partition[50]!];
}
const apart = [0, 1, 2];
const long = (x: readonly Variable[]): Expression => f.sum(x.map((v) => f.sin(v)));

describe('blocks', () => {
  it('stay apart where only free variables couple them', () => {
    const found = blocks((m, x) => {
      m.minimize(f.sum([...x, f.multiply(x[0]!, x[75]!), f.multiply(x[25]!, x[75]!), f.power(x[50]!, 2)]));
      for (const k of [0, 25, 50]) m.constrain(f.add(x[k]!, f.sin(x[k + 1]!), x[76]!), { lower: 0 });
      m.constrain(long(x.slice(0, 25)), { lower: 0 });
    });
    expect(found).toEqual(apart);
  });

  const couplings: [string, (m: Model, x: readonly Variable[]) => Operand | void, readonly number[]][] = [
    ['a linear row', (m, x) => void m.constrain(f.add(x[0]!, x[25]!), { lower: 0 }), [0, 0, 1]],
    [
      'a nonlinear row',
      (m, x) => void m.constrain(f.add(f.exp(x[0]!), f.exp(x[50]!)), { lower: 0 }),
      [0, 1, 0],
    ],
    ['a term of the objective', (_, x) => f.multiply(x[30]!, x[60]!), [0, 1, 1]],
    ['a square of a long sum', (_, x) => f.power(long(x.slice(20, 60)), 2), [0, 0, 0]],
    ['a product of long sums', (_, x) => f.multiply(long(x.slice(0, 25)), long(x.slice(50, 75))), [0, 1, 0]],
    [
      'a gray box',
      (m, x) => void m.addGrayBox({ box: 1, inputs: [x[1]!, x[75]!], outputs: [x[26]!] }),
      [0, 0, 1],
    ],
  ];
  for (const [name, state, expected] of couplings)
    it(`join in ${name}`, () => {
      const found = blocks((m, x) => {
        const objective = state(m, x);
        if (objective !== undefined) m.minimize(objective);
      });
      expect(found).toEqual(expected);
    });

  it('stay apart where a long sum over all of them counts linearly in the objective, and join in a row', () => {
    const states = (m: Model, x: readonly Variable[]): Expression => {
      const all = long(x);
      m.minimize(f.add(all, f.multiply(2, x[0]!)));
      return all;
    };
    expect(blocks(states)).toEqual(apart);
    expect(blocks((m, x) => void m.constrain(states(m, x), { lower: 0 }))).toEqual([0, 0, 0]);
  });

  it('reach the assembled problem; without marks there are none', () => {
    const m = new Model();
    const x = m.variables('x', 3, { start: 1 });
    m.minimize(f.power(x.at(0), 2));
    expect(assemble(m.problem()).partition).toBeUndefined();
    m.block(1, 2);
    expect([...assemble(structuredClone(m.problem())).partition!]).toEqual([-1, 0, 0]);
  });

  it('are refused where they overlap or name what is not there', () => {
    const m = new Model();
    m.variables('x', 5);
    m.block(1, 2);
    expect(() => m.block(2, 3)).toThrow(/in a block already/);
    expect(() => m.block(3, 5)).toThrow(/indices of the 5 variables/);
    expect(() => m.block(0.5, 3)).toThrow(/indices/);
  });
});
