import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { type Bytes, inMemory } from '../../src/core/bytes.js';
import { decode, encode } from '../../src/core/onnx/schema.js';
import { zipEntries } from '../../src/core/zip.js';
import { permuted } from '../../src/network/lower/convolution.js';
import { readOnnx } from '../../src/network/read/onnx.js';
import { plain, reshaped, stored, storeOf } from '../../src/network/stored.js';
import { forward } from './forward.js';

/** The same bytes, none in memory; how many were read, and the most at a time. */
function onDisk(bytes: Uint8Array): { bytes: Bytes; all: () => number; most: () => number } {
  let [all, most] = [0, 0];
  return {
    bytes: {
      length: bytes.length,
      read(into, at) {
        expect(at + into.length).toBeLessThanOrEqual(bytes.length);
        all += into.length;
        most = Math.max(most, into.length);
        into.set(bytes.subarray(at, at + into.length));
      },
    },
    all: () => all,
    most: () => most,
  };
}

const numbers = (count: number): Float32Array => Float32Array.from({ length: count }, (_, k) => Math.sin(k));
const info = (name: string, shape: readonly number[]) => ({
  name,
  type: { tensorType: { elemType: 1, shape: { dim: shape.map((dimValue) => ({ dimValue })) } } },
});

/** `tanh(x Wᵀ) V`, `W` as bytes, `V` as a list of floats. */
function model(width: number): Uint8Array {
  const bits = numbers(width * width);
  return encode('ModelProto', {
    irVersion: 8,
    opsetImport: [{ domain: '', version: 17 }],
    graph: {
      node: [
        { input: ['x', 'W'], output: ['u'], opType: 'Gemm', attribute: [{ name: 'transB', i: 1, type: 2 }] },
        { input: ['u'], output: ['v'], opType: 'Tanh' },
        { input: ['v', 'V'], output: ['y'], opType: 'MatMul' },
      ],
      initializer: [
        { name: 'W', dims: [width, width], dataType: 1, rawData: new Uint8Array(bits.buffer) },
        { name: 'V', dims: [width, 2], dataType: 1, floatData: [...numbers(2 * width)] },
      ],
      input: [info('x', [1, width])],
      output: [info('y', [])],
    },
  });
}

it('reads a file in pieces as it reads it from memory', () => {
  const bytes = model(40);
  const disk = onDisk(bytes);
  const read = (from: Bytes | Uint8Array) => readOnnx({ file: 'm', name: 'm', bytes: from });
  expect(read(disk.bytes)).toEqual(read(bytes));
  const x = [...numbers(40)];
  const W = numbers(1600);
  const u = x.map((_, j) => Math.tanh(x.reduce((sum, own, i) => sum + own * W[j * 40 + i]!, 0)));
  const y = [0, 1].map((j) => u.reduce((sum, own, i) => sum + own * numbers(80)[2 * i + j]!, 0));
  forward(read(disk.bytes), x).forEach((own, k) => {
    expect(own).toBeCloseTo(y[k]!, 5);
  });
});

it('reads each number once, few at a time, where it transposes a matrix', () => {
  const bytes = model(1024);
  const disk = onDisk(bytes);
  readOnnx({ file: 'm', name: 'm', bytes: disk.bytes });
  expect(disk.all()).toBeLessThan(1.2 * bytes.length);
  expect(disk.most()).toBeLessThan(bytes.length / 3);
});

it('finds numbers that packed and single entries of a list hold', () => {
  const list = new Uint8Array(Float32Array.of(1, 2, 3).buffer);
  const [packed, single] = [
    [0x22, list.length, ...list],
    [0x25, ...list.subarray(0, 4)],
  ] as const;
  const { floatData } = decode('TensorProto', Uint8Array.from([...packed, ...single, 0x08, 4]));
  expect(floatData.length).toBe(2);
  expect((floatData[0] as Bytes).length).toBe(12);
  expect(floatData[1]).toBe(1);
});

it('permutes axes of what is stored as of what is in memory', () => {
  for (const [shape, permutation] of [
    [
      [2, 3, 4, 5],
      [2, 3, 1, 0],
    ],
    [
      [7, 300],
      [1, 0],
    ],
    [
      [70, 3, 50],
      [1, 0, 2],
    ],
    [
      [3, 4],
      [0, 1],
    ],
    [[5], [0]],
  ] as const) {
    const data = numbers(shape.reduce<number>((a, b) => a * b, 1));
    const store = {
      double: false,
      read: (into: Float32Array | Float64Array, at: number) => into.set(data.subarray(at, at + into.length)),
    };
    const tensor = stored(shape, store, {});
    const inner = reshaped(tensor, [data.length]);
    expect(storeOf(inner)).toBeDefined();
    const turned = permuted(tensor, permutation);
    expect(turned.shape).toEqual(permutation.map((axis) => shape[axis]));
    expect([...turned.data]).toEqual([...permuted({ shape, data }, permutation).data]);
    expect(permuted(tensor, permutation)).toBe(turned);
    expect(plain(tensor)).toBe(plain(tensor));
    expect([...inner.data]).toEqual([...data]);
  }
});

it('finds the files of a zip file, stored or packed', () => {
  const text = new TextEncoder().encode('a'.repeat(500));
  const raw = new Uint8Array(numbers(50).buffer);
  const bytes = zipSync({ 'a/b.txt': text, 'c.bin': [raw, { level: 0 }] }, { comment: 'x' });
  const disk = onDisk(bytes);
  const entries = zipEntries(disk.bytes);
  expect([...entries.keys()]).toEqual(['a/b.txt', 'c.bin']);
  expect(entries.get('a/b.txt')!.read()).toEqual(text);
  expect([...entries.get('c.bin')!.read()]).toEqual([...raw]);
  expect(() => zipEntries(inMemory(bytes.subarray(0, bytes.length - 30)))).toThrow(/no directory/);
  const damaged = bytes.slice();
  damaged[0] = 0;
  expect(() => zipEntries(inMemory(damaged)).get('a/b.txt')!.read()).toThrow(/directory says/);
});
