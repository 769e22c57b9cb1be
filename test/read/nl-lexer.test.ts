import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseNumber } from '../../src/read/nl/number.js';
import { TextLexer } from '../../src/read/nl/text-lexer.js';

const lexer = (text: string) => new TextLexer(new TextEncoder().encode(text), 'numbers.nl', 0);

describe('numbers', () => {
  it('reads every finite double as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(lexer(`${value}\n`).real('a number')).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 2000 },
    );
  });
  it('reads decimals with any number of digits as Number does', () => {
    const digits = fc.stringMatching(/^-?\d{1,25}(\.\d{0,25})?([eE][+-]?\d{1,3})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(lexer(`${text}\n`).real('a number')).toBe(Number(text));
      }),
      { numRuns: 2000 },
    );
  });
  it.each([
    ['1e5', 1e5],
    ['.5', 0.5],
    ['5.', 5],
    ['+3', 3],
    ['-1.5E-3', -1.5e-3],
    ['0x10', 16],
    ['0x1.8p3', 12],
    ['-0X.8P-1', -0.25],
    ['0x1p-1074', 2 ** -1074],
    ['0x1.fffffffffffffp1023', Number.MAX_VALUE],
    ['inf', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('reads %s', (text, value) => {
    expect(parseNumber(text)).toBe(value);
    expect(lexer(`${text}\n`).real('a number')).toBe(value);
  });
  it.each([
    'nan',
    'NaN',
    '',
    '1e',
    '1..2',
    '0x',
    '0xg',
    '--1',
    '1,5',
    'e5',
    '1e5x',
    'infin',
    '0x1p99999999',
  ])('refuses %s', (text) => {
    expect(() => lexer(`${text}\n`).real('a bound')).toThrow(/numbers\.nl:1: expected a bound/);
  });
  it.each(['1.5', '99999999999', 'x', '', '1e3', '-'])('refuses %s as an integer', (text) => {
    expect(() => lexer(`${text}\n`).integer('an index')).toThrow(/numbers\.nl:1: expected an index/);
  });
});

describe('records', () => {
  it('skips comments, blank lines and carriage returns', () => {
    const source = lexer('# first\n\n  n3.5\t# a number\r\nv2\r\n');
    expect(String.fromCharCode(source.key())).toBe('n');
    expect(source.real('a number')).toBe(3.5);
    source.endRecord();
    expect(String.fromCharCode(source.key())).toBe('v');
    expect(source.integer('an index')).toBe(2);
    source.endRecord();
    expect(source.key()).toBe(-1);
  });
  it('names line and token of what does not belong', () => {
    const source = lexer('n1\nn2 7\n');
    source.key();
    source.real('a number');
    source.endRecord();
    source.key();
    source.real('a number');
    expect(() => source.endRecord()).toThrow("numbers.nl:2: expected the end of the line, found '7'");
  });
  it('takes a file without a final newline for truncated', () => {
    const source = lexer('n1');
    source.key();
    source.real('a number');
    expect(() => source.endRecord()).toThrow(/numbers\.nl:1: .*truncated/);
  });
});
