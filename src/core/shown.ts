/**
 * What a terminal obeys in place of showing it, or what reorders the text around it: control characters, line and
 * paragraph separators, marks of writing direction. Names in files that strangers wrote may hold them.
 */
const obeyed = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return (
    short[character] ?? `\\${code < 256 ? 'x' : 'u'}${code.toString(16).padStart(code < 256 ? 2 : 4, '0')}`
  );
}

/** Plain JavaScript may pass anything. */
const plain = (text: string): string => (typeof text === 'string' ? text : typeof text);

/** The text as one line that a terminal shows as it is. */
export const oneLine = (text: string): string => plain(text).replace(obeyed, escaped);

/** The same for text that has lines and tabs of its own. */
export const shown = (text: string): string =>
  plain(text).replace(obeyed, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );

/** JSON in which the characters that it may leave as they are, but a terminal obeys, are escaped. */
export const shownJson = (json: string): string =>
  plain(json).replace(obeyed, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
