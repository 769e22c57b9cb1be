import { InputError } from '../../index.js';

export interface Assignment {
  readonly name: string;
  readonly text: string;
}

/**
 * Takes `key=value` pairs apart as AMPL's solver library does: separated by blanks, blanks around `=` allowed, `=`
 * itself dispensable, values in single or double quotes where they hold blanks (a quote inside is doubled).
 */
export function parseAssignments(text: string): Assignment[] {
  const pattern = /\s*([^\s=]+)\s*=?\s*("(?:[^"]|"")*"|'(?:[^']|'')*'|[^\s]*)/y;
  const assignments: Assignment[] = [];
  while (pattern.lastIndex < text.trimEnd().length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match) throw new InputError(`expected key=value, found '${text.slice(start).trim()}'`);
    const [, name, value] = match;
    assignments.push({ name: name!, text: unquote(value!) });
  }
  return assignments;
}

function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || text[text.length - 1] !== quote) return text;
  return text.slice(1, -1).replaceAll(quote + quote, quote);
}
