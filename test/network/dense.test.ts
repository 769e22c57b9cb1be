import { expect, it } from 'vitest';
import { Budget } from '../../src/core/budget.js';
import { inMemory } from '../../src/core/bytes.js';
import { dense } from '../../src/network/dense.js';
import { readSafetensors } from '../../src/network/read/safetensors.js';
import { forward } from './forward.js';

/** A file of two tensors, as PyTorch would write a layer. */
function file(): Uint8Array {
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    'l.weight': { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] },
    'l.bias': { dtype: 'F64', shape: [2], data_offsets: [24, 40] },
    steps: { dtype: 'I64', shape: [1], data_offsets: [40, 48] },
  });
  const bytes = new Uint8Array(8 + header.length + 48);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(new TextEncoder().encode(header), 8);
  const numbers = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer);
  bytes.set(numbers, 8 + header.length);
  bytes.set(new Uint8Array(Float64Array.of(0.5, -0.5).buffer), 8 + header.length + 24);
  return bytes;
}

it('builds a network of the arrays of a safetensors file', () => {
  const tensors = readSafetensors('m.safetensors', inMemory(file()), new Budget());
  expect([...tensors.keys()]).toEqual(['l.weight', 'l.bias']);
  const network = dense([
    {
      W: tensors.get('l.weight')!,
      b: tensors.get('l.bias')!,
      transposed: true,
      activation: { name: 'softplus', beta: 2 },
    },
  ]);
  const y = forward(network, [1, 0, -1]);
  [-1.5, -2.5].forEach((u, k) => {
    expect(y[k]).toBeCloseTo(Math.log1p(Math.exp(2 * u)) / 2, 12);
  });
  expect(network.parameters).toBe(8);
});

it('transposes matrices while it reads them', () => {
  const turned = readSafetensors('m', inMemory(file()), new Budget(), { turned: true });
  expect(turned.get('l.weight')!.shape).toEqual([3, 2]);
  expect([...turned.get('l.weight')!.data]).toEqual([1, 4, 2, 5, 3, 6]);
  expect(turned.get('l.bias')!.shape).toEqual([2]);
});

it('refuses what is no such file, and arrays that do not fit', () => {
  const bytes = file();
  expect(() => readSafetensors('m', inMemory(bytes.subarray(0, 20)), new Budget())).toThrow(
    /is no safetensors file/,
  );
  expect(() => readSafetensors('m', inMemory(bytes.subarray(0, bytes.length - 12)), new Budget())).toThrow(
    /lies at bytes/,
  );
  const W = { shape: [2, 3], data: new Float32Array(6) };
  expect(() => dense([])).toThrow(/has no layers/);
  expect(() => dense([{ W }, { W }])).toThrow(/takes 2 numbers, the input's last axis has 3/);
  expect(() => dense([{ W: { shape: [6], data: new Float32Array(6) } }])).toThrow(/W must have two axes/);
});

it('takes lists of rows, and refuses what is none by its place', () => {
  const rows = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];
  const listed = dense([{ W: rows, b: [0.5, -0.5], activation: 'tanh' }, { W: [[1], [2]] }]);
  const x = [0.1, 0.2, -0.1];
  const [u, v] = [0, 1].map((j) =>
    x.reduce((total, value, i) => total + value * rows[i]![j]!, j ? -0.5 : 0.5),
  );
  expect(forward(listed, x)[0]).toBeCloseTo(Math.tanh(u!) + 2 * Math.tanh(v!), 14);
  const refused: [unknown, RegExp][] = [
    [[{ W: [[1, 2], [3]] }], /"dense_0": W: row 1 has 1 numbers, expected 2/],
    [[{ W: [[1, Number.NaN]] }], /"dense_0": W: row 0\[1\] is NaN/],
    [[{ W: [[1], ['a']] }], /row 1\[0\] is 'a'/],
    [[{ W: [1, 2] }], /W must have two axes/],
    [[{ W: [] }], /W must have two axes/],
    [[{}], /W must have two axes/],
    [[null], /layer "dense_0": the options/],
    [[{ W: [[1], [2]], b: [1, 2] }], /the bias has shape \[2\], expected \[1\]/],
  ];
  for (const [given, message] of refused) expect(() => dense(given as never)).toThrow(message);
});
