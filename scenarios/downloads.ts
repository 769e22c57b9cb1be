import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Budget, InputError } from '../index.js';
import { Draft, openFolder } from '../runtime/node/draft.js';
import { readRegularFile } from '../runtime/node/read-file.js';
import { cacheFolder } from './data.js';
import { mnistFiles } from './mnist/idx.js';

export interface Download {
  readonly file: string;
  readonly url: string;
  /** Bytes of the public original, and its SHA-256. */
  readonly size: number;
  readonly sha256: string;
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
    files: Object.values(mnistFiles).map((each) => ({
      ...each,
      url: `https://ossci-datasets.s3.amazonaws.com/mnist/${each.file}`,
    })),
  },
};

/** Redirections that are followed, all within one host. */
const MOST_REDIRECTS = 5;
const SECONDS = 600;

/**
 * Downloads a data set into `folder` (default: the user's cache), file by file; what is there with the right size and
 * digest is kept. A file is streamed into a draft, cut off where it exceeds its size, and appears under its name only
 * after its digest was checked. Returns the folder.
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
  const set = options.set ?? (Object.hasOwn(dataSets, name) ? dataSets[name] : undefined);
  if (set === undefined)
    throw new InputError(
      `no data set '${name}' can be downloaded: there is ${Object.keys(dataSets).join(', ')}`,
    );
  const cache = cacheFolder();
  const folder = options.folder ?? (cache && join(cache, name));
  if (folder === undefined)
    throw new InputError('there is no home folder to keep downloads in: name a folder with --into');
  openFolder(folder);
  const limit = AbortSignal.timeout(1000 * SECONDS);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  for (const wanted of set.files) {
    const target = join(folder, wanted.file);
    if (isHere(target, wanted)) options.report?.(`${wanted.file}: already here`);
    else {
      await bring(wanted, target, signal);
      options.report?.(`${wanted.file}: ${wanted.size.toLocaleString('en-US')} bytes, digest right`);
    }
  }
  return folder;
}

function isHere(target: string, { size, sha256 }: Download): boolean {
  if (!existsSync(target)) return false;
  try {
    const bytes = readRegularFile(target, new Budget({ bytes: size }));
    return bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;
  } catch {
    // Larger, unreadable or no file: bringing it anew replaces it or says why not.
    return false;
  }
}

async function bring({ url, size, sha256 }: Download, target: string, signal: AbortSignal): Promise<void> {
  const draft = Draft.open(target);
  try {
    const hash = createHash('sha256');
    let length = 0;
    for await (const piece of await stream(url, signal)) {
      length += piece.length;
      if (length > size) break;
      hash.update(piece);
      draft.write(piece);
    }
    if (length !== size) {
      const found = length > size ? `more than ${size}` : `${length}`;
      throw new InputError(
        `${url}: has ${found} bytes, not ${size}: the download is damaged or the original changed; nothing was kept`,
      );
    }
    const actual = hash.digest('hex');
    if (actual !== sha256)
      throw new InputError(
        `${url}: its SHA-256 is ${actual}, not ${sha256}: the download is damaged or the original changed; nothing was kept`,
      );
    draft.finish();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${url}: cannot be downloaded (${causeOf(error)}): check the connection, or download it by hand into the data folder`,
    );
  } finally {
    draft.close();
  }
}

/** The body at `url`; redirections to another host, or away from encryption, are refused. */
async function stream(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  let at = new URL(url);
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await fetch(at, { signal, redirect: 'manual' });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status > 399 || location === null) {
      if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
      return response.body;
    }
    await response.body?.cancel();
    const to = new URL(location, at);
    if (to.host !== at.host || to.protocol !== at.protocol)
      throw new Error(`the server sends on to ${to.protocol}//${to.host}, which is not asked`);
    at = to;
  }
  throw new Error(`the server sends on more than ${MOST_REDIRECTS} times`);
}

const causeOf = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? error.cause.message
      : error.message
    : String(error);
