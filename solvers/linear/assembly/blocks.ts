// Dense blocks of the matrix, straight from the caller's values. A block is described by seven numbers: its first value,
// rows (0: a symmetric block, packed by rows), columns; addresses of the permuted positions of its rows and columns, and
// of these in the order of their elimination. A part of a block, the rows and columns that are pivots of one node, by
// five: the block, and the ranges of its rows and columns in that order.

import * as s from './state';

/** Pivots assembled together, so that lines of values and of the front are used whole. */
const TILE: i32 = 8;

let first: usize = 0;
let rows: i32 = 0;
let columns: i32 = 0;
let rowPosition: usize = 0;
let columnPosition: usize = 0;
let rowOrder: usize = 0;
let columnOrder: usize = 0;

function i32At(base: usize, i: i32): i32 {
  return load<i32>(base + (<usize>i << 2));
}

function f64At(base: usize, i: i32): f64 {
  return load<f64>(base + (<usize>i << 3));
}

function open(block: i32): void {
  const at = s.blockTable + <usize>block * 28;
  first = s.tripletValue + (load<usize>(at) << 3);
  rows = load<i32>(at, 4);
  columns = load<i32>(at, 8);
  rowPosition = load<usize>(at, 12);
  columnPosition = load<usize>(at, 16);
  rowOrder = load<usize>(at, 20);
  columnOrder = load<usize>(at, 24);
}

/** Address of the value at row i and column j ≤ i (symmetric) of the block. */
function valueAt(i: i32, j: i32): usize {
  const k = rows == 0 ? ((<usize>i * <usize>(i + 1)) >> 1) + <usize>j : <usize>i * <usize>columns + <usize>j;
  return first + (k << 3);
}

/** For others that walk through a block: opens it. */
export function openBlock(block: i32): void {
  open(block);
}

export function isSymmetric(): bool {
  return rows == 0;
}

export function blockColumns(): i32 {
  return columns;
}

/** Rows of the block that is open, those of a symmetric one its columns. */
export function blockRows(): i32 {
  return rows == 0 ? columns : rows;
}

/** Permuted position of row i, and of column j. */
export function blockPosition(i: i32): i32 {
  return i32At(rows == 0 ? columnPosition : rowPosition, i);
}

export function columnOfBlock(j: i32): i32 {
  return i32At(columnPosition, j);
}

/** Address of the first value of row i. */
export function blockRow(i: i32): usize {
  return valueAt(i, 0);
}

/** Columns of the widest block. */
export function widestBlock(): i32 {
  let widest = 0;
  for (let b = 0; b < s.blocks; b++) {
    open(b);
    widest = max(widest, columns);
  }
  return widest;
}

/** 0, or NaN where a value of a block is NaN or infinite. */
export function blocksNotFinite(): f64 {
  let bad = f64x2.splat(0);
  let odd: f64 = 0;
  const zero = f64x2.splat(0);
  for (let b = 0; b < s.blocks; b++) {
    open(b);
    const count: usize = rows == 0
      ? (<usize>columns * <usize>(columns + 1)) >> 1
      : <usize>rows * <usize>columns;
    let k: usize = 0;
    for (; k + 1 < count; k += 2) bad = f64x2.add(bad, f64x2.mul(zero, v128.load(first + (k << 3))));
    if (k < count) odd += 0 * load<f64>(first + (k << 3));
  }
  return odd + f64x2.extract_lane(bad, 0) + f64x2.extract_lane(bad, 1);
}

/**
 * Adds the scaled values of the blocks in the columns of a node to its front, whose rows are in `list`. Columns of the
 * front are `ld` bytes apart.
 */
