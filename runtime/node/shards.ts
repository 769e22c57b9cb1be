import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { InputError } from '../../src/core/errors.js';
import type { ByteSource } from '../../src/network/read/tfjs/weights.js';
import type { WeightGroup } from '../../src/network/read/tfjs.js';

/** A shard's file; it must lie in the folder of model.json. */
function locate(folder: string, shard: unknown, fail: (problem: string) => InputError): string {
  if (typeof shard !== 'string' || shard === '')
    throw fail(`weights path ${JSON.stringify(shard)} is not a file name`);
  const inside = relative(resolve(folder), resolve(folder, shard));
  if (inside.startsWith('..') || isAbsolute(inside)) {
    throw fail(`weights path "${shard}" leaves the folder; put the weights beside model.json`);
  }
  return join(folder, shard);
}

/** One file of weights, open for reading. */
interface Shard {
  readonly file: string;
  readonly handle: number;
  readonly size: number;
}

/** Opens all shards in `folder` as one run of bytes, after comparing their sizes with what the manifest promises. */
export function openShards(
  folder: string,
  groups: readonly WeightGroup[],
  fail: (problem: string) => InputError,
): { next: ByteSource; close(): void } {
  const opened: Shard[] = [];
  const close = (): void => {
    for (const { handle } of opened) closeSync(handle);
  };
  try {
    const sizes = groups.map(({ entries, shards: names }) => {
      const shards = names.map((name) => locate(folder, name, fail));
      const held = shards.map((file) => {
        if (!existsSync(file) || !statSync(file).isFile()) {
          throw fail(`the file of weights ${file} is missing; copy it beside model.json`);
        }
        const handle = openSync(file, 'r');
        const shard = { file, handle, size: fstatSync(handle).size };
        opened.push(shard);
        return shard.size;
      });
      return {
        held: held.reduce((sum, size) => sum + size, 0),
        needed: entries.reduce((sum, { bytes }) => sum + bytes, 0),
        files: shards,
      };
    });
    const total = (key: 'held' | 'needed') => sizes.reduce((sum, size) => sum + size[key], 0);
    if (total('held') !== total('needed')) {
      const { held, needed, files } = sizes.find((size) => size.held !== size.needed)!;
      const fault = held < needed ? 'truncated' : 'too long';
      throw fail(
        `weights ${files.join(' + ') || '(no file)'} ${files.length > 1 ? 'are' : 'is'} ${fault}: ${held} bytes, the manifest needs ${needed}; copy or save the network again`,
      );
    }
  } catch (error) {
    close();
    throw error;
  }
  return { next: fromFiles(opened), close };
}

/** Bytes of consecutive files; a tensor may begin in one and end in another. */
function fromFiles(shards: readonly Shard[]): ByteSource {
  let [k, at] = [0, 0];
  return (into) => {
    let filled = 0;
    while (filled < into.length) {
      const shard = shards[k];
      if (!shard) throw new InputError('the files of weights changed while they were read; read them again');
      // readSync takes less than 2 GiB at a time.
      const length = Math.min(into.length - filled, shard.size - at, 2 ** 30);
      const read = length === 0 ? 0 : readSync(shard.handle, into, filled, length, at);
      if (read === 0 && length > 0) {
        throw new InputError(`${shard.file}: became shorter while it was read; read it again`);
      }
      filled += read;
      at += read;
      if (at === shard.size) [k, at] = [k + 1, 0];
    }
  };
}
