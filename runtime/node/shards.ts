import { closeSync, readSync, statSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { InputError } from '../../src/core/errors.js';
import type { ByteSource } from '../../src/network/read/tfjs/weights.js';
import type { WeightGroup } from '../../src/network/read/tfjs.js';
import { openRegularFile, readBeginning, refusePointer } from './read-file.js';

/** A file of weights and its size. */
interface Shard {
  readonly file: string;
  readonly size: number;
}

/** A shard's file; it must lie in the folder of model.json. */
function locate(folder: string, shard: unknown, fail: (problem: string) => InputError): string {
  if (typeof shard !== 'string' || shard === '')
    throw fail(`weights path ${JSON.stringify(shard)?.slice(0, 60)} is not a file name`);
  if (/^[a-z][a-z+.-]+:\/\//i.test(shard))
    throw fail(
      `weights path "${shard}" is an address, which is not fetched; put the weights beside model.json`,
    );
  const inside = relative(resolve(folder), resolve(folder, shard));
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
    throw fail(`weights path "${shard}" leaves the folder; put the weights beside model.json`);
  }
  return join(folder, shard);
}

function sized(file: string, fail: (problem: string) => InputError): Shard {
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status) throw fail(`the file of weights ${file} is missing; copy it beside model.json`);
  if (!status.isFile()) throw fail(`the weights ${file} are no regular file; copy one beside model.json`);
  refusePointer(file, readBeginning(file, 1024).bytes);
  return { file, size: status.size };
}

/**
 * All shards in `folder` as one run of bytes, after comparing their sizes with what the manifest promises. One file is open
 * at a time.
 */
export function openShards(
  folder: string,
  groups: readonly WeightGroup[],
  fail: (problem: string) => InputError,
): { next: ByteSource; close(): void } {
  const seen = new Set<string>();
  const shards: Shard[] = [];
  const sizes = groups.map(({ entries, shards: names }) => {
    const own = names.map((name) => {
      const file = locate(folder, name, fail);
      if (seen.has(file)) throw fail(`the file of weights ${file} is listed twice; save the network again`);
      seen.add(file);
      try {
        return sized(file, fail);
      } catch (error) {
        if (error instanceof InputError) throw error;
        throw fail(`the file of weights ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
      }
    });
    for (const shard of own) shards.push(shard);
    return {
      held: own.reduce((sum, { size }) => sum + size, 0),
      needed: entries.reduce((sum, { bytes }) => sum + bytes, 0),
      files: own.map(({ file }) => file),
    };
  });
  const wrong = sizes.find(({ held, needed }) => held !== needed);
  const total = (key: 'held' | 'needed') => sizes.reduce((sum, size) => sum + size[key], 0);
  if (wrong && total('held') !== total('needed')) {
    const { held, needed, files } = wrong;
    const fault = held < needed ? 'truncated' : 'too long';
    throw fail(
      `weights ${files.join(' + ') || '(no file)'} ${files.length > 1 ? 'are' : 'is'} ${fault}: ${held} bytes, the manifest needs ${needed}; copy or save the network again`,
    );
  }
  return new Reader(shards);
}

/** Bytes of consecutive files; a tensor may begin in one and end in another. */
class Reader {
  readonly #shards: readonly Shard[];
  #k = -1;
  #handle: number | undefined;
  #at = 0;

  constructor(shards: readonly Shard[]) {
    this.#shards = shards;
  }

  readonly next: ByteSource = (into) => {
    for (let filled = 0; filled < into.length; ) {
      const { file, size } = this.#open();
      // readSync takes less than 2 GiB at a time.
      const length = Math.min(into.length - filled, size - this.#at, 2 ** 30);
      const read = readSync(this.#handle!, into, filled, length, this.#at);
      if (read === 0) throw changed(file);
      filled += read;
      this.#at += read;
    }
  };

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  /** The shard that has bytes left, open. */
  #open(): Shard {
    while (this.#handle === undefined || this.#at === this.#shards[this.#k]!.size) {
      this.close();
      this.#k++;
      const shard = this.#shards[this.#k];
      if (!shard) throw new InputError('the files of weights changed while they were read; read them again');
      const { handle, status } = openRegularFile(shard.file);
      [this.#handle, this.#at] = [handle, 0];
      if (status.size !== shard.size) throw changed(shard.file);
    }
    return this.#shards[this.#k]!;
  }
}

const changed = (file: string): InputError =>
  new InputError(`${file}: changed while it was read; read it again`);
