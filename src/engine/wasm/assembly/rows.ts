// Rows of coefficients of linear bounds, in f64. Addresses are in bytes; tables hold lists of `n` numbers, one after another.

// @ts-ignore: decorator
@inline
function both(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}

// @ts-ignore: decorator
@inline
function at(p: usize): f64 {
  return load<f64>(p);
}

/**
 * Coefficients by lines, `table` = slopes and shifts for those above 0, then for those below: slope times coefficient to
 * `out[rows × n]`, the sum of shift times coefficient and of its size to `sums[rows × 2]`.
 */
export function lay(rows: i32, n: i32, a: usize, table: usize, out: usize, sums: usize): void {
  const step = <usize>n << 3;
  const even = (<usize>n & ~1) << 3;
  const zero = f64x2.splat(0);
  for (let q: i32 = 0; q < rows; q++, a += step, out += step, sums += 16) {
    let value = f64x2.splat(0);
    let size = f64x2.splat(0);
    for (let j: usize = 0; j < even; j += 16) {
      const own = v128.load(a + j);
      const over = f64x2.max(own, zero);
      const under = f64x2.min(own, zero);
      const p = table + j;
      v128.store(out + j, f64x2.add(f64x2.mul(over, v128.load(p)), f64x2.mul(under, v128.load(p + 2 * step))));
      const part = f64x2.add(f64x2.mul(over, v128.load(p + step)), f64x2.mul(under, v128.load(p + 3 * step)));
      value = f64x2.add(value, part);
      size = f64x2.add(size, f64x2.abs(part));
    }
    let valueSum = both(value);
    let sizeSum = both(size);
    for (let j = even; j < step; j += 8) {
      const own = at(a + j);
      const p = own > 0 ? table + j : table + j + 2 * step;
      store<f64>(out + j, own * at(p));
      const part = own * at(p + step);
      valueSum += part;
      sizeSum += abs(part);
    }
    store<f64>(sums, valueSum);
    store<f64>(sums, sizeSum, 8);
  }
}

/** `Σ a c`, `Σ |a| s`, `Σ |a| t` and `Σ |a|` of each row to `out[rows × 4]`, `table` = c, s, t. */
export function dots(rows: i32, n: i32, a: usize, table: usize, out: usize): void {
  const step = <usize>n << 3;
  const even = (<usize>n & ~1) << 3;
  for (let q: i32 = 0; q < rows; q++, a += step, out += 32) {
    let c = f64x2.splat(0);
    let s = f64x2.splat(0);
    let t = f64x2.splat(0);
    let all = f64x2.splat(0);
    for (let j: usize = 0; j < even; j += 16) {
      const own = v128.load(a + j);
      const size = f64x2.abs(own);
      const p = table + j;
      c = f64x2.add(c, f64x2.mul(own, v128.load(p)));
      s = f64x2.add(s, f64x2.mul(size, v128.load(p + step)));
      t = f64x2.add(t, f64x2.mul(size, v128.load(p + 2 * step)));
      all = f64x2.add(all, size);
    }
    const odd = even < step;
    const last = odd ? at(a + even) : 0;
    const p = table + even;
    store<f64>(out, both(c) + (odd ? last * at(p) : 0));
    store<f64>(out, both(s) + (odd ? abs(last) * at(p + step) : 0), 8);
    store<f64>(out, both(t) + (odd ? abs(last) * at(p + 2 * step) : 0), 16);
    store<f64>(out, both(all) + abs(last), 24);
  }
}

/**
 * `Σ max(a u, a d)`, the largest of these terms and `max(a u′, a d′)` of each row to `out[rows × 3]`, `table` = u, d, u′, d′,
 * of which u ≥ 0 ≥ d.
 */
export function gains(rows: i32, n: i32, a: usize, table: usize, out: usize): void {
  const step = <usize>n << 3;
  const even = (<usize>n & ~1) << 3;
  for (let q: i32 = 0; q < rows; q++, a += step, out += 24) {
    let whole = f64x2.splat(0);
    let top = f64x2.splat(0);
    let steep = f64x2.splat(0);
    for (let j: usize = 0; j < even; j += 16) {
      const own = v128.load(a + j);
      const p = table + j;
      const term = f64x2.max(f64x2.mul(own, v128.load(p)), f64x2.mul(own, v128.load(p + step)));
      whole = f64x2.add(whole, term);
      top = f64x2.max(top, term);
      steep = f64x2.max(
        steep,
        f64x2.max(f64x2.mul(own, v128.load(p + 2 * step)), f64x2.mul(own, v128.load(p + 3 * step))),
      );
    }
    const odd = even < step;
    const own = odd ? at(a + even) : 0;
    const p = table + even;
    const term = odd ? max(own * at(p), own * at(p + step)) : 0;
    const slope = odd ? max(own * at(p + 2 * step), own * at(p + 3 * step)) : 0;
    store<f64>(out, both(whole) + term);
    store<f64>(out, max(term, max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1))), 8);
    store<f64>(out, max(slope, max(f64x2.extract_lane(steep, 0), f64x2.extract_lane(steep, 1))), 16);
  }
}

