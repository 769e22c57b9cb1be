import { readFileSync } from 'node:fs';
import { InputError } from '../../index.js';
import type { Assignment } from './assignments.js';

/**
 * The assignments of an option file as Ipopt reads it: names and values separated by blanks, `#` opens a comment, double
 * quotes hold a value with blanks together.
 */
export function readOptionFile(path: string): Assignment[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`option_file_name: ${path} cannot be read (${code})`);
  }
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
