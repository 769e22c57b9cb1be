import { InputError } from '../../core/errors.js';

/** A text and what messages call it. */
export interface SourceText {
  readonly text: string;
  readonly file: string;
}

/** One line of data: fields apart by commas (by blanks where there is no comma), texts in quotes, `/` begins a comment. */
export class Line {
  constructor(
    readonly fields: readonly string[],
    readonly at: string,
  ) {}

  /** A number; what is left out has its default. */
  number(k: number, name: string, otherwise?: number): number {
    const text = this.fields[k] ?? '';
    if (text === '') {
      if (otherwise !== undefined) return otherwise;
      throw new InputError(`${this.at}: ${name} (field ${k + 1}) is missing`);
    }
    const value = Number(text.replace(/[dD]/, 'e'));
    if (!Number.isFinite(value))
      throw new InputError(`${this.at}: ${name} (field ${k + 1}) is '${text}', no number`);
    return value;
  }

  whole(k: number, name: string, otherwise?: number): number {
    const value = this.number(k, name, otherwise);
    if (!Number.isSafeInteger(value))
      throw new InputError(`${this.at}: ${name} (field ${k + 1}) is ${value}, no whole number`);
    return value;
  }

  /** Ids are texts, blanks around them do not count. */
  text(k: number, otherwise = ''): string {
    return this.fields[k]?.trim() || otherwise;
  }

  /** Whether this line ends a section. */
  get ends(): boolean {
    return this.fields[0] === '0';
  }
}

/** The lines of a file one after another. */
export class Lines {
  #next = 0;
  readonly #lines: readonly string[];
  readonly file: string;

  constructor({ text, file }: SourceText) {
    this.#lines = text.split(/\r\n|\r|\n/);
    this.file = file;
    // A newline at the end begins no line.
    if (this.#lines.at(-1) === '') this.#lines = this.#lines.slice(0, -1);
  }

  /** `FILE:LINE` of the line read last. */
  get at(): string {
    return `${this.file}:${Math.max(1, this.#next)}`;
  }

  /** The next line as it is; undefined at the end. */
  raw(): string | undefined {
    return this.#next < this.#lines.length ? this.#lines[this.#next++]! : undefined;
  }

  next(): Line | undefined {
    const line = this.raw();
    return line === undefined ? undefined : new Line(fieldsOf(line, this.at), this.at);
  }

  /** A line that must be there. */
  need(what: string): Line {
    const line = this.next();
    if (line === undefined) throw new InputError(`${this.at}: the file is cut off: ${what} is missing`);
    return line;
  }

  /** The lines of one section, up to the one that ends it. Lines without data are left out. */
  *section(what: string): Generator<Line> {
    for (;;) {
      const line = this.next();
      if (line === undefined || line.fields[0] === 'Q')
        throw new InputError(`${this.at}: the file is cut off in the section '${what}', which a 0 must end`);
      if (line.ends) return;
      if (line.fields.length > 0) yield line;
    }
  }
}

function fieldsOf(line: string, at: string): string[] {
  const fields: string[] = [];
  let field = '';
  let quote = '';
  let commas = false;
  for (const character of line) {
    if (quote !== '') {
      if (character === quote) quote = '';
      else field += character;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '/') break;
    else if (character === ',') {
      commas = true;
      fields.push(field.trim());
      field = '';
    } else field += character;
  }
  if (quote !== '') throw new InputError(`${at}: a text in quotes does not end in its line`);
  if (!commas) return line.includes("'") ? [field.trim()] : field.trim().split(/\s+/).filter(Boolean);
  return [...fields, field.trim()];
}
