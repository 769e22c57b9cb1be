import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { InputError } from '../../src/core/errors.js';

/** How messages call a number of bytes. */
const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`;

/**
 * The bytes of a regular file of at most `limit` bytes. Throws {@link InputError} in one line for what is missing,
 * unreadable, larger, or a folder, pipe or device (opened without waiting for a writer).
 */
export function readRegularFile(file: string, limit: number): Buffer {
  let handle: number;
  try {
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    throw new InputError(`${file}: cannot be read (${codeOf(error)})`);
  }
  try {
    const status = fstatSync(handle);
    if (!status.isFile()) throw new InputError(`${file}: is ${kindOf(status)}, not a regular file`);
    if (status.size > limit)
      throw new InputError(`${file}: has ${megabytes(status.size)}; at most ${megabytes(limit)} are read`);
    const bytes = Buffer.allocUnsafe(status.size);
    let at = 0;
    for (let count = 1; count > 0 && at < bytes.length; at += count)
      count = readSync(handle, bytes, at, bytes.length - at, at);
    if (at < bytes.length) throw new InputError(`${file}: became shorter while it was read`);
    return bytes;
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file}: cannot be read (${codeOf(error)})`);
  } finally {
    closeSync(handle);
  }
}

const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? String(error);

const kindOf = (status: ReturnType<typeof fstatSync>): string =>
  status.isDirectory()
    ? 'a folder'
    : status.isFIFO()
      ? 'a pipe'
      : status.isSocket()
        ? 'a socket'
        : 'a device';
