import { InputError } from '../../core/errors.js';
import type { Contingency } from '../../grid/grid.js';
import { Lines, type SourceText } from './records.js';

type Lost = Contingency['lost'][number];

/** An id, in quotes where it holds blanks. */
const id = `('[^']*'|"[^"]*"|\\S+)`;
const unit = new RegExp(`^REMOVE\\s+(?:UNIT|MACHINE)\\s+${id}\\s+FROM\\s+BUS\\s+(\\d+)$`, 'i');
const branch = new RegExp(
  `^(?:OPEN|DISCONNECT|TRIP)\\s+(?:BRANCH|LINE)\\s+FROM\\s+BUS\\s+(\\d+)\\s+TO\\s+BUS\\s+(\\d+)(?:\\s+(?:CIRCUIT|CKT)\\s+${id})?$`,
  'i',
);
const begin = /^CONTINGENCY\s+(\S.*)$/i;
const unquoted = (text: string): string =>
  text
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2')
    .trim();

/**
 * Contingencies from a `.con` file: `CONTINGENCY name`, lines `REMOVE UNIT id FROM BUS n` or `OPEN BRANCH FROM BUS i TO BUS j
 * CIRCUIT c`, `END`; `END` again ends the file. Throws {@link InputError} for other lines, and where it is cut off.
 */
export function readContingencies(source: SourceText): Contingency[] {
  const lines = new Lines(source);
  const found: Contingency[] = [];
  let open: { name: string; lost: Lost[]; at: string } | undefined;
  for (let raw = lines.raw(); raw !== undefined; raw = lines.raw()) {
    const text = raw.split('/', 1)[0]!.trim();
    if (text === '') continue;
    const { at } = lines;
    if (open === undefined) {
      if (/^END$/i.test(text)) return checked(found, source);
      const name = begin.exec(text)?.[1];
      if (name === undefined) throw new InputError(`${at}: expected 'CONTINGENCY name' or END`);
      open = { name: unquoted(name), lost: [], at };
    } else if (/^END$/i.test(text)) {
      if (open.lost.length === 0) throw new InputError(`${open.at}: contingency ${open.name} loses nothing`);
      found.push(open);
      open = undefined;
    } else open.lost.push(lostBy(text, at));
  }
  if (open !== undefined)
    throw new InputError(`${lines.at}: the file is cut off: contingency ${open.name} has no END`);
  return checked(found, source);
}

function lostBy(text: string, at: string): Lost {
  const removed = unit.exec(text);
  if (removed) return { kind: 'unit', bus: Number(removed[2]), id: unquoted(removed[1]!) };
  const opened = branch.exec(text);
  if (opened)
    return {
      kind: 'branch',
      from: Number(opened[1]),
      to: Number(opened[2]),
      circuit: unquoted(opened[3] ?? '1'),
    };
  throw new InputError(
    `${at}: cannot read '${text}'; REMOVE UNIT id FROM BUS n and OPEN BRANCH FROM BUS i TO BUS j CIRCUIT c are known`,
  );
}

function checked(found: readonly Contingency[], { file }: SourceText): Contingency[] {
  if (found.length === 0) throw new InputError(`${file}:1: holds no contingency`);
  const names = new Set<string>();
  for (const { name, at } of found) {
    if (names.has(name)) throw new InputError(`${at}: contingency ${name} is there twice`);
    names.add(name);
  }
  return [...found];
}
