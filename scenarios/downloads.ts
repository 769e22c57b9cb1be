import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Budget, InputError } from '../index.js';
import { Draft, openFolder, writeWhole } from '../runtime/node/draft.js';
import { causeOf, fetchWithinHost, Refused } from '../runtime/node/fetch-within-host.js';
import { readRegularFile } from '../runtime/node/read-file.js';
import { cacheFolder } from './data.js';
import type { DataSet, Download } from './data-set.js';
import { mnistFiles } from './mnist/idx.js';
import { pglib } from './opf/originals.js';
import { scopfOriginals } from './scopf/originals.js';

export type { DataSet, Download };

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
  scopf: scopfOriginals,
  pglib,
};

const SECONDS = 600;
/** How often a file that was cut is gone on with, and milliseconds before the first time; each pause doubles. */
const MOST_RESUMED = 4;
const FIRST_PAUSE = 200;

/**
 * Downloads a data set into `folder` (default: the user's cache), file by file; what is there with the right size and
 * digest is kept. A file is streamed into a draft, gone on with where the connection was cut, ended where it exceeds its
 * size, and appears under its name only after its digest was checked. Returns the folder.
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
    if (wanted.made) make(wanted, target, join(folder, wanted.made.file));
  }
  return folder;
}

function isHere(target: string, { size, sha256 }: Pick<Download, 'size' | 'sha256'>): boolean {
  if (!existsSync(target)) return false;
  try {
    const bytes = readRegularFile(target, new Budget({ bytes: size }));
    return bytes.length === size && createHash('sha256').update(bytes).digest('hex') === sha256;
  } catch {
    // Larger, unreadable or no file: bringing it anew replaces it or says why not.
    return false;
  }
}

/** Writes what is made of an original, unless it is there. */
function make({ size, made }: Download, original: string, target: string): void {
  const { sha256, from } = made!;
  const bytes = from(readRegularFile(original, new Budget({ bytes: size })));
  const digest = (of: Uint8Array): string => createHash('sha256').update(of).digest('hex');
  if (digest(bytes) !== sha256)
    throw new InputError(
      `${target}: what is made of ${original} is not what is known; report this as a fault`,
    );
  if (!isHere(target, { size: bytes.length, sha256 })) writeWhole(target, bytes);
}

async function bring({ url, size, sha256 }: Download, target: string, signal: AbortSignal): Promise<void> {
  const draft = Draft.open(target);
  try {
    const hash = createHash('sha256');
    let length = 0;
    for (let resumed = 0; ; resumed++)
      try {
        const { body, from } = await fetchWithinHost(url, signal, length);
        // A server that knows no ranges begins again: skip what is here.
        let skip = length - from;
        for await (const whole of body) {
          const piece = whole.subarray(Math.min(skip, whole.length));
          skip -= whole.length - piece.length;
          length += piece.length;
          if (length > size) break;
          hash.update(piece);
          draft.write(piece);
        }
        break;
      } catch (error) {
        if (error instanceof InputError || error instanceof Refused || resumed === MOST_RESUMED) throw error;
        await setTimeout(FIRST_PAUSE * 2 ** resumed, undefined, { signal });
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
