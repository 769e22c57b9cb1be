import type { Touched } from './touched.js';

/** Columns of a block and the rows that determine them: row k has no other columns of the block than 0 … k. */
export interface Triangle {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
}

/**
 * Orders the columns of a block so that one row each determines them, one after the other, as rows that define the layers
 * of a network do: repeatedly a row with a single column left determines that column, earlier rows first. Rows with
 * `mayDetermine` 0 do not. Undefined where some columns remain.
 */
export function triangleOf(
  { block, rowBlock, start, column }: Touched,
  own: number,
  mayDetermine: Uint8Array,
): Triangle | undefined {
  const rows: number[] = [];
  const count = new Int32Array(rowBlock.length);
  // Row i has its own column j for the first time where the stamp of j is not i.
  const stamp = new Int32Array(block.length).fill(-1);
  const each = (visit: (i: number, j: number) => void): void => {
    stamp.fill(-1);
    for (const i of rows)
      for (let p = start[i]!; p < start[i + 1]!; p++) {
        const j = column[p]!;
        if (block[j] !== own || stamp[j] === i) continue;
        stamp[j] = i;
        visit(i, j);
      }
  };
  for (let i = 0; i < rowBlock.length; i++) if (rowBlock[i] === own && mayDetermine[i]) rows.push(i);
  const userStart = new Int32Array(block.length + 1);
  each((i, j) => {
    count[i]!++;
    userStart[j + 1]!++;
  });
  for (let j = 0; j < block.length; j++) userStart[j + 1]! += userStart[j]!;
  const user = new Int32Array(userStart[block.length]!);
  const next = userStart.slice();
  each((i, j) => {
    user[next[j]!++] = i;
  });
  const determined = new Uint8Array(block.length);
  const found = { columns: [] as number[], rows: [] as number[] };
  for (let before = -1; found.columns.length > before; ) {
    before = found.columns.length;
    for (const i of rows) {
      if (count[i] !== 1) continue;
      let j = -1;
      for (let p = start[i]!; p < start[i + 1]!; p++)
        if (block[column[p]!] === own && !determined[column[p]!]) j = column[p]!;
      determined[j] = 1;
      found.columns.push(j);
      found.rows.push(i);
      for (let u = userStart[j]!; u < userStart[j + 1]!; u++) count[user[u]!]!--;
    }
  }
  if (found.columns.length < block.reduce((sum, b) => sum + (b === own ? 1 : 0), 0)) return undefined;
  return { columns: Int32Array.from(found.columns), rows: Int32Array.from(found.rows) };
}
