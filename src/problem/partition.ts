import type { Problem } from './problem.js';

/**
 * The blocks of a problem's variables (column → block from 0, −1 for those that may couple blocks): as marked in the
 * model, but joined where a row or a nonlinear term has variables of several. Undefined where none is marked.
 */
export function partitionOf(problem: Problem): Int32Array | undefined {
  const { partition, linear, groups, grayBoxes } = problem;
  if (partition === undefined) return undefined;
  const n = partition.length;
  const m = problem.rows.lower.length;
  const whole = wholeSums(problem);
  const blocks = partition.reduce((most, block) => Math.max(most, block + 1), 0);
  // Blocks, then rows, then sums that count as a whole.
  const sets = new Sets(blocks + m + whole.length);
  const column = (j: number): number => (j < n ? partition[j]! : blocks + m + j - n);
  /** −1 where what stands there does not couple: in the objective and in sums that only it uses linearly. */
  const target = (row: number): number => (row < 0 || (row >= m && whole[row - m] === 0) ? -1 : blocks + row);
  for (let k = 0; k < linear.row.length; k++) sets.join(target(linear.row[k]!), column(linear.column[k]!));
  for (const { row, variables, variableSlots } of groups)
    for (let t = 0; t < row.length; t++) {
      let known = target(row[t]!);
      for (let i = t * variableSlots; i < (t + 1) * variableSlots; i++)
        known = sets.join(known, column(variables[i]!));
    }
  for (const { inputs, outputs, firstRow } of grayBoxes)
    outputs.forEach((output, k) => {
      let known = sets.join(target(firstRow + k), column(output));
      for (const input of inputs) known = sets.join(known, column(input));
    });
  const numbers = new Map<number, number>();
  return partition.map((block) => {
    if (block < 0) return -1;
    const root = sets.find(block);
    if (!numbers.has(root)) numbers.set(root, numbers.size);
    return numbers.get(root)!;
  });
}

/** 1 for sums of which rows or nonlinear terms are functions, so that all their variables belong together. */
function wholeSums({ linear, groups, sums, variables, rows }: Problem): Uint8Array {
  const n = variables.lower.length;
  const m = rows.lower.length;
  const whole = new Uint8Array(sums.constant.length);
  for (const { variables: columns } of groups) for (const j of columns) if (j >= n) whole[j - n] = 1;
  const inSums: number[] = [];
  for (let k = 0; k < linear.row.length; k++) {
    if (linear.column[k]! < n) continue;
    if (linear.row[k]! >= m) inSums.push(k);
    else if (linear.row[k]! >= 0) whole[linear.column[k]! - n] = 1;
  }
  // A sum uses only sums before it.
  inSums.sort((a, b) => linear.row[b]! - linear.row[a]!);
  for (const k of inSums) if (whole[linear.row[k]! - m] === 1) whole[linear.column[k]! - n] = 1;
  return whole;
}

/** Disjoint sets of whole numbers. */
class Sets {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, k) => k);
  }

  find(k: number): number {
    const parent = this.#parent;
    let root = k;
    while (parent[root] !== root) root = parent[root]!;
    for (let at = k; at !== root; ) [parent[at], at] = [root, parent[at]!];
    return root;
  }

  /** Joins the sets of two numbers, −1 for none, and returns one of them. */
  join(a: number, b: number): number {
    if (a >= 0 && b >= 0) this.#parent[this.find(a)] = this.find(b);
    return b >= 0 ? b : a;
  }
}
