import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../index.js';
import { readImages, readLabels } from '../../scenarios/mnist/idx.js';

const given = join(process.env['GRAYBOX_DATA'] ?? join(import.meta.dirname, '../../../shared/data'), 'mnist');

function folder(images?: Uint8Array, labels?: Uint8Array): string {
  const path = mkdtempSync(join(tmpdir(), 'graybox-idx-'));
  if (images) writeFileSync(join(path, 't10k-images-idx3-ubyte.gz'), images);
  if (labels) writeFileSync(join(path, 't10k-labels-idx1-ubyte.gz'), labels);
  return path;
}
const idx = (axes: number[], data: number[]): Uint8Array =>
  gzipSync(Uint8Array.from([0, 0, 8, axes.length, ...axes.flatMap((n) => [0, 0, n >> 8, n & 255]), ...data]));

describe('IDX files', () => {
  it('holds images and labels', () => {
    const path = folder(idx([2, 2, 3], [...Array(12).keys()]), idx([2], [7, 9]));
    const { images, count, rows, columns } = readImages(path);
    expect([count, rows, columns]).toEqual([2, 2, 3]);
    expect(Array.from(images)).toEqual([...Array(12).keys()]);
    expect(Array.from(readLabels(path))).toEqual([7, 9]);
  });

  const good = idx([1, 2, 2], [1, 2, 3, 4]);
  it.each([
    ['missing', undefined, /is missing: .*graybox data mnist/],
    ['not gzip', Uint8Array.of(1, 2, 3), /not a complete gzip file.*graybox data mnist/],
    ['a bomb', gzipSync(new Uint8Array(2 ** 26 + 1)), /unpacks to more than 64 MiB/],
    ['cut', good.subarray(0, good.length - 9), /not a complete gzip file/],
    ['empty', gzipSync(Uint8Array.of()), /not an IDX file/],
    ['labels in place of images', idx([2], [1, 2]), /not an IDX file of bytes with 3 axes/],
    ['too few pixels', idx([1, 2, 2], [1, 2, 3]), /promises 1 × 2 × 2 bytes, the file holds 3/],
  ] as [string, Uint8Array | undefined, RegExp][])('%s', (_, bytes, message) => {
    const path = folder(bytes);
    expect(() => readImages(path)).toThrow(InputError);
    expect(() => readImages(path)).toThrow(message);
    expect(() => readImages(path)).toThrow('t10k-images-idx3-ubyte.gz');
  });

  it('other files than the published ones, and labels that are no digits', () => {
    const path = folder(good, idx([3], [1, 10, 2]));
    expect(() => readImages(path, { verify: true })).toThrow(/SHA-256 is .*, expected 8d422c7b/);
    expect(() => readLabels(path)).toThrow(/label 1 is 10/);
  });

  it.skipIf(!existsSync(given))('the published test set (needs mnist)', () => {
    const { count, rows, columns } = readImages(given, { verify: true });
    expect([count, rows, columns]).toEqual([10000, 28, 28]);
    const labels = readLabels(given, { verify: true });
    expect(Array.from(labels.subarray(0, 8))).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
  });
});
