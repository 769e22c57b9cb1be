import { InputError } from '../../core/errors.js';

/** A token of MATLAB's data syntax. `apart`: blanks stand before it, which separate the entries of a matrix. */
export type Token = { readonly line: number; readonly apart: boolean } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'word' | 'text' | 'sign'; readonly text: string }
  | { readonly kind: 'newline' | 'end' }
);

const number = /(?:\d+\.?\d*|\.\d+)(?:[eEdD][+-]?\d+)?/y;
const word = /[A-Za-z_][\w.]*/y;
const blank = /[ \t\r\f\v\u00a0\ufeff]+/y;
const toLineEnd = /[^\n]*/y;

/** The tokens of a MATPOWER case file, without comments and joined where `...` continues a line. */
export class Lexer {
  #at = 0;
  #line = 1;
  /** Whether a quote here would transpose what stands before it. */
  #afterValue = false;

  constructor(
    readonly text: string,
    readonly file: string,
  ) {}

  next(): Token {
    const before = this.#at;
    this.#skip();
    const token = this.#read(this.#at > before);
    this.#afterValue =
      token.kind === 'number' ||
      token.kind === 'word' ||
      (token.kind === 'sign' && /[\])}]/.test(token.text));
    return token;
  }

  #skip(): void {
    for (;;) {
      this.#match(blank);
      const character = this.text[this.#at];
      if (character === '%' || character === '#') this.#comment();
      else if (this.text.startsWith('...', this.#at)) {
        this.#match(toLineEnd);
        this.#at++;
        this.#line++;
      } else return;
    }
  }

  /** A comment to the end of the line, or between lines `%{` and `%}`, which nest. */
  #comment(): void {
    const opening = this.#lineHere();
    this.#match(toLineEnd);
    if (!/^[%#]\{$/.test(opening)) return;
    const line = this.#line;
    for (let depth = 1; depth > 0; ) {
      if (this.#at >= this.text.length)
        throw new InputError(`${this.file}:${line}: the comment that begins here with %{ does not end`);
      this.#at++;
      this.#line++;
      const here = this.#lineHere();
      if (/^[%#]\{$/.test(here)) depth++;
      else if (/^[%#]\}$/.test(here)) depth--;
      this.#match(toLineEnd);
    }
  }

  /** The whole line, trimmed. */
  #lineHere(): string {
    const start = this.text.lastIndexOf('\n', this.#at - 1) + 1;
    const end = this.text.indexOf('\n', this.#at);
    return this.text.slice(start, end < 0 ? undefined : end).trim();
  }

  #read(apart: boolean): Token {
    const [line, character] = [this.#line, this.text[this.#at]];
    if (character === undefined) return { kind: 'end', line, apart };
    if (character === '\n') {
      this.#at++;
      this.#line++;
      return { kind: 'newline', line, apart };
    }
    const digits = this.#match(number);
    if (digits !== undefined) {
      const follows = this.#match(word);
      if (follows !== undefined)
        throw new InputError(`${this.file}:${line}: '${digits}${follows}' is no number`);
      return { kind: 'number', value: Number(digits.replace(/[dD]/, 'e')), line, apart };
    }
    const name = this.#match(word);
    if (name !== undefined) return { kind: 'word', text: name, line, apart };
    if (character === '"' || (character === "'" && (apart || !this.#afterValue)))
      return { kind: 'text', text: this.#quoted(character), line, apart };
    this.#at++;
    return { kind: 'sign', text: character, line, apart };
  }

  /** A text in quotes; a quote inside is written twice. */
  #quoted(quote: string): string {
    let text = '';
    for (let at = this.#at + 1; ; at++) {
      const character = this.text[at];
      if (character === undefined || character === '\n')
        throw new InputError(`${this.file}:${this.#line}: a text in quotes does not end in its line`);
      if (character === quote && this.text[++at] !== quote) {
        this.#at = at;
        return text;
      }
      text += character;
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }
}
