import { describe, expect, it } from 'vitest';
import { digest } from '../../runtime/node/digest.js';
import '../../runtime/quadratic.js';
import { shared } from '../../runtime/share.js';
import { derive } from '../../src/derive/derive.js';
import { forward } from '../../src/formulate/forward.js';
import type { Elementwise, Network, Op, Tensor } from '../../src/network/graph.js';
import { type Kind, parametersOf, type Traits, tensorsOf, traits } from '../../src/network/traits.js';
import { Graph, kinked, smooth } from '../engine/networks.js';

const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => Math.cos(k + 1)),
});

const identity = (n: number): Tensor => ({
  shape: [n, n],
  data: Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? 1 : 0)),
});

/** One op of every kind, with the shapes of its inputs and of its value. */
const samples: { readonly [K in Kind]: readonly [op: Op, inputs: number[][], shape: number[]] } = {
  input: [{ kind: 'input', offset: 0 }, [], [3]],
  affine: [{ kind: 'affine', weight: tensor(3, 2), bias: tensor(2) }, [[3]], [2]],
  scale: [{ kind: 'scale', scale: tensor(3), shift: tensor(3) }, [[3]], [3]],
  elementwise: [{ kind: 'elementwise', fn: { name: 'elu', alpha: 0.5 } }, [[3]], [3]],
  softmax: [{ kind: 'softmax' }, [[3]], [3]],
  add: [{ kind: 'add' }, [[3], [3]], [3]],
  multiply: [{ kind: 'multiply' }, [[3], [3]], [3]],
  concat: [{ kind: 'concat', axis: 0 }, [[3], [2]], [5]],
  reshape: [{ kind: 'reshape' }, [[4]], [2, 2]],
  gather: [{ kind: 'gather', index: Int32Array.of(2, 0, 0) }, [[3]], [3]],
  contract: [
    { kind: 'contract' },
    [
      [1, 2, 2],
      [1, 2, 1],
    ],
    [1, 2, 1],
  ],
  maximum: [{ kind: 'maximum' }, [[2, 2]], [2, 1]],
  quadraticProgram: [
    {
      kind: 'quadraticProgram',
      into: 'h',
      Q: identity(3),
      q: tensor(3),
      A: tensor(1, 3),
      b: tensor(1),
      G: tensor(2, 3),
    },
    [[2]],
    [3],
  ],
};
const kinds = Object.keys(samples) as Kind[];

/** The op alone between an input and the output. */
function alone(kind: Kind): Network {
  const [op, inputs, shape] = samples[kind];
  const g = new Graph(Math.random);
  let size = 0;
  const from = inputs.map((own) => {
    const node = g.input(size, own);
    size += own.reduce((a, b) => a * b, 1);
    return node;
  });
  return g.network(kind, size || 3, [g.node(op, from, shape)]);
}

