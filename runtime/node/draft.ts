import { randomBytes } from 'node:crypto';
import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../../src/core/errors.js';

/** Drafts that are not closed; the end of the process leaves none behind. */
const unclosed = new Set<Draft>();
process.on('exit', () => {
  for (const draft of unclosed) draft.close();
});

/**
 * A file in the making, beside its target under a random name: it appears under the target's name whole, by `finish`, or
 * not at all. Close it in a `finally`; two writers of one target never mix. It is there from the first `write` on only, so
 * that a process that is killed before leaves nothing behind.
 */
export class Draft {
  private handle: number | null = null;

  private constructor(
    readonly target: string,
    private readonly path: string,
  ) {
    unclosed.add(this);
  }

  /** Throws {@link InputError} where the folder takes no file now, or where `target` is a link or a folder. */
  static open(target: string): Draft {
    const status = statusOf(lstatSync, target);
    if (status?.isSymbolicLink())
      throw new InputError(
        `${target}: is a link; it is not written through: remove it or name another place`,
      );
    if (status && !status.isFile())
      throw new InputError(`${target}: is there and no regular file: name another place`);
    const path = join(
      dirname(target),
      `.${basename(target).slice(0, 100)}.${randomBytes(8).toString('hex')}.part`,
    );
    try {
      closeSync(openSync(path, 'wx'));
      rmSync(path);
      return new Draft(target, path);
    } catch (error) {
      throw refusal(target, error);
    }
  }

  write(content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    try {
      this.handle ??= openSync(this.path, 'wx');
      for (let at = 0; at < bytes.length; ) at += writeSync(this.handle, bytes, at);
    } catch (error) {
      throw refusal(this.target, error);
    }
  }

  /** Gives the file its name; what stood there is replaced. */
  finish(): void {
    if (this.handle === null) this.write('');
    this.release();
    try {
      renameSync(this.path, this.target);
    } catch (error) {
      throw refusal(this.target, error);
    }
  }

  /** Leaves nothing behind of a draft that was not finished. */
  close(): void {
    unclosed.delete(this);
    this.release();
    try {
      rmSync(this.path, { force: true });
    } catch {
      // Where it cannot be removed any more there is no better place for it.
    }
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
    draft.write(content);
    draft.finish();
  } finally {
    draft.close();
  }
}

/**
 * Makes a folder with those above it; returns the ones that were not there, the outermost first. Throws
 * {@link InputError} where that cannot be, or where the folder is a link.
 */
export function openFolder(folder: string): string[] {
  if (statusOf(lstatSync, folder)?.isSymbolicLink())
    throw new InputError(`${folder}: is a link; it is not written through: name the folder itself`);
  const missing: string[] = [];
  for (let at = resolve(folder); ; at = dirname(at)) {
    const status = statusOf(statSync, at);
    if (status?.isDirectory()) break;
    if (status) throw new InputError(`${at}: is there and no folder: name another place`);
    missing.unshift(at);
    if (dirname(at) === at) break;
  }
  // Not by Node's `recursive`, which never returns where the system denies that a folder above is there (/proc/x).
  for (const path of missing)
    try {
      mkdirSync(path);
    } catch (error) {
      if (!statusOf(statSync, path)?.isDirectory()) throw refusal(path, error);
    }
  return missing;
}

function statusOf(
  ask: (path: string, how: { throwIfNoEntry: false }) => Stats | undefined,
  path: string,
): Stats | undefined {
  try {
    return ask(path, { throwIfNoEntry: false });
  } catch (error) {
    throw refusal(path, error);
  }
}

const refusal = (target: string, error: unknown): InputError =>
  new InputError(
    `${target}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error}): name another place`,
  );
