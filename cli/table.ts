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
