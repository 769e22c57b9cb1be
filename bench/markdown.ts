/** A markdown table; columns of numbers to the right. */
export function markdown(
  heading: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  const rule = heading.map((_, column) =>
    rows.length > 0 && rows.every((row) => Number.isFinite(Number(row[column]))) ? '---:' : '---',
  );
  return [line(heading), line(rule), ...rows.map(line)].join('\n');
}
