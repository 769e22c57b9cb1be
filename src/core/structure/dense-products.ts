type Numbers = Float64Array;

/**
 * `out ← out + factor · A x` for A with `out.length` rows of `x.length` numbers by rows in `values` from `at` on. Four sums
 * at a time, so that additions need not wait for each other.
 */
export function addRows(values: Numbers, at: number, x: Numbers, factor: number, out: Numbers): void {
  const width = x.length;
  const even = width & ~3;
  for (let i = 0, k = at; i < out.length; i++) {
    let [a, b, c, d] = [0, 0, 0, 0];
    let j = 0;
    for (; j < even; j += 4, k += 4) {
      a += values[k]! * x[j]!;
      b += values[k + 1]! * x[j + 1]!;
      c += values[k + 2]! * x[j + 2]!;
      d += values[k + 3]! * x[j + 3]!;
    }
    for (; j < width; j++) a += values[k++]! * x[j]!;
    out[i]! += factor * (a + b + (c + d));
  }
}

/** `out ← out + factor · Aᵀ y`, A as before with `y.length` rows of `out.length` numbers. Rows with `y = 0` add nothing. */
export function addColumns(values: Numbers, at: number, y: Numbers, factor: number, out: Numbers): void {
  const width = out.length;
  let i = 0;
  for (; i + 3 < y.length; i += 4) {
    const k = at + i * width;
    const [a, b, c, d] = [factor * y[i]!, factor * y[i + 1]!, factor * y[i + 2]!, factor * y[i + 3]!];
    if (a === 0 || b === 0 || c === 0 || d === 0) {
      for (let r = 0; r < 4; r++) addRow(values, k + r * width, factor * y[i + r]!, out);
      continue;
    }
    const [k1, k2, k3] = [k + width, k + 2 * width, k + 3 * width];
    for (let j = 0; j < width; j++)
      out[j]! += a * values[k + j]! + b * values[k1 + j]! + (c * values[k2 + j]! + d * values[k3 + j]!);
  }
  for (; i < y.length; i++) addRow(values, at + i * width, factor * y[i]!, out);
}

function addRow(values: Numbers, at: number, weight: number, out: Numbers): void {
  if (weight === 0) return;
  for (let j = 0; j < out.length; j++) out[j]! += weight * values[at + j]!;
}

/** `out ← out + factor · S x` for a symmetric S, its lower triangle packed by rows in `values` from `at` on. */
export function addPacked(values: Numbers, at: number, x: Numbers, factor: number, out: Numbers): void {
  for (let i = 0, k = at; i < x.length; i++) {
    const weight = factor * x[i]!;
    const even = i & ~1;
    let [a, b] = [0, 0];
    let j = 0;
    for (; j < even; j += 2, k += 2) {
      const [first, second] = [values[k]!, values[k + 1]!];
      a += first * x[j]!;
      b += second * x[j + 1]!;
      out[j]! += weight * first;
      out[j + 1]! += weight * second;
    }
    for (; j < i; j++) {
      a += values[k]! * x[j]!;
      out[j]! += weight * values[k++]!;
    }
    out[i]! += factor * (a + b) + weight * values[k++]!;
  }
}

export function gather(columns: Int32Array, x: Numbers): Numbers {
  const z = new Float64Array(columns.length);
  for (let j = 0; j < z.length; j++) z[j] = x[columns[j]!]!;
  return z;
}

/** `out[columns[j]] ← out[columns[j]] + z[j]`. */
export function scatter(columns: Int32Array, z: Numbers, out: Numbers): void {
  for (let j = 0; j < z.length; j++) out[columns[j]!]! += z[j]!;
}
