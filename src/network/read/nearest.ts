/** The name of `names` with the fewest edits to `name`, for messages. */
export function nearest(name: string, names: readonly string[]): string {
  const far = names.map((own) => [distance(name.toLowerCase(), own.toLowerCase()), own] as const);
  return far.reduce((best, own) => (own[0] < best[0] ? own : best))[1];
}

/** Edits from `a` to `b` (Levenshtein), their first 40 characters. */
function distance(a: string, b: string): number {
  const [left, right] = [a.slice(0, 40), b.slice(0, 40)];
  let row = Array.from({ length: right.length + 1 }, (_, j) => j);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + Number(left[i - 1] !== right[j - 1]));
    row = next;
  }
  return row[right.length]!;
}
