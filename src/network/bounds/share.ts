/**
 * `max Σ gain·d` over `0 ≤ d ≤ room`, `Σ d ≤ radius`: the steepest first. `a` holds slopes, `table` rooms upwards and, negative,
 * downwards.
 */
export function shared(a: Float64Array, table: Float64Array, radius: number): number {
  const n = a.length;
  const room = (i: number): number => (a[i]! > 0 ? table[i]! : -table[n + i]!);
  const order = Array.from(a.keys()).filter((i) => a[i] !== 0 && room(i) > 0);
  order.sort((i, j) => Math.abs(a[j]!) - Math.abs(a[i]!));
  let [total, left] = [0, radius];
  for (const i of order) {
    if (!(left > 0)) break;
    const own = Math.min(room(i), left);
    total += Math.abs(a[i]!) * own;
    left -= own;
  }
  return total;
}
