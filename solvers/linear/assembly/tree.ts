// The multifrontal factorization: one pass over the assembly tree in postorder.
//
// A factor block, at `factorAddress[node]`:  index list (nf × i32, padded to 8) | D (pairs, ne + 1) | L by columns,
// rows below the diagonal only (column j: nf − 1 − j numbers). Contribution blocks: packed lower triangles, stacked.

import { factorFront, frontWorkspace, negative, positive, resetInertia, tooManyNegative, zero } from './front';
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

/**
 * Adds the contribution block of `child` into the front of its parent (np own pivots, nd delayed columns, of which
 * the child's come from number `delayed0` on). `map` is scratch for the places of the child's rows.
 */
function extendAdd(
  child: i32, front: usize, ld: usize, np: i32, nd: i32, delayed0: i32, map: usize,
): void {
  const late = i32At(s.delayed, child);
  const places = s.nodePlace + (load<usize>(s.nodeRowStart + (<usize>child << 2)) << 2);
  const below = i32At(s.nodeRowStart, child + 1) - i32At(s.nodeRowStart, child);
  const size = late + below;
  let from = s.stackBase + load<usize>(s.contribution + (<usize>child << 2));
  for (let i = 0; i < late; i++) set(map, i, np + delayed0 + i);
  for (let i = 0; i < below; i++) {
    const place = i32At(places, i);
    set(map, late + i, place < np ? place : place + nd);
  }
  for (let j = 0; j < late; j++) {
    const column = i32At(map, j);
    for (let i = j; i < size; i++) {
      const row = i32At(map, i);
      const at = front + <usize>min(row, column) * ld + (<usize>max(row, column) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(from));
      from += 8;
    }
  }
  if (below == 0) return;
  const contiguous = i32At(map, size - 1) - i32At(map, late) == below - 1;
  for (let j = late; j < size; j++) {
    const column = i32At(map, j);
    let to = front + <usize>column * ld;
    if (contiguous) {
      to += <usize>column << 3;
      let n = size - j;
      for (; n > 1; n -= 2) {
        v128.store(to, f64x2.add(v128.load(to), v128.load(from)));
        to += 16;
        from += 16;
      }
      if (n == 1) {
        store<f64>(to, load<f64>(to) + load<f64>(from));
        from += 8;
      }
    } else {
      for (let i = j; i < size; i++) {
        const at = to + (load<usize>(map + (<usize>i << 2)) << 3);
        store<f64>(at, load<f64>(at) + load<f64>(from));
        from += 8;
      }
    }
  }
}

/**
 * Factors the tree. Returns 0; 1 when memory is out; 2 when it stopped early because more than `negativeLimit` pivots
 * were negative, the inertia so far in the report. Writes to `report`: positive, negative, zero, delayed
 * columns (i32 each), then factor bytes and highest stack (u32).
 */
export function factor(threshold: f64, negativeLimit: i32): i32 {
  s.rewind();
  resetInertia(negativeLimit);
  memory.fill(s.magnitude, 0, <usize>s.order << 3);
  let delays = 0;
  let unfinished = 0;
  let highest: usize = 0;
  for (let node = 0; node < s.nodes; node++) {
    const column0 = i32At(s.nodeColumn, node);
    const np = i32At(s.nodeColumn, node + 1) - column0;
    const rowStart = i32At(s.nodeRowStart, node);
    const below = i32At(s.nodeRowStart, node + 1) - rowStart;
    const childStart = i32At(s.childStart, node);
    const childEnd = i32At(s.childStart, node + 1);
    let nd = 0;
    for (let k = childStart; k < childEnd; k++) nd += i32At(s.delayed, i32At(s.child, k));
    const nfs = np + nd;
    const nf = nfs + below;
    let ld: usize = <usize>(nf + (nf & 1)) << 3;
    if ((ld & 511) == 0) ld += 16;

    const listBytes = (<usize>nf * 4 + 7) & ~7;
    const dBytes = <usize>(nfs + 1) << 4;
    const lNumbers = <u64>nfs * <u64>nf - ((<u64>nfs * <u64>(nfs + 1)) >> 1);
    const mapBytes = (<usize>nf * 4 + 15) & ~15;
    const frontBytes = <u64>ld * <u64>nf + 32;
    if (
      !s.reserve(<u64>listBytes + <u64>dBytes + lNumbers * 8 + 16, frontBytes + <u64>mapBytes + frontWorkspace(nf, nfs))
    ) return 1;

    const list = s.factorTop;
    for (let i = 0; i < np; i++) set(list, i, column0 + i);
    for (let i = 0; i < below; i++) set(list, nfs + i, i32At(s.nodeRow, rowStart + i));

    const front = (s.stackTop + 15) & ~15;
    const map = front + <usize>nf * ld + 16;
    clear(front, nf * <i32>(ld >> 3));
    assembleEntries(front, ld, column0, np, nd);
    let late = 0;
    let base = s.stackTop;
    for (let k = childStart; k < childEnd; k++) {
      const child = i32At(s.child, k);
      if (k == childStart) base = s.stackBase + load<usize>(s.contribution + (<usize>child << 2));
      const count = i32At(s.delayed, child);
      if (count > 0) {
        const from = load<usize>(s.factorAddress + (<usize>child << 2))
          + (load<usize>(s.eliminated + (<usize>child << 2)) << 2);
        memory.copy(list + (<usize>(np + late) << 2), from, <usize>count << 2);
      }
      extendAdd(child, front, ld, np, nd, late, map);
      late += count;
    }

    const d = list + listBytes;
    const ne = factorFront(front, ld, nf, nfs, list, d, map + mapBytes, threshold);
    if (tooManyNegative()) {
      reportInertia(0, delays);
      return 2;
    }
    highest = max(highest, map + mapBytes + <usize>frontWorkspace(nf, nfs) - s.stackBase);

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
    set(s.delayed, node, nfs - ne);
    store<usize>(s.contribution + (<usize>node << 2), base - s.stackBase);
    delays += nfs - ne;
    if (below == 0) {
      unfinished += nfs - ne;
      set(s.delayed, node, 0);
      s.setStackTop(base);
      continue;
    }
    let out = base;
    for (let j = ne; j < nf; j++) {
      copyDown(out, front + <usize>j * ld + (<usize>j << 3), nf - j);
      out += <usize>(nf - j) << 3;
    }
    s.setStackTop(out);
  }
  reportInertia(unfinished, delays);
  store<usize>(s.report, s.factorTop - s.factorBase, 16);
  store<usize>(s.report, highest, 20);
  return 0;
}

function reportInertia(unfinished: i32, delays: i32): void {
  store<i32>(s.report, positive);
  store<i32>(s.report, negative, 4);
  store<i32>(s.report, zero + unfinished, 8);
  store<i32>(s.report, delays, 12);
}
