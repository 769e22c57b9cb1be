import type { Lexer } from './lexer.js';

/** What a suffix belongs to. */
export type SuffixTarget = 'variables' | 'constraints' | 'objectives' | 'problem';

/** Values that the modelling language attached to variables, rows, objectives or the problem; unset entries are 0. */
export interface Suffix {
  readonly name: string;
  readonly target: SuffixTarget;
  readonly integer: boolean;
  readonly index: Int32Array;
  readonly value: Float64Array;
}

const targets: readonly SuffixTarget[] = ['variables', 'constraints', 'objectives', 'problem'];

/** Reads an S segment; `sizes` are the numbers of variables, constraints, objectives and problems (1). */
export function readSuffix(lexer: Lexer, sizes: readonly number[]): Suffix {
  const kind = lexer.integer('the kind of a suffix');
  if (kind < 0 || kind > 7) lexer.fail(`expected a suffix kind from 0 to 7, found ${kind}`);
  const target = targets[kind & 3]!;
  const size = sizes[kind & 3]!;
  const count = lexer.integer('the number of suffix values');
  if (count < 0 || count > size) lexer.fail(`${count} suffix values for ${size} ${target}`);
  const name = lexer.word('the name of a suffix');
  lexer.endRecord();
  const integer = (kind & 4) === 0;
  const index = new Int32Array(count);
  const value = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    index[k] = lexer.integer('an index');
    if (index[k]! < 0 || index[k]! >= size)
      lexer.fail(`suffix ${name}: index ${index[k]} outside the ${size} ${target}`);
    value[k] = integer ? lexer.integer('an integer value') : lexer.real('a value');
    lexer.endRecord();
  }
  return { name, target, integer, index, value };
}

/** The suffix as a full vector, `absent` where it has no entry; undefined when the file does not carry it. */
export function suffixVector(
  suffixes: readonly Suffix[],
  name: string,
  target: SuffixTarget,
  size: number,
  absent: number,
): Float64Array | undefined {
  const found = suffixes.filter((suffix) => suffix.name === name && suffix.target === target);
  if (found.length === 0) return undefined;
  const out = new Float64Array(size).fill(absent);
  for (const { index, value } of found) for (let k = 0; k < index.length; k++) out[index[k]!] = value[k]!;
  return out;
}
