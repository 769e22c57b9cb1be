import { closeSync, fstatSync, lstatSync, openSync, readSync, writeSync } from 'node:fs';
import { Budget } from '../../src/core/budget.js';
import { InputError } from '../../src/core/errors.js';
import { readRegularFile } from './read-file.js';

/**
 * A file of lines that grows: each line is appended whole by one write, so that several writers do not mix and an end at
 * any moment costs at most the last line.
 */
export class Lines {
  #handle: number | undefined;

  private constructor(
    readonly path: string,
    handle: number,
  ) {
    this.#handle = handle;
  }

  /** Throws {@link InputError} where nothing can be appended, or where `path` is a link or no file. */
  static open(path: string): Lines {
    try {
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status?.isSymbolicLink())
        throw new InputError(
          `${path}: is a link; it is not written through: remove it or name another place`,
        );
      if (status && !status.isFile())
        throw new InputError(`${path}: is there and no regular file: name another place`);
      const lines = new Lines(path, openSync(path, 'a+'));
      if (lines.#isCut()) lines.#write('\n');
      return lines;
    } catch (error) {
      throw error instanceof InputError ? error : refusal(path, error);
    }
  }

  append(line: string): void {
    try {
      this.#write(`${line}\n`);
    } catch (error) {
      throw refusal(this.path, error);
    }
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
  }

  #write(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#handle!, bytes, at);
  }

  /** Whether the last line was not written to its end. */
  #isCut(): boolean {
    const { size } = fstatSync(this.#handle!);
    const last = Buffer.alloc(1);
    return size > 0 && readSync(this.#handle!, last, 0, 1, size - 1) === 1 && last[0] !== 10;
  }
}

/** The objects of a file of JSON lines, none where it is not there; what is no JSON object, as a line cut short, is left out. */
export function readJsonLines(path: string): Record<string, unknown>[] {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
  return readRegularFile(path, new Budget())
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const value = JSON.parse(line);
        return typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : [];
      } catch {
        return [];
      }
    });
}

const refusal = (path: string, error: unknown): InputError =>
  new InputError(
    `${path}: cannot be written (${(error as NodeJS.ErrnoException).code ?? error}): name another place`,
  );
