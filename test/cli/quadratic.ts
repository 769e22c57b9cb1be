import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { random } from '../engine/networks.js';

interface Size {
  readonly variables: number;
  readonly rows: number;
  readonly perRow: number;
}

/** Writes NAME.nl: `min Σ (x_j − j mod 7)²` under random sparse rows `= 1`; returns its path. */
export function writeQuadratic(
  folder: string,
  name: string,
  { variables: n, rows: m, perRow }: Size,
): string {
  const next = random(7);
  const rows = Array.from({ length: m }, () => {
    const columns = new Set<number>();
    while (columns.size < perRow) columns.add(Math.floor(((next() + 1) / 2) * n) % n);
    return [...columns].sort((a, b) => a - b);
  });
  const counts = new Int32Array(n);
  for (const columns of rows) for (const j of columns) counts[j]!++;
  let before = 0;
  const starts = Array.from(counts.subarray(0, n - 1), (count) => {
    before += count;
    return before;
  });
  const lines = [
    ...['g3 1 1 0', `${n} ${m} 1 0 ${m}`, '0 1', '0 0', `0 ${n} 0`, '0 0 0 1', '0 0 0 0 0'],
    ...[`${m * perRow} ${n}`, '0 0', '0 0 0 0 0'],
    ...rows.flatMap((_, i) => [`C${i}`, 'n0']),
    ...['O0 0', 'o54', String(n)],
    ...Array.from({ length: n }, (_, j) => ['o5', 'o0', `v${j}`, `n${-(j % 7)}`, 'n2']).flat(),
    ...['r', ...rows.map(() => '4 1'), 'b', ...Array.from({ length: n }, () => '3')],
    ...[`k${n - 1}`, ...starts.map(String)],
    ...rows.flatMap((columns, i) => [`J${i} ${perRow}`, ...columns.map((j) => `${j} ${next() + 1.5}`)]),
    ...[`G0 ${n}`, ...Array.from({ length: n }, (_, j) => `${j} 0`)],
  ];
  const path = join(folder, `${name}.nl`);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
