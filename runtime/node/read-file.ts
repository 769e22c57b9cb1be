import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { Budget, BudgetLimit } from '../../src/core/budget.js';
import { type Bytes, taken } from '../../src/core/bytes.js';
import { InputError, isOutOfMemory } from '../../src/core/errors.js';
import { told } from '../../src/core/given.js';
import { beyond } from '../../src/core/kernels.js';

/**
 * The bytes of a regular file, as many as the budget's `limit` allows. Throws {@link InputError} in one line for what is
 * missing, unreadable, larger, or a folder, pipe or device (opened without waiting for a writer).
 */
export function readRegularFile(file: string, budget: Budget, limit: BudgetLimit = 'bytes'): Buffer {
  return reading(file, (handle, status) => {
    budget.check(limit, status.size, file);
    const bytes = room(status.size, file);
    if (fill(handle, bytes) < status.size) throw new InputError(`${file}: became shorter while it was read`);
    refusePointer(file, bytes);
    return bytes;
  });
}

/** A file whose bytes are read piece by piece until it is closed. */
export interface OpenFile {
  readonly bytes: Bytes;
  close(): void;
}

/** Opens a regular file of at most as many bytes as the budget allows. It and its reads throw as {@link readRegularFile}. */
export function openBytes(file: string, budget: Budget): OpenFile {
  const { handle, status } = openRegularFile(file);
  const { size } = status;
  const close = (): void => closeSync(handle);
  const bytes: Bytes = {
    length: size,
    read: (into, at) =>
      guarded(file, () => {
        if (fill(handle, into, at) < into.length)
          throw new InputError(`${file}: became shorter while it was read`);
      }),
  };
  try {
    budget.check('bytes', size, file);
    refusePointer(file, Buffer.from(taken(bytes, 0, Math.min(size, 1024))));
    return { bytes, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The first bytes of a regular file, `count` or all, and its size. Throws as {@link readRegularFile}. */
export function readBeginning(
  file: string,
  count: number,
): { readonly bytes: Buffer; readonly size: number } {
  return reading(file, (handle, { size }) => {
    const bytes = Buffer.allocUnsafe(count);
    return { bytes: bytes.subarray(0, fill(handle, bytes)), size };
  });
}

/** A regular file, open for reading, and its size. Throws as {@link readRegularFile}; the caller closes it. */
export function openRegularFile(file: string): { readonly handle: number; readonly status: Stats } {
  if (typeof file !== 'string') throw new InputError(`${told(file)} is not the path of a file`);
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${codeOf(error)})`);
  }
  const status = fstatSync(handle);
  if (status.isFile()) return { handle, status };
  closeSync(handle);
  throw new InputError(`${file}: is ${kindOf(status)}, not a regular file`);
}

/** Refuses what stands in a repository for a large file that is kept elsewhere. */
export function refusePointer(file: string, bytes: Buffer): void {
  if (bytes.length < 1024 && bytes.toString('latin1', 0, 24) === 'version https://git-lfs.')
    throw new InputError(`${file}: is a Git LFS pointer, not the file itself; fetch it with "git lfs pull"`);
}

/** Opens a file for `read`, where it is a regular one. */
function reading<T>(file: string, read: (handle: number, status: Stats) => T): T {
  const { handle, status } = openRegularFile(file);
  try {
    return guarded(file, () => read(handle, status));
  } finally {
    closeSync(handle);
  }
}

function guarded<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError || isOutOfMemory(error)) throw error;
    throw new InputError(`${file}: cannot be read (${codeOf(error)})`);
  }
}

function room(bytes: number, file: string): Buffer {
  try {
    return Buffer.allocUnsafe(bytes);
  } catch (error) {
    throw isOutOfMemory(error) ? beyond(bytes, file) : error;
  }
}

/** Fills `bytes` from `start` of the file on as far as it goes, and says how far. */
function fill(handle: number, bytes: Uint8Array, start = 0): number {
  let at = 0;
  // One call reads less than 2 GiB.
  for (let count = 1; count > 0 && at < bytes.length; at += count)
    count = readSync(handle, bytes, at, Math.min(bytes.length - at, 2 ** 30), start + at);
  return at;
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const kindOf = (status: Stats): string =>
  status.isDirectory()
    ? 'a folder'
    : status.isFIFO()
      ? 'a pipe'
      : status.isSocket()
        ? 'a socket'
        : 'a device';
