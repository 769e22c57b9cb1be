import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EvaluationError, InputError } from '../../src/core/errors.js';
import { oneLine, shown, shownJson } from '../../src/core/shown.js';

/** What a terminal acts on, written out by hand. */
const obeyed = (text: string): string[] =>
  [...text].filter((character) => {
    const code = character.codePointAt(0)!;
    return (
      code < 0x20 ||
      (code >= 0x7f && code < 0xa0) ||
      [0x61c, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff].includes(code) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069)
    );
  });

describe('text from files', () => {
  it.each([
    ['\x1b[2Jred\x07\nline', '\\x1b[2Jred\\x07\\nline'],
    ['a\tb\r', 'a\\tb\\r'],
    ['\x9b31m\x7f\0', '\\x9b31m\\x7f\\x00'],
    ['abc\u202ecba\u2028', 'abc\\u202ecba\\u2028'],
    ['y = NN(x) ≤ λ “ok” 数', 'y = NN(x) ≤ λ “ok” 数'],
    ['👍', '👍'],
  ])('%j is shown as one line', (text, expected) => {
    expect(oneLine(text)).toBe(expected);
  });

  it('is never obeyed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(obeyed(oneLine(text))).toEqual([]);
        expect(obeyed(shown(text)).filter((character) => !'\n\t'.includes(character))).toEqual([]);
        const json = shownJson(JSON.stringify({ [text]: text }));
        expect(obeyed(json)).toEqual([]);
        expect(JSON.parse(json)).toEqual({ [text]: text });
      }),
    );
  });

  it('is one line in the messages of errors', () => {
    expect(new InputError('layer "a\nb\x1b[0m"').message).toBe('layer "a\\nb\\x1b[0m"');
    expect(new EvaluationError('row\n1').message).toBe('row\\n1');
    const cause = new Error('why');
    expect(new InputError('x', { cause }).cause).toBe(cause);
  });
});
