import { describe, expect, it } from 'vitest';
import {
  add,
  divide,
  InputError,
  le,
  log,
  Model,
  multiply,
  network,
  power,
  prepare,
  solveHere,
  subtract,
  sum,
} from '../../index.js';
import { Graph } from '../formulate/networks.js';

const graph = new Graph();
graph.add({ kind: 'input', offset: 0 }, [2]);
const control = graph.add({ kind: 'input', offset: 2 }, [1]);
const both = graph.add({ kind: 'concat', axis: 0 }, [3], 0, control);
const net = graph.network(3, [graph.affine(both, 1)]);
const [first, second] = net.nodes.flatMap(({ op, layer }) => (op.kind === 'input' ? [layer] : [])) as [
  string,
  string,
];

/** What is wrong is told in one line: what, which, and what to write. */
describe('what cannot be meant is refused in one line', () => {
  const m = new Model('m');
  const x = m.variables('x', 2, { lower: -1, upper: 1, start: 0.5 });
  const p = m.parameter('p', [2]);

  it.each<[string, () => unknown, RegExp]>([
    [
      'a parameter without a value',
      () => m.statement(),
      /parameter 'p\[0\]' and 1 more have no value: give one/,
    ],
    ['a parameter of the wrong shape', () => p.set([1, 2, 3]), /parameter 'p' has 3 entries for 2/],
    ['a parameter that is NaN', () => p.set(Number.NaN), /parameter 'p\[0\]': its value NaN/],
    ['arrays that do not broadcast', () => le(x, [1, 2, 3]), /shapes \[2\] and \[3\] do not fit/],
    ['variables of two models', () => add(x.at(0), new Model('o').variable('o')), /'x\[0\]' and 'o'/],
    [
      'too few inputs',
      () => network(net, x),
      new RegExp(`takes 3 inputs, got 2 variables; they are '${first}' of shape \\[2\\], '${second}'`),
    ],
    [
      'an input that is missing',
      () => network(net, { [first]: x }),
      new RegExp(`input '${second}' is missing`),
    ],
    ['an input of another name', () => network(net, { u: x }), /has no input 'u'; it takes/],
    ['an array where a value is needed', () => m.minimize(x as never), /the array 'x\[2\]'; write sum/],
    [
      'an argument that is missing',
      () => power(x.at(0), undefined as never),
      /^power: argument 2 is missing/,
    ],
    [
      'bounds that cross',
      () => m.variable('w', { lower: 2, upper: 1 }),
      /lower bound 2 is above its upper bound 1/,
    ],
  ])('%s', (_, mistake, message) => {
    expect(mistake).toThrow(InputError);
    expect(mistake).toThrow(message);
  });

  it('a formula that is undefined at the start is told with its value', async () => {
    const own = new Model('log');
    const v = own.variables('v', 2, { start: [-1, 2] });
    own.minimize(sum(v.map((e) => power(e, 2))));
    own.constrain(add(multiply(2, log(v.at(0))), v.at(1)), { lower: 0, name: 'entropy' });
    const s = await solveHere(own, { start_recovery: false });
    expect(s.status).toBe('evaluation-error');
    expect(s.message).toMatch(/undefined at the start.*; log\(v\[0\]\) is NaN at v\[0\] = -1/);
    expect(s.message).not.toContain('\n');
    own.minimize(divide(1, subtract(v.at(1), 2)));
    v.set({ start: [1, 2] });
    const other = await solveHere(own, { start_recovery: false });
    expect(other.message).toMatch(/1\/\(v\[1\] - 2\) is Infinity at v\[1\] - 2 = 0/);
  });

  it('a problem that was disposed of is not solved', async () => {
    const own = new Model('gone');
    own.minimize(power(own.variable('y'), 2));
    const prepared = await prepare(own);
    await prepared.dispose();
    await expect(prepared.solve()).rejects.toThrow(/'gone' was disposed of: prepare it again/);
    await expect(prepared.sensitivity([])).rejects.toThrow(/was disposed of/);
  });

  it('inputs by name are what they are by place', async () => {
    const own = new Model('named');
    const [a, b] = [own.variables('a', 2, { start: 0.3 }), own.variables('b', 1, { start: -0.2 })];
    const y = network(net, { [second]: b, [first]: a });
    const z = network(net, [...a, ...b]);
    const table = network(net, { [first]: [a, [0.1, 0.2]], [second]: [b, [0.5]] });
    expect(table.shape).toEqual([2, 1]);
    expect(own.start(y.at(0))).toBe(own.start(z.at(0)));
    expect(own.start(table.at(0, 0))).toBe(own.start(z.at(0)));
  });
});
