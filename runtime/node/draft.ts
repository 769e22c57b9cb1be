import { randomBytes } from 'node:crypto';
import { closeSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../../src/core/errors.js';

/**
 * A file in the making, beside its target under a random name: it appears under the target's name whole, by `finish`, or
 * not at all. Close it in a `finally`.
 */
export class Draft {
  private handle: number | null;

  private constructor(
    readonly target: string,
    private readonly path: string,
    handle: number,
  ) {
    this.handle = handle;
  }

  /** Throws {@link InputError} where the folder takes no file, or where `target` is a link or a folder. */
  static open(target: string): Draft {
    const status = lstatSync(target, { throwIfNoEntry: false });
    if (status?.isSymbolicLink())
      throw new InputError(
        `${target}: is a link; it is not written through: remove it or name another place`,
      );
    if (status && !status.isFile())
      throw new InputError(`${target}: is there and no regular file: name another place`);
    const path = join(dirname(target), `.${basename(target)}.${randomBytes(8).toString('hex')}.part`);
    try {
      return new Draft(target, path, openSync(path, 'wx'));
    } catch (error) {
      throw refusal(target, error);
    }
  }

  write(bytes: Uint8Array): void {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.handle!, bytes, at);
    } catch (error) {
      throw refusal(this.target, error);
    }
  }

  /** Gives the file its name; what stood there is replaced. */
  finish(): void {
    this.release();
    try {
      renameSync(this.path, this.target);
    } catch (error) {
      throw refusal(this.target, error);
    }
  }

  /** Leaves nothing behind of a draft that was not finished. */
  close(): void {
    this.release();
    rmSync(this.path, { force: true });
  }

  private release(): void {
    if (this.handle !== null) closeSync(this.handle);
    this.handle = null;
  }
}

/** Writes a whole file or nothing. */
export function writeWhole(target: string, content: string | Uint8Array): void {
  const draft = Draft.open(target);
  try {
    draft.write(typeof content === 'string' ? Buffer.from(content) : content);
    draft.finish();
  } finally {
    draft.close();
  }
}

const refusal = (target: string, error: unknown): InputError =>
  new InputError(
    `${target}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error}): name another place`,
  );