/** Every array of floats that `value` holds, however deep. */
function arraysIn(value: unknown): ArrayBufferView[] {
  if (value instanceof Int32Array) return [];
  if (ArrayBuffer.isView(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(arraysIn);
}

/** The value with one number, text or array in it changed, or a field left out; each such change. */
function* otherwise(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield* [value + 1, -value - 2];
  else if (typeof value === 'string') yield `${value}?`;
  else if (value instanceof Float64Array) {
    yield value.map((number) => number + 1);
    yield Float32Array.from(value);
  } else if (typeof value === 'object' && value !== null)
    for (const [field, own] of Object.entries(value)) {
      if (field === 'kind') continue;
      for (const changed of otherwise(own))
        yield Array.isArray(value) ? value.with(Number(field), changed) : { ...value, [field]: changed };
      const { [field]: _, ...rest } = value as Record<string, unknown>;
      if (field === 'bias') yield rest;
    }
}

describe.each(kinds)('traits of %s', (kind) => {
  const network = alone(kind);
  const [op] = samples[kind];

  it('name every array the op holds', () => {
    expect(tensorsOf(op).map(({ data }) => data)).toEqual(arraysIn(op));
  });

  it('have every array in the programs, shared where these travel', () => {
    if (kind === 'quadraticProgram') {
      expect(() => derive(network, { kinks: 'allow' })).toThrow(
        /is a quadratic program.*no derivative program.*quadratic/,
      );
      return;
    }
    const programs = derive(network, { kinks: 'allow' });
    const copy = shared(programs);
    for (const { buffer } of arraysIn(copy)) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(copy).toMatchObject(programs);
    const numbers = arraysIn(copy.value).map((array) => String(array));
    for (const { data } of tensorsOf(op)) expect(numbers).toContain(String(data));
  });

  it('have everything the op depends on in the digest, and no name', () => {
    const before = digest(network);
    const withOp = (own: unknown): string => {
      const nodes = network.nodes.map((node) => (node.op === op ? { ...node, op: own as Op } : node));
      return digest({ ...network, nodes });
    };
    const changes = [...otherwise(op)];
    expect(withOp({ ...op })).toBe(before);
    expect(new Set(changes.map(withOp)).size).toBe(changes.length);
    expect(changes.map(withOp)).not.toContain(before);
    const renamed = network.nodes.map((node) => ({ ...node, layer: 'other', parameters: 7 }));
    expect(digest({ ...network, name: 'other', parameters: 7, nodes: renamed })).toBe(before);
  });

  it('name every field of the op', () => {
    const { kind: _, ...fields } = op;
    expect(parametersOf(op)).toEqual(fields);
  });

  it('say rightly whether the op is affine', () => {
    const value = (x: readonly number[]) => forward(network, x).at(-1)!;
    const [a, b] = [0.7, -1.3].map((s) =>
      Array.from({ length: network.inputSize }, (_, i) => s * Math.sin(i + 1)),
    );
    const middle = value(a!.map((u, i) => (u + b![i]!) / 2));
    const mean = value(a!).map((v, i) => (v + value(b!)[i]!) / 2);
    const gap = Math.max(...middle.map((v, i) => Math.abs(v - mean[i]!)));
    expect(gap < 1e-14).toBe(traits[kind].affine);
  });

  it('say rightly whether the op only moves numbers, always from the same places', () => {
    const x = Array.from({ length: network.inputSize }, (_, i) => (-1) ** (i + 1) * Math.PI * (i + 1));
    const found = forward(network, x)
      .at(-1)!
      .every((v) => x.includes(v));
    expect(found && traits[kind].affine).toBe(traits[kind].moves);
  });
});

describe('digests', () => {
  const digestOf = (fn: Elementwise): string => {
    const g = new Graph(Math.random);
    return digest(g.network('n', 3, [g.elementwise(g.input(0, [3]), fn)]));
  };

  it('tell all activations and their constants apart', () => {
    const constants = [0.31, 0, -0, Number.NaN].flatMap((value): Elementwise[] => [
      { name: 'elu', alpha: value },
      { name: 'leakyRelu', alpha: value },
      { name: 'thresholdedRelu', theta: value },
    ]);
    const all = [...smooth, ...kinked, ...constants];
    expect(new Set(all.map(digestOf)).size).toBe(all.length);
    expect(digestOf({ alpha: 0.3, name: 'elu' })).toBe(digestOf({ name: 'elu', alpha: 0.3 }));
  });

  it('tell graphs of the same ops apart', () => {
    const made = (build: (g: Graph, u: number, v: number) => number[], size = 4): string => {
      const g = new Graph(Math.random);
      const [u, v] = [g.input(0, [2]), g.input(2, [2])];
      return digest(g.network('n', size, build(g, u, v)));
    };
    const graphs = [
      made((_, u, v) => [u, v]),
      made((_, u, v) => [v, u]),
      made((_, u, v) => [u, v], 5),
      made((_, u) => [u]),
      made((g, u, v) => [g.add(u, v)]),
      made((g, u, v) => [g.add(v, u)]),
      made((g, u, v) => [g.concat([u, v])]),
      made((g, u, v) => [g.reshape(g.concat([u, v]), [1, 4])]),
      made((g, u, v) => [g.reshape(g.concat([u, v]), [4, 1])]),
    ];
    expect(new Set(graphs).size).toBe(graphs.length);
  });

  it('do not ask whether equal arrays are one', () => {
    const made = (one: Tensor, two: Tensor): string => {
      const g = new Graph(Math.random);
      const scale = (u: number, own: Tensor): number =>
        g.node({ kind: 'scale', scale: own, shift: own }, [u], [3]);
      return digest(g.network('n', 3, [scale(scale(g.input(0, [3]), one), two)]));
    };
    const one = tensor(3);
    expect(made(one, one)).toBe(made(tensor(3), tensor(3)));
    expect(made(one, one)).not.toBe(made(one, { ...one, shape: [1, 3] }));
  });
});

it('does not compile with a field left out', () => {
  // @ts-expect-error the bias is missing
  const tensors: Traits<'affine'>['tensors'] = { weight: true };
  // @ts-expect-error the axis is missing
  const constants: Traits<'concat'>['constants'] = {};
  expect([tensors, constants]).toBeDefined();
});
