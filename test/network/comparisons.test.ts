import { describe, expect, it } from 'vitest';
import { checkNetwork } from '../../api/check.js';
import { solveHere } from '../../api/solve-here.js';
import { encode } from '../../src/core/onnx/schema.js';
import { network } from '../../src/formulate/index.js';
import { Model, power, subtract } from '../../src/model/index.js';
import type { Network } from '../../src/network/graph.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { forward } from './forward.js';

type Line = readonly [op: string, inputs: readonly string[], output: string];

/** A network of nodes over `x`, two numbers, with scalar constants. */
function written(nodes: readonly Line[], constants: Readonly<Record<string, number>> = {}): Network {
  const type = { tensorType: { elemType: 11, shape: { dim: [{ dimValue: 2 }] } } };
  const bytes = encode('ModelProto', {
    irVersion: 9,
    opsetImport: [{ domain: '', version: 19 }],
    graph: {
      node: nodes.map(([opType, input, output]) => ({
        opType,
        input: [...input],
        output: [output],
        attribute: opType === 'Cast' ? [{ name: 'to', i: output === 'e' ? 9 : 11, type: 2 }] : [],
      })),
      initializer: Object.entries({ zero: 0, one: 1, half: 0.5, ...constants }).map(([name, value]) => ({
        name,
        dims: [],
        dataType: 11,
        rawData: new Uint8Array(Float64Array.of(value).buffer),
      })),
      input: [{ name: 'x', type }],
      output: [{ name: 'y' }],
    },
  });
  return readOnnx({ file: 'm.onnx', name: 'm', bytes });
}

const names = (net: Network): string[] =>
  net.nodes.flatMap(({ op }) => (op.kind === 'elementwise' ? [op.fn.name] : []));

/** Piecewise functions as people write them, and what they are of a number. */
const pieces: readonly (readonly [string, readonly Line[], (x: number) => number, readonly string[]])[] = [
  [
    'leaky',
    [
      ['Greater', ['x', 'zero'], 'c'],
      ['Mul', ['x', 'half'], 'b'],
      ['Where', ['c', 'x', 'b'], 'y'],
    ],
    (x) => (x > 0 ? x : x / 2),
    ['relu'],
  ],
  [
    'straight beyond a constant',
    [
      ['LessOrEqual', ['x', 'one'], 'c'],
      ['Where', ['c', 'x', 'one'], 'y'],
    ],
    (x) => (x <= 1 ? x : 1),
    ['relu'],
  ],
  [
    'Huber',
    [
      ['Abs', ['x'], 'a'],
      ['Less', ['a', 'one'], 'c'],
      ['Mul', ['x', 'x'], 's'],
      ['Mul', ['s', 'half'], 'p'],
      ['Sub', ['a', 'half'], 'q'],
      ['Where', ['c', 'p', 'q'], 'y'],
    ],
    (x) => (Math.abs(x) < 1 ? x * x * 0.5 : Math.abs(x) - 0.5),
    ['abs', 'step', 'step'],
  ],
  [
    'a mask as a factor',
    [
      ['GreaterOrEqual', ['x', 'zero'], 'c'],
      ['Cast', ['c'], 'p'],
      ['Cast', ['c'], 'e'],
      ['Not', ['e'], 'd'],
      ['Cast', ['d'], 'q'],
      ['Mul', ['p', 'x'], 'u'],
      ['Mul', ['q', 'half'], 'v'],
      ['Add', ['u', 'v'], 'y'],
    ],
    (x) => (x >= 0 ? x : 0.5),
    ['step'],
  ],
  [
    'either of two',
    [
      ['Greater', ['x', 'one'], 'c'],
      ['Less', ['x', 'zero'], 'd'],
      ['Or', ['c', 'd'], 'e'],
      ['Xor', ['c', 'd'], 'f'],
      ['And', ['e', 'f'], 'g'],
      ['Sin', ['x'], 's'],
      ['Where', ['g', 's', 'x'], 'y'],
    ],
    (x) => (x > 1 || x < 0 ? Math.sin(x) : x),
    ['sin'],
  ],
  [
    'the sign',
    [
      ['Sign', ['x'], 's'],
      ['Mul', ['s', 'x'], 'y'],
    ],
    Math.abs,
    ['step', 'step'],
  ],
];

describe.each(pieces)('%s', (_, nodes, of, functions) => {
  const net = written(nodes);

  it('has the values of its pieces, on their borders too', () => {
    for (const x of [-2, -0.5, 0, 0.3, 1, 1.7]) expect(forward(net, [x, 0.25])[0]).toBeCloseTo(of(x), 12);
  });

  it('has the derivatives of its pieces', async () => {
    const { findings } = await checkNetwork(net, {
      engine: 'reference',
      kinks: 'allow',
      lower: [1.4, 0.4],
      upper: [1.6, 0.6],
    });
    for (const { name, worst } of findings)
      if (!name.includes('remainder')) expect(worst, name).toBeLessThan(1e-5);
  });

  it('is made of few functions', () => {
    for (const name of functions) expect(names(net)).toContain(name);
    if (functions.length === 1 && functions[0] === 'relu') expect(names(net)).toEqual(['relu']);
  });
});

it('solves a network with comparisons without another word, its border included', async () => {
  const net = written(pieces[2]![1]); // Huber: continuous, its slope too
  const model = new Model('huber');
  const x = model.variables('x', 2, { lower: -3, upper: 3, start: 2.5 });
  const y = network(net, x);
  model.constrain(subtract(y.at(0), y.at(1)), { equals: 0.75 });
  model.minimize(power(subtract(x.at(1), 0.5), 2));
  const solution = await solveHere(model);
  expect(solution.status).toBe('optimal');
  expect(solution.value(x.at(1))).toBeCloseTo(0.5, 6);
  expect(Math.abs(solution.value(x.at(0)))).toBeCloseTo(1.375, 6);
  expect(solution.networkError).toBeLessThan(1e-7);
});

it('refuses full space for a network with comparisons, in one line', () => {
  const net = written(pieces[2]![1]);
  const x = new Model('m').variables('x', 2);
  expect(() => network(net, x, { formulation: 'full' })).toThrow(
    /the activation step, which jumps, and full space states no jumps/,
  );
});
