import { describe, expect, it } from 'vitest';
import { digest } from '../../runtime/node/digest.js';
import { shared } from '../../runtime/share.js';
import { derive } from '../../src/derive/derive.js';
import { forward } from '../../src/formulate/forward.js';
import type { Network, Op, Tensor } from '../../src/network/graph.js';
import { type Kind, type Traits, tensorsOf, traits } from '../../src/network/traits.js';
import { Graph } from '../engine/networks.js';

const tensor = (...shape: number[]): Tensor => ({
  shape,
  data: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, k) => Math.cos(k + 1)),
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

/** Every typed array that `value` holds, however deep. */
function arraysIn(value: unknown): ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(arraysIn);
}

describe.each(kinds)('traits of %s', (kind) => {
  const network = alone(kind);
  const [op] = samples[kind];

  it('name every array the op holds', () => {
    expect(tensorsOf(op).map(({ data }) => data)).toEqual(arraysIn(op));
  });

  it('have every array in the programs, shared where these travel', () => {
    const programs = derive(network, { kinks: 'allow' });
    const copy = shared(programs);
    for (const { buffer } of arraysIn(copy)) expect(buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(copy).toMatchObject(programs);
    const numbers = arraysIn(copy.value).map((array) => String(array));
    for (const { data } of tensorsOf(op)) expect(numbers).toContain(String(data));
  });

  it('have every array in the digest', () => {
    const before = digest(network);
    tensorsOf(op).forEach((changed) => {
      const nudged = { ...changed, data: changed.data.map((value) => value + 1) };
      const nodes = network.nodes.map((node) => ({
        ...node,
        op: Object.fromEntries(
          Object.entries(node.op).map(([field, own]) => [field, own === changed ? nudged : own]),
        ) as Op,
      }));
      expect(digest({ ...network, nodes })).not.toBe(before);
    });
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

  it('say rightly whether the op only moves numbers', () => {
    const x = Array.from({ length: network.inputSize }, (_, i) => (-1) ** (i + 1) * Math.PI * (i + 1));
    const found = forward(network, x)
      .at(-1)!
      .every((v) => x.includes(v));
    expect(found).toBe(traits[kind].moves);
  });
});

it('does not compile with a trained array left out', () => {
  // @ts-expect-error the bias is missing
  const partial: Traits<'affine'>['tensors'] = { weight: true };
  expect(partial).toBeDefined();
});
