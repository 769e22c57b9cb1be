// The multifrontal factorization: one pass over the assembly tree in postorder.
//
// A factor block, at `factorAddress[node]`:  index list (nf × i32, padded to 8) | D (pairs, ne + 1) | L by columns,
// rows below the diagonal only (column j: nf − 1 − j numbers). Contribution blocks, stacked: packed lower triangles of the
// delayed columns and the rows below; of a node in a group the delayed columns alone, those of its first node behind the
// group.

import { assembleBlocks } from './blocks';
import { factorFront, frontWorkspace, negative, positive, resetInertia, tooManyNegative, zero } from './front';
import { appendToGroup, closeGroup, groupBytes, groupColumn, openGroup } from './group';
import * as s from './state';
import { clear, copyDown } from './vector';

function i32At(base: usize, i: i32): i32 {
  return load<i32>(base + (<usize>i << 2));
}

function set(base: usize, i: i32, value: i32): void {
  store<i32>(base + (<usize>i << 2), value);
}

/** Adds the scaled original entries of the columns of a node (np pivots from `column0`, nd delayed columns). */
function assembleEntries(front: usize, ld: usize, column0: i32, np: i32, nd: i32): void {
  for (let j = 0; j < np; j++) {
    const c = column0 + j;
    const scale = load<f64>(s.scale + (<usize>c << 3));
    const start = i32At(s.columnStart, c);
    const end = i32At(s.columnStart, c + 1);
    const to = front + <usize>j * ld;
    let tail = end;
    if (end > start) {
      // A run of consecutive rows that are all pivots or all below them is consecutive in the front.
      const run = i32At(s.columnTail, c);
      const span = end - 1 - run;
      const first = i32At(s.entryPlace, run);
      const last = i32At(s.entryPlace, end - 1);
      if (span > 2 && last - first == span && (first >= np || last < np || nd == 0)) tail = run;
    }
    for (let k = start; k < tail; k++) {
      let place = i32At(s.entryPlace, k);
      if (place >= np) place += nd;
      const row = load<usize>(s.entryRow + (<usize>k << 2)) << 3;
      const value = load<f64>(s.entryValue + (<usize>k << 3)) * scale * load<f64>(s.scale + row);
      const at = to + (<usize>place << 3);
      store<f64>(at, load<f64>(at) + value);
    }
    if (tail == end) continue;
    let place = i32At(s.entryPlace, tail);
    if (place >= np) place += nd;
    const row = load<usize>(s.entryRow + (<usize>tail << 2)) << 3;
    addRun(to + (<usize>place << 3), s.entryValue + (<usize>tail << 3), s.scale + row, scale, end - tail);
  }
}

/** y[i] += a[i]·c·s[i]. */
function addRun(y: usize, a: usize, scale: usize, c: f64, n: i32): void {
  const factor = f64x2.splat(c);
  let at: usize = 0;
  const even = <usize>(n & ~1) << 3;
  for (; at < even; at += 16) {
    const value = f64x2.mul(f64x2.mul(v128.load(a + at), factor), v128.load(scale + at));
    v128.store(y + at, f64x2.add(v128.load(y + at), value));
  }
  if (n & 1) store<f64>(y + at, load<f64>(y + at) + load<f64>(a + at) * c * load<f64>(scale + at));
}

/** Own pivots, delayed columns and rows below of the front at hand, and where it stands. */
let np: i32 = 0;
let nd: i32 = 0;
let below: i32 = 0;
let nf: i32 = 0;
let front: usize = 0;
let ld: usize = 0;
/** The group of the node at hand, 0 where it has none: it takes what falls on the rows below. */
let group: usize = 0;

/** 1 + the first node of a node's group; 0 outside groups. */
function groupOf(node: i32): i32 {
  return abs(i32At(s.group, node));
}

/** Address of a column of the front or, beyond its fully summed ones, of the group, such that row r is at `+ 8·r`. */
function columnAt(column: i32): usize {
  const summed = np + nd;
  if (group == 0 || column < summed) return front + <usize>column * ld;
  return group + <usize>(column - summed) * groupColumn(below) - (<usize>summed << 3);
}

