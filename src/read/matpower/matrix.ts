import { InputError } from '../../core/errors.js';
import { type Field, isSign } from './fields.js';
import type { Token } from './lexer.js';

/** A matrix of numbers with the line that each row begins in. */
export interface Matrix {
  readonly name: string;
  readonly line: number;
  readonly rows: readonly (readonly number[])[];
  readonly lines: readonly number[];
}

const words = new Map([
  ['Inf', Number.POSITIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['pi', Math.PI],
]);

/** A field as a matrix: entries apart by blanks or commas, rows by `;` or newlines. Rows may differ in length. */
export function readMatrix({ name, line, tokens }: Field, file: string): Matrix {
  if (!isSign(tokens[0], '[') || !isSign(tokens.at(-1), ']'))
    throw new InputError(`${file}:${line}: ${name} is no matrix: write [ … ]`);
  const [rows, lines]: [number[][], number[]] = [[], []];
  let row: number[] = [];
  let start = line;
  const close = (): void => {
    if (row.length === 0) return;
    rows.push(row);
    lines.push(start);
    row = [];
  };
  for (let k = 1; k < tokens.length - 1; k++) {
    const token = tokens[k]!;
    if (token.kind === 'newline' || isSign(token, ';')) close();
    else if (!isSign(token, ',')) {
      const { value, end } = readNumber(tokens, k, name, file);
      if (row.length === 0) start = token.line;
      row.push(value);
      k = end;
    }
  }
  close();
  return { name, line, rows, lines };
}

/** A field as one number or text. */
export function readScalar({ name, line, tokens }: Field, file: string): number | string {
  const [first] = tokens;
  if (tokens.length === 1 && first?.kind === 'text') return first.text;
  const { value, end } = readNumber(tokens, 0, name, file, line);
  if (end !== tokens.length - 1) throw new InputError(`${file}:${line}: ${name} is more than one number`);
  return value;
}

/** The number, with or without a sign, that begins at token `k`. */
function readNumber(
  tokens: readonly Token[],
  k: number,
  name: string,
  file: string,
  line = tokens[k]?.line ?? 0,
): { readonly value: number; readonly end: number } {
  const signed = isSign(tokens[k], '-') || isSign(tokens[k], '+');
  const end = signed ? k + 1 : k;
  const token = tokens[end];
  const value =
    token?.kind === 'number' ? token.value : token?.kind === 'word' ? words.get(token.text) : undefined;
  const glued = (other: Token | undefined): boolean =>
    other !== undefined &&
    other.kind !== 'newline' &&
    !other.apart &&
    !/^[[\],;]$/.test('text' in other ? other.text : '');
  // [1 - 2] and [1-2] are sums in MATLAB, [1 -2] are two numbers.
  if (value === undefined || (signed && token!.apart) || glued(tokens[end + 1]))
    throw new InputError(`${file}:${line}: ${name} holds more than numbers: formulas and names are not read`);
  return { value: isSign(tokens[k], '-') ? -value : value, end };
}
