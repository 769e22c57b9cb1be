import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize, sep } from 'node:path';
import { Budget, type BudgetLimits } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import type { Network } from '../../src/network/graph.js';
import { Draft, openFolder } from './draft.js';
import { causeOf, fetchWithinHost } from './fetch-within-host.js';
import { readJson } from './read-json.js';

/** Seconds that all files of a network may take, and for which nothing may come. */
export interface Patience {
  readonly seconds: number;
  readonly silence: number;
}

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
  patience: Patience = { seconds: 600, silence: 30 },
): Promise<Network> {
  const { url, file } = located(address);
  const ending = endings.find((own) => file.toLowerCase().endsWith(own));
  if (ending === undefined)
    throw new InputError(`${address}: give the address of a file that ends in ${endings.join(', ')}`);
  const budget = new Budget(limits);
  const folder = temporary(address);
  const own = named(folder, file);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const bring = bringer(budget.limit('bytes'), patience);
  try {
    await bring(url.href, own);
    if (ending === '.json')
      for (const shard of shardsOf(readJson(own, { limits }), address, budget)) {
        const to = named(folder, shard);
        openFolder(dirname(to));
        await bring(beside(url, shard), to);
      }
    return read(own);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const { message } = error;
    throw new InputError(message.replaceAll(own, address).replaceAll(`${folder}${sep}`, ''));
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** The address, and the name of the file there. */
function located(address: string): { readonly url: URL; readonly file: string } {
  try {
    const url = new URL(address);
    const file = decodeURIComponent(url.pathname.split('/').at(-1) ?? '');
    if (!/[\\/\0]/.test(file)) return { url, file };
  } catch {
    // Told below.
  }
  throw new InputError(`${address}: is no address of a file`);
}

function temporary(address: string): string {
  try {
    return mkdtempSync(join(tmpdir(), 'graybox-network-'));
  } catch (error) {
    throw new InputError(`${address}: no folder for its files can be made (${causeOf(error)}); set TMPDIR`);
  }
}

/** The address of a file beside another one: on the same host. */
function beside(url: URL, name: string): string {
  const shown = name.slice(0, 60);
  if (!URL.canParse(name, url.href))
    throw new InputError(`${url.href}: the file name "${shown}" gives no address`);
  const to = new URL(name, url);
  if (to.host !== url.host || to.protocol !== url.protocol)
    throw new InputError(`${url.href}: the file name "${shown}" leads to ${to.host}, which is not asked`);
  return to.href;
}

/** A file inside the folder. */
function named(folder: string, name: string): string {
  const path = normalize(join(folder, name));
  if (!path.startsWith(`${folder}${sep}`) || name.includes('\0'))
    throw new InputError(`the file name "${name.slice(0, 60)}" leaves its folder; load the files from disk`);
  return path;
}

/** Files of weights beside a model.json, as far as it names any. */
function shardsOf(json: unknown, address: string, budget: Budget): string[] {
  const manifest = (json as { weightsManifest?: unknown } | null)?.weightsManifest;
  if (!Array.isArray(manifest)) return [];
  const paths = manifest.flatMap((group: { paths?: unknown } | null) => group?.paths ?? []);
  const plain = (path: unknown): path is string =>
    typeof path === 'string' && !/^[a-z][a-z+.-]*:/i.test(path);
  const shards = new Set(paths.filter(plain));
  budget.check('files', shards.size, address);
  return [...shards];
}

/** Brings files, all of them together within `most` bytes. */
function bringer(most: number, { seconds, silence }: Patience): (url: string, to: string) => Promise<void> {
  const signal = AbortSignal.timeout(1000 * seconds);
  let taken = 0;
  return async (url, to) => {
    const draft = Draft.open(to);
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(new Error(`nothing came for ${silence} s`)), 1000 * silence);
    try {
      const { body } = await fetchWithinHost(url, AbortSignal.any([signal, stalled.signal]));
      for await (const piece of body) {
        timer.refresh();
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
      clearTimeout(timer);
      draft.close();
    }
  };
}
