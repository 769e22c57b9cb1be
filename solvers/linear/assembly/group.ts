// Sibling fronts that share their rows but no pivots add up one contribution block: the pivots of one after the other are
// appended to a panel, and applied to the block when the panel is full or the group is complete.
//
// A group on the stack: block (below columns, `ld` bytes each) | panel (CHUNK columns) | D in pairs (CHUNK + 1) | pivots in
// the panel (i32).

import { CHUNK, update } from './update';
import { clear, copyDown } from './vector';

/** Bytes from one column of a group with `below` rows to the next. */
export function groupColumn(below: i32): usize {
  const ld: usize = <usize>(below + (below & 1)) << 3;
  return (ld & 511) == 0 ? ld + 16 : ld;
}

function panelOf(group: usize, below: i32): usize {
  return group + <usize>below * groupColumn(below);
}

function diagonalOf(group: usize, below: i32): usize {
  return panelOf(group, below) + <usize>CHUNK * groupColumn(below);
}

function pendingOf(group: usize, below: i32): usize {
  return diagonalOf(group, below) + (<usize>(CHUNK + 1) << 4);
}

export function groupBytes(below: i32): usize {
  return pendingOf(0, below) + 16;
}

/** An empty group: its block is zero, its panel empty. */
export function openGroup(group: usize, below: i32): void {
  clear(group, below * <i32>(groupColumn(below) >> 3));
  store<i32>(pendingOf(group, below), 0);
}

/** Appends the `ne` pivots of a front with D at `d`, whose last `below` rows are those of the group. */
export function appendToGroup(
  group: usize, below: i32, front: usize, ld: usize, nf: i32, ne: i32, d: usize, workspace: usize,
): void {
  const column = groupColumn(below);
  const panel = panelOf(group, below);
  const diagonal = diagonalOf(group, below);
  const rows = <usize>(nf - below) << 3;
  let pending = load<i32>(pendingOf(group, below));
  for (let j = 0; j < ne; j++) {
    const pair = d + (<usize>j << 4);
    const size = load<f64>(pair, 8) != 0 ? 2 : 1;
    if (pending + size > CHUNK) {
      apply(group, below, pending, workspace);
      pending = 0;
    }
    for (let p = 0; p < size; p++) {
      copyDown(panel + <usize>pending * column, front + <usize>(j + p) * ld + rows, below);
      memory.copy(diagonal + (<usize>pending << 4), pair + (<usize>p << 4), 16);
      pending += 1;
    }
    j += size - 1;
  }
  store<i32>(pendingOf(group, below), pending);
}

/** Applies what is left in the panel. */
export function closeGroup(group: usize, below: i32, workspace: usize): void {
  apply(group, below, load<i32>(pendingOf(group, below)), workspace);
}

function apply(group: usize, below: i32, pending: i32, workspace: usize): void {
  update(
    group, panelOf(group, below), groupColumn(below), below, 0, below, 0, pending,
    diagonalOf(group, below), workspace,
  );
}
