// Square and rectangular tables of numbers. Addresses are in bytes.

/** `out[columns × rows] = a[rows × columns]ᵀ`, in tiles that stay in the first-level cache. */
export function transpose<T>(rows: i32, columns: i32, a: usize, out: usize): void {
  for (let i0: i32 = 0; i0 < rows; i0 += 16)
    for (let j0: i32 = 0; j0 < columns; j0 += 16)
      for (let i = i0; i < min(i0 + 16, rows); i++)
        for (let j = j0; j < min(j0 + 16, columns); j++)
          store<T>(
            out + (<usize>j * rows + i) * sizeof<T>(),
            load<T>(a + (<usize>i * columns + j) * sizeof<T>()),
          );
}

/** Copies the lower triangle of `a[n × n]` onto its upper one. */
export function mirror<T>(n: i32, a: usize): void {
  for (let i0: i32 = 0; i0 < n; i0 += 16)
    for (let j0: i32 = 0; j0 <= i0; j0 += 16)
      for (let i = i0; i < min(i0 + 16, n); i++)
        for (let j = j0; j < min(j0 + 16, i); j++)
          store<T>(a + (<usize>j * n + i) * sizeof<T>(), load<T>(a + (<usize>i * n + j) * sizeof<T>()));
}

/** `a[i, i] += d[i]`. */
export function addDiagonal<T>(n: i32, d: usize, a: usize): void {
  for (let i: i32 = 0; i < n; i++) {
    const at = a + <usize>i * (n + 1) * sizeof<T>();
    store<T>(at, load<T>(at) + load<T>(d + <usize>i * sizeof<T>()));
  }
}

/** Packs the lower triangle of `a[n × n]` by rows, as doubles. */
export function pack<T>(n: i32, a: usize, out: usize): void {
  for (let i: i32 = 0; i < n; i++) {
    if (sizeof<T>() == 8) memory.copy(out, a + ((<usize>i * n) << 3), (<usize>(i + 1)) << 3);
    else
      for (let j: i32 = 0; j <= i; j++)
        store<f64>(out + (<usize>j << 3), <f64>load<T>(a + (<usize>i * n + j) * sizeof<T>()));
    out += (<usize>(i + 1)) << 3;
  }
}

/**
 * Of every row of `a[rows × length]`, seen as blocks of `block` numbers, block `index[i]` to block `i` of
 * `out[rows × count · block]`; zeros where `index[i]` is −1. `index` holds 32-bit integers.
 */
export function gather<T>(rows: i32, length: i32, count: i32, block: i32, index: usize, a: usize, out: usize): void {
  const step = <usize>block * sizeof<T>();
  const end = index + (<usize>count << 2);
  const vectors = sizeof<T>() == 8 && (block & 1) == 0;
  for (let row: i32 = 0; row < rows; row++, a += <usize>length * sizeof<T>())
    if (block == 1)
      for (let at = index; at < end; at += 4, out += step) {
        const from = load<i32>(at);
        store<T>(out, from < 0 ? <T>0 : load<T>(a + <usize>from * sizeof<T>()));
      }
    else
      for (let at = index; at < end; at += 4, out += step) {
        const from = load<i32>(at);
        const source = a + <usize>from * step;
        if (from < 0) memory.fill(out, 0, step);
        else if (step > 512) memory.copy(out, source, step);
        else if (vectors) for (let k: usize = 0; k < step; k += 16) v128.store(out + k, v128.load(source + k));
        else for (let k: usize = 0; k < step; k += sizeof<T>()) store<T>(out + k, load<T>(source + k));
      }
}
