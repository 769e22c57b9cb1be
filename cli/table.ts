import { oneLine } from '../index.js';

/** A plain table: columns of numbers to the right, others to the left, two spaces between; each row is one line. */
export function table(heading: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const text = [heading, ...rows].map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : oneLine(cell))),
  );
  const width = heading.map((_, column) =>
    text.reduce((most, row) => Math.max(most, [...(row[column] ?? '')].length), 0),
  );
  const numeric = heading.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'),
  );
  return text
    .map((row) =>
      row
        .map((cell, column) =>
          numeric[column] ? cell.padStart(width[column]!) : cell.padEnd(width[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A table of words; where the terminal is narrower, the first cell of each row with the others below it, by their headings. */
export function wrappedTable(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  columns: number = process.stdout.columns ?? Number(process.env['COLUMNS'] || Number.POSITIVE_INFINITY),
): string {
  const wide = table(heading, rows);
  if (!wide.split('\n').some((line) => [...line].length > columns)) return wide;
  return rows
    .map(([first, ...rest]) => {
      const told = rest.map((cell, k) => `${heading[k + 1]}: ${cell}`).join('; ');
      return [oneLine(first!), ...filled(oneLine(told), columns - 4).map((line) => `    ${line}`)].join('\n');
    })
    .join('\n');
}

/** The words of a text on lines of a width. */
function filled(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1)} ${word}`.trimStart();
    if (lines.at(-1) === '' || longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
