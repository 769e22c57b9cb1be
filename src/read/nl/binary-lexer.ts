import { InputError } from '../../core/errors.js';
import { Ticker } from '../../core/ticker.js';
import type { Lexer } from './lexer.js';

/** The binary encoding ('b'): letters as bytes, 32-bit integers, 64-bit reals, counted strings, no separators. */
export class BinaryLexer implements Lexer {
  readonly least = { pair: 12, bound: 1, node: 3 };
  private readonly view: DataView;
  private position: number;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    start: number,
    private readonly littleEndian: boolean,
    private readonly ticker: Ticker = new Ticker(),
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
  }

  get size(): number {
    return this.bytes.length;
  }

  key(): number {
    return this.position < this.bytes.length ? this.bytes[this.position++]! : -1;
  }

  integer(what: string): number {
    return this.view.getInt32(this.take(4, what), this.littleEndian);
  }

  short(what: string): number {
    return this.view.getInt16(this.take(2, what), this.littleEndian);
  }

  real(what: string): number {
    const value = this.view.getFloat64(this.take(8, what), this.littleEndian);
    if (Number.isNaN(value)) this.fail(`expected ${what}, found NaN`);
    return value;
  }

  word(what: string): string {
    const length = this.integer(`the length of ${what}`);
    if (length <= 0 || length > 4096)
      this.fail(`expected the length of ${what} between 1 and 4096, found ${length}`);
    const start = this.take(length, what);
    let text = '';
    for (let k = start; k < this.position; k++) {
      const code = this.bytes[k]!;
      if (code < 32 || code === 127) this.fail(`expected ${what}, found byte ${code} in it`);
      text += String.fromCharCode(code);
    }
    return text;
  }

  endRecord(): void {
    this.ticker.tick();
  }

  fail(problem: string): never {
    throw new InputError(`${this.file}: byte ${Math.min(this.position, this.bytes.length)}: ${problem}`);
  }

  private take(length: number, what: string): number {
    const start = this.position;
    if (start + length > this.bytes.length) {
      this.position = this.bytes.length;
      this.fail(`expected ${what}, found the end of the file: is it truncated?`);
    }
    this.position += length;
    return start;
  }
}
