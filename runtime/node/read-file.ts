import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { InputError } from '../../src/core/errors.js';

/** How messages call a number of bytes. */
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;

/**
 * The bytes of a regular file of at most `limit` bytes. Throws {@link InputError} in one line for what is missing,
 * unreadable, larger, or a folder, pipe or device (opened without waiting for a writer).
 */
export function readRegularFile(file: string, limit: number): Buffer {
  return reading(file, (handle, status) => {
    if (status.size > limit)
      throw new InputError(`${file}: has ${megabytes(status.size)}; at most ${megabytes(limit)} are read`);
    const bytes = fill(handle, Buffer.allocUnsafe(status.size));
    if (bytes.length < status.size) throw new InputError(`${file}: became shorter while it was read`);
    return bytes;
  });
}

/** The first bytes of a regular file, `count` or all, and its size. Throws as {@link readRegularFile}. */
export function readBeginning(
  file: string,
  count: number,
): { readonly bytes: Buffer; readonly size: number } {
  return reading(file, (handle, { size }) => ({ bytes: fill(handle, Buffer.allocUnsafe(count)), size }));
}

/** Opens a file for `read`, where it is a regular one. */
function reading<T>(file: string, read: (handle: number, status: Stats) => T): T {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${codeOf(error)})`);
  }
  try {
    const status = fstatSync(handle);
    if (!status.isFile()) throw new InputError(`${file}: is ${kindOf(status)}, not a regular file`);
    return read(handle, status);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: cannot be read (${codeOf(error)})`);
  } finally {
    closeSync(handle);
  }
}

/** As much of the buffer as the file fills. */
function fill(handle: number, bytes: Buffer): Buffer {
  let at = 0;
  for (let count = 1; count > 0 && at < bytes.length; at += count)
    count = readSync(handle, bytes, at, bytes.length - at, at);
  return bytes.subarray(0, at);
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
