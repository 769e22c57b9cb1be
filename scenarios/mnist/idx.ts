import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InputError } from '../../index.js';

/** Grey images, row-major and one after the other: pixel (r, c) of image i at `(i·rows + r)·columns + c`, 0–255. */
export interface Images {
  readonly images: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

export interface IdxOptions {
  /** Also compare the file's MD5 with the published digest of the MNIST test set. Default false. */
  readonly verify?: boolean;
}

/** The MNIST test set as published (`t10k`), with its well-known MD5 digests. */
export const mnistFiles = {
  images: { name: 't10k-images-idx3-ubyte.gz', md5: '9fb629c4189551a2d022fa330f9573f3' },
  labels: { name: 't10k-labels-idx1-ubyte.gz', md5: 'ec29112dd5afa0611ce80d1b7f02629c' },
} as const;

const fetchIt = 'fetch it with `graybox data mnist` or set GRAYBOX_DATA to the folder that holds mnist/';

/** The test images in the folder `dir` (the `mnist` folder itself). */
export function readImages(dir: string, options: IdxOptions = {}): Images {
  const file = join(dir, mnistFiles.images.name);
  const bytes = unpack(file, mnistFiles.images.md5, options);
  const [count, rows, columns] = header(file, bytes, 3) as [number, number, number];
  return { images: bytes.subarray(16), count, rows, columns };
}

/** The labels 0–9 of the test images in the folder `dir`. */
export function readLabels(dir: string, options: IdxOptions = {}): Uint8Array {
  const file = join(dir, mnistFiles.labels.name);
  const bytes = unpack(file, mnistFiles.labels.md5, options);
  header(file, bytes, 1);
  const labels = bytes.subarray(8);
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new InputError(`${file}: label ${wrong} is ${labels[wrong]}, not a digit; ${fetchIt}`);
  return labels;
}

function unpack(file: string, md5: string, options: IdxOptions): Uint8Array {
  if (!existsSync(file)) throw new InputError(`${file} is missing: ${fetchIt}`);
  const packed = readFileSync(file);
  const digest = options.verify ? createHash('md5').update(packed).digest('hex') : md5;
  if (digest !== md5) throw new InputError(`${file}: MD5 is ${digest}, expected ${md5}; ${fetchIt}`);
  try {
    return gunzipSync(packed);
  } catch (cause) {
    throw new InputError(`${file} is not a complete gzip file (${(cause as Error).message}); ${fetchIt}`);
  }
}

/**
 * Checks an IDX header (two zero bytes, type 8 = unsigned byte, the number of axes, then each length as a big-endian
 * 32-bit integer) against the bytes that follow, and returns the lengths.
 */
function header(file: string, bytes: Uint8Array, axes: number): number[] {
  const start = 4 + 4 * axes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < start || view.getUint32(0) !== 0x0800 + axes) {
    throw new InputError(`${file} is not an IDX file of bytes with ${axes} axes; ${fetchIt}`);
  }
  const lengths = Array.from({ length: axes }, (_, k) => view.getUint32(4 + 4 * k));
  const size = lengths.reduce((product, length) => product * length, 1);
  if (bytes.length - start !== size) {
    throw new InputError(
      `${file}: the header promises ${lengths.join(' × ')} bytes, the file holds ${bytes.length - start}; ${fetchIt}`,
    );
  }
  return lengths;
}
