import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { Budget, type BudgetLimits } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import type { Network } from '../../src/network/graph.js';
import { Draft } from './draft.js';
import { causeOf, fetchWithinHost } from './fetch-within-host.js';
import { readJson } from './read-json.js';

/** Seconds that all files of a network may take. */
const seconds = 600;

/**
 * Brings the files of a network at an http address into a folder of their own, reads them there and removes them: the file
 * itself, and the weights that a model.json names beside it. They may take as many bytes as the limits allow, and come from one
 * host. `endings` are those of files that can be read.
 */
export async function fetchNetwork(
  address: string,
  endings: readonly string[],
  limits: BudgetLimits | undefined,
  read: (path: string) => Network,
): Promise<Network> {
  const url = new URL(address);
  const file = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
  const ending = endings.find((own) => file.toLowerCase().endsWith(own));
  if (ending === undefined)
    throw new InputError(`${address}: give the address of a file that ends in ${endings.join(', ')}`);
  const folder = mkdtempSync(join(tmpdir(), 'graybox-network-'));
  const own = named(folder, file);
  const bring = bringer(new Budget(limits).limit('bytes'), AbortSignal.timeout(1000 * seconds));
  try {
    await bring(url.href, own);
    if (ending === '.json')
      for (const shard of shardsOf(readJson(own))) {
        const to = named(folder, shard);
        mkdirSync(dirname(to), { recursive: true });
        await bring(new URL(shard, url).href, to);
      }
    return read(own);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message } = error;
    throw new InputError(message.replaceAll(own, address).replaceAll(`${folder}${sep}`, ''));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file inside the folder. */
function named(folder: string, name: string): string {
  const path = normalize(join(folder, name));
  if (!path.startsWith(`${folder}${sep}`) || name.includes('\0'))
    throw new InputError(`the file name "${name.slice(0, 60)}" leaves its folder; load the files from disk`);
  return path;
}

/** Files of weights beside a model.json, as far as it names any. */
function shardsOf(json: unknown): string[] {
  const manifest = (json as { weightsManifest?: unknown } | null)?.weightsManifest;
  if (!Array.isArray(manifest)) return [];
  const paths = manifest.flatMap((group: { paths?: unknown } | null) => group?.paths ?? []);
  const plain = (path: unknown): path is string =>
    typeof path === 'string' && !/^[a-z][a-z+.-]*:/i.test(path);
  return [...new Set(paths.filter(plain))];
}

/** Brings files, all of them together within `most` bytes. */
function bringer(most: number, signal: AbortSignal): (url: string, to: string) => Promise<void> {
  let taken = 0;
  return async (url, to) => {
    const draft = Draft.open(to);
    try {
      for await (const piece of (await fetchWithinHost(url, signal)).body) {
        taken += piece.length;
        if (taken > most)
          throw new InputError(
            `${url}: is larger than ${most.toLocaleString('en-US')} bytes (limits: { bytes }, on the command line --limit bytes=…, raises that)`,
          );
        draft.write(piece);
      }
      draft.finish();
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw new InputError(`${url}: cannot be downloaded (${causeOf(error)}); check the address`);
    } finally {
      draft.close();
    }
  };
}
