import { blocksNotFinite, largestOfBlocks, scanRun } from './blocks';
import * as s from './state';

/**
 * Sums the values of entries at one position. Returns −1, or the first value that is NaN or infinite.
 */
export function gather(): i32 {
  let bad: f64 = 0;
  let source = s.entrySource;
  let to = s.entryValue;
  for (let k = 0; k < s.entries; k++) {
    const value = load<f64>(s.tripletValue + (load<usize>(source) << 3));
    bad += value * 0;
    store<f64>(to, value);
    source += 4;
    to += 8;
  }
  for (let k = 0; k < s.repeats; k++) {
    const value = load<f64>(s.tripletValue + (load<usize>(s.repeatedTriplet + (<usize>k << 2)) << 3));
    bad += value * 0;
    const at = s.entryValue + (load<usize>(s.repeatedEntry + (<usize>k << 2)) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
  bad += blocksNotFinite();
  if (bad == 0) return -1;
  for (let k = 0; k < s.values; k++) {
    if (!isFinite<f64>(load<f64>(s.tripletValue + (<usize>k << 3)))) return k;
  }
  return -1;
}

/** A power of two near 1/√x, x > 0 and finite; at most 2^±500. */
function inverseRoot(x: f64): f64 {
  const exponent = <i64>((reinterpret<u64>(x * Math.SQRT2) >> 52) & 0x7ff) - 1023;
  const half = min<i64>(max<i64>((exponent + (exponent > 0 ? 1 : 0)) >> 1, -500), 500);
  return reinterpret<f64>(<u64>(1023 - half) << 52);
}

/**
 * Ruiz's simultaneous scaling in the maximum norm, rounded to powers of two so that it is exact: the largest entry of
 * every row of `S A S` comes close to 1. Source: Ruiz, RAL-TR-2001-034.
 */
export function equilibrate(sweeps: i32): void {
  const n = s.order;
  for (let i = 0; i < n; i++) store<f64>(s.scale + (<usize>i << 3), 1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    memory.fill(s.vectorM, 0, <usize>n << 3);
    for (let j = 0; j < n; j++) {
      const scaleJ = load<f64>(s.scale + (<usize>j << 3));
      let most: f64 = 0;
      const start = load<i32>(s.columnStart + (<usize>j << 2));
      const end = load<i32>(s.columnStart + (<usize>j << 2), 4);
      let tail = load<i32>(s.columnTail + (<usize>j << 2));
      if (end - tail < 4) tail = end;
      let a = s.entryValue + (<usize>start << 3);
      let row = s.entryRow + (<usize>start << 2);
      for (let k = start; k < tail; k++) {
        const i = load<usize>(row) << 3;
        const size = abs(load<f64>(a)) * scaleJ * load<f64>(s.scale + i);
        most = max(most, size);
        if (size > load<f64>(s.vectorM + i)) store<f64>(s.vectorM + i, size);
        a += 8;
        row += 4;
      }
      if (tail < end) {
        const i = load<usize>(row) << 3;
        most = max(most, scanRun(a, s.scale + i, s.vectorM + i, scaleJ, end - tail));
      }
      const at = s.vectorM + (<usize>j << 3);
      store<f64>(at, max(most, load<f64>(at)));
    }
    largestOfBlocks(s.vectorM);
    for (let i = 0; i < n; i++) {
      const most = load<f64>(s.vectorM + (<usize>i << 3));
      if (most == 0) continue;
      const at = s.scale + (<usize>i << 3);
      store<f64>(at, load<f64>(at) * inverseRoot(most));
    }
  }
}
