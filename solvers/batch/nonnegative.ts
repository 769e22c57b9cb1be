import { dot, maxNorm } from '../../src/core/vector.js';
import { Orthogonal } from './orthogonal.js';

/** Cosine of the angle between a column and what is left, below which it counts as a right one. */
const FLAT = 1e-12;
/** What is left, relative to b, that is rounding. */
const NOTHING = 1e-14;
/** Remainder of a column, relative to it, from which it counts as dependent on others. */
const DEPENDENT = 1e-11;

/**
 * The x ≥ 0 with the least ‖b − Mx‖, and that rest ρ: ρ is at no acute angle to any column, at a right one to those with x > 0 (Lawson &
 * Hanson, Solving Least Squares Problems, ch. 23). M is given by its `count` columns as long as b. Undefined where rounding lets it go round
 * in circles.
 */
export function nonnegative(
  columns: Float64Array,
  count: number,
  b: Float64Array,
): { readonly x: Float64Array; readonly rest: Float64Array } | undefined {
  const { length } = b;
  const column = (k: number): Float64Array => columns.subarray(k * length, (k + 1) * length);
  const norms = Array.from({ length: count }, (_, k) => Math.sqrt(dot(column(k), column(k))));
  const size = Math.sqrt(dot(b, b));
  const x = new Float64Array(count);
  let rest = b.slice();
  let inside: number[] = [];
  const barred = new Set<number>();
  for (let round = 0; round < 10 * count + 10; round++) {
    const left = Math.sqrt(dot(rest, rest));
    if (left <= NOTHING * size) return { x, rest };
    let [next, most] = [-1, FLAT];
    for (let k = 0; k < count; k++) {
      if (norms[k] === 0 || barred.has(k) || inside.includes(k)) continue;
      const cosine = dot(column(k), rest) / (norms[k]! * left);
      if (cosine > most) [next, most] = [k, cosine];
    }
    if (next < 0) return { x, rest };
    let held = [...inside, next];
    let y = least(held.map(column), b);
    // Rounding: it leans on the others, or does not want to be positive.
    if (y === undefined || !(y[held.length - 1]! > 0)) {
      barred.add(next);
      continue;
    }
    while (y && held.some((_, i) => !(y![i]! > 0))) {
      let step = 1;
      held.forEach((k, i) => {
        if (!(y![i]! > 0)) step = Math.min(step, x[k]! / (x[k]! - y![i]!));
      });
      held.forEach((k, i) => {
        x[k] = x[k]! + step * (y![i]! - x[k]!);
      });
      const leaving = held.filter((k, i) => !(y![i]! > 0) && !(x[k]! > NOTHING * maxNorm(x)));
      if (leaving.length === 0) return undefined;
      for (const k of leaving) x[k] = 0;
      held = held.filter((k) => !leaving.includes(k));
      y = least(held.map(column), b);
    }
    if (y === undefined) return undefined;
    x.fill(0);
    held.forEach((k, i) => {
      x[k] = y![i]!;
    });
    inside = held;
    barred.clear();
    rest = b.slice();
    for (const k of inside) for (let j = 0; j < length; j++) rest[j] = rest[j]! - x[k]! * column(k)[j]!;
  }
  return undefined;
}

/** The least-squares solution on independent columns; undefined where they are not. */
function least(columns: readonly Float64Array[], b: Float64Array): Float64Array | undefined {
  const count = columns.length;
  const all = new Float64Array(count * b.length);
  columns.forEach((column, k) => {
    all.set(column, k * b.length);
  });
  const turned = new Orthogonal(all, b.length, count, DEPENDENT);
  if (turned.rank < count) return undefined;
  const right = b.slice();
  turned.forward(right);
  const x = new Float64Array(count);
  for (let i = count - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let j = i + 1; j < count; j++) sum -= turned.entry(i, j) * x[turned.order[j]!]!;
    x[turned.order[i]!] = sum / turned.entry(i, i);
  }
  return x;
}
