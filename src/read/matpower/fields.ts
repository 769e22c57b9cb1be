import { InputError } from '../../core/errors.js';
import { Lexer, type Token } from './lexer.js';

/** What a case file assigns to a field of its struct: tokens, read when the field turns out to be needed. */
export interface Field {
  readonly name: string;
  readonly line: number;
  readonly tokens: readonly Token[];
}

/** The assignments of a case file, in order; a later one of the same field replaces the former, as in MATLAB. */
export interface CaseFields {
  /** Name of the function in the file, where there is one. */
  readonly name?: string;
  readonly fields: ReadonlyMap<string, Field>;
}

/** Statements that say nothing about the grid: named column numbers, ends of functions. */
const harmless = new Set(['define_constants', 'end', 'endfunction', 'return']);

/**
 * Takes a case file apart into assignments to fields. Throws {@link InputError} with file and line for what is more than
 * data: a program would have to be run to know what the grid is.
 */
export function readFields(text: string, file: string): CaseFields {
  const lexer = new Lexer(text, file);
  const fields = new Map<string, Field>();
  let struct = 'mpc';
  let name: string | undefined;
  for (;;) {
    const statement = readStatement(lexer);
    if (statement === undefined) return { ...(name !== undefined && { name }), fields };
    const [first, second, third] = statement;
    if (first === undefined) continue;
    const { line } = first;
    const head = first.kind === 'word' ? first.text : '';
    if (head === 'function') {
      if (second?.kind !== 'word' || !isSign(third, '='))
        throw new InputError(
          `${file}:${line}: a case in the format of version 1, or none: its function must return one struct, as in 'function mpc = case9'`,
        );
      struct = second.text;
      const own = statement[3];
      if (own?.kind === 'word') name = own.text;
    } else if (head.startsWith(`${struct}.`) && isSign(second, '=')) {
      const field = head.slice(struct.length + 1);
      fields.set(field, { name: `${struct}.${field}`, line, tokens: statement.slice(2) });
    } else if (!harmless.has(head) && !definesConstants(statement))
      throw new InputError(
        `${file}:${line}: this statement would have to be run, which is not done: only assignments 'mpc.FIELD = …' are read; save the case with MATPOWER's savecase`,
      );
  }
}

/** `[PQ, PV, …] = idx_bus`, and a bare struct, which declares it. */
const definesConstants = (statement: readonly Token[]): boolean => {
  const last = statement.at(-1);
  return isSign(statement[0], '[') && last?.kind === 'word' && last.text.startsWith('idx_');
};

export const isSign = (token: Token | undefined, text: string): boolean =>
  token?.kind === 'sign' && token.text === text;

/** Tokens up to the end of a statement: a newline, `;` or `,` outside brackets. Undefined at the end of the file. */
function readStatement(lexer: Lexer): Token[] | undefined {
  const statement: Token[] = [];
  const open: Token[] = [];
  for (;;) {
    const token = lexer.next();
    if (token.kind === 'end') {
      const unclosed = open.at(-1);
      if (unclosed !== undefined)
        throw new InputError(
          `${lexer.file}:${unclosed.line}: the bracket that opens here is not closed: the file is cut off`,
        );
      return statement.length === 0 ? undefined : statement;
    }
    if (token.kind === 'sign') {
      if (/[[{(]/.test(token.text)) open.push(token);
      else if (/[\]})]/.test(token.text)) open.pop();
    }
    const opened = open.at(-1);
    if (opened !== undefined && token.kind === 'word' && /^\w+\.\w/.test(token.text))
      throw new InputError(
        `${lexer.file}:${token.line}: '${token.text}' stands inside the bracket that opens in line ${opened.line}: a closing bracket is missing`,
      );
    const outside = opened === undefined;
    if (outside && (token.kind === 'newline' || isSign(token, ';') || isSign(token, ','))) return statement;
    statement.push(token);
  }
}
