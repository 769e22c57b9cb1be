/**
 * Reads one .nl file record by record, whatever its encoding. Every method throws an `InputError` that names file,
 * place and what was expected as soon as the bytes do not fit.
 */
export interface Lexer {
  /** Bytes of the file: nothing the file announces can be larger. */
  readonly size: number;
  /** Fewest bytes an `integer real` pair, a bound record and an expression node can take in this encoding. */
  readonly least: { readonly pair: number; readonly bound: number; readonly node: number };
  /** The letter that opens the next record, consumed; −1 at the end of the file. */
  key(): number;
  integer(what: string): number;
  real(what: string): number;
  /** A 16-bit integer in binary files, any integer in text. */
  short(what: string): number;
  /** A name: the rest of the line up to a blank (text) or a counted string (binary). */
  word(what: string): string;
  /** The record is complete: nothing but a comment may follow on its line. */
  endRecord(): void;
  /** Throws, naming the place just read. */
  fail(problem: string): never;
}

export const letter = (code: number): string =>
  code < 0
    ? 'the end of the file'
    : code > 32 && code < 127
      ? `'${String.fromCharCode(code)}'`
      : `byte ${code}`;

/** Control characters would break the one line of a message: blanks for tabs, `?` for the others. */
export const printable = (text: string): string =>
  Array.from(text, (char) => {
    if (char === '\t' || char === '\r') return ' ';
    return char < ' ' || (char >= '\x7f' && char < '\xa0') ? '?' : char;
  }).join('');
