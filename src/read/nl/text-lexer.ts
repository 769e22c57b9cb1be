import { InputError } from '../../core/errors.js';
import { Ticker } from '../../core/ticker.js';
import { type Lexer, letter, printable } from './lexer.js';
import { parseNumber } from './number.js';

const newline = 10;
const hash = 35;
const powersOfTen = Array.from({ length: 23 }, (_, k) => 10 ** k);

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isBlank = (code: number): boolean => code === 32 || code === 9 || code === 13;

/** The text encoding ('g'): one record per line, `#` opens a comment. */
export class TextLexer implements Lexer {
  readonly least = { pair: 4, bound: 2, node: 3 };
  private position: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    start: number,
    private readonly ticker: Ticker = new Ticker(),
  ) {
    this.position = start;
  }

  get size(): number {
    return this.bytes.length;
  }

  key(): number {
    for (;;) {
      this.skipBlanks();
      const code = this.peek();
      if (code === hash) this.skipComment();
      if (code !== newline && code !== hash) break;
      this.position++;
    }
    if (this.position >= this.bytes.length) return -1;
    return this.bytes[this.position++]!;
  }

  integer(what: string): number {
    this.skipBlanks();
    const start = this.position;
    const negative = this.peek() === 45;
    if (negative || this.peek() === 43) this.position++;
    let value = 0;
    const first = this.position;
    for (let code = this.peek(); isDigit(code); code = this.peek()) {
      value = value * 10 + (code - 48);
      this.position++;
    }
    if (this.position === first || value > 0x7fffffff || !this.atBreak()) {
      this.position = start;
      this.expected(what, 'an integer');
    }
    return negative ? -value : value;
  }

  short(what: string): number {
    return this.integer(what);
  }

  real(what: string): number {
    this.skipBlanks();
    const start = this.position;
    const simple = this.simpleDecimal();
    if (!Number.isNaN(simple)) return simple;
    this.position = start;
    const value = parseNumber(this.token());
    if (Number.isNaN(value)) {
      this.position = start;
      this.expected(what, 'a number');
    }
    return value;
  }

  word(what: string): string {
    this.skipBlanks();
    const start = this.position;
    const text = this.token();
    if (text === '' || text !== printable(text)) {
      this.position = start;
      this.expected(what, 'a name');
    }
    return text;
  }

  endRecord(): void {
    this.ticker.tick();
    this.skipBlanks();
    if (this.peek() === hash) this.skipComment();
    if (this.peek() === newline) {
      this.position++;
      return;
    }
    if (this.position >= this.bytes.length) this.fail('the file ends inside a line: is it truncated?');
    this.expected('the end of the line', '');
  }

  fail(problem: string): never {
    let line = 1;
    // A problem found after a record was read belongs to the line just ended.
    const end = Math.min(this.position, this.bytes.length) - 1;
    for (let k = 0; k < end; k++) if (this.bytes[k] === newline) line++;
    throw new InputError(`${this.file}:${line}: ${problem}`);
  }

  private expected(what: string, kind: string): never {
    const start = this.position;
    const found = printable(this.token().slice(0, 24));
    this.position = Math.min(start + 1, this.bytes.length);
    const seen =
      found !== '' ? `'${found}'` : start >= this.bytes.length ? letter(-1) : 'the end of the line';
    this.fail(`expected ${what}${kind === '' || what.includes(kind) ? '' : ` (${kind})`}, found ${seen}`);
  }

  private peek(): number {
    return this.position < this.bytes.length ? this.bytes[this.position]! : -1;
  }

  private atBreak(): boolean {
    const code = this.peek();
    return code < 0 || code === newline || code === hash || isBlank(code);
  }

  private skipBlanks(): void {
    while (this.position < this.bytes.length && isBlank(this.bytes[this.position]!)) this.position++;
  }

  private skipComment(): void {
    while (this.position < this.bytes.length && this.bytes[this.position] !== newline) this.position++;
  }

  private token(): string {
    const start = this.position;
    while (!this.atBreak()) this.position++;
    let text = '';
    for (let k = start; k < this.position; k++) text += String.fromCharCode(this.bytes[k]!);
    return text;
  }

  /**
   * Digits, point and exponent with at most 15 significant digits and |exponent| ≤ 22, where one multiplication or
   * division of exact doubles rounds correctly; NaN for everything else.
   */
  private simpleDecimal(): number {
    const negative = this.peek() === 45;
    if (negative) this.position++;
    let mantissa = 0;
    let digits = 0;
    let scale = 0;
    let point = false;
    for (; ; this.position++) {
      const code = this.peek();
      if (isDigit(code)) {
        mantissa = mantissa * 10 + (code - 48);
        digits++;
        if (point) scale--;
      } else if (code === 46 && !point) point = true;
      else break;
    }
    if (digits === 0 || digits > 15) return Number.NaN;
    const code = this.peek();
    if (code === 101 || code === 69) {
      this.position++;
      const sign = this.peek();
      if (sign === 45 || sign === 43) this.position++;
      let exponent = 0;
      const first = this.position;
      for (; isDigit(this.peek()) && exponent < 1000; this.position++)
        exponent = exponent * 10 + (this.peek() - 48);
      if (this.position === first) return Number.NaN;
      scale += sign === 45 ? -exponent : exponent;
    }
    if (!this.atBreak() || scale > 22 || scale < -22) return Number.NaN;
    const value = scale < 0 ? mantissa / powersOfTen[-scale]! : mantissa * powersOfTen[scale]!;
    return negative ? -value : value;
  }
}
