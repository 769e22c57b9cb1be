import type { LinearByRow } from '../problem/by-row.js';
import type { Problem } from '../problem/problem.js';

/** The level of each auxiliary sum: 0 where it uses none, else one more than the highest that it uses. */
export function levelsOf({ groups, sums, variables, rows }: Problem, linear: LinearByRow): Int32Array {
  const n = variables.lower.length;
  const m = rows.lower.length;
  const level = new Int32Array(sums.constant.length);
  const used = termsBySum(groups, n, m, level.length);
  for (let k = 0; k < level.length; k++) {
    let highest = -1;
    const see = (column: number): void => {
      if (column >= n) highest = Math.max(highest, level[column - n]!);
    };
    for (let t = linear.start[1 + m + k]!; t < linear.start[2 + m + k]!; t++) see(linear.column[t]!);
    for (let t = used.start[k]!; t < used.start[k + 1]!; t++) see(used.column[t]!);
    level[k] = highest + 1;
  }
  return level;
}

/** The sums that stand in the terms of each sum, as columns. */
function termsBySum(
  groups: Problem['groups'],
  n: number,
  m: number,
  sums: number,
): { start: Int32Array; column: Int32Array } {
  const start = new Int32Array(sums + 1);
  const each = (visit: (sum: number, column: number) => void): void => {
    for (const { row, variables, variableSlots } of groups)
      for (let t = 0; t < row.length; t++) {
        if (row[t]! < m) continue;
        for (let i = t * variableSlots; i < (t + 1) * variableSlots; i++)
          if (variables[i]! >= n) visit(row[t]! - m, variables[i]!);
      }
  };
  each((sum) => {
    start[sum + 1]!++;
  });
  for (let k = 0; k < sums; k++) start[k + 1]! += start[k]!;
  const next = start.slice();
  const column = new Int32Array(start[sums]!);
  each((sum, own) => {
    column[next[sum]!++] = own;
  });
  return { start, column };
}