export function assembleBlocks(node: i32, front: usize, ld: usize, list: usize, nf: i32): void {
  const from = i32At(s.partStart, node);
  const to = i32At(s.partStart, node + 1);
  if (from == to) return;
  for (let i = 0; i < nf; i++) store<i32>(s.inFront + (load<usize>(list + (<usize>i << 2)) << 2), i);
  for (let k = from; k < to; k++) {
    const part = s.part + <usize>k * 20;
    open(load<i32>(part));
    if (rows == 0) {
      for (let t = load<i32>(part, 12); t < load<i32>(part, 16); t += TILE)
        symmetricTile(front, ld, t, min(t + TILE, load<i32>(part, 16)));
    } else {
      for (let t = load<i32>(part, 4); t < load<i32>(part, 8); t++) rowOfBlock(front, ld, i32At(rowOrder, t));
      for (let t = load<i32>(part, 12); t < load<i32>(part, 16); t += TILE)
        columnTile(front, ld, t, min(t + TILE, load<i32>(part, 16)));
    }
  }
}

function scaleAt(position: i32): f64 {
  return f64At(s.scale, position);
}

function add(front: usize, ld: usize, row: i32, column: i32, value: f64): void {
  const at = front + <usize>column * ld + (<usize>row << 3);
  store<f64>(at, load<f64>(at) + value);
}

/** Whether the columns [t0, t1) in the order of elimination are neighbours in the block and in the front. */
function isRun(t0: i32, t1: i32): bool {
  const a = i32At(columnOrder, t0);
  const place = i32At(s.inFront, i32At(columnPosition, a));
  for (let t = t0 + 1; t < t1; t++) {
    const own = i32At(columnOrder, t);
    if (own != a + t - t0 || i32At(s.inFront, i32At(columnPosition, own)) != place + t - t0) return false;
  }
  return true;
}

/** Adds n neighbouring values of one row of a block, times their scales and `scale`, to one row of the front at `to`. */
function addAcross(to: usize, ld: usize, a: usize, scales: usize, scale: f64, n: i32): void {
  for (let j = 0; j < n; j++) {
    store<f64>(to, load<f64>(to) + load<f64>(a) * load<f64>(scales) * scale);
    to += ld;
    a += 8;
    scales += 8;
  }
}

/** The same for two rows of the front at once, the second from the values at `b`. */
function addAcrossTwo(to: usize, ld: usize, a: usize, b: usize, scales: usize, pair: v128, n: i32): void {
  for (let j = 0; j < n; j++) {
    const both = v128.load64_lane(b, v128.load64_zero(a), 1);
    const value = f64x2.mul(f64x2.mul(both, v128.load64_splat(scales)), pair);
    v128.store(to, f64x2.add(v128.load(to), value));
    to += ld;
    a += 8;
    b += 8;
    scales += 8;
  }
}

/** Scales of the columns [t0, t1) in the order of elimination. */
function gatherScales(t0: i32, t1: i32): void {
  for (let t = t0; t < t1; t++)
    store<f64>(s.blockVector + (<usize>(t - t0) << 3), scaleAt(i32At(columnPosition, i32At(columnOrder, t))));
}

/** Columns [t0, t1) in the order of elimination of a symmetric block: entries with all columns from there on. */
function symmetricTile(front: usize, ld: usize, t0: i32, t1: i32): void {
  const run = isRun(t0, t1);
  const a0 = i32At(columnOrder, t0);
  const to = front + <usize>i32At(s.inFront, i32At(columnPosition, a0)) * ld;
  if (run) gatherScales(t0, t1);
  for (let u = t0; u < columns; u++) {
    const b = i32At(columnOrder, u);
    if (run && b >= a0 + t1 - t0) {
      const position = i32At(columnPosition, b);
      const place = i32At(s.inFront, position);
      const row = to + (<usize>place << 3);
      const scale = scaleAt(position);
      if (u + 1 < columns) {
        const c = i32At(columnOrder, u + 1);
        const next = i32At(columnPosition, c);
        if (c > b && i32At(s.inFront, next) == place + 1) {
          const pair = f64x2.replace_lane(f64x2.splat(scale), 1, scaleAt(next));
          addAcrossTwo(row, ld, valueAt(b, a0), valueAt(c, a0), s.blockVector, pair, t1 - t0);
          u += 1;
          continue;
        }
      }
      addAcross(row, ld, valueAt(b, a0), s.blockVector, scale, t1 - t0);
      continue;
    }
    const position = i32At(columnPosition, b);
    const scale = scaleAt(position);
    const row = i32At(s.inFront, position);
    const end = min(t1, u + 1);
    for (let t = t0; t < end; t++) {
      const a = i32At(columnOrder, t);
      const own = i32At(columnPosition, a);
      const value = load<f64>(valueAt(max(a, b), min(a, b)));
      add(front, ld, row, i32At(s.inFront, own), value * scale * scaleAt(own));
    }
  }
}

