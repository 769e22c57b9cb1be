import * as s from './state';

/**
 * Sums the triplets into the entries. Returns −1, or the first triplet whose value is NaN or infinite.
 */
export function gather(): i32 {
  memory.fill(s.entryValue, 0, <usize>s.entries << 3);
  let bad: f64 = 0;
  for (let k = 0; k < s.triplets; k++) {
    const value = load<f64>(s.tripletValue + (<usize>k << 3));
    bad += value * 0;
    const at = s.entryValue + (load<usize>(s.tripletEntry + (<usize>k << 2)) << 3);
    store<f64>(at, load<f64>(at) + value);
  }
  if (bad == 0) return -1;
  for (let k = 0; k < s.triplets; k++) {
    if (!isFinite<f64>(load<f64>(s.tripletValue + (<usize>k << 3)))) return k;
  }
  return -1;
}

/** The power of two nearest to `x`. */
// @ts-ignore: decorator
@inline
function powerOfTwo(x: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(x * Math.SQRT2) & 0x7ff0000000000000);
}

/**
 * Ruiz's simultaneous scaling in the maximum norm: rows and columns of `S A S` tend to have largest entry 1.
 * Rounded to powers of two, so that scaling is exact. Source: Ruiz, RAL-TR-2001-034.
 */
export function equilibrate(sweeps: i32): void {
  const n = s.order;
  for (let i = 0; i < n; i++) store<f64>(s.scale + (<usize>i << 3), 1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    memory.fill(s.vectorM, 0, <usize>n << 3);
    for (let j = 0; j < n; j++) {
      const scaleJ = load<f64>(s.scale + (<usize>j << 3));
      let most = load<f64>(s.vectorM + (<usize>j << 3));
      const end = load<i32>(s.columnStart + (<usize>j << 2), 4);
      for (let k = load<i32>(s.columnStart + (<usize>j << 2)); k < end; k++) {
        const i = load<usize>(s.entryRow + (<usize>k << 2)) << 3;
        const size = abs(load<f64>(s.entryValue + (<usize>k << 3))) * scaleJ * load<f64>(s.scale + i);
        most = max(most, size);
        if (size > load<f64>(s.vectorM + i)) store<f64>(s.vectorM + i, size);
      }
      const at = s.vectorM + (<usize>j << 3);
      store<f64>(at, max(most, load<f64>(at)));
    }
    for (let i = 0; i < n; i++) {
      const most = load<f64>(s.vectorM + (<usize>i << 3));
      if (most == 0) continue;
      const at = s.scale + (<usize>i << 3);
      store<f64>(at, load<f64>(at) / Math.sqrt(most));
    }
  }
  for (let i = 0; i < n; i++) {
    const at = s.scale + (<usize>i << 3);
    store<f64>(at, powerOfTwo(min(max(load<f64>(at), 1e-150), 1e150)));
  }
}
