import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { kernelCache } from '../../../runtime/node/kernel-cache.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graybox-kernels-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const binary = Uint8Array.from({ length: 1000 }, (_, k) => k % 251);

it('keeps kernels by what they were compiled of', () => {
  const cache = kernelCache(join(folder, 'a', 'b'))!;
  expect(cache.read('one')).toBeUndefined();
  cache.write('one', binary);
  cache.write('two', binary.subarray(0, 7));
  expect(kernelCache(join(folder, 'a', 'b'))!.read('one')).toEqual(binary);
  expect(cache.read('two')).toEqual(binary.slice(0, 7));
  expect(cache.read('three')).toBeUndefined();
});

it('takes a damaged file for none, and replaces it', () => {
  const cache = kernelCache(join(folder, 'damaged'))!;
  cache.write('one', binary);
  const [file] = readdirSync(join(folder, 'damaged'));
  truncateSync(join(folder, 'damaged', file!), 500);
  expect(cache.read('one')).toBeUndefined();
  cache.write('one', binary);
  expect(cache.read('one')).toEqual(binary);
});

it('does without where nothing can be written', () => {
  writeFileSync(join(folder, 'file'), '');
  const cache = kernelCache(join(folder, 'file'))!;
  cache.write('one', binary);
  expect(cache.read('one')).toBeUndefined();
});