/** A row that is a pivot: entries with the columns eliminated later. */
function rowOfBlock(front: usize, ld: usize, i: i32): void {
  const position = i32At(rowPosition, i);
  const scale = scaleAt(position);
  const place = i32At(s.inFront, position);
  for (let j = 0; j < columns; j++) {
    const other = i32At(columnPosition, j);
    if (other < position) continue;
    add(front, ld, i32At(s.inFront, other), place, load<f64>(valueAt(i, j)) * scale * scaleAt(other));
  }
}

/** Columns that are pivots, [t0, t1) in the order of elimination: entries with the rows eliminated later. */
function columnTile(front: usize, ld: usize, t0: i32, t1: i32): void {
  const run = isRun(t0, t1);
  const j0 = i32At(columnOrder, t0);
  const to = front + <usize>i32At(s.inFront, i32At(columnPosition, j0)) * ld;
  const last = i32At(columnPosition, i32At(columnOrder, t1 - 1));
  if (run) gatherScales(t0, t1);
  for (let u = rows - 1; u >= 0; u--) {
    const i = i32At(rowOrder, u);
    const position = i32At(rowPosition, i);
    if (position < i32At(columnPosition, j0)) break;
    const scale = scaleAt(position);
    if (run && position > last) {
      const row = to + (<usize>i32At(s.inFront, position) << 3);
      addAcross(row, ld, valueAt(i, j0), s.blockVector, scale, t1 - t0);
      continue;
    }
    const row = i32At(s.inFront, position);
    for (let t = t0; t < t1; t++) {
      const j = i32At(columnOrder, t);
      const own = i32At(columnPosition, j);
      if (own > position) break;
      add(front, ld, row, i32At(s.inFront, own), load<f64>(valueAt(i, j)) * scale * scaleAt(own));
    }
  }
}

/** Raises `most[i]` to the largest scaled entry of row i in any block. */
export function largestOfBlocks(most: usize): void {
  for (let b = 0; b < s.blocks; b++) {
    open(b);
    const scale = s.blockVector;
    const largest = scale + (<usize>(columns + 2) << 3);
    for (let j = 0; j < columns; j++) {
      store<f64>(scale + (<usize>j << 3), scaleAt(i32At(columnPosition, j)));
      store<f64>(largest + (<usize>j << 3), 0);
    }
    const height = rows == 0 ? columns : rows;
    const position = rows == 0 ? columnPosition : rowPosition;
    for (let i = 0; i < height; i++) {
      const own = i32At(position, i);
      const row = scanRun(valueAt(i, 0), scale, largest, scaleAt(own), rows == 0 ? i + 1 : columns);
      raise(most, own, row);
    }
    for (let j = 0; j < columns; j++) raise(most, i32At(columnPosition, j), f64At(largest, j));
  }
}

function raise(most: usize, i: i32, value: f64): void {
  const at = most + (<usize>i << 3);
  if (value > load<f64>(at)) store<f64>(at, value);
}

