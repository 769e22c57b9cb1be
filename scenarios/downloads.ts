import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../index.js';
import { cacheFolder } from './data.js';

export interface Download {
  readonly file: string;
  readonly url: string;
  /** Digest of the public original. */
  readonly md5: string;
}

export interface DataSet {
  readonly about: string;
  readonly licence: string;
  readonly files: readonly Download[];
}

/** The public originals that `graybox data NAME` brings. */
export const dataSets: Readonly<Record<string, DataSet>> = {
  mnist: {
    about: 'the MNIST test set, 10,000 images of handwritten digits',
    licence: 'CC BY-SA 3.0, Yann LeCun and Corinna Cortes',
    files: [
      {
        file: 't10k-images-idx3-ubyte.gz',
        url: 'https://ossci-datasets.s3.amazonaws.com/mnist/t10k-images-idx3-ubyte.gz',
        md5: '9fb629c4189551a2d022fa330f9573f3',
      },
      {
        file: 't10k-labels-idx1-ubyte.gz',
        url: 'https://ossci-datasets.s3.amazonaws.com/mnist/t10k-labels-idx1-ubyte.gz',
        md5: 'ec29112dd5afa0611ce80d1b7f02629c',
      },
    ],
  },
};

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/**
 * Downloads a data set into `folder` (default: the user's cache), file by file; what is there with the right digest is
 * kept. A file appears under its name only after its digest was checked. Returns the folder.
 */
export async function download(
  name: string,
  options: {
    readonly folder?: string;
    readonly set?: DataSet;
    readonly report?: (line: string) => void;
    readonly signal?: AbortSignal;
  } = {},
): Promise<string> {
  const set = options.set ?? dataSets[name];
  if (set === undefined)
    throw new InputError(
      `no data set '${name}' can be downloaded: there is ${Object.keys(dataSets).join(', ')}`,
    );
  const folder = options.folder ?? join(cacheFolder(), name);
  mkdirSync(folder, { recursive: true });
  for (const { file, url, md5: expected } of set.files) {
    const target = join(folder, file);
    if (existsSync(target) && md5(readFileSync(target)) === expected) {
      options.report?.(`${file}: already here`);
      continue;
    }
    const bytes = await fetchBytes(url, options.signal);
    const actual = md5(bytes);
    if (actual !== expected)
      throw new InputError(
        `${url}: its MD5 is ${actual}, not ${expected}: the download is damaged or the original changed; nothing was kept`,
      );
    writeFileSync(`${target}.part`, bytes);
    renameSync(`${target}.part`, target);
    options.report?.(`${file}: ${bytes.length.toLocaleString('en-US')} bytes, digest right`);
  }
  return folder;
}

async function fetchBytes(url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const limit = AbortSignal.timeout(120_000);
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new InputError(
      `${url}: cannot be downloaded (${cause}): check the connection, or download it by hand into the data folder`,
    );
  }
}