/** Gains `|a|` in `(low, high]` where there is room, and the rooms, to two lists of n from `work` on; how many. */
function collect(n: i32, a: usize, table: usize, low: f64, high: f64, work: usize): usize {
  const step = <usize>n << 3;
  let count: usize = 0;
  for (let j: usize = 0; j < step; j += 8) {
    const slope = at(a + j);
    const gain = abs(slope);
    if (!(gain > low && gain <= high)) continue;
    const room = slope > 0 ? at(table + j) : -at(table + step + j);
    if (room == 0) continue;
    store<f64>(work + count, gain);
    store<f64>(work + step + count, room);
    count += 8;
  }
  return count;
}

// @ts-ignore: decorator
@inline
function swap(p: usize, q: usize): void {
  const own = at(p);
  store<f64>(p, at(q));
  store<f64>(q, own);
}

/** What is left of a radius, and the gain of the last that took of it. */
let left: f64 = 0;
let price: f64 = 0;

/** What the steepest of `count` bring of what is left, which becomes less: parted around one of them again and again. */
function steepest(n: i32, count: usize, work: usize): f64 {
  const rooms = <usize>n << 3;
  let from = work;
  let to = work + count;
  let total: f64 = 0;
  while (from < to && left > 0) {
    const pivot = at((from + ((to - from) >> 1)) & ~7);
    let k = from;
    let last = to;
    let equal = from;
    let here: f64 = 0;
    let brings: f64 = 0;
    while (k < last) {
      const gain = at(k);
      if (gain < pivot) {
        last -= 8;
        swap(k, last);
        swap(k + rooms, last + rooms);
        continue;
      }
      if (gain > pivot) {
        const room = at(k + rooms);
        here += room;
        brings += gain * room;
        swap(k, equal);
        swap(k + rooms, equal + rooms);
        equal += 8;
      }
      k += 8;
    }
    if (here >= left && equal > from) {
      to = equal;
      continue;
    }
    total += brings;
    left -= here;
    for (k = equal; k < last && left > 0; k += 8) {
      const own = min(at(k + rooms), left);
      total += pivot * own;
      left -= own;
    }
    price = pivot;
    from = last;
  }
  return total;
}

/**
 * `max a·x` of each row to `out[rows]` over `x` with `d ≤ x ≤ u`, `Σ |x| ≤ radius`, `table` as of `gains`; no room above the radius; `work` holds `2 n` numbers.
 */
export function most(rows: i32, n: i32, a: usize, table: usize, radius: f64, out: usize, work: usize): void {
  const step = <usize>n << 3;
  let floor: f64 = 0.5;
  for (let q: i32 = 0; q < rows; q++, a += step, out += 8) {
    gains(1, n, a, table, work);
    const whole = at(work);
    const largest = at(work + 16);
    const all = radius * largest;
    if (!(whole > 0) || !(radius < Infinity)) {
      store<f64>(out, whole);
      continue;
    }
    // All of the radius goes the steepest way where there is room for it.
    if (at(work + 8) >= all * (1 - 1e-12)) {
      store<f64>(out, min(whole, all));
      continue;
    }
    left = radius;
    // Only those above a floor at first, which the row before guesses.
    let total = steepest(n, collect(n, a, table, floor * largest, Infinity, work), work);
    if (left > 0) total += steepest(n, collect(n, a, table, 0, floor * largest, work), work);
    floor = (0.8 * price) / largest;
    store<f64>(out, min(whole, total));
  }
}

/** `to[count] ← a[count]`, f32 to f64. */
export function raise(count: i32, a: usize, to: usize): void {
  const end = a + (<usize>count << 2);
  for (; a < end; a += 4, to += 8) store<f64>(to, <f64>load<f32>(a));
}