/** Adds `value` at two places of the front in either order. */
function addAt(i: i32, j: i32, value: f64): void {
  const at = columnAt(min(i, j)) + (<usize>max(i, j) << 3);
  store<f64>(at, load<f64>(at) + value);
}

/**
 * Adds the contribution of `child` into the front at hand; its delayed columns come from number `delayed0` on. `map` is
 * scratch for the places of the child's rows.
 */
function extendAdd(child: i32, delayed0: i32, map: usize): void {
  const late = i32At(s.delayed, child);
  const places = s.nodePlace + (load<usize>(s.nodeRowStart + (<usize>child << 2)) << 2);
  const rows = i32At(s.nodeRowStart, child + 1) - i32At(s.nodeRowStart, child);
  const size = late + rows;
  let from = s.stackBase + load<usize>(s.contribution + (<usize>child << 2));
  for (let i = 0; i < late; i++) set(map, i, np + delayed0 + i);
  for (let i = 0; i < rows; i++) {
    const place = i32At(places, i);
    set(map, late + i, place < np ? place : place + nd);
  }
  const host = groupOf(child) - 1;
  if (host == child) {
    for (let j = 0; j < rows; j++) addColumn(map, late + j, size, from + <usize>j * (groupColumn(rows) + 8));
    from += groupBytes(rows);
  }
  for (let j = 0; j < late; j++) {
    const column = i32At(map, j);
    for (let i = j; i < size; i++) {
      addAt(i32At(map, i), column, load<f64>(from));
      from += 8;
    }
  }
  if (host >= 0) return;
  for (let j = late; j < size; j++) {
    addColumn(map, j, size, from);
    from += <usize>(size - j) << 3;
  }
}

/** Adds the numbers from the diagonal on of column j of a child, whose places ascend in [j, size). */
function addColumn(map: usize, j: i32, size: i32, from: usize): void {
  const first = i32At(map, j);
  let to = columnAt(first);
  if (i32At(map, size - 1) - first != size - 1 - j) {
    for (let i = j; i < size; i++) {
      const at = to + (load<usize>(map + (<usize>i << 2)) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(from));
      from += 8;
    }
    return;
  }
  to += <usize>first << 3;
  let n = size - j;
  for (; n > 1; n -= 2) {
    v128.store(to, f64x2.add(v128.load(to), v128.load(from)));
    to += 16;
    from += 16;
  }
  if (n == 1) store<f64>(to, load<f64>(to) + load<f64>(from));
}

let delays: i32 = 0;
let unfinished: i32 = 0;
let highest: usize = 0;

/**
 * Factors the tree. Returns 0; 1 when memory is out; 2 when it stopped early because more than `negativeLimit` pivots
 * were negative, the inertia so far in the report. Writes to `report`: positive, negative, zero, delayed
 * columns (i32 each), then factor bytes and highest stack (u32).
 */
export function factor(threshold: f64, negativeLimit: i32): i32 {
  s.rewind();
  resetInertia(negativeLimit);
  memory.fill(s.magnitude, 0, <usize>s.order << 3);
  delays = 0;
  unfinished = 0;
  highest = 0;
  for (let node = 0; node < s.nodes; node++) {
    const end = factorNode(node, threshold);
    if (end == 0) continue;
    if (end == 2) reportInertia(0);
    return end;
  }
  reportInertia(unfinished);
  store<usize>(s.report, s.factorTop - s.factorBase, 16);
  store<usize>(s.report, highest, 20);
  return 0;
}

