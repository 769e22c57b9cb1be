import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Budget, type BudgetLimits, InputError } from '../../index.js';
import { readRegularFile } from '../../runtime/node/read-file.js';

/** Grey images, row-major and one after the other: pixel (r, c) of image i at `(i·rows + r)·columns + c`, 0–255. */
export interface Images {
  readonly images: Uint8Array;
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

export interface IdxOptions {
  /** Also compare the file's SHA-256 with that of the published MNIST test set. Default false. */
  readonly verify?: boolean;
  /** What the file may ask for; MNIST's training images unpack to 47 MB. */
  readonly limits?: BudgetLimits;
}

/** The MNIST test set as published (`t10k`). */
export const mnistFiles = {
  images: {
    file: 't10k-images-idx3-ubyte.gz',
    size: 1_648_877,
    sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6',
  },
  labels: {
    file: 't10k-labels-idx1-ubyte.gz',
    size: 4542,
    sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6',
  },
} as const;

const fetchIt = 'fetch it with `graybox data mnist` or set GRAYBOX_DATA to the folder that holds mnist/';

/** The test images in the folder `dir` (the `mnist` folder itself). */
export function readImages(dir: string, options: IdxOptions = {}): Images {
  const file = join(dir, mnistFiles.images.file);
  const bytes = unpack(file, mnistFiles.images.sha256, options);
  const [count, rows, columns] = header(file, bytes, 3) as [number, number, number];
  return { images: bytes.subarray(16), count, rows, columns };
}

/** The labels 0–9 of the test images in the folder `dir`. */
export function readLabels(dir: string, options: IdxOptions = {}): Uint8Array {
  const file = join(dir, mnistFiles.labels.file);
  const bytes = unpack(file, mnistFiles.labels.sha256, options);
  header(file, bytes, 1);
  const labels = bytes.subarray(8);
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0)
    throw new InputError(`${file}: label ${wrong} is ${labels[wrong]}, not a digit; ${fetchIt}`);
  return labels;
}

function unpack(file: string, sha256: string, options: IdxOptions): Uint8Array {
  if (!existsSync(file)) throw new InputError(`${file} is missing: ${fetchIt}`);
  const budget = new Budget(options.limits);
  const packed = readRegularFile(file, budget, 'packed');
  const digest = options.verify ? createHash('sha256').update(packed).digest('hex') : sha256;
  if (digest !== sha256)
    throw new InputError(`${file}: SHA-256 is ${digest}, expected ${sha256}; ${fetchIt}`);
  try {
    return gunzipSync(packed, { maxOutputLength: budget.limit('inflated') });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new InputError(
        `${file} unpacks to more than ${budget.limit('inflated') / 2 ** 20} MiB (limits: { inflated }, on the command line --limit inflated=…, raises that); ${fetchIt}`,
      );
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
