import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import type { KernelCache } from '../../src/engine/cuda/device.js';
import { openFolder, writeWhole } from './draft.js';
import { readRegularFile } from './read-file.js';

/** Bytes of SHA-256 that stand before a binary, so that a damaged file is none. */
const checkBytes = 32;

/** Compiled kernels as files, by the SHA-256 of what they were compiled of. A place that cannot be used is no cache. */
export function kernelCache(folder = cacheFolder()): KernelCache | undefined {
  if (folder === undefined) return undefined;
  const pathOf = (key: string): string => join(folder, `${sha256(key).toString('hex')}.cubin`);
  const quietly = <T>(use: () => T): T | undefined => {
    try {
      return use();
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  };
  return {
    read: (key) =>
      quietly(() => {
        const path = pathOf(key);
        if (!existsSync(path)) return undefined;
        const bytes = readRegularFile(path, new Budget());
        const binary = bytes.subarray(checkBytes);
        return bytes.subarray(0, checkBytes).equals(sha256(binary)) ? new Uint8Array(binary) : undefined;
      }),
    write: (key, binary) =>
      void quietly(() => {
        openFolder(folder);
        writeWhole(pathOf(key), Buffer.concat([sha256(binary), binary]));
      }),
  };
}

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest();

function cacheFolder(): string | undefined {
  const base = process.env['XDG_CACHE_HOME'];
  if (base && isAbsolute(base)) return join(base, 'graybox-nlp', 'kernels');
  try {
    const home = homedir();
    return isAbsolute(home) ? join(home, '.cache', 'graybox-nlp', 'kernels') : undefined;
  } catch {
    return undefined; // the system knows nothing of this user
  }
}
