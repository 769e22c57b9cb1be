// The trailing update of a front, `C −= L·(D·Lᵀ)` on the lower triangle, on packed panels.

import { combineInto, scaleInto } from './vector';

/**
 * `C −= L·Wᵀ` on the lower triangle by another library: C at `c` with `rows` rows and `columns` columns, L at `l` with
 * `rows` rows and `depth` columns, both with leading dimension `ld`; W at `w`, `columns` rows, leading dimension `ldw`
 * (all in numbers).
 */
// @ts-ignore: decorator
@external("host", "update")
declare function hostUpdate(
  rows: i32, columns: i32, depth: i32, c: usize, l: usize, ld: i32, w: usize, ldw: i32,
): void;

/** Updates of this many operations or more go to the host. */
let hostFrom: f64 = Infinity;

export function useHostFrom(operations: f64): void {
  hostFrom = operations;
}

/** Pivots taken together: the packed panels stay in the second-level cache. */
export const CHUNK: i32 = 128;

/** Four rows of column p of the front, packed with zeros below the last row. */
function packRows(to: usize, from: usize, rows: i32): void {
  if (rows >= 4) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    return;
  }
  store<f64>(to, load<f64>(from));
  store<f64>(to, rows > 1 ? load<f64>(from, 8) : 0, 8);
  store<f64>(to, rows > 2 ? load<f64>(from, 16) : 0, 16);
  store<f64>(to, 0, 24);
}

/** Packs rows [r0, r1) of pivots [p0, p1) in groups of four: group after group, pivot after pivot, four rows. */
export function packL(to: usize, front: usize, ld: usize, r0: i32, r1: i32, p0: i32, p1: i32): void {
  for (let i = r0; i < r1; i += 4) {
    const rows = r1 - i;
    let from = front + <usize>p0 * ld + (<usize>i << 3);
    for (let p = p0; p < p1; p++) {
      packRows(to, from, rows);
      to += 32;
      from += ld;
    }
  }
}

/** The same for `L·D`, with D in pairs (diagonal, off-diagonal; the off-diagonal is nonzero on the first of a 2×2). */
function packLD(to: usize, packedL: usize, d: usize, groups: i32, p0: i32, p1: i32): void {
  for (let g = 0; g < groups; g++) {
    let p = p0;
    while (p < p1) {
      const at = d + (<usize>p << 4);
      const a = f64x2.splat(load<f64>(at));
      const off = load<f64>(at, 8);
      const l0 = v128.load(packedL);
      const l1 = v128.load(packedL, 16);
      if (off == 0) {
        v128.store(to, f64x2.mul(a, l0));
        v128.store(to, f64x2.mul(a, l1), 16);
        packedL += 32;
        to += 32;
        p += 1;
      } else {
        const b = f64x2.splat(off);
        const c = f64x2.splat(load<f64>(at, 16));
        const m0 = v128.load(packedL, 32);
        const m1 = v128.load(packedL, 48);
        v128.store(to, f64x2.add(f64x2.mul(a, l0), f64x2.mul(b, m0)));
        v128.store(to, f64x2.add(f64x2.mul(a, l1), f64x2.mul(b, m1)), 16);
        v128.store(to, f64x2.add(f64x2.mul(b, l0), f64x2.mul(c, m0)), 32);
        v128.store(to, f64x2.add(f64x2.mul(b, l1), f64x2.mul(c, m1)), 48);
        packedL += 64;
        to += 64;
        p += 2;
      }
    }
  }
}

/** W = L·D column by column: `rows` rows of L at `l`, pivots [p0, p1). */
function formLD(w: usize, ldw: usize, l: usize, ld: usize, rows: i32, p0: i32, p1: i32, d: usize): void {
  let p = p0;
  while (p < p1) {
    const at = d + (<usize>p << 4);
    const off = load<f64>(at, 8);
    if (off == 0) {
      scaleInto(w, l, load<f64>(at), rows);
      p += 1;
    } else {
      combineInto(w, l, l + ld, load<f64>(at), off, rows);
      combineInto(w + ldw, l, l + ld, off, load<f64>(at, 16), rows);
      w += ldw;
      l += ld;
      p += 2;
    }
    w += ldw;
    l += ld;
  }
}

function subtractPair(c: usize, low: v128, high: v128): void {
  v128.store(c, f64x2.sub(v128.load(c), low));
  v128.store(c, f64x2.sub(v128.load(c, 16), high), 16);
}

/** Subtracts the first `rows` of four numbers. */
function subtractPart(c: usize, low: v128, high: v128, rows: i32): void {
  store<f64>(c, load<f64>(c) - f64x2.extract_lane(low, 0));
  if (rows > 1) store<f64>(c, load<f64>(c, 8) - f64x2.extract_lane(low, 1), 8);
  if (rows > 2) store<f64>(c, load<f64>(c, 16) - f64x2.extract_lane(high, 0), 16);
  if (rows > 3) store<f64>(c, load<f64>(c, 24) - f64x2.extract_lane(high, 1), 24);
}

