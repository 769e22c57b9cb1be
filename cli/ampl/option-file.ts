import { closeSync, constants, openSync, readSync } from 'node:fs';
import { InputError } from '../../index.js';
import type { Assignment } from './assignments.js';

/**
 * The assignments of an option file as Ipopt reads it: names and values separated by blanks, `#` opens a comment, double
 * quotes hold a value with blanks together.
 */
export function readOptionFile(path: string): Assignment[] {
  const text = readText(path);
  const words = Array.from(text.replace(/^\uFEFF/, '').matchAll(/"([^"]*)"|#.*|[^\s"]+/g), (match) => match)
    .filter(([word]) => !word.startsWith('#'))
    .map(([word, quoted]) => quoted ?? word);
  if (words.length % 2 === 1)
    throw new InputError(
      `${path}: option "${words.at(-1)}" has no value: give one option and its value a line`,
    );
  return Array.from({ length: words.length / 2 }, (_, k) => ({
    name: words[2 * k]!,
    text: words[2 * k + 1]!,
  }));
}

/** More than anybody writes down. */
const largest = 1_000_000;

/** The text of a file, /dev/null too; from a pipe what stands in it, without waiting. */
function readText(path: string): string {
  let handle: number | undefined;
  try {
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const bytes = Buffer.alloc(largest + 1);
    let length = 0;
    for (let count = 1; count > 0 && length <= largest; length += count)
      count = readSync(handle, bytes, length, bytes.length - length, null);
    if (length > largest) throw new InputError(`option_file_name: ${path} has more than ${largest} bytes`);
    return bytes.toString('utf8', 0, length);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`option_file_name: ${path} cannot be read (${code})`);
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