/** Raises m[i] to |a[i]|·c·s[i] over a run; returns the largest of these. */
export function scanRun(a: usize, scale: usize, m: usize, c: f64, n: i32): f64 {
  const factor = f64x2.splat(c);
  let most = f64x2.splat(0);
  let at: usize = 0;
  const even = <usize>(n & ~1) << 3;
  for (; at < even; at += 16) {
    const size = f64x2.mul(f64x2.mul(f64x2.abs(v128.load(a + at)), factor), v128.load(scale + at));
    most = f64x2.pmax(most, size);
    v128.store(m + at, f64x2.pmax(v128.load(m + at), size));
  }
  let value = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (n & 1) {
    const size = abs(load<f64>(a + at)) * c * load<f64>(scale + at);
    value = max(value, size);
    if (size > load<f64>(m + at)) store<f64>(m + at, size);
  }
  return value;
}

/** Sums of a[i]·x[i] and |a[i]·x[i]| that {@link residualRun} adds up. */
export let acrossSum: f64 = 0;
export let acrossSize: f64 = 0;

export function beginAcross(sum: f64, size: f64): void {
  acrossSum = sum;
  acrossSize = size;
}

/** r[i] −= a[i]·xj and m[i] += |a[i]·xj| over a run; adds a[i]·x[i] to the sums. */
export function residualRun(a: usize, x: usize, r: usize, m: usize, xj: f64, n: i32): void {
  const factor = f64x2.splat(xj);
  let sum = f64x2.splat(0);
  let size = sum;
  let at: usize = 0;
  const even = <usize>(n & ~1) << 3;
  for (; at < even; at += 16) {
    const value = v128.load(a + at);
    const down = f64x2.mul(value, factor);
    const across = f64x2.mul(value, v128.load(x + at));
    v128.store(r + at, f64x2.sub(v128.load(r + at), down));
    v128.store(m + at, f64x2.add(v128.load(m + at), f64x2.abs(down)));
    sum = f64x2.add(sum, across);
    size = f64x2.add(size, f64x2.abs(across));
  }
  acrossSum += f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  acrossSize += f64x2.extract_lane(size, 0) + f64x2.extract_lane(size, 1);
  if (n & 1) {
    const down = load<f64>(a + at) * xj;
    const across = load<f64>(a + at) * load<f64>(x + at);
    store<f64>(r + at, load<f64>(r + at) - down);
    store<f64>(m + at, load<f64>(m + at) + abs(down));
    acrossSum += across;
    acrossSize += abs(across);
  }
}

/** r −= A x and m += |A||x| for the blocks. */
export function residualOfBlocks(x: usize, r: usize, m: usize): void {
  for (let b = 0; b < s.blocks; b++) {
    open(b);
    const stride = <usize>(columns + 2) << 3;
    const xs = s.blockVector;
    const rs = xs + stride;
    const ms = rs + stride;
    for (let j = 0; j < columns; j++) {
      store<f64>(xs + (<usize>j << 3), f64At(x, i32At(columnPosition, j)));
      store<f64>(rs + (<usize>j << 3), 0);
      store<f64>(ms + (<usize>j << 3), 0);
    }
    const height = rows == 0 ? columns : rows;
    const position = rows == 0 ? columnPosition : rowPosition;
    for (let i = 0; i < height; i++) {
      const own = i32At(position, i);
      const xi = f64At(x, own);
      const a = valueAt(i, 0);
      // The diagonal entry of a symmetric block counts once.
      const diagonal = rows == 0 ? load<f64>(a + (<usize>i << 3)) * xi : 0;
      beginAcross(diagonal, abs(diagonal));
      residualRun(a, xs, rs, ms, xi, rows == 0 ? i : columns);
      accumulate(r, m, own, -acrossSum, acrossSize);
    }
    for (let j = 0; j < columns; j++) accumulate(r, m, i32At(columnPosition, j), f64At(rs, j), f64At(ms, j));
  }
}

function accumulate(r: usize, m: usize, i: i32, value: f64, size: f64): void {
  const at = <usize>i << 3;
  store<f64>(r + at, load<f64>(r + at) + value);
  store<f64>(m + at, load<f64>(m + at) + size);
}
