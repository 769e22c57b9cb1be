import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../index.js';

/** Creates the folder for results, or says why that cannot be. */
export function openFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new InputError(
      `--out ${folder}: cannot be made (${(error as NodeJS.ErrnoException).code}): name another folder`,
    );
  }
}

/** Writes a file whole or not at all: under a temporary name first, then renamed. */
export function writeWhole(folder: string, name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  const temporary = `${file}.${process.pid}.part`;
  try {
    writeFileSync(temporary, content);
    renameSync(temporary, file);
  } catch (error) {
    throw new InputError(
      `${file}: cannot be written (${(error as NodeJS.ErrnoException).code}): name another folder with --out`,
    );
  }
  return file;
}