/** C (4×4, column-major, leading dimension `ld` bytes) −= a·bᵀ over `depth` packed pivots. */
export function micro(depth: i32, a: usize, b: usize, c: usize, ld: usize, rows: i32, columns: i32): void {
  let c0 = f64x2.splat(0);
  let d0 = c0;
  let c1 = c0;
  let d1 = c0;
  let c2 = c0;
  let d2 = c0;
  let c3 = c0;
  let d3 = c0;
  for (let p = 0; p < depth; p++) {
    const low = v128.load(a);
    const high = v128.load(a, 16);
    const b0 = v128.load64_splat(b);
    c0 = f64x2.add(c0, f64x2.mul(low, b0));
    d0 = f64x2.add(d0, f64x2.mul(high, b0));
    const b1 = v128.load64_splat(b, 8);
    c1 = f64x2.add(c1, f64x2.mul(low, b1));
    d1 = f64x2.add(d1, f64x2.mul(high, b1));
    const b2 = v128.load64_splat(b, 16);
    c2 = f64x2.add(c2, f64x2.mul(low, b2));
    d2 = f64x2.add(d2, f64x2.mul(high, b2));
    const b3 = v128.load64_splat(b, 24);
    c3 = f64x2.add(c3, f64x2.mul(low, b3));
    d3 = f64x2.add(d3, f64x2.mul(high, b3));
    a += 32;
    b += 32;
  }
  if (rows >= 4 && columns >= 4) {
    subtractPair(c, c0, d0);
    subtractPair(c + ld, c1, d1);
    subtractPair(c + 2 * ld, c2, d2);
    subtractPair(c + 3 * ld, c3, d3);
    return;
  }
  subtractPart(c, c0, d0, rows);
  if (columns > 1) subtractPart(c + ld, c1, d1, rows);
  if (columns > 2) subtractPart(c + 2 * ld, c2, d2, rows);
  if (columns > 3) subtractPart(c + 3 * ld, c3, d3, rows);
}

/** Bytes of `workspace` that `update` needs for `rows` rows. */
export function updateWorkspace(rows: i32): u64 {
  return <u64>(rows + 3) * <u64>CHUNK * 16;
}

/**
 * Applies pivots [p0, p1), columns of the matrix at `from`, to columns [c0, c1) of the one at `to`, rows from the diagonal
 * to `nf`; both have the leading dimension `ld`, and may be the same front. Entries above the diagonal inside a 4×4 block
 * on it are overwritten with values nobody reads.
 */
export function update(
  to: usize, from: usize, ld: usize, nf: i32, c0: i32, c1: i32, p0: i32, p1: i32, d: usize, workspace: usize,
): void {
  if (c0 >= c1) return;
  const groups = (nf - c0 + 3) >> 2;
  const columnGroups = (c1 - c0 + 3) >> 2;
  while (p0 < p1) {
    let end = min(p1, p0 + CHUNK);
    // A 2×2 pivot is not split between two chunks.
    if (end < p1 && load<f64>(d + (<usize>(end - 1) << 4), 8) != 0) end -= 1;
    const depth = end - p0;
    if (<f64>(nf - c0) * <f64>(c1 - c0) * <f64>depth >= hostFrom) {
      const l = from + <usize>p0 * ld + (<usize>c0 << 3);
      const ldw = (c1 - c0 + 1) & ~1;
      formLD(workspace, <usize>ldw << 3, l, ld, c1 - c0, p0, end, d);
      const c = to + <usize>c0 * ld + (<usize>c0 << 3);
      hostUpdate(nf - c0, c1 - c0, depth, c, l, <i32>(ld >> 3), workspace, ldw);
      p0 = end;
      continue;
    }
    const bytes = <usize>depth << 5;
    const packedL = workspace;
    const packedLD = workspace + <usize>groups * bytes;
    packL(packedL, from, ld, c0, nf, p0, end);
    packLD(packedLD, packedL, d, columnGroups, p0, end);
    for (let j = 0; j < columnGroups; j++) {
      const column = c0 + (j << 2);
      const b = packedLD + <usize>j * bytes;
      let a = packedL + <usize>j * bytes;
      let c = to + <usize>column * ld + (<usize>column << 3);
      const columns = c1 - column;
      let rows = nf - column;
      for (; rows > 0; rows -= 4) {
        micro(depth, a, b, c, ld, rows, columns);
        a += bytes;
        c += 32;
      }
    }
    p0 = end;
  }
}
