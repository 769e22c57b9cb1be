/**
 * Minimizes `‖Ax − b‖₂` over `x ≥ 0` for a small dense A given by columns (Lawson & Hanson, Solving Least Squares
 * Problems, ch. 23).
 */
export function nonnegativeLeastSquares(
  columns: readonly (readonly number[])[],
  b: readonly number[],
): number[] {
  const n = columns.length;
  const x = new Array<number>(n).fill(0);
  const passive = new Set<number>();
  const residual = (): number[] =>
    b.map((value, i) => value - columns.reduce((total, column, j) => total + column[i]! * x[j]!, 0));
  for (let round = 0; round < 3 * n + 10; round++) {
    const r = residual();
    let [best, most] = [-1, 1e-13];
    columns.forEach((column, j) => {
      const gain = passive.has(j) ? 0 : dot(column, r);
      if (gain > most) [best, most] = [j, gain];
    });
    if (best < 0) return x;
    passive.add(best);
    for (;;) {
      const list = [...passive];
      const solution = leastSquares(
        list.map((j) => columns[j]!),
        b,
      );
      if (solution.every((value) => value > 0)) {
        list.forEach((j, k) => {
          x[j] = solution[k]!;
        });
        break;
      }
      let α = 1;
      list.forEach((j, k) => {
        if (solution[k]! <= 0) α = Math.min(α, x[j]! / (x[j]! - solution[k]!) || 0);
      });
      list.forEach((j, k) => {
        x[j]! += α * (solution[k]! - x[j]!);
        if (x[j]! <= 1e-14) {
          x[j] = 0;
          passive.delete(j);
        }
      });
      if (passive.size === 0) break;
    }
  }
  return x;
}

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((total, value, i) => total + value * b[i]!, 0);

/** By orthogonalization; columns that depend on earlier ones get 0. */
function leastSquares(columns: readonly (readonly number[])[], b: readonly number[]): number[] {
  const basis: { q: number[]; at: number }[] = [];
  const R: number[][] = columns.map(() => []);
  columns.forEach((column, j) => {
    let rest = column.slice();
    R[j] = new Array<number>(basis.length).fill(0);
    for (let pass = 0; pass < 2; pass++)
      basis.forEach(({ q }, k) => {
        const share = dot(q, rest);
        R[j]![k]! += share;
        rest = rest.map((value, i) => value - share * q[i]!);
      });
    const size = Math.sqrt(dot(rest, rest));
    if (size <= 1e-12 * Math.sqrt(dot(column, column))) return;
    R[j]!.push(size);
    basis.push({ q: rest.map((value) => value / size), at: j });
  });
  const x = columns.map(() => 0);
  const right = basis.map(({ q }) => dot(q, b));
  for (let k = basis.length - 1; k >= 0; k--) {
    const { at } = basis[k]!;
    let sum = right[k]!;
    for (let l = k + 1; l < basis.length; l++) sum -= R[basis[l]!.at]![k]! * x[basis[l]!.at]!;
    x[at] = sum / R[at]![k]!;
  }
  return x;
}