/** Assembles and factors the front of one node. Returns as `factor`. */
function factorNode(node: i32, threshold: f64): i32 {
  const column0 = i32At(s.nodeColumn, node);
  np = i32At(s.nodeColumn, node + 1) - column0;
  const rowStart = i32At(s.nodeRowStart, node);
  below = i32At(s.nodeRowStart, node + 1) - rowStart;
  const childStart = i32At(s.childStart, node);
  const childEnd = i32At(s.childStart, node + 1);
  nd = 0;
  for (let c = childStart; c < childEnd; c++) nd += i32At(s.delayed, i32At(s.child, c));
  const nfs = np + nd;
  nf = nfs + below;
  ld = <usize>(nf + (nf & 1)) << 3;
  if ((ld & 511) == 0) ld += 16;
  const host = groupOf(node) - 1;
  const grouped = host >= 0;
  // A front in a group has its fully summed columns only.
  const columns = grouped ? nfs : nf;
  const ownGroup: usize = host == node ? groupBytes(below) : 0;

  const listBytes = (<usize>nf * 4 + 7) & ~7;
  const dBytes = <usize>(nfs + 1) << 4;
  const lNumbers = <u64>nfs * <u64>nf - ((<u64>nfs * <u64>(nfs + 1)) >> 1);
  const mapBytes = (<usize>nf * 4 + 15) & ~15;
  const workBytes = <u64>mapBytes + frontWorkspace(nf, nfs, grouped);
  const frontBytes = <u64>ld * <u64>columns + 48;
  if (!s.reserve(<u64>listBytes + <u64>dBytes + lNumbers * 8 + 16, <u64>ownGroup + frontBytes + workBytes)) return 1;

  const list = s.factorTop;
  for (let i = 0; i < np; i++) set(list, i, column0 + i);
  for (let i = 0; i < below; i++) set(list, nfs + i, i32At(s.nodeRow, rowStart + i));

  const top = (s.stackTop + 15) & ~15;
  group = !grouped ? 0 : ownGroup > 0 ? top : s.stackBase + load<usize>(s.contribution + (<usize>host << 2));
  if (ownGroup > 0) openGroup(group, below);
  front = top + ownGroup;
  const map = front + <usize>columns * ld + 32;
  clear(front, columns * <i32>(ld >> 3));
  assembleEntries(front, ld, column0, np, nd);
  let late = 0;
  let base = s.stackTop;
  for (let c = childStart; c < childEnd; c++) {
    const child = i32At(s.child, c);
    if (c == childStart) base = s.stackBase + load<usize>(s.contribution + (<usize>child << 2));
    const count = i32At(s.delayed, child);
    if (count > 0) {
      const from = load<usize>(s.factorAddress + (<usize>child << 2))
        + (load<usize>(s.eliminated + (<usize>child << 2)) << 2);
      memory.copy(list + (<usize>(np + late) << 2), from, <usize>count << 2);
    }
    extendAdd(child, late, map);
    late += count;
  }
  assembleBlocks(node, front, ld, list, nf);

  const d = list + listBytes;
  const work = map + mapBytes;
  const ne = factorFront(front, ld, nf, nfs, list, d, work, threshold, grouped);
  if (tooManyNegative()) return 2;
  highest = max(highest, map + <usize>workBytes - s.stackBase);
  if (grouped) appendToGroup(group, below, front, ld, nf, ne, d, work);
  if (i32At(s.group, node) < 0) closeGroup(group, below, work);

  keepFactor(node, list, d, ne);
  delays += nfs - ne;
  store<usize>(s.contribution + (<usize>node << 2), base - s.stackBase);
  if (below == 0) {
    unfinished += nfs - ne;
    set(s.delayed, node, 0);
    s.setStackTop(base);
    return 0;
  }
  let out = base;
  if (ownGroup > 0) {
    memory.copy(base, group, ownGroup);
    out += ownGroup;
  }
  for (let j = ne; j < columns; j++) {
    copyDown(out, front + <usize>j * ld + (<usize>j << 3), nf - j);
    out += <usize>(nf - j) << 3;
  }
  s.setStackTop(out);
  return 0;
}

/** Moves L from the front behind D, and notes what the solves need to know. */
function keepFactor(node: i32, list: usize, d: usize, ne: i32): void {
  let to = d + (<usize>(ne + 1) << 4);
  for (let j = 0; j < ne; j++) {
    const n = nf - 1 - j;
    copyDown(to, front + <usize>j * ld + (<usize>(j + 1) << 3), n);
    to += <usize>n << 3;
  }
  s.setFactorTop((to + 7) & ~7);
  store<usize>(s.factorAddress + (<usize>node << 2), list);
  set(s.eliminated, node, ne);
  set(s.frontOrder, node, nf);
  set(s.delayed, node, np + nd - ne);
}

function reportInertia(unfinished: i32): void {
  store<i32>(s.report, positive);
  store<i32>(s.report, negative, 4);
  store<i32>(s.report, zero + unfinished, 8);
  store<i32>(s.report, delays, 12);
}
